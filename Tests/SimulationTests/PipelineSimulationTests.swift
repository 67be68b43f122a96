import Costs
import Devices
import Quantities
import Simulation
import Testing

@Suite("Runs on devices whose layers work at the same time")
struct PipelineSimulationTests {
  @Test("The total is the latency, and a note says how the layers go together")
  func timing() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    let result = try await simulator.result(
      SimulationOptions(device: try SmallWorkload.device("zynq-finn")))
    let timing = try #require(result.timing)
    #expect(result.totals.cycles == timing.latency)
    #expect(result.layers.map(\.cost.cycles).max() ?? .zero <= timing.interval)
    #expect(result.warnings.contains { $0.contains("\(timing.interval.count), set by") })
  }

  @Test("Layers that take turns have no timing, and values do not depend on the family")
  func turns() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    let options = SimulationOptions(device: try SmallWorkload.device("bit-fusion"))
    let result = try await simulator.result(options)
    #expect(result.timing == nil)
    #expect(result.totals.cycles.count == result.layers.reduce(0) { $0 + $1.cost.cycles.count })
    #expect(result.warnings.allSatisfy { !$0.contains("at the same time") })
    var other = options
    other.device.compute.family = .array
    #expect(try await simulator.result(other).accuracy == result.accuracy)
  }

  @Test("A batch shares the latency of a pipeline")
  func batch() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device("zynq-finn"))
    let one = try await simulator.result(options)
    options.batch = 16
    let many = try await simulator.result(options)
    #expect(many.totals.cycles < one.totals.cycles)
    #expect(many.totals.cycles.count >= one.timing?.interval.count ?? .max)
  }

  @Test("A network that does not fit the fabric is refused in one line")
  func tooSmall() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device("zynq-finn"))
    options.device.compute.pipeline?.luts = 100
    let small = options
    let error = await #expect(throws: SimulationError.self) { try await simulator.result(small) }
    #expect(error?.description.contains("compute.pipeline") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
