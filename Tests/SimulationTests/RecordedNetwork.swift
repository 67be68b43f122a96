import Arithmetic
import Foundation
import Networks
import Tensors

/// An int8 network as plain data, `qmodel.json` and `qweights.bin`: the operators of ResNet-8.
struct RecordedNetwork: Decodable {
  struct TensorEntry: Decodable {
    var shape: [Int]
    var scale: [Double]?
    var zero_point: [Int]?
    var offset: Int?
    var bytes: Int?
  }

  struct Operator: Decodable {
    var op: String
    var inputs: [Int]
    var outputs: [Int]
    var stride: [Int]?
    var pads: [Int]?
    var kernel: [Int]?
    var clamp: [Int]
  }

  var tensors: [TensorEntry]
  var ops: [Operator]

  /// The integer network up to the operator before softmax, in ONNX axis order.
  static func quantized(folder: String) throws -> QuantizedNetwork {
    let url = URL(fileURLWithPath: folder)
    let model = try JSONDecoder().decode(
      RecordedNetwork.self, from: Data(contentsOf: url.appendingPathComponent("qmodel.json")))
    let blob = [UInt8](try Data(contentsOf: url.appendingPathComponent("qweights.bin")))
    var values = [0: 0]
    var layers: [QuantizedLayer] = []
    var shapes = [Shape([1, 3, 32, 32])]
    var quantizations = [model.quantization(0)]
    for entry in model.ops where entry.op != "SOFTMAX" {
      let inputs = entry.inputs.compactMap { values[$0] }
      let output = model.tensors[entry.outputs[0]].shape
      layers.append(
        QuantizedLayer(
          name: "\(layers.count) \(entry.op)", kind: entry.op == "FULLY_CONNECTED" ? "fc" : "conv",
          operation: model.operation(entry, shapes[inputs[0]], blob), inputs: inputs,
          clamp: entry.clamp[0]...entry.clamp[1]))
      values[entry.outputs[0]] = layers.count
      shapes.append(
        output.count == 4
          ? Shape([1, output[3], output[1], output[2]]) : Shape([1, output[output.count - 1]]))
      quantizations.append(model.quantization(entry.outputs[0]))
    }
    return QuantizedNetwork(
      name: "recorded", layers: layers, shapes: shapes, quantizations: quantizations,
      output: layers.count)
  }

  private func quantization(_ tensor: Int) -> ActivationQuantization {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: true)),
      scale: tensors[tensor].scale?.first ?? 1, zeroPoint: tensors[tensor].zero_point?.first ?? 0)
  }

  private func operation(
    _ entry: Operator, _ input: Shape, _ blob: [UInt8]
  ) -> QuantizedOperation {
    let isImage = input.rank == 4
    let window = WindowGeometry(
      height: isImage ? input[2] : 1, width: isImage ? input[3] : 1,
      kernelHeight: entry.kernel?[0] ?? 1, kernelWidth: entry.kernel?[1] ?? 1,
      strideY: entry.stride?[0] ?? 1, strideX: entry.stride?[1] ?? 1,
      padTop: entry.pads?[0] ?? 0, padLeft: entry.pads?[1] ?? 0, padBottom: entry.pads?[2] ?? 0,
      padRight: entry.pads?[3] ?? 0)
    switch entry.op {
    case "ADD": return .binary(.add)
    case "AVERAGE_POOL_2D": return .pool(Pool(kind: .average, window: window))
    case "RESHAPE": return .reshape
    default: return .linear(linear(entry, window, blob))
    }
  }

  private func linear(
    _ entry: Operator, _ window: WindowGeometry, _ blob: [UInt8]
  ) -> QuantizedLinear {
    let weights = tensors[entry.inputs[1]]
    let bias = tensors[entry.inputs[2]]
    let start = weights.offset ?? 0
    let codes = blob[start..<start + (weights.bytes ?? 0)].map { Int32(Int8(bitPattern: $0)) }
    let biasStart = bias.offset ?? 0
    let biases = stride(from: biasStart, to: biasStart + (bias.bytes ?? 0), by: 4).map { place in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(blob[place + $1]) << (8 * $1) }
      return Int(Int32(bitPattern: bits))
    }
    let channels = weights.shape[0]
    let scales = weights.scale ?? [1]
    let depth = codes.count / channels
    let inputs = depth / (window.kernelHeight * window.kernelWidth)
    return QuantizedLinear(
      inputChannels: inputs, outputChannels: channels, groups: 1, window: window,
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(
        shape: Shape([channels, window.kernelHeight, window.kernelWidth, inputs]), elements: codes),
      weightScales: scales.count == 1
        ? [Double](repeating: scales[0], count: channels) : scales,
      bias: biases)
  }
}
