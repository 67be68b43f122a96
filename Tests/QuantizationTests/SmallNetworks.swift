import Arithmetic
import Execution
import Networks
import Quantization
import Statistics
import Tensors
import TestRandomness

/// Float networks and their calibration for the tests of the quantizer.
enum SmallNetworks {
  /// A quantizer that saw `samples` random inputs of a network.
  static func quantizer(
    _ network: Network, scheme: QuantizationScheme, samples: [[Float]]
  ) throws -> Quantizer {
    let verified = try network.verified()
    let executor = try FloatExecutor(verified)
    var ranges = [ValueRange](repeating: ValueRange(), count: verified.shapes.count)
    for sample in samples { _ = executor.output(sample) { ranges[$0].add($1) } }
    var histograms = ranges.map { $0.histogram(bins: Calibrator.bins) }
    var means = zip(verified.shapes, ranges).map { shape, range in
      ChannelMeans(
        channels: shape.rank == 4 ? shape[1] : shape[shape.rank - 1],
        count: shape.count * samples.count, range: range.withZero)
    }
    var patches = network.layers.map {
      WindowPatches($0, input: verified.shapes[$0.inputs.first ?? 0])
    }
    for sample in samples {
      _ = executor.output(sample) { value, numbers in
        histograms[value].add(numbers)
        means[value].add(numbers)
        for (index, layer) in network.layers.enumerated() where layer.inputs.first == value {
          let places = patches[index]?.places ?? 0
          patches[index]?.add(numbers, places: Array(0..<places))
        }
      }
    }
    return Quantizer(
      verified, scheme: scheme, observations: histograms, channelMeans: means.map(\.means),
      patches: patches)
  }

  /// A network of one fully connected layer.
  static func connected(
    _ weights: [Float], outputs: Int, bias: [Float]? = nil, fused: Activation? = nil
  ) -> Network {
    let inputs = weights.count / outputs
    return Network(
      name: "fc", inputShape: Shape([1, inputs]),
      layers: [
        Layer(
          name: "fc",
          operation: .fullyConnected(
            FullyConnected(
              inputFeatures: inputs, outputFeatures: outputs,
              weights: Tensor(shape: Shape([outputs, inputs]), elements: weights), bias: bias)),
          inputs: [0], fusedActivation: fused)
      ], output: 1)
  }

  /// A network of one layer that reads the input.
  static func single(_ operation: Operation, _ shape: Shape) -> Network {
    Network(
      name: "single", inputShape: shape,
      layers: [Layer(name: "layer", operation: operation, inputs: [0])], output: 1)
  }

  /// Two convolutions with a depthwise one, a residual sum, a pool and a classifier.
  static func convolutional(seed: UInt64) -> Network {
    var random = SeededGenerator(seed: seed)
    func convolve(_ inputs: Int, _ outputs: Int, groups: Int) -> Operation {
      var layer = Convolution(
        inputChannels: inputs, outputChannels: outputs, groups: groups,
        window: WindowGeometry(
          height: 8, width: 8, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
          padBottom: 1, padRight: 1))
      layer.weights = Tensor(
        shape: layer.weightShape,
        elements: random.floats(layer.weightShape.count).map { $0 * 0.5 })
      layer.bias = random.floats(outputs).map { $0 * 0.3 }
      return .convolution(layer)
    }
    let pool = Pool(
      kind: .average,
      window: WindowGeometry(height: 8, width: 8, kernelHeight: 8, kernelWidth: 8))
    return Network(
      name: "small", inputShape: Shape([1, 3, 8, 8]),
      layers: [
        Layer(
          name: "conv1", operation: convolve(3, 16, groups: 1), inputs: [0],
          fusedActivation: .relu),
        Layer(
          name: "dw", operation: convolve(16, 16, groups: 16), inputs: [1], fusedActivation: .relu),
        Layer(name: "conv2", operation: convolve(16, 16, groups: 1), inputs: [2]),
        Layer(name: "sum", operation: .binary(.add), inputs: [3, 1], fusedActivation: .relu),
        Layer(name: "pool", operation: .pool(pool), inputs: [4]),
        Layer(name: "flat", operation: .reshape(Shape([1, 16])), inputs: [5]),
        Layer(
          name: "fc",
          operation: .fullyConnected(
            FullyConnected(
              inputFeatures: 16, outputFeatures: 10,
              weights: Tensor(shape: Shape([10, 16]), elements: random.floats(160)),
              bias: random.floats(10))), inputs: [6]),
      ], output: 7)
  }
}

extension QuantizedNetwork {
  /// The first layer of products.
  var firstLinear: QuantizedLinear? {
    for layer in layers { if case .linear(let linear) = layer.operation { return linear } }
    return nil
  }
}
