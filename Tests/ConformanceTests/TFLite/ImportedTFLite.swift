import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors

/// A `.tflite` file of the shared data as an integer network, with the codes of its samples.
struct ImportedTFLite {
  /// Why a file is not one.
  struct NotQuantized: Error {}

  let network: QuantizedNetwork

  /// The integer network of a file.
  init(_ path: String, constants: [Int: [Int32]] = [:]) throws {
    let file = "\(SharedData.root)/\(path)"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    guard
      case .quantized(let network) = try TFLiteFile.network(
        from: bytes, path: file, constants: constants)
    else { throw NotQuantized() }
    self.network = network
  }

  /// The file's codes of one sample, channels last, in ONNX axis order.
  static func channelsFirst(_ codes: [Int], _ shape: Shape) -> [Int32] {
    guard shape.rank == 4 else { return codes.map { Int32($0) } }
    let stored = Shape([shape[0], shape[2], shape[3], shape[1]])
    return Tensor(shape: stored, elements: codes.map { Int32($0) }).transposed([0, 3, 1, 2])
      .elements
  }

  /// Codes in ONNX axis order as the file orders them.
  static func channelsLast(_ codes: [Int32], _ shape: Shape) -> [Int] {
    guard shape.rank == 4 else { return codes.map { Int($0) } }
    return Tensor(shape: shape, elements: codes.map { Int($0) }).transposed([0, 2, 3, 1])
      .elements
  }

  /// The outputs of samples, each in the file's axis order.
  ///
  /// - Parameters:
  ///   - offset: what is added to each element of the array: -128 makes pixels int8 codes.
  func outputs(
    of array: NumPyArray, count: Int, offset: Int = 0, _ arithmetic: ArithmeticSpec
  ) async throws -> [[Int]] {
    try await execution(of: array, count: count, offset: offset, arithmetic).outputs.map {
      Self.channelsLast($0, network.shapes[network.output])
    }
  }

  /// Runs samples of an array.
  func execution(
    of array: NumPyArray, count: Int, offset: Int = 0, _ arithmetic: ArithmeticSpec
  ) async throws -> IntegerExecutor.Execution {
    let executor = try IntegerExecutor(network, arithmetic: arithmetic, observation: .fast)
    let shape = network.shapes[0]
    let size = shape.count
    return await executor.run(count: count, threads: 2) { sample in
      let codes = array.integers(sample * size..<(sample + 1) * size)
      return Self.channelsFirst(codes.map { $0 + offset }, shape)
    }
  }

  /// The network up to a layer of that kind, for recorded logits.
  func before(_ kind: String) -> ImportedTFLite {
    var shorter = network
    if let index = network.layers.lastIndex(where: { $0.kind == kind }) {
      shorter.output = network.layers[index].inputs[0]
      shorter.layers.removeSubrange(index...)
      shorter.shapes.removeSubrange((index + 1)...)
      shorter.quantizations.removeSubrange((index + 1)...)
    }
    return ImportedTFLite(shorter)
  }

  private init(_ network: QuantizedNetwork) { self.network = network }
}
