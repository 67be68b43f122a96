import Widthwise

/// Cycles, energy and accesses of every layer of a network on a device, from nothing each time.
package struct CostWork: RepeatableWork {
  private let simulator: Simulator
  private let options: SimulationOptions
  package var macs: Int { 0 }
  package let items: Int

  /// The costs of a network; nothing is run through it.
  package init(_ source: NetworkSource) async throws {
    var workload = try source.workload()
    workload.evaluation = nil
    simulator = try await Simulator(workload, threads: source.threads ?? 1)
    options = try source.options()
    items = workload.network.network.layers.count
  }

  package func run() async throws -> Figures {
    let result = try await simulator.result(options)
    var figures = Figures()
    for layer in result.layers {
      figures.counts["cycles", default: 0] += Double(layer.cost.cycles.count)
      figures.counts["energy", default: 0] += layer.cost.totalEnergy.value
      figures.counts["macs", default: 0] += Double(layer.cost.macs)
    }
    return figures
  }
}
