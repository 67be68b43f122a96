import Execution
import Networks
import Tensors
import Testing

@Suite struct FloatExecutorTests {
  @Test("random networks of every operation equal the obvious evaluation", arguments: 0..<60)
  func random(seed: UInt64) throws {
    let random = RandomNetwork(seed: seed)
    let verified = try random.network.verified()
    let result = try FloatExecutor(verified).output(random.input)
    let expected = NaiveNetwork.output(of: verified, on: random.input)
    #expect(result.count == expected.count)
    for (x, y) in zip(result, expected) { #expect(abs(Double(x) - y) < 1e-4) }
  }

  @Test("every value is shown once, in order, images channel-last")
  func visits() throws {
    let network = Network(
      name: "n", inputShape: Shape([1, 2, 1, 2]),
      layers: [Layer(name: "relu", operation: .activation(.relu), inputs: [0])], output: 1)
    var seen: [(Int, [Float])] = []
    let output = try FloatExecutor(network.verified()).output([1, -2, 3, 4]) {
      seen.append(($0, $1))
    }
    #expect(output == [1, 0, 3, 4])
    #expect(seen.map(\.0) == [0, 1])
    #expect(seen[0].1 == [1, 3, -2, 4])
    #expect(seen[1].1 == [1, 3, 0, 4])
  }

  @Test("networks without weights and layers that are not supported say so")
  func errors() throws {
    func error(_ operation: Operation, _ shape: [Int]) throws -> String? {
      let network = Network(
        name: "n", inputShape: Shape(shape),
        layers: [Layer(name: "first", operation: operation, inputs: [0])], output: 1)
      let verified = try network.verified()
      return #expect(throws: ExecutionError.self) { try FloatExecutor(verified) }?.description
    }
    let shapesOnly =
      "layer 'first': the network has shapes only, no weights; "
      + "add --random-weights SEED to execute it with Gaussian weights"
    let window = WindowGeometry(height: 2, width: 2, kernelHeight: 1, kernelWidth: 1)
    #expect(
      try error(
        .convolution(Convolution(inputChannels: 1, outputChannels: 1, window: window)),
        [1, 1, 2, 2]) == shapesOnly)
    #expect(
      try error(.fullyConnected(FullyConnected(inputFeatures: 2, outputFeatures: 1)), [1, 2])
        == shapesOnly)
    #expect(
      try error(
        .fullyConnected(
          FullyConnected(
            inputFeatures: 2, outputFeatures: 1,
            weights: Tensor(shape: Shape([1, 2]), repeating: 1))), [1, 1, 2, 2])
        == "layer 'first': this operation on a tensor of 4 axes is not supported; "
        + "reshape it to images [1, c, h, w] or to [1, features]")
  }
}
