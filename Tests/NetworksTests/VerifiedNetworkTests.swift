import Networks
import Tensors
import Testing

@Suite struct VerifiedNetworkTests {
  static func convolution(
    _ inputs: Int, _ outputs: Int, groups: Int = 1, size: Int = 8, kernel: Int = 3, pad: Int = 1
  ) -> Convolution {
    var layer = Convolution(
      inputChannels: inputs, outputChannels: outputs, groups: groups,
      window: WindowGeometry(
        height: size, width: size, kernelHeight: kernel, kernelWidth: kernel, padTop: pad,
        padLeft: pad, padBottom: pad, padRight: pad))
    if layer.weightShape.extents.allSatisfy({ $0 >= 0 && $0 < 100 }) {
      layer.weights = Tensor(shape: layer.weightShape, repeating: 0.5)
    }
    return layer
  }

  static func network(_ layers: [Layer], input: [Int] = [1, 2, 8, 8]) -> Network {
    Network(name: "n", inputShape: Shape(input), layers: layers, output: layers.count)
  }

  func problems(_ network: Network) -> [String] {
    do throws(NetworkError) {
      _ = try network.verified()
      return []
    } catch {
      return error.problems
    }
  }

  @Test("a branching network gets the shape of every value")
  func shapes() throws {
    let network = Self.network([
      Layer(name: "conv", operation: .convolution(Self.convolution(2, 4)), inputs: [0]),
      Layer(
        name: "pool",
        operation: .pool(
          Pool(
            kind: .max,
            window: WindowGeometry(
              height: 8, width: 8, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2))),
        inputs: [1]),
      Layer(name: "relu", operation: .activation(.relu), inputs: [2]),
      Layer(name: "add", operation: .binary(.add), inputs: [2, 3]),
      Layer(name: "cat", operation: .concatenation(axis: 1), inputs: [4, 3]),
      Layer(
        name: "pad", operation: .pad(before: [0, 0, 1, 0], after: [0, 0, 0, 2], value: 0),
        inputs: [5]),
      Layer(name: "nhwc", operation: .transpose([0, 2, 3, 1]), inputs: [6]),
      Layer(name: "flat", operation: .reshape(Shape([1, 240])), inputs: [7]),
      Layer(
        name: "fc",
        operation: .fullyConnected(FullyConnected(inputFeatures: 240, outputFeatures: 3)),
        inputs: [8]),
      Layer(
        name: "affine",
        operation: .channelAffine(ChannelAffine(axis: 1, scale: [1, 2, 3], offset: [0, 0, 0])),
        inputs: [9]),
      Layer(name: "soft", operation: .softmax(axis: 1), inputs: [10]),
    ])
    let shapes = try network.verified().shapes.map(\.description)
    #expect(
      shapes == [
        "1x2x8x8", "1x4x8x8", "1x4x4x4", "1x4x4x4", "1x4x4x4", "1x8x4x4", "1x8x5x6", "1x5x6x8",
        "1x240", "1x3", "1x3", "1x3",
      ])
  }

  @Test("all problems of a network are collected, one line each")
  func collected() {
    var poisoned = Self.convolution(2, 4)
    poisoned.weights?.elements[17] = .nan
    var bias = Self.convolution(4, 4)
    bias.bias = [1, 2, 3]
    let network = Self.network([
      Layer(name: "conv1", operation: .convolution(poisoned), inputs: [0]),
      Layer(name: "conv2", operation: .convolution(bias), inputs: [1]),
      Layer(name: "conv2", operation: .activation(.relu), inputs: [5]),
    ])
    #expect(
      problems(network) == [
        "layer 'conv2': two layers have this name; rename one",
        "layer 'conv1': weights contain NaN at index 17; every constant must be finite",
        "layer 'conv2': bias has 3 elements, but the layer needs 4",
        "layer 'conv2': reads value 5, but only values 0 to 2 exist before it; "
          + "order layers so that each reads only earlier ones",
      ])
  }

  static let wrongLayers: [(Networks.Operation, String)] = [
    (
      .convolution(convolution(3, 4)),
      "input is 1x2x8x8, but the layer is made for 1x3x8x8"
    ),
    (
      .convolution(convolution(2, 4, groups: 3)),
      "3 groups of 2 input and 4 output channels; the number of groups must divide both"
    ),
    (
      .convolution(convolution(2, 4, kernel: 11)),
      "a 11x11 window (dilation 1x1) does not fit into 8x8 with padding [1, 1, 1, 1]; "
        + "use a smaller window or more padding"
    ),
    (
      .pool(
        Pool(
          kind: .max,
          window: WindowGeometry(
            height: 8, width: 8, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2,
            padTop: 2, padLeft: 0, padBottom: 0, padRight: 0))),
      "a position of the 2x2 pool covers only padding; use less padding"
    ),
    (
      .fullyConnected(FullyConnected(inputFeatures: 9, outputFeatures: 2)),
      "fc from 9 to 2 features on input 1x2x8x8; the last input axis must be the input features"
    ),
    (.binary(.add), "add reads 2 value(s), not 1"),
    (
      .reshape(Shape([1, 127])),
      "reshape of 1x2x8x8 to 1x127; both must have the same number of elements"
    ),
    (.transpose([0, 1, 1, 2]), "transpose [0, 1, 1, 2] of 1x2x8x8; name each of the 4 axes once"),
    (.softmax(axis: 4), "axis 4 of 1x2x8x8; choose one of its 4 axes"),
    (
      .channelAffine(ChannelAffine(axis: 1, scale: [1], offset: [1])),
      "affine has 1 scales and 1 offsets for axis 1 of 1x2x8x8; give 2 of each"
    ),
    (
      .pad(before: [0, 0, -1, 0], after: [0, 0, 0, 0], value: 0),
      "pad by [0, 0, -1, 0] and [0, 0, 0, 0] of 1x2x8x8; give each axis an amount from 0 to 2^20"
    ),
    (
      .pad(before: [0, 0, 1_000_000, 1_000_000], after: [0, 0, 0, 0], value: 0),
      "shape 1x2x1000008x1000008 has more than 2^31 elements; use a smaller input"
    ),
    (
      .fullyConnected(FullyConnected(inputFeatures: 8, outputFeatures: .max)),
      "weights of \(Int.max)x8 have more than 2^31 elements; use a smaller layer"
    ),
  ]

  @Test("each wrong layer gives its own line", arguments: wrongLayers.indices)
  func wrong(_ index: Int) {
    let (operation, message) = Self.wrongLayers[index]
    let network = Self.network([Layer(name: "l", operation: operation, inputs: [0])])
    #expect(problems(network).first == "layer 'l': " + message)
  }

  @Test("a network without layers, with a bad input or output, is refused")
  func structure() {
    #expect(
      problems(Self.network([])) == ["network 'n': has no layers; give it at least one"])
    let relu = Layer(name: "r", operation: .activation(.relu), inputs: [0])
    #expect(
      problems(Self.network([relu], input: [2, 3])) == [
        "network input: shape 2x3 must describe one sample; put a leading axis of 1"
      ])
    #expect(
      problems(Self.network([relu], input: [1, .max, 2])) == [
        "network input: shape 1x\(Int.max)x2 has more than 2^31 elements; use a smaller input"
      ])
    #expect(
      problems(Network(name: "n", inputShape: Shape([1, 2]), layers: [relu], output: 0)) == [
        "network 'n': its output is value 0, which no layer computes; choose one of 1 to 1"
      ])
  }

  @Test("only an ordered clip can be fused behind a layer")
  func fusedActivation() {
    let clip = Layer(
      name: "r", operation: .binary(.add), inputs: [0, 0],
      fusedActivation: .clip(low: 2, high: 1))
    let tanh = Layer(name: "t", operation: .binary(.add), inputs: [0, 1], fusedActivation: .tanh)
    #expect(problems(Self.network([clip, tanh])).count == 2)
  }
}
