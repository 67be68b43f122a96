import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import TestRandomness
import Testing

/// Damaged `.tflite` files: a network that can run, or one line, never a crash.
@Suite struct TFLiteMutationTests {
  /// What became of the files of a run.
  struct Outcome: CustomStringConvertible {
    var refused = 0
    var imported = 0
    var executed = 0

    var description: String {
      "\(refused) refused, \(imported) read, \(executed) of them executed"
    }
  }

  /// Reads a file; every `period`-th network that is read runs on one sample.
  private func read(_ bytes: [UInt8], _ outcome: inout Outcome, period: Int = 1) {
    do throws(TFLiteError) {
      let network = try TFLiteFile.network(from: bytes, path: "m.tflite")
      outcome.imported += 1
      guard outcome.imported % period == 0 else { return }
      switch network {
      case .float(let network):
        if (try? network.verified()) != nil { outcome.executed += 1 }
      case .quantized(let network):
        if run(network) { outcome.executed += 1 }
      }
    } catch {
      outcome.refused += 1
      #expect(error.description.hasPrefix("m.tflite: "))
      #expect(!error.description.contains("\n"))
      #expect(error.description.utf8.count < 2000)
    }
  }

  /// Whether the engine takes a network and runs it on zeros.
  private func run(_ network: QuantizedNetwork) -> Bool {
    guard network.shapes.allSatisfy({ ($0.checkedCount ?? .max) < 1 << 20 }),
      let executor = try? IntegerExecutor(network, arithmetic: ArithmeticSpec())
    else { return false }
    let code = Int32(network.quantizations[0].zeroPoint)
    let output = executor.trace([Int32](repeating: code, count: network.shapes[0].count)) { _ in }
    return output.count == network.shapes[network.output].count
  }

  /// A file with one to four changes: bits, numbers, a cut.
  private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var copy = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard copy.count > 16 else { break }
      let place = Int.random(in: 0..<copy.count - 8, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1, 2: copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 3: copy[place] = .random(in: 0...255, using: &random)
      case 4: copy.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0x7F])
      case 5: copy.replaceSubrange(place..<place + 4, with: [0, 0, 0, 0])
      case 6:
        let number = UInt32.random(in: 0...UInt32(copy.count), using: &random)
        copy.replaceSubrange(place..<place + 4, with: FlatValue.bytes(number))
      default:
        if Int.random(in: 0..<4, using: &random) == 0 { copy.removeSubrange(place...) }
      }
    }
    return copy
  }

  @Test("Every prefix and every changed byte of a small file is refused or read and run")
  func small() {
    let bytes = TinyTFLite.classifier.bytes
    var outcome = Outcome()
    for count in bytes.indices { read(Array(bytes[..<count]), &outcome) }
    var changed = bytes
    for index in bytes.indices {
      for mask: UInt8 in [0x01, 0x08, 0x80, 0xFF] {
        changed[index] = bytes[index] ^ mask
        read(changed, &outcome)
      }
      changed[index] = bytes[index]
    }
    print("tflite mutations, every byte of a small file:", outcome)
    #expect(outcome.refused > bytes.count)
    #expect(outcome.executed > 0)
  }

  @Test("10,000 seeded mutations of a small file are refused or read and run")
  func seeded() {
    let bytes = TinyTFLite.classifier.bytes
    var random = SeededGenerator(seed: 20_261_121)
    var outcome = Outcome()
    for _ in 0..<10_000 { read(mutated(bytes, &random), &outcome) }
    print("tflite mutations, small file:", outcome)
    #expect(outcome.refused + outcome.imported == 10_000)
    #expect(outcome.executed > 100)
  }

  static let files = [
    "data/models/mlperf_ic_resnet8/int8.tflite", "data/models/mlperf_kws_dscnn/int8.tflite",
    "data/models/mnist_lstm/int8.tflite", "data/models/mnist_lstm/float.tflite",
    "data/models/mlperf_kws_dscnn/hybrid_dynamic_range.tflite",
    "vectors/tflm-seanet/conv0/model.tflite", "vectors/tflm-seanet/transpose_conv0/model.tflite",
    "vectors/tflm-seanet/strided_slice0/model.tflite", "vectors/tflm-seanet/pad0/model.tflite",
    "vectors/tflm-seanet/leaky_relu0/model.tflite", "vectors/tflm-seanet/quantize0/model.tflite",
  ]

  @Test(
    "1,000 seeded mutations of real files are refused or read and run",
    .enabled(
      if: SharedData.has("data/models") && SharedData.has("vectors/tflm-seanet"),
      "skipped: the shared data is not beside the repository (../shared)"), arguments: files)
  func real(_ file: String) throws {
    let url = URL(fileURLWithPath: "\(SharedData.root)/\(file)")
    let bytes = [UInt8](try Data(contentsOf: url))
    var random = SeededGenerator(seed: UInt64(bytes.count))
    var outcome = Outcome()
    let period = bytes.count > 10_000 ? 40 : 1
    for _ in 0..<1000 { read(mutated(bytes, &random), &outcome, period: period) }
    print("tflite mutations, \(file):", outcome)
    #expect(outcome.refused + outcome.imported == 1000)
  }
}
