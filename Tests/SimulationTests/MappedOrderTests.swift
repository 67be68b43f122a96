import Arithmetic
import Costs
import Devices
import Execution
import Foundation
import Interchange
import Mappings
import Networks
import Quantization
import Quantities
import Simulation
import Testing

/// Runs in the order that mappings imply (`--order device`), and mappings that are given.
@Suite("Values that follow the mapping") struct MappedOrderTests {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let resnet = root.appendingPathComponent("../shared/data/workloads/resnet8-int8.yaml")
  static let hasShared = FileManager.default.fileExists(atPath: resnet.path)

  /// The bundled NPU with three dataflows, all else the same: what stays in the units, and for stationary
  /// outputs the loops that then run across them.
  static func devices() throws -> [Device] {
    try [Dataflow.weightStationary, .rowStationary, .outputStationary].map { dataflow in
      var device = try SmallWorkload.device()
      device.compute.dataflow = dataflow
      if dataflow == .outputStationary {
        device.compute.rowAxes = [.outputRows, .outputColumns]
      }
      return device
    }
  }

  static func workload(_ path: String, samples: Int) throws -> Workload {
    var source = WorkloadSource(path: path)
    source.samples = samples
    return try source.workload()
  }

  /// The overflowed outputs of each layer on both devices.
  static func overflows(
    _ workload: Workload, _ accumulator: Accumulator
  ) async throws -> [[Int]] {
    let simulator = try await Simulator(workload, threads: 2)
    var counts: [[Int]] = []
    for device in try devices() {
      var options = SimulationOptions(device: device)
      options.choice.accumulator = accumulator
      options.choice.followsMapping = true
      let result = try await simulator.result(options)
      #expect(result.followsMapping)
      counts.append(
        result.layers.compactMap { layer in
          guard let overflow = layer.overflow else { return nil }
          #expect(layer.order != nil, "\(layer.name)")
          return overflow.total(\.lostSums)
        })
    }
    return counts
  }

  @Test("devices that differ only in dataflow overflow differently: digits")
  func digits() async throws {
    let path = Self.root.appendingPathComponent("traces/digits/workload.yaml").path
    let workload = try Self.workload(path, samples: 20)
    let saturating = Accumulator(bits: 15, overflow: .saturate)
    let counts = try await Self.overflows(workload, saturating)
    #expect(Set(counts).count == 3)
    #expect(counts.allSatisfy { $0.contains { $0 > 0 } })
  }

  #if DEBUG
    static let samples = 2
  #else
    static let samples = 200
  #endif

  @Test(
    "devices that differ only in dataflow overflow differently: ResNet-8 at 17 bits",
    .enabled(if: hasShared, "the shared data is absent"))
  func resnet8() async throws {
    let workload = try Self.workload(Self.resnet.path, samples: Self.samples)
    let saturating = Accumulator(bits: 17, overflow: .saturate)
    let counts = try await Self.overflows(workload, saturating)
    #expect(Set(counts).count == 3)
    #expect(counts.allSatisfy { $0.contains { $0 > 0 } })
  }

  @Test("sums that wrap give the same outputs in every order")
  func wrap() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    var fidelities: [Fidelity?] = []
    for follows in [false, true] {
      for device in try Self.devices() {
        var options = SimulationOptions(device: device)
        options.choice.accumulator = Accumulator(bits: 12, overflow: .wrap)
        options.choice.followsMapping = follows
        let result = try await simulator.result(options)
        #expect(result.layers.contains { ($0.overflow?.total(\.overflowedOutputs) ?? 0) > 0 })
        fidelities.append(result.fidelity)
      }
    }
    #expect(Set(fidelities).count == 1)
  }

  @Test("mappings that are printed and given back give the same result; others are errors")
  func mappings() async throws {
    let workload = try SmallWorkload.workload()
    let simulator = try await Simulator(workload, threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device())
    options.choice.followsMapping = true
    let searched = try await simulator.result(options)
    let text = MappingSheet.text(of: try Simulator.mappings(of: workload, options))
    options.mappings = try MappingSheet(text: text)
    #expect(options.mappings?.names == ["conv", "pool", "fc"])
    let given = try await simulator.result(options)
    // A search knows how near it came to the best; a given mapping does not.
    let plain = [searched, given].map { result in
      var result = result
      for index in result.layers.indices { result.layers[index].cost.quality = nil }
      return result
    }
    #expect(plain[0] == plain[1])

    // All loops in DRAM, one product after the other: dearer, and in another order.
    let slow = """
      layer conv:
        dram          k 20x1, p 6x1, q 6x1, c 2x1, s 3x1, r 3x1
        buffer        -
        accumulators  -
        array         rows -; columns -
        registers     -
      """
    options.mappings = try MappingSheet(text: slow)
    let slower = try await simulator.result(options)
    #expect(slower.layers[0].order?.description == "c, s, r")
    #expect(slower.layers[0].cost.cycles > searched.layers[0].cost.cycles)
    #expect(slower.layers.last?.cost == searched.layers.last?.cost)

    func expect(_ text: String, _ message: String) {
      options.mappings = try? MappingSheet(text: text)
      let error = #expect(throws: SimulationError.self) {
        try Simulator.mappings(of: workload, options)
      }
      #expect(error?.description == "device 'edge-npu': " + message)
    }
    expect(
      "layer cnv:\n  dram -",
      "layer cnv: the network has no such layer; "
        + "take the names that `widthwise mappings show` prints")
    expect(
      slow.replacing("k 20x1", with: "k 4x5"),
      "layer conv: loop k: the innermost tile is larger than 1; add a loop of tile 1")
    expect(
      slow.replacing("k 20x1", with: "k 5x5"),
      "layer conv: line 2 of the mapping: k 5x5: 20 around this loop is 4 times 5; "
        + "write k 4x5, or change the loops around it")
  }
}
