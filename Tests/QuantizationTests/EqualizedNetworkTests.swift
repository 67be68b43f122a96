import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct EqualizedNetworkTests {
  private func convolution(
    _ inputs: Int, _ outputs: Int, groups: Int = 1, seed: UInt64, spread: Bool
  ) -> Operation {
    var random = SeededGenerator(seed: seed)
    var layer = Convolution(
      inputChannels: inputs, outputChannels: outputs, groups: groups,
      window: WindowGeometry(
        height: 4, width: 4, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
        padRight: 1))
    let depth = layer.weightShape.count / outputs
    layer.weights = Tensor(
      shape: layer.weightShape,
      elements: random.floats(layer.weightShape.count).enumerated().map { index, weight in
        spread ? weight * Float(1 << (index / depth % 7)) / 16 : weight
      })
    layer.bias = random.floats(outputs)
    return .convolution(layer)
  }

  /// Convolution, depthwise, pool and classifier, all apart by ReLU, pools and reshapes.
  private func chain(_ activation: Activation? = .relu) -> Network {
    var random = SeededGenerator(seed: 9)
    return Network(
      name: "chain", inputShape: Shape([1, 3, 4, 4]),
      layers: [
        Layer(
          name: "conv", operation: convolution(3, 8, seed: 1, spread: true), inputs: [0],
          fusedActivation: activation),
        Layer(
          name: "dw", operation: convolution(8, 8, groups: 8, seed: 2, spread: true), inputs: [1]),
        Layer(name: "leaky", operation: .activation(.leakyRelu(slope: 0.1)), inputs: [2]),
        Layer(
          name: "pool",
          operation: .pool(
            Pool(
              kind: .average,
              window: WindowGeometry(height: 4, width: 4, kernelHeight: 4, kernelWidth: 4))),
          inputs: [3]),
        Layer(name: "flat", operation: .reshape(Shape([1, 8])), inputs: [4]),
        Layer(
          name: "fc",
          operation: .fullyConnected(
            FullyConnected(
              inputFeatures: 8, outputFeatures: 4,
              weights: Tensor(shape: Shape([4, 8]), elements: random.floats(32)))), inputs: [5]),
      ], output: 6)
  }

  private func outputs(_ network: VerifiedNetwork) throws -> [[Float]] {
    let executor = try FloatExecutor(network)
    var random = SeededGenerator(seed: 77)
    return (0..<10).map { _ in executor.output(random.floats(network.shapes[0].count)) }
  }

  private func weights(_ network: VerifiedNetwork, _ index: Int) -> [Float] {
    switch network.network.layers[index].operation {
    case .convolution(let convolution): convolution.weights?.elements ?? []
    case .fullyConnected(let connected): connected.weights?.elements ?? []
    default: []
    }
  }

  @Test("the network computes the same, with equal ranges on both sides of every pair")
  func balanced() throws {
    let network = try chain().verified()
    let equal = network.equalized()
    #expect(equal != network)
    #expect(equal.equalized().shapes == network.shapes)
    for (before, after) in zip(try outputs(network), try outputs(equal)) {
      let largest = before.map(abs).max() ?? 0
      for (one, other) in zip(before, after) { #expect(abs(one - other) < 2e-5 * largest) }
    }
    let depthwise = ChannelLayout(outputs: 8, inputs: 8, groups: 8, taps: 9)
    let first = ChannelEqualization.outputRanges(
      weights(equal, 0), layout: ChannelLayout(outputs: 8, inputs: 3, taps: 9))
    let second = ChannelEqualization.inputRanges(weights(equal, 1), layout: depthwise)
    let third = ChannelEqualization.outputRanges(weights(equal, 1), layout: depthwise)
    let last = ChannelEqualization.inputRanges(
      weights(equal, 5), layout: ChannelLayout(outputs: 4, inputs: 8))
    for (one, other) in zip(first + third, second + last) { #expect(abs(one / other - 1) < 0.05) }
  }

  @Test("what is not homogeneous, or read twice, is left alone")
  func untouched() throws {
    let clipped = try chain(.relu6).verified().equalized()
    #expect(weights(clipped, 0) == weights(try chain().verified(), 0))
    #expect(weights(clipped, 1) != weights(try chain().verified(), 1))
    var readTwice = chain()
    readTwice.layers.append(
      Layer(name: "other", operation: .activation(.tanh), inputs: [5]))
    let kept = try readTwice.verified().equalized()
    #expect(weights(kept, 5) == weights(try chain().verified(), 5))
    // The output of the network is read, too.
    var early = chain()
    early.output = 2
    #expect(weights(try early.verified().equalized(), 5) == weights(try chain().verified(), 5))
    let residual = SmallNetworks.convolutional(seed: 3)
    let verified = try residual.verified()
    let equal = verified.equalized()
    #expect(weights(equal, 0) == weights(verified, 0))
    #expect(weights(equal, 1) != weights(verified, 1))
    #expect(weights(equal, 6) == weights(verified, 6))
  }

  @Test("channels of zeros keep their weights")
  func zeros() throws {
    var network = chain()
    guard case .convolution(var first) = network.layers[0].operation else { return }
    var elements = first.weights?.elements ?? []
    for index in 0..<27 { elements[index] = 0 }
    first.weights = Tensor(shape: first.weightShape, elements: elements)
    network.layers[0].operation = .convolution(first)
    let equal = try network.verified().equalized()
    #expect(weights(equal, 0)[..<27].allSatisfy { $0 == 0 })
    #expect(weights(equal, 0).allSatisfy(\.isFinite))
  }
}
