import Widthwise

/// The best mappings of all layers of products of a network on a device, searched anew each time.
///
/// Layers are taken without biases, which other mappers do not know.
package struct MappingWork: RepeatableWork {
  private let device: Device
  private let objective: MappingObjective
  private let works: [LayerWork]
  package var macs: Int { 0 }
  package var items: Int { works.count }

  /// The convolutions and fully connected layers of a network.
  package init(_ source: NetworkSource) async throws {
    var workload = try source.workload()
    workload.evaluation = nil
    let options = try source.options()
    let simulator = try await Simulator(workload, threads: 1)
    device = options.device
    objective = options.objective
    works = simulator.work(options).filter { $0.kind == .products }.map { work in
      var work = work
      work.widths.bias = 0
      return work
    }
  }

  package func run() async throws -> Figures {
    var model = CostModel(device: device, objective: objective)
    var figures = Figures()
    for work in works {
      let cost = try model.cost(of: work)
      let bounds = work.bounds
      let shape = [bounds.outputChannels, bounds.inputChannels, bounds.outputColumns]
      let name = (shape + [bounds.kernelColumns]).map(String.init).joined(separator: "x")
      figures.counts["energy \(name)"] = cost.totalEnergy.value
      figures.counts["energy", default: 0] += cost.totalEnergy.value
      figures.counts["cycles", default: 0] += Double(cost.cycles.count)
    }
    return figures
  }
}
