import NetworkReference
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct NetworkFusedTests {
  private func convolution(
    _ inputs: Int, _ outputs: Int, size: Int, _ random: inout SeededGenerator, groups: Int = 1,
    bias: Bool = true
  ) -> Convolution {
    var layer = Convolution(
      inputChannels: inputs, outputChannels: outputs, groups: groups,
      window: WindowGeometry(
        height: size, width: size, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
        padBottom: 1, padRight: 1))
    layer.weights = Tensor(
      shape: layer.weightShape, elements: random.floats(layer.weightShape.count))
    layer.bias = bias ? random.floats(outputs) : nil
    return layer
  }

  private func affine(_ axis: Int, _ count: Int, _ random: inout SeededGenerator) -> ChannelAffine {
    ChannelAffine(axis: axis, scale: random.floats(count), offset: random.floats(count))
  }

  private func largestDifference(
    _ left: Network, _ right: Network, _ random: inout SeededGenerator
  ) throws -> Double {
    let input = random.floats(left.inputShape.count).map(Double.init)
    let a = FloatReference.output(of: try left.verified(), on: input)
    let b = FloatReference.output(of: try right.verified(), on: input)
    #expect(a.count == b.count)
    return zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test("affine maps and clamps go into convolutions and fully connected layers", arguments: 1...20)
  func sameFunction(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 4, 4]),
      layers: [
        Layer(
          name: "conv", operation: .convolution(convolution(2, 4, size: 4, &random, bias: false)),
          inputs: [0]),
        Layer(name: "bn", operation: .channelAffine(affine(1, 4, &random)), inputs: [1]),
        Layer(name: "scale", operation: .activation(.linear(scale: -2, offset: 0.5)), inputs: [2]),
        Layer(name: "relu", operation: .activation(.relu), inputs: [3]),
        Layer(name: "relu1", operation: .activation(.clip(low: 0.1, high: 1)), inputs: [4]),
        Layer(
          name: "dw", operation: .convolution(convolution(4, 4, size: 4, &random, groups: 4)),
          inputs: [5]),
        Layer(name: "dead", operation: .activation(.relu), inputs: [5]),
        Layer(name: "bn2", operation: .channelAffine(affine(1, 4, &random)), inputs: [6]),
        Layer(name: "sum", operation: .binary(.add), inputs: [8, 5]),
        Layer(name: "relu2", operation: .activation(.relu), inputs: [9]),
        Layer(name: "idle", operation: .reshape(Shape([1, 4, 4, 4])), inputs: [10]),
        Layer(name: "flat", operation: .reshape(Shape([1, 64])), inputs: [11]),
        Layer(
          name: "fc",
          operation: .fullyConnected(
            FullyConnected(
              inputFeatures: 64, outputFeatures: 5,
              weights: Tensor(shape: Shape([5, 64]), elements: random.floats(320)))),
          inputs: [12]),
        Layer(name: "bias", operation: .channelAffine(affine(1, 5, &random)), inputs: [13]),
        Layer(name: "last", operation: .activation(.relu6), inputs: [14]),
      ], output: 15)
    let fused = network.fused()
    #expect(fused.layers.map(\.name) == ["conv", "dw", "sum", "flat", "fc"])
    #expect(fused.output == 5)
    #expect(fused.layers[0].fusedActivation == .clip(low: 0.1, high: 1))
    #expect(try largestDifference(network, fused, &random) < 1e-5)
  }

  @Test("a value with another reader is left alone")
  func otherReaders() throws {
    var random = SeededGenerator(seed: 7)
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 4, 4]),
      layers: [
        Layer(
          name: "conv", operation: .convolution(convolution(2, 2, size: 4, &random)), inputs: [0]),
        Layer(name: "bn", operation: .channelAffine(affine(1, 2, &random)), inputs: [1]),
        Layer(name: "relu", operation: .activation(.relu), inputs: [1]),
        Layer(name: "sum", operation: .binary(.subtract), inputs: [2, 3]),
      ], output: 4)
    let fused = network.fused()
    #expect(fused.layers.map(\.name) == ["conv", "bn", "relu", "sum"])
    #expect(try largestDifference(network, fused, &random) == 0)
  }

  @Test("the network's output counts as a reader")
  func outputIsReader() {
    var random = SeededGenerator(seed: 7)
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 4, 4]),
      layers: [
        Layer(
          name: "conv", operation: .convolution(convolution(2, 2, size: 4, &random)), inputs: [0]),
        Layer(name: "relu", operation: .activation(.relu), inputs: [1]),
      ], output: 1)
    #expect(network.fused().layers.map(\.name) == ["conv"])
    #expect(network.fused().layers.first?.fusedActivation == nil)
  }

  @Test("an affine map after a clamp stays, and clips are composed in order")
  func order() throws {
    var random = SeededGenerator(seed: 3)
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 4, 4]),
      layers: [
        Layer(
          name: "conv", operation: .convolution(convolution(2, 2, size: 4, &random)), inputs: [0]),
        Layer(name: "low", operation: .activation(.clip(low: -1, high: 0.25)), inputs: [1]),
        Layer(name: "high", operation: .activation(.clip(low: 0.5, high: 2)), inputs: [2]),
        Layer(name: "bn", operation: .channelAffine(affine(1, 2, &random)), inputs: [3]),
        Layer(name: "relu", operation: .activation(.relu), inputs: [4]),
      ], output: 5)
    let fused = network.fused()
    #expect(fused.layers.map(\.name) == ["conv", "bn"])
    #expect(fused.layers[0].fusedActivation == .clip(low: 0.5, high: 0.5))
    #expect(fused.layers[1].fusedActivation == .relu)
    #expect(try largestDifference(network, fused, &random) == 0)
  }

  @Test("one-dimensional convolutions fuse through the reshapes around them")
  func throughReshapes() throws {
    var random = SeededGenerator(seed: 5)
    func layer(_ inputs: Int, _ outputs: Int) -> Convolution {
      var layer = Convolution(
        inputChannels: inputs, outputChannels: outputs,
        window: WindowGeometry(
          height: 1, width: 6, kernelHeight: 1, kernelWidth: 3, padLeft: 1, padRight: 1))
      layer.weights = Tensor(
        shape: layer.weightShape, elements: random.floats(layer.weightShape.count))
      return layer
    }
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 6]),
      layers: [
        Layer(name: "a.in", operation: .reshape(Shape([1, 2, 1, 6])), inputs: [0]),
        Layer(name: "a", operation: .convolution(layer(2, 3)), inputs: [1]),
        Layer(name: "a.out", operation: .reshape(Shape([1, 3, 6])), inputs: [2]),
        Layer(name: "bn", operation: .channelAffine(affine(1, 3, &random)), inputs: [3]),
        Layer(name: "relu", operation: .activation(.relu), inputs: [4]),
        Layer(name: "b.in", operation: .reshape(Shape([1, 3, 1, 6])), inputs: [5]),
        Layer(name: "b", operation: .convolution(layer(3, 2)), inputs: [6]),
        Layer(name: "b.out", operation: .reshape(Shape([1, 2, 6])), inputs: [7]),
      ], output: 8)
    let fused = network.fused()
    #expect(fused.layers.map(\.name) == ["a.in", "a", "b", "b.out"])
    #expect(fused.layers[1].fusedActivation == .relu)
    #expect(try largestDifference(network, fused, &random) < 1e-5)
  }

  @Test("clamps go into average pools but not into maximum pools")
  func pools() throws {
    let window = WindowGeometry(
      height: 4, width: 4, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)
    func network(_ kind: Pool.Kind) -> Network {
      Network(
        name: "n", inputShape: Shape([1, 2, 4, 4]),
        layers: [
          Layer(name: "pool", operation: .pool(Pool(kind: kind, window: window)), inputs: [0]),
          Layer(name: "relu", operation: .activation(.relu), inputs: [1]),
        ], output: 2)
    }
    #expect(network(.average).fused().layers.count == 1)
    #expect(network(.max).fused().layers.count == 2)
    var random = SeededGenerator(seed: 9)
    let average = network(.average)
    #expect(try largestDifference(average, average.fused(), &random) == 0)
  }

  @Test("a scale that would overflow the weights, and a network with problems, are left alone")
  func unfit() {
    var random = SeededGenerator(seed: 1)
    var layer = convolution(2, 2, size: 4, &random)
    layer.weights?.elements[0] = 1e30
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 4, 4]),
      layers: [
        Layer(name: "conv", operation: .convolution(layer), inputs: [0]),
        Layer(
          name: "bn", operation: .activation(.linear(scale: 1e30, offset: 0)), inputs: [1]),
      ], output: 2)
    #expect(network.fused() == network)
    var broken = network
    broken.layers[1].inputs = [2]
    #expect(broken.fused() == broken)
  }

  @Test("a network of idle layers keeps one")
  func idle() throws {
    let same = Networks.Operation.reshape(Shape([1, 4]))
    let network = Network(
      name: "n", inputShape: Shape([1, 4]),
      layers: [
        Layer(name: "a", operation: same, inputs: [0]),
        Layer(name: "b", operation: same, inputs: [1]),
      ], output: 2)
    let fused = network.fused()
    #expect(fused.layers.map(\.name) == ["b"])
    #expect(try fused.verified().shapes == [Shape([1, 4]), Shape([1, 4])])
  }
}
