import Networks
import Tensors
import TestRandomness

/// A seeded random float network that uses every operation.
struct RandomNetwork {
  var network: Network
  var input: [Float]

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let channels = Int.random(in: 1...5, using: &random)
    let inputShape = Shape([1, channels, 6, 7])
    var layers: [Layer] = []
    var shapes = [inputShape]
    // The value that the next layer of a chain reads.
    var last: Int { layers.count }
    func append(_ name: String, _ operation: Operation, _ inputs: [Int], _ shape: Shape) {
      layers.append(Layer(name: "\(layers.count)-\(name)", operation: operation, inputs: inputs))
      shapes.append(shape)
    }
    func convolve(_ outputs: Int, groups: Int, pads: Int) {
      let shape = shapes[last]
      let window = WindowGeometry(
        height: shape[2], width: shape[3], kernelHeight: 3, kernelWidth: 2,
        strideX: Int.random(in: 1...2, using: &random), padTop: pads, padLeft: pads, padBottom: 1)
      var layer = Convolution(
        inputChannels: shape[1], outputChannels: outputs, groups: groups, window: window)
      layer.weights = Tensor(
        shape: layer.weightShape, elements: random.floats(layer.weightShape.count))
      layer.bias = Bool.random(using: &random) ? random.floats(outputs) : nil
      append(
        "conv", .convolution(layer), [last],
        Shape([1, outputs, window.outputHeight, window.outputWidth]))
    }

    convolve(17, groups: 1, pads: 1)
    if Bool.random(using: &random) {
      layers[0].fusedActivation = .clip(low: -1, high: .infinity)
    }
    convolve(34, groups: 17, pads: 0)
    convolve(4, groups: 2, pads: 1)
    let trunk = last
    let shape = shapes[trunk]
    let activations: [Activation] = [
      .relu6, .leakyRelu(slope: 0.1), .hardSigmoid(slope: 0.2, offset: 0.5), .hardSwish, .sigmoid,
      .tanh, .sign, .linear(scale: -0.5, offset: 0.25), .power(exponent: 2),
    ]
    append(
      "act", .activation(activations[Int(seed) % activations.count]), [trunk], shape)
    append(
      "affine",
      .channelAffine(ChannelAffine(axis: 1, scale: random.floats(4), offset: random.floats(4))),
      [last], shape)
    let kinds: [BinaryKind] = [.add, .subtract, .multiply]
    append("binary", .binary(kinds[Int(seed) % 3]), [last, trunk], shape)
    var double = shape
    double.extents[1] *= 2
    append("concat", .concatenation(axis: 1), [last, trunk], double)
    var padded = double
    padded.extents[2] += 1
    padded.extents[3] += 2
    append(
      "pad", .pad(before: [0, 0, 1, 0], after: [0, 0, 0, 2], value: 0.5), [last], padded)
    let window = WindowGeometry(
      height: padded[2], width: padded[3], kernelHeight: 2, kernelWidth: 2, padTop: 1, padLeft: 1)
    append(
      "pool",
      .pool(
        Pool(
          kind: seed.isMultiple(of: 2) ? .max : .average, window: window,
          countsPadding: seed.isMultiple(of: 3))), [last],
      Shape([1, padded[1], window.outputHeight, window.outputWidth]))
    append("transpose", .transpose([0, 2, 3, 1]), [last], shapes[last].permuted([0, 2, 3, 1]))
    let rows = shapes[last][1] * shapes[last][2]
    append("reshape", .reshape(Shape([1, rows, 8])), [last], Shape([1, rows, 8]))
    append(
      "fc",
      .fullyConnected(
        FullyConnected(
          inputFeatures: 8, outputFeatures: 5,
          weights: Tensor(shape: Shape([5, 8]), elements: random.floats(40)),
          bias: random.floats(5))), [last], Shape([1, rows, 5]))
    append("softmax", .softmax(axis: 2), [last], Shape([1, rows, 5]))
    network = Network(name: "random", inputShape: inputShape, layers: layers, output: last)
    input = random.floats(inputShape.count)
  }
}
