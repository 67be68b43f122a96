import Devices
import Foundation
import Interchange
import Quantities
import Testing

@Suite("Ports in hwconfigs")
struct DevicePortsTests {
  /// The valid device with the bandwidths of its first level replaced.
  private func device(_ lines: String) throws -> Device {
    let path = "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml"
    var kept: [String] = []
    var isReplaced = false
    for line in try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n") {
      let key = line.trimmingCharacters(in: .whitespaces)
      if !isReplaced, key.hasPrefix("readBandwidth") {
        kept.append(lines)
        isReplaced = true
      } else if kept.last == lines, key.hasPrefix("writeBandwidth") {
        continue
      } else {
        kept.append(line)
      }
    }
    let copy = FileManager.default.temporaryDirectory
      .appendingPathComponent("ports-\(UUID().uuidString).yaml").path
    try kept.joined(separator: "\n").write(toFile: copy, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    return try DeviceFile.device(at: copy)
  }

  @Test("Ports have a name, a direction, a bandwidth, operands and sides")
  func ports() throws {
    let level = try device(
      """
          wholeWords: true
          ports:
            - {name: dma, access: read-write, bandwidth: 32 bit/cycle, sides: [outer]}
            - {name: read, access: read, bandwidth: 4 B/cycle}
            - {name: sums, access: write, bandwidth: 16 bit/cycle, operands: [outputs]}
      """
    ).memories[0]
    #expect(level.movesWholeWords)
    let all = Set(Operand.allCases)
    #expect(
      level.ports == [
        MemoryPort(
          name: "dma", access: .readWrite, bandwidth: BitsPerCycle(32), operands: all,
          sides: [.outer]),
        MemoryPort(name: "read", access: .read, bandwidth: BitsPerCycle(32), operands: all),
        MemoryPort(
          name: "sums", access: .write, bandwidth: BitsPerCycle(16), operands: [.outputs]),
      ])
    // The sums over the ports, for lists.
    #expect(level.readBandwidth == BitsPerCycle(64))
    #expect(level.writeBandwidth == BitsPerCycle(48))
  }

  @Test("Bandwidths beside ports and operands without a port are refused")
  func refused() throws {
    func problems(_ lines: String) -> String {
      do {
        _ = try device(lines)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      problems(
        """
            readBandwidth: 64 bit/cycle
            ports: [{name: all, access: read-write, bandwidth: 64 bit/cycle}]
        """
      ).contains(
        "memories[0].readBandwidth: the bandwidths of this level are those of its ports; "
          + "remove it, or remove ports"))
    #expect(
      problems("    ports: [{name: all, access: read, bandwidth: 64 bit/cycle}]").contains(
        "memories[0].ports: no port writes outputs on the inner side"))
    #expect(
      problems("    ports: [{name: all, access: both, bandwidth: 64 bit/cycle}]").contains(
        "memories[0].ports[0].access: \"both\" is not known here"))
  }
}
