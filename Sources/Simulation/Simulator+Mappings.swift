internal import Costs
internal import Devices
public import Mappings
internal import Networks

extension Simulator {
  /// The mappings of the layers that do something, in order; nothing is executed.
  ///
  /// - Throws: when the device cannot run a layer, or a given mapping does not fit.
  public static func mappings(
    of workload: Workload, _ options: SimulationOptions
  ) throws(SimulationError) -> [(layer: String, mapping: LegalMapping)] {
    guard options.device.compute.family.hasMappings else {
      let layer = workload.network.network.layers.first?.name ?? "?"
      throw .mapping(
        MappingError(layer: layer, reason: .unmapped), device: options.device.name)
    }
    var costs = CostCache()
    return try Simulator(costsOf: workload).layerResults(options, &costs).layers.compactMap {
      layer in
      guard let mapping = layer.cost.legalMapping, mapping.work.kind != .none else { return nil }
      return (layer.name, mapping)
    }
  }
}
