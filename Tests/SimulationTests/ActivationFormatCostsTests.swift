import Arithmetic
import Costs
import Devices
import Execution
import Networks
import Quantities
import Quantization
import Simulation
import Testing

@Suite struct ActivationFormatCostsTests {
  private func result(_ spelling: String, executes: Bool = false) async throws -> SimulationResult {
    var workload = try SmallWorkload.workload(samples: 4)
    if !executes { workload.evaluation = nil }
    var options = SimulationOptions(device: try SmallWorkload.device("edge-npu"))
    options.scheme.activations = try NumberFormat(spelling: spelling)
    return try await Simulator(workload, threads: 1).result(options)
  }

  @Test("traffic of activations follows the stored bits, energy of products the decoded ones")
  func costs() async throws {
    let (eight, sixteen) = (try await result("int8"), try await result("int16"))
    let (indices, floats) = (try await result("kmeans4"), try await result("fp8-e4m3"))
    let compute = { (result: SimulationResult) in result.layers[0].cost.energy[0].energy }
    // A centroid has eight bits; an E4M3 decodes to 19, more than the widest multiplier that is priced.
    #expect(compute(indices) == compute(eight))
    #expect(compute(floats) == compute(sixteen))
    #expect(indices.totals.accessBits < eight.totals.accessBits)
    #expect(floats.totals.accessBits < sixteen.totals.accessBits)
    let (powers, signs) = (try await result("pow2-4"), try await result("binary"))
    #expect(powers.totals.accessBits < eight.totals.accessBits)
    #expect(signs.totals.accessBits < indices.totals.accessBits)
  }

  @Test("formats that decode to integers too wide for the accumulator are remarked")
  func remark() async throws {
    func remarks(_ activations: String, _ accumulator: String) async throws -> [String] {
      var options = SimulationOptions(device: try SmallWorkload.device("edge-npu"))
      options.scheme.activations = try NumberFormat(spelling: activations)
      options.choice.accumulator = try Accumulator(spelling: accumulator)
      let workload = try SmallWorkload.workload(samples: 4)
      return try await Simulator(workload, threads: 1).result(options).warnings
        .filter { $0.contains("decode to integers wider") }
    }
    let found = try await remarks("fp8-e4m3", "20:saturate")
    #expect(found.count == 1 && found.first?.contains("and has 20") == true)
    // Wide enough, a float register, and codes that are integers already, though they overflow.
    for (activations, accumulator) in [
      ("fp8-e4m3", "40:saturate"), ("fp8-e4m3", "fp32"), ("uint8", "12:saturate"),
    ] {
      #expect(try await remarks(activations, accumulator) == [])
    }
  }

  @Test("a float accumulator is as wide as its format, and what it rounded is counted")
  func floatAccumulators() async throws {
    func result(_ accumulator: String) async throws -> SimulationResult {
      var options = SimulationOptions(device: try SmallWorkload.device("edge-npu"))
      options.choice.accumulator = try Accumulator(spelling: accumulator)
      return try await Simulator(try SmallWorkload.workload(samples: 4), threads: 1)
        .result(options)
    }
    let (half, brain) = (try await result("fp16"), try await result("bf16"))
    let (single, narrow) = (try await result("fp32"), try await result("16:wrap"))
    #expect(half.totals.accessBits == narrow.totals.accessBits)
    let wide = try await result("32:wrap")
    #expect(single.layers[0].overflow?.total(\.roundedSteps) == 0)
    #expect(single.fidelity == wide.fidelity)
    #expect((brain.layers[0].overflow?.total(\.roundedSteps) ?? 0) > 0)
    #expect(brain.layers[0].overflow?.accumulator.description == "bf16")
  }

  @Test("a scheme with every scale and centroid written in gives the same network again")
  func calibrated() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(samples: 4), threads: 1)
    for spelling in [
      "kmeans4", "fp8-e4m3", "fp16", "pow2-4", "binary", "ternary", "dfp4", "fixed8.5",
    ] {
      let scheme = QuantizationScheme(activations: try NumberFormat(spelling: spelling))
      let written = try simulator.calibrated(scheme)
      #expect(try simulator.quantized(written) == simulator.quantized(scheme), "\(spelling)")
    }
  }

  @Test("a format of a layer that becomes signed is written as what was made of it")
  func signed() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(samples: 4), threads: 1)
    var scheme = QuantizationScheme()
    for layer in [QuantizationScheme.inputName, "fc"] {
      scheme.layers[layer] = LayerScheme()
      scheme.layers[layer]?.activations = try NumberFormat(spelling: "ufixed6")
    }
    let network = try simulator.quantized(scheme)
    #expect(network.quantizations[0].format.description == "fixed6")
    var written = try simulator.calibrated(scheme)
    #expect(try simulator.quantized(written) == network)
    // Another format than that of the scale needs calibration again.
    #expect(written.isCalibrated(for: simulator.workload.network.network))
    written.layers["fc"]?.activations = try NumberFormat(spelling: "uint4")
    #expect(!written.isCalibrated(for: simulator.workload.network.network))
  }

  @Test("all formats run", arguments: ["fp8-e5m2", "fp8-e4m3", "kmeans4", "pow2-4", "ternary"])
  func runs(spelling: String) async throws {
    let outcome = try await result(spelling, executes: true)
    #expect(outcome.fidelity?.samples == 4)
    #expect(outcome.layers[0].inputs.description == spelling)
  }
}
