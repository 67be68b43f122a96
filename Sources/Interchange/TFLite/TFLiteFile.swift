internal import Arithmetic
public import Networks
internal import Tensors

/// Reads networks from TensorFlow Lite files.
public enum TFLiteFile {
  /// The network of a `.tflite` file.
  ///
  /// A network whose activations are all float32 comes as real numbers; any other keeps its own scales.
  ///
  /// - Throws: `TFLiteError` with one line for anything that is not a whole supported network.
  public static func network(at path: String) throws(TFLiteError) -> ImportedNetwork {
    let bytes: [UInt8]
    do throws(RegularFile.Failure) {
      bytes = try RegularFile.read(path)
    } catch {
      switch error {
      case .system(let action, let message):
        throw TFLiteError(path: path, reason: "cannot \(action): \(message)")
      case .notAFile:
        throw TFLiteError(path: path, reason: "is not a regular file; give a .tflite file")
      }
    }
    return try network(from: bytes, path: path)
  }

  /// The network of the bytes of a `.tflite` file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: what messages call the file.
  ///   - constants: codes of inputs that are the same for every sample, by the position of the input in
  ///     the file, in the file's axis order; all inputs but one need them.
  /// - Throws: `TFLiteError` with one line for anything that is not a whole supported network.
  public static func network(
    from bytes: [UInt8], path: String, constants: [Int: [Int32]] = [:]
  ) throws(TFLiteError) -> ImportedNetwork {
    do throws(TFLiteProblem) {
      var graph = try TFLiteGraph(bytes)
      return try graph.network(name: NetworkFile.name(ofFileAt: path), constants: constants)
    } catch {
      throw TFLiteError(path: path, reason: error.text)
    }
  }
}

extension TFLiteGraph {
  /// The network of the file's operators.
  mutating func network(
    name: String, constants: [Int: [Int32]]
  ) throws(TFLiteProblem) -> ImportedNetwork {
    try takeInputs(constants)
    for index in 0..<model.operators.count {
      let operation = try model.operation(index)
      try spend(64 + operation.inputs.count + operation.outputs.count)
      try take(operation)
    }
    guard model.outputs.count == 1 else {
      throw TFLiteProblem(
        "has \(model.outputs.count) outputs, one is read; keep one when converting")
    }
    guard let output = values[model.outputs[0]], output > 0 else {
      throw TFLiteProblem("its output is written by no operator; convert the model again")
    }
    if quantizations.allSatisfy({ $0.format == .float32 }) {
      return .float(try floatNetwork(name: name, output: output))
    }
    return .quantized(
      QuantizedNetwork(
        name: name, layers: layers, shapes: shapes, quantizations: quantizations,
        output: output))
  }

  /// Makes the one input that changes from sample to sample value 0, and the others constants.
  private mutating func takeInputs(_ given: [Int: [Int32]]) throws(TFLiteProblem) {
    var free: [TFLiteTensor] = []
    var bound: [(tensor: TFLiteTensor, codes: [Int32], position: Int)] = []
    for (position, index) in model.inputs.enumerated() {
      let tensor = try tensor(index)
      if let codes = given[position] {
        bound.append((tensor, codes, position))
      } else if !tensor.isPlainInteger {
        free.append(tensor)
      }
    }
    guard free.count == 1, let input = free.first else {
      let names = free.map(\.place).joined(separator: ", ").shortened
      throw TFLiteProblem(
        "has \(free.count) inputs of activations (\(names)); a network has one, "
          + "make the others constants")
    }
    guard input.data == nil, !bound.contains(where: { $0.tensor.index == input.index }) else {
      throw TFLiteProblem(
        "\(input.place): is an input and a constant; the file is damaged, write it again")
    }
    shapes = [input.shape]
    extents = [input.extents]
    quantizations = [try input.quantization()]
    values[input.index] = 0
    for entry in bound {
      guard values[entry.tensor.index] == nil else { continue }
      try bind(entry.tensor, to: entry.codes, position: entry.position)
    }
  }

  /// The layers as a network of real numbers.
  private func floatNetwork(name: String, output: Int) throws(TFLiteProblem) -> Network {
    var float: [Layer] = []
    for layer in layers {
      guard case .float(let operation) = layer.operation else {
        throw TFLiteProblem(
          "layer '\(layer.name)': \(layer.kind) needs integers; quantize the model")
      }
      float.append(Layer(name: layer.name, operation: operation, inputs: layer.inputs))
    }
    return Network(name: name, inputShape: shapes[0], layers: float, output: output)
  }
}
