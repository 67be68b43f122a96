import Arithmetic
import Foundation
import Networks
import Tensors

/// The row LSTM of TFLite Micro's MNIST example as plain data, `qmodel.json` and `qweights.bin`.
struct RecordedLSTM {
  private struct Model: Decodable {
    struct Entry: Decodable {
      var id: Int
      var shape: [Int]
      var scale: [Double]?
      var zero_point: [Int]?
      var offset: Int?
      var bytes: Int?
    }
    struct Operator: Decodable {
      var inputs: [Int]
      var outputs: [Int]
      var cell_clip: Float?
    }
    var tensors: [Entry]
    var ops: [Operator]
  }

  private let entries: [Int: Model.Entry]
  private let operators: [Model.Operator]
  private let blob: [UInt8]

  init(folder: String) throws {
    let url = URL(fileURLWithPath: folder)
    let model = try JSONDecoder().decode(
      Model.self, from: Data(contentsOf: url.appendingPathComponent("qmodel.json")))
    entries = Dictionary(uniqueKeysWithValues: model.tensors.map { ($0.id, $0) })
    operators = model.ops
    blob = [UInt8](try Data(contentsOf: url.appendingPathComponent("qweights.bin")))
  }

  /// The network: LSTM, flattening, a fully connected layer, softmax; values 3 and 4 are recorded.
  func network() throws -> QuantizedNetwork {
    let sequence = operators[0]
    let product = operators[2]
    let output = sequence.outputs[0]
    func gate(_ index: Int) throws -> QuantizedGate {
      let (input, hidden) = (sequence.inputs[1 + index], sequence.inputs[5 + index])
      return QuantizedGate(
        inputWeights: try codes(input), hiddenWeights: try codes(hidden),
        bias: try biases(sequence.inputs[12 + index]), inputScale: scale(sequence.inputs[0]),
        inputWeightScale: scale(input), hiddenScale: scale(output),
        hiddenWeightScale: scale(hidden))
    }
    let lstm = QuantizedLSTM(
      inputGate: try gate(0), forgetGate: try gate(1), cellGate: try gate(2),
      outputGate: try gate(3), cellExponent: Int(scale(sequence.inputs[19]).exponent),
      cellClip: sequence.cell_clip ?? 0, hiddenScale: scale(output), isTimeMajor: false)
    let weights = try codes(product.inputs[1])
    let features = weights.shape[1]
    let linear = QuantizedLinear(
      inputChannels: features, outputChannels: weights.shape[0], groups: 1,
      window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: weights.reshaped(Shape([weights.shape[0], 1, 1, features])),
      weightScales: [Double](
        repeating: Double(scale(product.inputs[1])), count: weights.shape[0]),
      bias: try biases(product.inputs[2]))
    let operations: [(String, QuantizedOperation)] = [
      ("lstm", .lstm(lstm)), ("reshape", .reshape), ("fc", .linear(linear)),
      ("softmax", .softmax(axis: 1)),
    ]
    let values = [sequence.inputs[0]] + operators.map { $0.outputs[0] }
    return QuantizedNetwork(
      name: "mnist-lstm",
      layers: operations.enumerated().map { index, operation in
        QuantizedLayer(
          name: operation.0, kind: operation.0, operation: operation.1, inputs: [index],
          clamp: -128...127)
      },
      shapes: values.map { Shape(entries[$0]?.shape ?? []) },
      quantizations: values.map { value in
        ActivationQuantization(
          format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: Double(scale(value)),
          zeroPoint: entries[value]?.zero_point?.first ?? 0)
      }, output: 4)
  }

  private func scale(_ tensor: Int) -> Float { Float(entries[tensor]?.scale?.first ?? 1) }

  private func bytes(_ tensor: Int) throws -> ArraySlice<UInt8> {
    guard let entry = entries[tensor], let start = entry.offset, let count = entry.bytes else {
      throw CMSISNNProblem.missing("tensor \(tensor)")
    }
    return blob[start..<start + count]
  }

  private func codes(_ tensor: Int) throws -> Tensor<Int32> {
    Tensor(
      shape: Shape(entries[tensor]?.shape ?? []),
      elements: try bytes(tensor).map { Int32(Int8(bitPattern: $0)) })
  }

  private func biases(_ tensor: Int) throws -> [Int] {
    let bytes = try bytes(tensor)
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { place in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
      return Int(Int32(bitPattern: bits))
    }
  }
}
