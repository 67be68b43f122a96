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
    of array: NumPyArray, count: Int, offset: Int = 0, _ arithmetic: ArithmeticSpec,
    observation: IntegerExecutor.Observation = .fast
  ) async throws -> IntegerExecutor.Execution {
    let executor = try IntegerExecutor(network, arithmetic: arithmetic, observation: observation)
    return await executor.run(count: count, threads: 2) { codes($0, of: array, offset) }
  }

  /// The outputs of samples that are given as codes in the file's axis order.
  func outputs(of samples: [[Int]], _ arithmetic: ArithmeticSpec) async throws -> [[Int]] {
    let executor = try IntegerExecutor(network, arithmetic: arithmetic, observation: .fast)
    let shape = network.shapes[0]
    return await executor.run(count: samples.count, threads: 2) {
      Self.channelsFirst(samples[$0], shape)
    }.outputs.map { Self.channelsLast($0, network.shapes[network.output]) }
  }

  /// The output of every layer for one sample, in the file's axis order.
  func trace(
    _ sample: Int, of array: NumPyArray, offset: Int, _ arithmetic: ArithmeticSpec
  ) throws -> [[Int]] {
    let executor = try IntegerExecutor(network, arithmetic: arithmetic, observation: .fast)
    var outputs: [[Int]] = []
    _ = executor.trace(codes(sample, of: array, offset)) { layer in
      outputs.append(layer.output.map { Int($0) })
    }
    return outputs
  }

  /// The input codes of a sample in ONNX axis order.
  private func codes(_ sample: Int, of array: NumPyArray, _ offset: Int) -> [Int32] {
    let size = network.shapes[0].count
    let codes = array.integers(sample * size..<(sample + 1) * size)
    return Self.channelsFirst(codes.map { $0 + offset }, network.shapes[0])
  }

  /// The network up to its last layer, and that layer, when it is of a kind; else all of it.
  func parts(before kind: String) -> (head: ImportedTFLite, tail: ImportedTFLite?) {
    guard var last = network.layers.last, last.kind == kind, let input = last.inputs.first,
      input == network.layers.count - 1
    else { return (self, nil) }
    var head = network
    head.layers.removeLast()
    head.shapes.removeLast()
    head.quantizations.removeLast()
    head.output = input
    last.inputs = [0]
    let tail = QuantizedNetwork(
      name: kind, layers: [last], shapes: network.shapes.suffix(2),
      quantizations: network.quantizations.suffix(2), output: 1)
    return (ImportedTFLite(head), ImportedTFLite(tail))
  }

  private init(_ network: QuantizedNetwork) { self.network = network }
}
