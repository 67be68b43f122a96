import Arithmetic
import Execution
import Exploration
import Networks
import Quantities
import Quantization
import Simulation
import Testing

@Suite struct SensitivityStudyTests {
  private static var axes: SensitivityAxes {
    SensitivityAxes(
      weights: [8, 4, 2].map(StudyWorkload.signed),
      activations: [8, 3].map(StudyWorkload.unsigned),
      accumulators: [
        Accumulator(bits: 14, overflow: .saturate), Accumulator(bits: 12, overflow: .wrap),
      ])
  }

  private static func study(
    _ axes: SensitivityAxes = axes, hasLabels: Bool = true
  ) async throws -> SensitivityStudy {
    let simulator = try await Simulator(
      try StudyWorkload.workload(hasLabels: hasLabels), threads: 2)
    return try SensitivityStudy(simulator, baseline: try StudyWorkload.options(), axes: axes)
  }

  @Test("a study tries what each layer has of its own")
  func points() async throws {
    let study = try await Self.study()
    let places = study.points.map { "\($0.subject.rawValue) \($0.layer) \($0.elements)" }
    #expect(
      places == [
        "weights conv 180", "weights fc 40", "activations input 72", "activations conv 360",
        "activations fc 4", "accumulator conv 360", "accumulator fc 4",
      ])
    #expect(study.evaluationCount == 1 + 2 * 3 + 3 * 2 + 2 * 2)
  }

  @Test("every row equals a run of its own", arguments: [0, 1 << 28])
  func equality(limit: Int) async throws {
    let study = try await Self.study()
    let result = try await study.result(memoryLimit: limit)
    #expect(result.rows.count == study.evaluationCount - 1)
    for row in result.rows {
      var options = try StudyWorkload.options()
      switch row.change {
      case .weights(let format):
        options.scheme.layers[row.point.layer, default: LayerScheme()].weights = format
      case .activations(let format):
        options.scheme.layers[row.point.layer, default: LayerScheme()].activations = format
      case .accumulator(let accumulator):
        options.scheme.layers[row.point.layer, default: LayerScheme()].accumulator = accumulator
      }
      let run = try await study.simulator.result(options)
      #expect(row.evaluation == Evaluation(run, of: study.simulator.workload))
      let layer = run.layers.first { $0.name == row.point.layer }
      #expect(row.layerOverflow?.outputs == layer?.overflow?.total { $0.outputs })
      #expect(
        row.layerOverflow?.overflowedOutputs == layer?.overflow?.total { $0.overflowedOutputs })
    }
    #expect(result.reuse.restoredLayers > 0 || limit == 0)
    #expect(result.rows.contains { ($0.layerOverflow?.rate ?? 0) > 0 })
  }

  @Test("a row of the baseline's own format loses and saves nothing")
  func baselineRow() async throws {
    let result = try await Self.study(SensitivityAxes(weights: [StudyWorkload.signed(8)])).result()
    for row in result.rows {
      #expect(row.evaluation == result.evaluation)
      #expect(row.drop == 0 && row.noiseGain == 0 && row.savedBits == 0)
      #expect(row.lossPerSavedBit == nil && row.noisePerSavedBit == nil)
    }
    #expect(result.ranking(of: .weights).isEmpty)
  }

  @Test("saved bits, losses and ranks are what the formulas say")
  func ranking() async throws {
    let result = try await Self.study().result()
    let baseline = try #require(result.evaluation.accuracy)
    for row in result.rows {
      let accuracy = try #require(row.evaluation.accuracy)
      let lost = Double(baseline.top1 - accuracy.top1) / 20
      #expect(abs(try #require(row.drop) - lost) < 1e-12)
      let bits = row.point.baselineBits
      switch row.change {
      case .weights(let format), .activations(let format):
        #expect(row.savedBits == row.point.elements * (bits - format.bits))
      case .accumulator(let accumulator):
        #expect(row.savedBits == row.point.elements * (bits - accumulator.bits))
      }
      if row.savedBits > 0 {
        #expect(row.lossPerSavedBit == max(0, row.drop ?? 0) / Double(row.savedBits))
        #expect(row.noisePerSavedBit == max(0, row.noiseGain ?? 0) / Double(row.savedBits))
      }
    }
    for subject in result.subjects {
      let ranks = result.ranking(of: subject)
      for rank in ranks {
        let rows = result.rows(of: subject).filter {
          $0.point.layer == rank.layer && $0.savedBits > 0
        }
        let losses = rows.compactMap(\.lossPerSavedBit)
        #expect(rank.lossPerSavedBit == losses.reduce(0, +) / Double(losses.count))
      }
      for (one, two) in zip(ranks, ranks.dropFirst()) {
        let first = try #require(one.lossPerSavedBit)
        let second = try #require(two.lossPerSavedBit)
        #expect(first >= second)
        if first == second, let noise = one.noisePerSavedBit, let other = two.noisePerSavedBit {
          #expect(noise >= other)
        }
      }
    }
  }

  @Test("without labels layers are ranked by noise")
  func unlabelled() async throws {
    let result = try await Self.study(hasLabels: false).result()
    #expect(result.rows.allSatisfy { $0.drop == nil && $0.lossPerSavedBit == nil })
    #expect(result.rows.allSatisfy { $0.evaluation.fidelity?.outputDivergence == nil })
    let ranks = result.ranking(of: .weights).compactMap(\.noisePerSavedBit)
    #expect(ranks.count == 2)
    #expect(ranks == ranks.sorted(by: >))
  }

  @Test("what cannot be studied is refused with its reason")
  func refusals() async throws {
    let simulator = try await Simulator(try StudyWorkload.workload(samples: 1), threads: 1)
    let options = try StudyWorkload.options()
    func message(_ axes: SensitivityAxes, _ options: SimulationOptions) -> String {
      do throws(ExplorationError) {
        _ = try SensitivityStudy(simulator, baseline: options, axes: axes)
        return ""
      } catch {
        return error.description
      }
    }
    var axes = SensitivityAxes(weights: [StudyWorkload.signed(4)], layers: ["conv", "convolution"])
    #expect(
      message(axes, options)
        == "layer 'convolution': is not in the network; it has input, conv, pool, flatten, fc")
    axes.layers = ["pool"]
    #expect(
      message(axes, options)
        == "layer 'pool' (avgpool): has no weights of its own to vary; leave it out")
    axes.layers = ["input"]
    #expect(
      message(axes, options)
        == "layer 'input' (input): has no weights of its own to vary; leave it out")
    var fixed = options
    fixed.choice.accumulator = Accumulator(bits: 16, overflow: .wrap)
    axes = SensitivityAxes(accumulators: [Accumulator(bits: 12, overflow: .wrap)])
    #expect(
      message(axes, fixed)
        == "network 'study': one accumulator is chosen for all layers; "
        + "leave it to the scheme where single layers vary it")
  }

  @Test("an integer network keeps its formats")
  func integerNetwork() async throws {
    let float = try await Simulator(try StudyWorkload.workload(), threads: 1)
    var workload = Workload(quantized: try float.quantized(QuantizationScheme()))
    workload.evaluation = StudyWorkload.samples(5)
    let simulator = try await Simulator(workload, threads: 1)
    let options = try StudyWorkload.options()
    #expect(throws: ExplorationError(place: "study", reason: .integerNetwork(subject: "weights"))) {
      try SensitivityStudy(
        simulator, baseline: options, axes: SensitivityAxes(weights: [StudyWorkload.signed(4)]))
    }
    let study = try SensitivityStudy(
      simulator, baseline: options,
      axes: SensitivityAxes(accumulators: [Accumulator(bits: 12, overflow: .saturate)]))
    let result = try await study.result()
    #expect(result.rows.map(\.point.layer) == ["conv", "fc"])
    #expect(result.rows.contains { ($0.layerOverflow?.overflowedOutputs ?? 0) > 0 })
    #expect(result.rows.allSatisfy { $0.noisePerSavedBit == nil })
  }
}
