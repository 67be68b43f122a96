import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import TestRandomness
import Testing

/// Damaged quantized models: an error or a network that an executor can be asked for, never a crash.
@Suite struct ONNXQuantizedCorruptionTests {
  /// Whether the bytes are refused by the reader or the executor.
  private func isRefused(_ bytes: [UInt8]) -> Bool {
    let imported: ImportedNetwork
    do throws(ONNXError) {
      imported = try ONNXFile.imported(from: bytes, path: "m.onnx")
    } catch {
      #expect(error.description.hasPrefix("m.onnx: "))
      #expect(!error.description.contains("\n"))
      return true
    }
    switch imported {
    case .float(let network):
      return (try? FloatExecutor(network.verified())) == nil
    case .quantized(let network):
      // A small file may describe a large image; its plans have a place for each element.
      guard network.shapes.allSatisfy({ $0.count <= 1 << 16 }) else { return true }
      return
        (try? IntegerExecutor(network, arithmetic: ArithmeticPreset.ortVNNI.spec)) == nil
    }
  }

  @Test("every prefix is refused", arguments: ONNXQuantizedFixture.good)
  func truncated(_ fixture: ONNXQuantizedFixture) throws {
    let bytes = try fixture.bytes()
    var random = SeededGenerator(seed: 5)
    for _ in 0..<60 {
      #expect(isRefused(Array(bytes[..<Int.random(in: 0..<bytes.count - 30, using: &random)])))
    }
  }

  @Test("thousands of random changes give an error or a network", arguments: 1...8)
  func changed(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var refused = 0
    var cases = 0
    for fixture in ONNXQuantizedFixture.good {
      let original = try fixture.bytes()
      for _ in 0..<25 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[place] = .random(in: 0...255, using: &random)
          case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 2: bytes.remove(at: place)
          default: bytes.insert(.random(in: 0...255, using: &random), at: place)
          }
        }
        cases += 1
        if isRefused(bytes) { refused += 1 }
      }
    }
    #expect(cases == 25 * ONNXQuantizedFixture.good.count)
    #expect(refused > 0 && refused < cases)
  }
}
