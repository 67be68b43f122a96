import Networks
import Quantization
import Simulation
import Tensors
import TestRandomness

/// An LSTM over six steps and a classifier on random sequences.
enum SequenceWorkload {
  static func network() throws -> VerifiedNetwork {
    var random = SeededGenerator(seed: 19)
    var lstm = LSTM(units: 6, inputs: 5, isBatchFirst: true)
    lstm.inputWeights = Tensor(
      shape: lstm.inputWeightShape, elements: random.floats(lstm.inputWeightShape.count))
    lstm.hiddenWeights = Tensor(
      shape: lstm.hiddenWeightShape, elements: random.floats(lstm.hiddenWeightShape.count))
    lstm.bias = random.floats(24)
    let layers = [
      Layer(name: "memory", operation: .lstm(lstm), inputs: [0]),
      Layer(name: "flat", operation: .reshape(Shape([1, 36])), inputs: [1]),
      Layer(
        name: "fc",
        operation: .fullyConnected(
          FullyConnected(
            inputFeatures: 36, outputFeatures: 4,
            weights: Tensor(shape: Shape([4, 36]), elements: random.floats(144)))), inputs: [2]),
    ]
    return try Network(name: "sequence", inputShape: Shape([1, 6, 5]), layers: layers, output: 3)
      .fused().verified()
  }

  static func samples(_ count: Int, seed: UInt64) -> SampleSet {
    SampleSet(count: count, source: "seed \(seed)") { sample in
      var random = SeededGenerator(seed: seed &+ UInt64(sample))
      return random.floats(30)
    }
  }

  static func workload(samples count: Int = 20) throws -> Workload {
    Workload(
      network: try network(), evaluation: samples(count, seed: 1),
      labels: (0..<count).map { $0 % 4 }, calibration: samples(16, seed: 500))
  }
}
