public import Networks
internal import Statistics
internal import Tensors

extension Network {
  /// The network with Gaussian weights of deviation `sqrt(2 / fanIn)` and zero biases where it has none.
  ///
  /// - Source: He et al., Delving deep into rectifiers, ICCV 2015.
  public func withRandomWeights(seed: UInt64) -> Network {
    var network = self
    for index in network.layers.indices {
      func weights(_ shape: Shape) -> Tensor<Float> {
        let fanIn = shape.count / max(shape[0], 1)
        return Tensor(
          shape: shape,
          elements: GaussianSource.numbers(
            count: shape.count, deviation: (2 / Double(max(fanIn, 1))).squareRoot(),
            seed: seed &+ UInt64(index)))
      }
      switch network.layers[index].operation {
      case .convolution(var convolution) where convolution.weights == nil:
        convolution.weights = weights(convolution.weightShape)
        convolution.bias = [Float](repeating: 0, count: convolution.outputChannels)
        network.layers[index].operation = .convolution(convolution)
      case .fullyConnected(var connected) where connected.weights == nil:
        connected.weights = weights(connected.weightShape)
        connected.bias = [Float](repeating: 0, count: connected.outputFeatures)
        network.layers[index].operation = .fullyConnected(connected)
      case .convolution, .fullyConnected, .pool, .binary, .activation, .channelAffine,
        .concatenation, .pad, .reshape, .transpose, .softmax, .matrixProduct, .constant, .slice,
        .lstm:
        break
      }
    }
    return network
  }

  /// The weights of all layers.
  public var weightCount: Int {
    layers.reduce(0) { count, layer in
      switch layer.operation {
      case .convolution(let convolution): count + convolution.weightShape.count
      case .fullyConnected(let connected): count + connected.weightShape.count
      case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape,
        .transpose, .softmax, .matrixProduct, .constant, .slice:
        count
      case .lstm(let lstm): count + lstm.inputWeightShape.count + lstm.hiddenWeightShape.count
      }
    }
  }

  /// Whether some layer has a shape but no weights.
  public var lacksWeights: Bool {
    layers.contains { layer in
      switch layer.operation {
      case .convolution(let convolution): convolution.weights == nil
      case .fullyConnected(let connected): connected.weights == nil
      case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape,
        .transpose, .softmax, .matrixProduct, .constant, .slice:
        false
      case .lstm(let lstm): lstm.inputWeights == nil || lstm.hiddenWeights == nil
      }
    }
  }
}

extension SampleSet {
  /// Random samples, uniform from 0 to 1, the same for the same seed.
  public static func random(count: Int, elements: Int, seed: UInt64) -> SampleSet {
    SampleSet(count: count, source: "random") { sample in
      GaussianSource.uniforms(count: elements, seed: seed &+ UInt64(sample) &* 7919)
    }
  }
}
