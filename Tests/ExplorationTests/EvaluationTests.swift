import Arithmetic
import Execution
import Exploration
import Foundation
import Networks
import Quantities
import Quantization
import Simulation
import Testing

@Suite struct EvaluationTests {
  private static func simulator() async throws -> Simulator {
    try await Simulator(try StudyWorkload.workload(), threads: 1)
  }

  private static func evaluation() async throws -> Evaluation {
    let simulator = try await simulator()
    let result = try await simulator.result(try StudyWorkload.options())
    return Evaluation(result, of: simulator.workload)
  }

  @Test("figures are the sums of the run")
  func sums() async throws {
    let simulator = try await Self.simulator()
    let result = try await simulator.result(try StudyWorkload.options())
    let evaluation = Evaluation(result, of: simulator.workload)
    #expect(evaluation.energy == result.totals.energy)
    #expect(evaluation.storage == result.totals.storage)
    #expect(evaluation.overflow?.outputs == result.totals.outputs)
    // The input and the output of the convolution are there at the same time.
    #expect(evaluation.liveActivations == Bits((72 + 360) * 8))
    #expect(evaluation.accesses > 0)
    let ratio = try #require(evaluation.fidelity?.outputSQNR)
    #expect(abs(try #require(evaluation.noise) - pow(10, -ratio / 10)) < 1e-12)
  }

  @Test("the divergence is that of softmaxed outputs from the float ones", arguments: [2, 4, 8])
  func divergence(bits: Int) async throws {
    let simulator = try await Self.simulator()
    var options = try StudyWorkload.options()
    options.scheme.weights = StudyWorkload.signed(bits)
    let result = try await simulator.result(options)
    let executor = try simulator.executor(options)
    let inputs = try simulator.inputCodes(options, count: 20)
    let float = try FloatExecutor(simulator.workload.network)
    let output = executor.network.quantizations[executor.network.output]
    func probabilities(_ logits: [Double]) -> [Double] {
      let exponentials = logits.map { exp($0) }
      return exponentials.map { $0 / exponentials.reduce(0, +) }
    }
    var sum = 0.0
    let outputs = await executor.run(count: 20, threads: 1) { inputs[$0] }.outputs
    for sample in inputs.indices {
      let values = try #require(simulator.workload.evaluation?.values(sample))
      let p = probabilities(float.output(values).map(Double.init))
      let codes = outputs[sample]
      let q = probabilities(codes.map { output.real(Int($0)) })
      for (mine, theirs) in zip(p, q) { sum += mine * log(mine / theirs) }
    }
    let divergence = try #require(result.fidelity?.outputDivergence)
    #expect(abs(divergence - sum / 20) < 1e-9)
  }

  @Test("an objective is a weighted sum of shares of the baseline")
  func objective() async throws {
    let baseline = try await Self.evaluation()
    var half = baseline
    half.energy = Picojoules(baseline.energy.value / 2)
    #expect(Objective(.energy).value(of: half, baseline: baseline) == 0.5)
    #expect(Objective(.edp).value(of: half, baseline: baseline) == 0.5)
    #expect(Objective(.size).value(of: half, baseline: baseline) == 1)
    let sum = Objective(terms: [.init(.energy, weight: 3), .init(.accesses, weight: 1)])
    #expect(sum.value(of: half, baseline: baseline) == 2.5)
  }

  @Test("a constraint says how far it is exceeded")
  func constraints() async throws {
    let baseline = try await Self.evaluation()
    var worse = baseline
    worse.accuracy?.floatTop1 = 16
    worse.accuracy?.top1 = 12
    worse.liveActivations = Bits(1500)
    func excess(_ constraint: Constraint) -> Double {
      constraint.excess(of: worse, baseline: baseline)
    }
    // 16 of 20 fell to 12 of 20: 20 points, a quarter.
    #expect(abs(excess(.absoluteDrop(atMost: 0.05)) - 0.15) < 1e-12)
    #expect(abs(excess(.relativeDrop(atMost: 0.05)) - 0.2) < 1e-12)
    #expect(Constraint.absoluteDrop(atMost: 0.25).isMet(by: worse, baseline: baseline))
    #expect(excess(.liveActivations(atMost: Bits(1000))) == 0.5)
    #expect(excess(.liveActivations(atMost: Bits(1500))) == 0)
    worse.overflow = OverflowCount()
    worse.overflow?.outputs = 10
    worse.overflow?.overflowedOutputs = 1
    worse.overflow?.isProvenAbsent = false
    #expect(excess(.overflowRate(atMost: 0.1)) == 0)
    #expect(excess(.provenOverflowAbsence) == 1)
    worse.accuracy = nil
    #expect(excess(.absoluteDrop(atMost: 0.5)) == .infinity)
  }
}
