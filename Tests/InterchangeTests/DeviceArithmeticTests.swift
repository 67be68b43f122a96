import Arithmetic
import Devices
import Foundation
import Interchange
import Testing

@Suite("The arithmetic of a hwconfig")
struct DeviceArithmeticTests {
  /// The valid device with other lines in its `arithmetic:` block.
  private func device(_ lines: [String], buffer: [String] = []) throws -> Device {
    let path = "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let head = try #require(text.range(of: "  accumulator: 20:saturate\n"))
    let tail = try #require(text.range(of: "compute:\n"))
    let block = lines.map { "  \($0)\n" }.joined()
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("arithmetic-\(UUID().uuidString).yaml").path
    let memory = "  - name: buffer\n"
    let levels = text[tail.lowerBound...].replacing(
      memory, with: memory + buffer.map { "    \($0)\n" }.joined())
    try (text[..<head.lowerBound] + block + levels)
      .write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    return try DeviceFile.device(at: file)
  }

  @Test("A preset alone is a whole arithmetic", arguments: ArithmeticPreset.named)
  func preset(preset: ArithmeticPreset) throws {
    let device = try device(["preset: \(preset.name)"])
    #expect(device.arithmetic == preset.spec)
    #expect(device.preset == preset)
  }

  @Test("An ap-fixed with parameters")
  func fixedPoint() throws {
    let device = try device(["preset: ap-fixed<16,6,RND,SAT>"])
    #expect(
      device.arithmetic
        == ArithmeticPreset.fixedPoint(
          bits: 16, integerBits: 6, rounding: .round, overflow: .saturate
        ).spec)
  }

  @Test("Keys beside a preset replace what it says")
  func replaced() throws {
    var wanted = ArithmeticPreset.xnnpack.spec
    wanted.accumulator = Accumulator(bits: 17, overflow: .saturate)
    wanted.lanes = 4
    wanted.softmax = .table
    let device = try device([
      "preset: xnnpack", "accumulator: 17:saturate", "lanes: 4", "softmax: table",
    ])
    #expect(device.arithmetic == wanted)
    #expect(device.preset == .xnnpack)
  }

  @Test("Another requantization takes its sums of activations along, unless they are written too")
  func requantization() throws {
    let float = try device(["preset: litert-reference", "requantization: float"]).arithmetic
    #expect(float.addition == .float && float.fullyConnectedRequantization == nil)
    let mixed = try device(["preset: tflm", "requantization: float", "addition: xnnpack"])
    #expect(mixed.arithmetic.addition == .xnnpack)
    #expect(
      try device(["preset: xnnpack", "requantization: float"]).arithmetic.addition == .xnnpack)
  }

  @Test("The accumulator is the outer one of two, unless that is written too")
  func levels() throws {
    let wider = try device(["preset: ort-avx2", "accumulator: 24:saturate"]).arithmetic
    #expect(wider.accumulator == Accumulator(bits: 16, overflow: .saturate))
    #expect(wider.outer?.accumulator == Accumulator(bits: 24, overflow: .saturate))
    #expect(wider.outer?.tile == 2)
    let own = try device([
      "accumulator: 12:saturate", "outerAccumulator: 24:wrap", "tile: 32", "order: channel-major",
      "lanes: 1", "bias: first", "requantization: floor", "zeroPoint: corrected",
      "innerScope: unsigned-times-signed", "average: truncate",
    ]).arithmetic
    #expect(own.accumulator == Accumulator(bits: 12, overflow: .saturate))
    #expect(
      own.outer == OuterAccumulator(tile: 32, accumulator: Accumulator(bits: 24, overflow: .wrap)))
    #expect(own.innerScope == .unsignedTimesSigned && own.zeroPoint == .corrected)
    #expect(own.average == .truncate)
  }

  @Test("How products meet across units follows the dataflow, unless it is written")
  func spatialReduction() throws {
    let own = try device(["preset: tflm"])
    #expect(own.spatialReduction == nil && own.memories[1].partialSums == nil)
    #expect(own.reduction == (own.compute.isSystolic ? .chain : .tree))
    let written = try device(
      ["preset: tflm", "spatialReduction: chain"], buffer: ["partialSums: 16:saturate"])
    #expect(written.reduction == .chain)
    #expect(written.memories[1].partialSums == Accumulator(bits: 16, overflow: .saturate))
    #expect(throws: YAMLError.self) { try device(["preset: tflm", "spatialReduction: both"]) }
    #expect(throws: YAMLError.self) {
      try device(["preset: tflm"], buffer: ["partialSums: 1:wrap"])
    }
  }

  @Test("The Cortex-M devices compute as CMSIS-NN does", arguments: ["cortex-m4", "cortex-m7"])
  func cortexM(name: String) throws {
    let device = try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/\(name).yaml")
    #expect(device.preset == .tflm)
    #expect(device.arithmetic == ArithmeticPreset.tflm.spec)
  }
}
