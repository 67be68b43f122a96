internal import Arithmetic
internal import Networks
internal import Tensors

/// Builds the layers of a network from the operators of a file, one after the other.
///
/// Storage is channel-last on both sides, so that codes keep their place; shapes and axes become those of
/// ONNX order.
struct TFLiteGraph {
  let model: TFLiteModel
  /// The value that each tensor became.
  var values: [Int: Int] = [:]
  /// Constants that became values, by tensor and number of axes.
  var constants: [[Int]: Int] = [:]
  var layers: [QuantizedLayer] = []
  var shapes: [Shape] = []
  /// The extents of each value in the file's order.
  var extents: [[Int]] = []
  var quantizations: [ActivationQuantization] = []
  private var names: Set<String> = []
  /// The elements that may still be decoded: a small file cannot fill the memory by naming the same
  /// bytes many times.
  private var allowance: Int

  init(_ bytes: [UInt8]) throws(TFLiteProblem) {
    model = try TFLiteModel(bytes)
    allowance = (1 << 24) + 16 * bytes.count
  }

  /// Counts elements that are about to be decoded.
  mutating func spend(_ count: Int) throws(TFLiteProblem) {
    allowance -= count
    guard allowance >= 0 else {
      throw TFLiteProblem(
        "its operators use the same constants so often that they need more than 16 times the "
          + "file's size; convert the model again")
    }
  }

  /// The tensor at an index of the file.
  mutating func tensor(_ index: Int) throws(TFLiteProblem) -> TFLiteTensor {
    let tensor = try model.tensor(index)
    try spend(64 + tensor.scales.count + tensor.zeroPoints.count)
    return tensor
  }

  /// The tensor that an operator reads at a position; nil when it is absent.
  mutating func optionalInput(
    _ position: Int, of operation: TFLiteOperator
  ) throws(TFLiteProblem) -> TFLiteTensor? {
    guard position < operation.inputs.count, operation.inputs[position] >= 0 else { return nil }
    return try tensor(operation.inputs[position])
  }

  /// The tensor that an operator reads at a position.
  mutating func input(
    _ position: Int, of operation: TFLiteOperator
  ) throws(TFLiteProblem) -> TFLiteTensor {
    guard let tensor = try optionalInput(position, of: operation) else {
      throw TFLiteProblem(
        "\(operation.place): has no input \(position); the file is damaged, write it again")
    }
    return tensor
  }

  /// The tensor that an operator writes.
  mutating func output(
    of operation: TFLiteOperator, _ position: Int = 0
  ) throws(TFLiteProblem) -> TFLiteTensor {
    guard position < operation.outputs.count else {
      throw TFLiteProblem(
        "\(operation.place): has no output \(position); the file is damaged, write it again")
    }
    return try tensor(operation.outputs[position])
  }

  /// The value of an activation that an operator reads.
  ///
  /// - Parameters:
  ///   - rank: the number of axes to bring it to with leading axes of 1; nil to leave it.
  mutating func value(
    of tensor: TFLiteTensor, rank: Int? = nil
  ) throws(TFLiteProblem) -> Int {
    let missing = max((rank ?? 0) - tensor.extents.count, 0)
    let wanted = [Int](repeating: 1, count: missing) + tensor.extents
    guard let value = values[tensor.index] else {
      return try constant(tensor, wanted)
    }
    guard missing > 0 else { return value }
    return try reshaped(value, to: wanted, name: tensor.name + "/axes")
  }

  /// A value under other extents, the elements in the file's order.
  mutating func reshaped(
    _ value: Int, to wanted: [Int], name: String
  ) throws(TFLiteProblem) -> Int {
    guard extents[value] != wanted else { return value }
    let quantization = quantizations[value]
    guard quantization.format == .float32 else {
      return try append(
        .reshape(channelsLast: true), kind: "reshape", name: name, inputs: [value],
        extents: wanted, quantization: quantization)
    }
    let source = extents[value]
    var current = value
    if source.count == 4 && source.dropFirst(1).filter({ $0 > 1 }).count > 1 {
      current = try append(
        .float(.transpose([0, 2, 3, 1])), kind: "transpose", name: name + "/last",
        inputs: [current], onnx: Shape(source), extents: source, quantization: quantization)
    }
    let isImage = wanted.count == 4 && wanted.dropFirst(1).filter({ $0 > 1 }).count > 1
    let target = isImage ? Shape(wanted) : TFLiteTensor.shape(wanted)
    current = try append(
      .float(.reshape(target)), kind: "reshape", name: name, inputs: [current],
      onnx: target, extents: wanted, quantization: quantization)
    guard isImage else { return current }
    return try append(
      .float(.transpose([0, 3, 1, 2])), kind: "transpose", name: name + "/first",
      inputs: [current], extents: wanted, quantization: quantization)
  }

  /// Adds a layer and gives its value.
  ///
  /// - Parameters:
  ///   - clamp: the codes its output is clamped to; all of the format when nil.
  ///   - onnx: the shape in ONNX axis order, where it is not that of the extents.
  mutating func append(
    _ operation: QuantizedOperation, kind: String, name: String, inputs: [Int],
    onnx: Shape? = nil, extents: [Int], quantization: ActivationQuantization,
    clamp: ClosedRange<Int>? = nil
  ) throws(TFLiteProblem) -> Int {
    try spend(64 + inputs.count + name.utf8.count)
    let plain = name.split(separator: ";").first.map { String($0).shortened } ?? ""
    var unique = plain.isEmpty ? "\(kind) \(layers.count)" : plain
    var number = layers.count
    while !names.insert(unique).inserted {
      unique = "\(plain) (\(number))"
      number += 1
    }
    layers.append(
      QuantizedLayer(
        name: unique, kind: kind, operation: operation, inputs: inputs,
        clamp: clamp ?? quantization.codes))
    shapes.append(onnx ?? TFLiteTensor.shape(extents))
    self.extents.append(extents)
    quantizations.append(quantization)
    return layers.count
  }

  /// Makes a value the content of the tensor that an operator writes.
  mutating func define(
    _ tensor: TFLiteTensor, as value: Int, by operation: TFLiteOperator
  ) throws(TFLiteProblem) {
    guard values[tensor.index] == nil, tensor.data == nil else {
      throw TFLiteProblem(
        "\(operation.place): writes \(tensor.place), which already has a value; "
          + "the file is damaged, write it again")
    }
    guard extents[value] == tensor.extents else {
      throw TFLiteProblem(
        "\(operation.place): gives \(Shape(extents[value])), but \(tensor.place) is "
          + "\(Shape(tensor.extents)); the file is damaged, convert the model again")
    }
    values[tensor.index] = value
  }
}
