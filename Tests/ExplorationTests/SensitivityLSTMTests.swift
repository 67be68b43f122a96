import Arithmetic
import Exploration
import Networks
import Quantization
import Simulation
import Tensors
import TestRandomness
import Testing

@Suite struct SensitivityLSTMTests {
  /// An LSTM of three steps alone, without labels.
  private func workload() throws -> Workload {
    var random = SeededGenerator(seed: 29)
    var lstm = LSTM(units: 4, inputs: 3, isBatchFirst: true)
    lstm.inputWeights = Tensor(shape: lstm.inputWeightShape, elements: random.floats(48))
    lstm.hiddenWeights = Tensor(shape: lstm.hiddenWeightShape, elements: random.floats(64))
    let network = Network(
      name: "recurrent", inputShape: Shape([1, 3, 3]),
      layers: [Layer(name: "memory", operation: .lstm(lstm), inputs: [0])], output: 1)
    let samples = SampleSet(count: 8, source: "random") { sample in
      var random = SeededGenerator(seed: 70 + UInt64(sample))
      return random.floats(9)
    }
    return Workload(network: try network.verified(), evaluation: samples, calibration: samples)
  }

  @Test("an LSTM is a point of weights and of activations, not of accumulators")
  func points() async throws {
    let axes = SensitivityAxes(
      weights: [StudyWorkload.signed(8), StudyWorkload.signed(3)],
      activations: [StudyWorkload.unsigned(4)],
      accumulators: [Accumulator(bits: 12, overflow: .wrap)])
    let simulator = try await Simulator(try workload(), threads: 1)
    let baseline = try StudyWorkload.options()
    let study = try SensitivityStudy(simulator, baseline: baseline, axes: axes)
    #expect(
      study.points.map { "\($0.subject.rawValue) \($0.layer) \($0.elements)" }
        == ["weights memory 112", "activations input 9", "activations memory 12"])
    let result = try await study.result()
    #expect(result.rows.count == 4)
    #expect(result.rows[0].evaluation == result.evaluation)
    let whole = try #require(result.evaluation.fidelity?.outputSQNR)
    #expect(whole > 25)
    for row in result.rows.dropFirst() {
      #expect(try #require(row.evaluation.fidelity?.outputSQNR) < whole)
    }
  }
}
