import Interchange
import NetworkReference
import Networks
import TestRandomness
import Testing

/// Files that are damaged or no ONNX at all: an error or a network, never a crash.
@Suite struct ONNXCorruptionTests {
  /// Whether the bytes are refused; a network that is read must survive `fused()` too.
  @discardableResult
  private func survives(_ bytes: [UInt8]) -> Bool {
    do throws(ONNXError) {
      let network = try ONNXFile.network(from: bytes, path: "m.onnx")
      _ = network.fused()
      return false
    } catch {
      #expect(error.description.hasPrefix("m.onnx: "))
      #expect(!error.description.contains("\n"))
      return true
    }
  }

  static let garbage: [(String, [UInt8])] = [
    ("nothing", []),
    ("a PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48]),
    ("text", Array("name: resnet8\nlayers: 12\n".utf8)),
    ("NumPy", [0x93] + Array("NUMPY\u{1}".utf8)),
    ("zeros", [UInt8](repeating: 0, count: 4096)),
    ("deep groups", [UInt8](repeating: 0x0B, count: 1_000_000)),
    ("deep graphs", [UInt8](repeating: 0x3A, count: 100_000)),
    ("a huge length", [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00]),
    ("an empty graph", [0x3A, 0x00]),
  ]

  @Test("what is no ONNX file is refused", arguments: garbage.indices)
  func refused(_ index: Int) {
    #expect(survives(Self.garbage[index].1), "\(Self.garbage[index].0)")
  }

  @Test("every prefix of a file is refused or read", arguments: ONNXFixture.all)
  func truncated(_ fixture: ONNXFixture) throws {
    let bytes = try ONNXFixture.bytes(fixture.name)
    var refused = 0
    for count in bytes.indices where survives(Array(bytes[..<count])) { refused += 1 }
    // The operator set comes last, so only a cut inside what follows it can be read.
    #expect(refused >= bytes.count - 4)
  }

  @Test("every changed byte is refused or read", arguments: ONNXFixture.all)
  func changed(_ fixture: ONNXFixture) throws {
    var bytes = try ONNXFixture.bytes(fixture.name)
    var refused = 0
    for index in bytes.indices {
      let original = bytes[index]
      for mask: UInt8 in [0x01, 0x08, 0x80, 0xFF] {
        bytes[index] = original ^ mask
        if survives(bytes) { refused += 1 }
      }
      bytes[index] = original
    }
    #expect(refused > 0)
  }

  @Test("random bytes in random places are refused or read", arguments: 1...20)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for fixture in ONNXFixture.all {
      var bytes = try ONNXFixture.bytes(fixture.name)
      for _ in 0..<8 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
        survives(bytes)
      }
    }
  }
}
