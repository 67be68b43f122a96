import Arithmetic
import Networks
import Quantization
import Quantities
import Simulation
import Testing

@Suite struct HuffmanTests {
  private func result(_ weights: String, executes: Bool = true) async throws -> SimulationResult {
    var workload = try SmallWorkload.workload(samples: 3)
    if !executes { workload.evaluation = nil }
    var options = SimulationOptions(device: try SmallWorkload.device())
    options.scheme.weights = try NumberFormat(spelling: weights)
    return try await Simulator(workload, threads: 1).result(options)
  }

  @Test(
    "codes in a Huffman code take no more than as they are, and no less than their entropy",
    arguments: ["int8", "int4", "fixed5", "kmeans4", "ternary", "binary", "fp8-e4m3", "mxfp4"])
  func bounded(weights: String) async throws {
    let result = try await result(weights)
    for layer in result.layers {
      #expect((layer.huffman == nil) == (layer.weights == nil))
      guard let huffman = layer.huffman else { continue }
      #expect(huffman.count <= layer.storage.weights.count)
      // A symbol takes one bit at least.
      #expect(huffman.count >= layer.storage.weights.count / (layer.weights?.bits ?? 1))
    }
    let sum = result.layers.reduce(0) { $0 + ($1.huffman?.count ?? 0) }
    #expect(result.totals.huffman == Bits(sum))
  }

  @Test("ternary codes by hand, and nothing where nothing was quantized")
  func byHand() async throws {
    let workload = try SmallWorkload.workload(samples: 1)
    let simulator = try await Simulator(workload, threads: 1)
    var scheme = QuantizationScheme()
    scheme.weights = .ternary
    let network = try simulator.quantized(scheme)
    let result = try await result("ternary")
    for (layer, quantized) in zip(result.layers, network.layers) {
      guard case .linear(let linear) = quantized.operation else { continue }
      let counts = [-1, 0, 1].map { value in linear.storedWeights.count { Int($0) == value } }
      // The most frequent of three takes one bit, the others two.
      let bits = 2 * counts.reduce(0, +) - (counts.max() ?? 0)
      #expect(layer.huffman == Bits(bits))
    }
    #expect(try await self.result("int8", executes: false).totals.huffman == nil)
  }
}
