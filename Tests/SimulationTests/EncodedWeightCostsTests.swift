import Arithmetic
import Costs
import Devices
import Quantities
import Quantization
import Simulation
import Testing

@Suite struct EncodedWeightCostsTests {
  private func result(
    _ spelling: String, _ granularity: Granularity = .channel, device: String = "edge-npu",
    executes: Bool = false
  ) async throws -> SimulationResult {
    var workload = try SmallWorkload.workload(samples: 4)
    if !executes { workload.evaluation = nil }
    var options = SimulationOptions(device: try SmallWorkload.device(device))
    options.scheme.weights = try NumberFormat(spelling: spelling)
    options.scheme.granularity = granularity
    return try await Simulator(workload, threads: 1).result(options)
  }

  @Test(
    "storage counts what is stored, not what is multiplied",
    arguments: [
      // 20 x 3 x 3 x 2 and 7 x 20 weights: 180 rows of 2 and 7 of 20.
      ("kmeans4", Granularity.tensor, 2000, 2 * 40, 2 * 16 * 8),
      ("kmeans4", .channel, 2000, 27 * 40, 27 * 16 * 8),
      ("mxfp4", .channel, 2000, 27 * 40 + 187 * 8, 0),
      ("dfp4", .group(8), 2000, 27 * 40 + (180 + 7 * 3) * 8, 0),
      ("fp8-e4m3", .tensor, 4000, 2 * 40, 0),
      ("ternary", .channel, 1000, 27 * 40, 0), ("binary", .channel, 500, 27 * 40, 0),
    ])
  func storage(_ row: (String, Granularity, Int, Int, Int)) async throws {
    for executes in [false, true] {
      let storage = try await result(row.0, row.1, executes: executes).totals.storage
      #expect(storage.weights == Bits(row.2))
      #expect(storage.biases == Bits(32 * 20))
      #expect(storage.scales == Bits(row.3))
      #expect(storage.codebooks == Bits(row.4))
      #expect(storage.total == Bits(row.2 + 640 + row.3 + row.4))
    }
  }

  @Test("traffic of weights follows the stored bits, energy of products the decoded ones")
  func costs() async throws {
    let (integers, indices) = (try await result("int4"), try await result("kmeans4"))
    let (wide, signs) = (try await result("int8"), try await result("binary"))
    let layer = 0
    #expect(indices.totals.accessBits < wide.totals.accessBits)
    #expect(signs.totals.accessBits < integers.totals.accessBits)
    // A centroid has eight bits, as an int8 weight has.
    let compute = { (result: SimulationResult) in result.layers[layer].cost.energy[0].energy }
    #expect(compute(indices) == compute(wide))
    #expect(compute(integers) < compute(wide))
  }

  @Test("a scheme with every scale written in gives the same network again")
  func calibrated() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(samples: 4), threads: 1)
    for spelling in ["kmeans4", "mxfp4", "pow2-4", "ternary", "dfp4", "int8"] {
      let scheme = QuantizationScheme(weights: try NumberFormat(spelling: spelling))
      let written = try simulator.calibrated(scheme)
      #expect((written.layers["conv"]?.weightScales == nil) == (spelling != "int8"))
      #expect(try simulator.quantized(written) == simulator.quantized(scheme))
    }
  }
}
