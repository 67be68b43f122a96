internal import Tensors

extension QuantizedNetwork {
  /// The same layers as operations without weights: what costs and tables need of a network.
  ///
  /// One layer stands for each layer here, with the same inputs and shapes.
  public var outline: VerifiedNetwork {
    let layers = layers.enumerated().map { index, layer in
      Layer(
        name: layer.name, operation: layer.outline(shapes: shapes, output: shapes[index + 1]),
        inputs: layer.inputs)
    }
    return VerifiedNetwork(
      network: Network(name: name, inputShape: shapes[0], layers: layers, output: output),
      shapes: shapes)
  }
}

extension QuantizedLayer {
  /// The operation in real numbers that does the same work, weightless.
  fileprivate func outline(shapes: [Shape], output: Shape) -> Operation {
    switch operation {
    case .linear(let linear):
      if kind == "fc" {
        return .fullyConnected(
          FullyConnected(
            inputFeatures: linear.inputChannels, outputFeatures: linear.outputChannels))
      }
      return .convolution(
        Convolution(
          inputChannels: linear.inputChannels, outputChannels: linear.outputChannels,
          groups: linear.groups, window: linear.window))
    case .matrixProduct(let product): return .matrixProduct(product)
    case .pool(let pool): return .pool(pool)
    case .binary(let kind): return .binary(kind)
    case .table, .thresholds, .requantize, .leakyRelu, .quantize, .dequantize, .dynamicQuantize,
      .dynamicScale, .dynamicZeroPoint:
      return .activation(.linear(scale: 1, offset: 0))
    case .float(let operation): return operation
    case .concatenation(let axis): return .concatenation(axis: axis)
    case .pad(let before, let after, _): return .pad(before: before, after: after, value: 0)
    case .slice(let slice): return .slice(slice)
    case .reshape: return .reshape(output)
    case .transpose(let axes): return .transpose(axes)
    case .softmax(let axis, _): return .softmax(axis: axis)
    case .constant: return .constant(Tensor(shape: output, repeating: 0))
    case .lstm(let lstm):
      return .lstm(
        LSTM(
          units: lstm.units, inputs: shapes[inputs[0]].extents.last ?? 1,
          isBatchFirst: !lstm.isTimeMajor))
    case .svdf(let filter):
      // Each unit sums its filters' features and their memories: `filters * (inputs + memory)` products.
      let features = shapes[inputs[0]].extents.last ?? 1
      let memory = filter.timeWeights.shape.extents.last ?? 1
      return .fullyConnected(
        FullyConnected(
          inputFeatures: filter.rank * (features + memory),
          outputFeatures: output.extents.last ?? 1))
    }
  }
}
