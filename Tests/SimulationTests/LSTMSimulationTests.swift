import Arithmetic
import Costs
import Devices
import Execution
import Networks
import Quantities
import Quantization
import Simulation
import Testing

@Suite struct LSTMSimulationTests {
  private func options(
    _ weights: String, _ granularity: Granularity = .channel, device: String = "edge-npu"
  ) throws -> SimulationOptions {
    SimulationOptions(
      device: try SmallWorkload.device(device),
      scheme: QuantizationScheme(
        weights: try NumberFormat(spelling: weights), granularity: granularity))
  }

  @Test(
    "storage of a float LSTM is that of the integer one that it becomes",
    arguments: [
      // 4 x 6 x (5 + 6) weights; multipliers of 40 bits: 8 matrices or 48 rows, and 3 of the cell.
      ("int8", Granularity.tensor, 264 * 8, 11 * 40, 0),
      ("int8", .channel, 264 * 8, 51 * 40, 0), ("int4", .channel, 264 * 4, 51 * 40, 0),
      ("kmeans2", .tensor, 264 * 2, 11 * 40, 8 * 4 * 8),
      ("dfp4", .group(4), 264 * 4, 51 * 40 + 48 * 2 * 8, 0),
    ])
  func storage(_ row: (String, Granularity, Int, Int, Int)) async throws {
    let options = try options(row.0, row.1)
    let simulator = try await Simulator(try SequenceWorkload.workload(), threads: 1)
    let float = try await simulator.result(options).layers[0]
    #expect(float.storage.weights == Bits(row.2))
    #expect(float.storage.biases == Bits(24 * 32))
    #expect(float.storage.scales == Bits(row.3))
    #expect(float.storage.codebooks == Bits(row.4))
    #expect(float.weights == options.scheme.weights)
    let integer = Workload(quantized: try simulator.quantized(options.scheme))
    let result = try await Simulator(integer, threads: 1).result(options).layers[0]
    #expect(result.weights == float.weights)
    #expect(result.storage.weights == float.storage.weights)
    #expect(result.storage.biases == float.storage.biases)
    #expect(result.storage.codebooks == float.storage.codebooks)
    // Rows may share a power of two by chance.
    let hasOwnScales = row.0.hasPrefix("int") || row.1 == .tensor
    #expect(result.storage.scales == float.storage.scales || !hasOwnScales)
  }

  @Test("fewer bits of weights cost less, and a step is all products of the four gates")
  func costs() async throws {
    let simulator = try await Simulator(try SequenceWorkload.workload(), threads: 1)
    for device in ["edge-npu", "cortex-m4"] {
      let wide = try await simulator.result(options("int8", device: device)).layers[0].cost
      #expect(wide.macs == 6 * 264)
      #expect(wide.cycles.count > 0)
    }
    let wide = try await simulator.result(options("int8"))
    let narrow = try await simulator.result(options("int4"))
    #expect(narrow.totals.accessBits < wide.totals.accessBits)
    #expect(wide.warnings.contains { $0.contains("not applied to layer 'memory'") })
    #expect(wide.accuracy?.samples == 20)
    #expect((wide.fidelity?.outputSQNR ?? 0) > 20)
    #expect((wide.fidelity?.outputSQNR ?? 0) > (narrow.fidelity?.outputSQNR ?? 0) + 6)
  }

  @Test("a scheme with every scale written in gives the same network without calibration")
  func calibrated() async throws {
    let workload = try SequenceWorkload.workload(samples: 3)
    let simulator = try await Simulator(workload, threads: 2)
    let blind = try await Simulator(workload, threads: 1, calibrates: false)
    for (spelling, granularity) in [
      ("int8", Granularity.channel), ("int3", .tensor), ("kmeans4", .channel),
    ] {
      let scheme = try options(spelling, granularity).scheme
      let written = try simulator.calibrated(scheme)
      #expect(written.isCalibrated(for: workload.network.network))
      #expect(written.layers["memory"]?.cellScale != nil)
      #expect(written.layers["memory"]?.weightScales == nil)
      #expect(try simulator.quantized(written) == simulator.quantized(scheme))
      #expect(try blind.quantized(written) == simulator.quantized(scheme))
    }
  }

  @Test("candidates reuse what an LSTM gave, and the result is that of a run of its own")
  func candidates() async throws {
    let simulator = try await Simulator(try SequenceWorkload.workload(), threads: 2)
    var evaluator = CandidateEvaluator(simulator)
    for spelling in ["int8", "int4", "int8"] {
      var candidate = try options(spelling)
      let alone = try await simulator.result(candidate)
      #expect(try await evaluator.result(candidate) == alone)
      candidate.scheme.layers["fc", default: LayerScheme()].weights = .ternary
      let changed = try await evaluator.result(candidate)
      #expect(changed == (try await simulator.result(candidate)))
      #expect(evaluator.lastReuse.restoredLayers > 0)
    }
  }
}
