import Arithmetic
import Execution
import Exploration
import Networks
import Quantization
import Simulation
import Testing

@Suite struct AccumulatorSearchTests {
  private static let weights = (2...8).reversed().map(StudyWorkload.signed)
  private static let activations = (2...8).reversed().map(StudyWorkload.unsigned)

  private static func search(
    bits: Int, rule: AccumulatorRule, policy: OverflowPolicy = .saturate,
    weights: [NumberFormat] = weights, activations: [NumberFormat] = activations
  ) async throws -> AccumulatorSearch {
    let workload = try StudyWorkload.workload()
    var options = try StudyWorkload.options()
    options.choice.accumulator = Accumulator(bits: bits, overflow: policy)
    let simulator = try await Simulator(workload, threads: 1)
    let tuner = Tuner(
      simulator, baseline: options,
      space: try TuningSpace(
        of: workload, baseline: options,
        axes: TuningAxes(
          weights: Array(weights.dropFirst()), activations: Array(activations.dropFirst()))),
      problem: TuningProblem(objective: Objective(.loss), constraints: [rule.constraint]),
      budget: 200)
    let needs = try await AccumulatorNeeds(
      simulator, baseline: options, activations: activations, weights: weights, observes: true)
    return AccumulatorSearch(tuner, needs: needs, rule: rule, accumulatorBits: bits)
  }

  @Test("the bits that weights prove are those of the executed layer, for every pair of widths")
  func proof() async throws {
    let search = try await Self.search(bits: 12, rule: .proven)
    let simulator = search.tuner.simulator
    for weight in [8, 5, 3, 2] {
      for activation in [8, 6, 2] {
        var options = try StudyWorkload.options()
        options.scheme.replaceWeights(with: StudyWorkload.signed(weight))
        options.scheme.replaceActivations(with: StudyWorkload.unsigned(activation))
        let result = try await simulator.result(options)
        for layer in search.needs.layers {
          let bits = search.needs.bits(
            layer, activations: StudyWorkload.unsigned(activation),
            weights: StudyWorkload.signed(weight), rule: .proven)
          #expect(bits == result.layers[layer.index].overflow?.boundBits)
        }
      }
    }
  }

  @Test(
    "what samples needed is what a run with every prefix watched says, in the widths of the baseline"
  )
  func observation() async throws {
    let search = try await Self.search(bits: 12, rule: .calibrated)
    var options = try StudyWorkload.options()
    options.observation = .full
    options.choice.accumulator = Accumulator(bits: 48, overflow: .wrap)
    let result = try await search.tuner.simulator.result(options)
    for layer in search.needs.layers {
      let bits = search.needs.bits(
        layer, activations: Self.activations[0], weights: Self.weights[0], rule: .calibrated)
      #expect(bits == result.layers[layer.index].overflow?.observedBits)
    }
  }

  @Test("a frontier is the widest of what fits")
  func frontier() async throws {
    let search = try await Self.search(bits: 12, rule: .proven)
    let needs = search.needs
    for layer in needs.layers {
      let pairs = needs.frontier(
        layer, accumulatorBits: 12, activations: Self.activations, weights: Self.weights,
        rule: .proven)
      #expect(!pairs.isEmpty)
      for pair in pairs {
        #expect(pair.bits <= 12)
        let wider = StudyWorkload.signed(pair.weights.bits + 1)
        guard pair.weights.bits < 8 else { continue }
        let needed = needs.bits(layer, activations: pair.activations, weights: wider, rule: .proven)
        #expect(try #require(needed) > 12)
      }
    }
  }

  @Test(
    "a search by proof ends with overflow proven absent, and runs without any",
    arguments: [12, 14, 16])
  func provenSearch(bits: Int) async throws {
    let search = try await Self.search(bits: bits, rule: .proven)
    let result = try await search.result()
    #expect(result.isFeasible)
    #expect(result.evaluation.overflow?.isProvenAbsent == true)
    #expect(result.evaluation.overflow?.overflowedOutputs == 0)
    // The baseline, 8 by 8 bits, is not.
    #expect(result.baseline.overflow?.isProvenAbsent == (bits == 64))
  }

  @Test("a search by calibration ends without overflow on the samples, and not worse than by proof")
  func calibratedSearch() async throws {
    let proven = try await Self.search(bits: 12, rule: .proven).result()
    let calibrated = try await Self.search(bits: 12, rule: .calibrated).result()
    #expect(calibrated.isFeasible)
    #expect(calibrated.evaluation.overflow?.overflowedOutputs == 0)
    #expect(calibrated.score.noise <= proven.score.noise * 1.5)
  }

  @Test("the order in which widths are given does not matter")
  func order() async throws {
    let upwards = [Self.weights[0]] + Self.weights.dropFirst().reversed()
    let found = try await Self.search(bits: 12, rule: .proven).result()
    let other = try await Self.search(bits: 12, rule: .proven, weights: upwards).result()
    #expect(other.evaluation.storage == found.evaluation.storage)
    #expect(other.score.noise == found.score.noise)
  }

  @Test("weights alone are searched where activations have one format")
  func weightsAlone() async throws {
    let search = try await Self.search(
      bits: 14, rule: .proven, activations: [Self.activations[0]])
    let result = try await search.result()
    #expect(result.isFeasible)
    #expect(result.records.count > 1)
    #expect(result.evaluation.overflow?.isProvenAbsent == true)
  }

  @Test("weights that fit the accumulator need no narrow format, whatever the rule")
  func adjusted() async throws {
    let workload = try StudyWorkload.workload()
    var options = try StudyWorkload.options()
    options.choice.accumulator = Accumulator(bits: 12, overflow: .saturate)
    options.scheme.weightAdjustment = .l1
    let simulator = try await Simulator(workload, threads: 1, schemes: [options.scheme])
    let needs = try await AccumulatorNeeds(
      simulator, baseline: options, activations: Self.activations, weights: Self.weights,
      observes: true)
    for layer in needs.layers {
      for rule in [AccumulatorRule.proven, .calibrated, .rate(0.01)] {
        let bits = needs.bits(
          layer, activations: Self.activations[0], weights: Self.weights[0], rule: rule)
        #expect(try #require(bits) <= 12)
      }
    }
  }

  @Test("operands of very many bits need more than any accumulator has")
  func huge() async throws {
    let format = try NumberFormat(spelling: "fixed16.60")
    let options = try StudyWorkload.options()
    let simulator = try await Simulator(try StudyWorkload.workload(), threads: 1)
    let needs = try await AccumulatorNeeds(
      simulator, baseline: options, activations: [format], weights: [StudyWorkload.signed(16)],
      observes: false)
    for layer in needs.layers {
      let bits = needs.bits(
        layer, activations: format, weights: StudyWorkload.signed(16), rule: .proven)
      #expect(try #require(bits) > 16)
    }
  }

  @Test("a search with a rate keeps it")
  func rateSearch() async throws {
    let result = try await Self.search(bits: 11, rule: .rate(0.05)).result()
    #expect(result.isFeasible)
    #expect(try #require(result.evaluation.overflow).rate <= 0.05)
  }

  @Test("layers that nothing makes fit are named")
  func impossible() async throws {
    let search = try await Self.search(bits: 3, rule: .proven)
    #expect(search.impossibleLayers.map(\.name).contains("conv"))
  }
}
