import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct FloatOperationTests {
  private static let image = Shape([1, 3, 4, 5])
  private static let window = WindowGeometry(
    height: 4, width: 5, kernelHeight: 2, kernelWidth: 3, strideY: 2)

  /// Operations with the shapes of what they read.
  private static let cases: [(Operation, [Shape])] = [
    (.activation(.sigmoid), [image]),
    (.pool(Pool(kind: .average, window: window)), [image]),
    (.softmax(axis: 1), [image]),
    (.transpose([0, 3, 1, 2]), [image]),
    (.reshape(Shape([1, 60])), [image]),
    (.pad(before: [0, 1, 0, 2], after: [0, 0, 1, 0], value: 1.5), [image]),
    (.concatenation(axis: 2), [image, image, image]),
    (.binary(.divide), [image, Shape([3, 1, 1])]),
    (.channelAffine(ChannelAffine(axis: 1, scale: [2, 3, -4], offset: [1, 0, 0.5])), [image]),
    (
      .convolution(
        Convolution(
          inputChannels: 3, outputChannels: 2, window: window,
          weights: Tensor(
            shape: Shape([2, 2, 3, 3]), elements: (0..<36).map { Float($0 % 7) - 3.25 }),
          bias: [0.5, -1])), [image]
    ),
    (
      .fullyConnected(
        FullyConnected(
          inputFeatures: 4, outputFeatures: 2,
          weights: Tensor(shape: Shape([2, 4]), elements: [1, -2, 3, 0.5, 7, 0, -1, 2]))),
      [Shape([1, 4])]
    ),
  ]

  @Test("a float layer of a quantized network gives the float network's bits", arguments: 0..<11)
  func bits(index: Int) throws {
    let (operation, shapes) = Self.cases[index]
    var random = SeededGenerator(seed: UInt64(index))
    let operands = shapes.map { shape in
      (0..<shape.count).map { _ in Float.random(in: -3...3, using: &random) }
    }
    let shape = try operation.outputShape(of: shapes)
    let result = try OperatorNetwork.result(
      .float(operation),
      of: zip(operands, shapes).map {
        OperatorNetwork.Operand(
          codes: OperatorNetwork.patterns($0), shape: $1, quantization: .float32)
      }, output: .float32, shape: shape)
    if shapes.count > 1 {
      #expect(result == Self.expected(operation, operands))
    } else {
      let network = Network(
        name: "n", inputShape: shapes[0],
        layers: [Layer(name: "layer", operation: operation, inputs: [0])], output: 1)
      let expected = try FloatExecutor(network.verified()).output(operands[0])
      #expect(result == OperatorNetwork.patterns(expected))
    }
  }

  /// Operations of several values, place by place.
  private static func expected(_ operation: Operation, _ operands: [[Float]]) -> [Int32] {
    if case .binary(.divide) = operation {
      return OperatorNetwork.patterns(
        operands[0].enumerated().map { $1 / operands[1][$0 / 20] })
    }
    let channels = (0..<3).flatMap { channel in
      operands.flatMap { $0[channel * 20..<(channel + 1) * 20] }
    }
    return OperatorNetwork.patterns(channels)
  }
}
