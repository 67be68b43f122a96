import Costs
import Devices
import Interchange
import Mappings
import Networks

/// Layers as the tables name them, 8 bits wide, and what they cost on a bundled processor.
enum ProcessorLayers {
  static let widths = OperandWidths(
    weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32)

  /// A convolution, depthwise when it has groups; `inputs` and `outputs` are those of one group.
  static func convolution(
    _ name: String, groups: Int = 1, inputs: Int, outputs: Int, rows: Int, columns: Int,
    kernelRows: Int = 1, kernelColumns: Int = 1, stride: Int = 1
  ) -> LayerWork {
    var bounds = LoopBounds()
    bounds.groups = groups
    (bounds.inputChannels, bounds.outputChannels) = (inputs, outputs)
    (bounds.outputRows, bounds.outputColumns) = (rows, columns)
    (bounds.kernelRows, bounds.kernelColumns) = (kernelRows, kernelColumns)
    (bounds.strideY, bounds.strideX) = (stride, stride)
    (bounds.inputHeight, bounds.inputWidth) = (rows * stride, columns * stride)
    bounds.padTop = max(0, kernelRows - stride) / 2
    bounds.padLeft = max(0, kernelColumns - stride) / 2
    return LayerWork(name: name, kind: .products, bounds: bounds, widths: widths)
  }

  /// A depthwise convolution of 3x3 on a square image.
  static func depthwise(_ name: String, channels: Int, size: Int, stride: Int = 1) -> LayerWork {
    convolution(
      name, groups: channels, inputs: 1, outputs: 1, rows: size, columns: size, kernelRows: 3,
      kernelColumns: 3, stride: stride)
  }

  /// An average over a whole image.
  static func pool(_ name: String, channels: Int, rows: Int, columns: Int) -> LayerWork {
    var bounds = LoopBounds()
    bounds.groups = channels
    (bounds.kernelRows, bounds.kernelColumns) = (rows, columns)
    (bounds.inputHeight, bounds.inputWidth) = (rows, columns)
    return LayerWork(name: name, kind: .pool, bounds: bounds, widths: widths)
  }

  /// A sum of two images.
  static func addition(_ name: String, channels: Int, size: Int) -> LayerWork {
    var bounds = LoopBounds()
    bounds.groups = channels
    (bounds.outputRows, bounds.outputColumns) = (size, size)
    (bounds.inputHeight, bounds.inputWidth) = (size, size)
    return LayerWork(
      name: name, kind: .elementwise(inputCount: 2), bounds: bounds, widths: widths)
  }

  /// The layers of a bundled topology.
  static func topology(
    _ name: String, sums: Int, _ data: ValidationData
  ) throws -> [LayerWork] {
    guard let path = data.bundled.networkPath(named: name) else {
      throw ValidationProblem("topology \(name): is not bundled")
    }
    let network = try TopologyFile.network(at: path).verified()
    var widths = widths
    widths.partialSums = sums
    return network.network.layers.enumerated().map { index, layer in
      LayerWork.work(
        for: layer.operation, name: layer.name,
        inputShapes: layer.inputs.map { network.shapes[$0] },
        outputShape: network.shapes[index + 1], batch: 1, widths: widths)
    }
  }
}
