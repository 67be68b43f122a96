import Foundation
import Interchange
import Networks
import Testing

/// Recorded low-bit networks with damaged bytes: an error or a network, never a crash.
@Suite(
  .enabled(
    if: SharedData.has("data/models/tfc_mnist_qonnx"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct LowBitMutationTests {
  /// A generator of the same numbers in every run (xorshift).
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  @Test(
    "300 damaged copies of each file are refused or read",
    arguments: [
      "tfc_mnist_qonnx/TFC_1W1A", "tfc_mnist_qonnx/TFC_2W2A", "cnv_cifar10_finn/cnvW1A1",
      "cnv_cifar10_finn/cnvW2A2",
    ])
  func damaged(name: String) throws {
    let url = URL(fileURLWithPath: SharedData.root + "/data/models/\(name).onnx")
    let bytes = [UInt8](try Data(contentsOf: url))
    var random = Numbers(state: 0x9E37_79B9_7F4A_7C15)
    var refused = 0
    for trial in 0..<300 {
      var copy = bytes
      // Near the front, where the nodes are, as often as anywhere; every tenth copy is cut short.
      for _ in 0...Int.random(in: 0...7, using: &random) {
        let end = trial % 2 == 0 ? min(8192, copy.count) : copy.count
        copy[Int.random(in: 0..<end, using: &random)] = .random(in: 0...255, using: &random)
      }
      if trial % 10 == 0 { copy.removeLast(Int.random(in: 1..<copy.count, using: &random)) }
      do throws(ONNXError) {
        _ = try QONNXFile.network(from: copy, path: "m.onnx")
      } catch {
        #expect(error.description.hasPrefix("m.onnx: ") && !error.description.contains("\n"))
        refused += 1
      }
    }
    #expect(refused > 0)
  }
}
