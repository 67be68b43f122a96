internal import Arithmetic
internal import Costs
internal import Devices
internal import Execution
internal import Mappings
internal import Quantities
public import Simulation

/// The tables of a run as comma-separated values; units stand in the titles.
public enum CSVReport {
  /// `layers.csv`: one row a layer, for one inference; overflow over all samples.
  public static func layers(_ result: SimulationResult) -> String {
    let components = result.energyByComponent.map(\.component)
    var table = CSVTable(
      titles: [
        "index", "name", "kind", "macs", "weights", "activations", "outputs", "accumulator",
        "datatype_bound_bits", "bound_bits", "observed_bits", "observed_over", "steps",
        "overflowed_steps", "overflowed_bias_steps", "accumulated_outputs", "overflowed_outputs",
        "persistent_outputs", "net_wraps", "cycles", "compute_cycles", "overhead_cycles",
        "stall_cycles", "utilization", "energy_pj",
      ] + components.map { "energy_\($0)_pj" } + [
        "weight_bits", "access_bits", "bound_compute_cycles", "bound_traffic_bits",
        "bound_cycles", "bound_energy_pj", "mapping_objective", "mapping_exact", "mapping_gap",
      ])
    for (index, layer) in result.layers.enumerated() {
      let cost = layer.cost
      var row = [
        String(index), layer.name, layer.kind, String(cost.macs),
        layer.weights?.description ?? "", layer.inputs.description, layer.outputs.description,
      ]
      row += overflow(layer.overflow)
      row += [
        String(cost.cycles.count), String(cost.computeCycles.count),
        String(cost.overheadCycles.count), String(cost.stallCycles.count),
        cost.utilization.description, cost.totalEnergy.value.description,
      ]
      row += components.map { component in
        cost.energy.first { $0.component == component }?.energy.value.description ?? ""
      }
      row += [
        String(layer.storage.total.count),
        String(cost.accesses.reduce(0) { $0 + $1.bits.count }),
        String(cost.lowerBounds.computeCycles.count), String(cost.lowerBounds.trafficBits.count),
        String(cost.lowerBounds.cycles.count), cost.lowerBounds.energy.value.description,
        cost.quality?.objective.rawValue ?? "",
        cost.quality.map { $0.isExact ? "yes" : "no" } ?? "", cost.quality?.gap.description ?? "",
      ]
      table.add(row)
    }
    return table.text
  }

  private static func overflow(_ overflow: LayerOverflow?) -> [String] {
    guard let overflow else { return [String](repeating: "", count: 12) }
    return [
      overflow.accumulator.description, String(overflow.dataTypeBound.bits),
      String(overflow.boundBits), overflow.observedBits.map(String.init) ?? "",
      overflow.observesPrefixes ? "prefixes" : "finals",
      String(overflow.total { $0.steps }), String(overflow.total { $0.overflowedSteps }),
      String(overflow.total { $0.overflowedBiasSteps }), String(overflow.total { $0.outputs }),
      String(overflow.total { $0.overflowedOutputs }),
      String(overflow.total { $0.persistentOutputs }), String(overflow.total { $0.netWraps }),
    ]
  }

  /// `accesses.csv`: one row a layer, level and operand, for one inference.
  public static func accesses(_ result: SimulationResult) -> String {
    var table = CSVTable(titles: [
      "index", "layer", "level", "operand", "reads", "writes", "read_bits", "write_bits", "bits",
    ])
    for (index, layer) in result.layers.enumerated() {
      for access in layer.cost.accesses {
        table.add([
          String(index), layer.name, access.level, access.operand.rawValue, String(access.reads),
          String(access.writes), String(access.readBits.count), String(access.writeBits.count),
          String(access.bits.count),
        ])
      }
    }
    return table.text
  }

  /// `overflow.csv`: one row a layer and output channel, over all samples; nil in cost-only runs.
  public static func overflow(_ result: SimulationResult) -> String? {
    guard result.layers.contains(where: { $0.overflow != nil }) else { return nil }
    var table = CSVTable(titles: [
      "index", "layer", "channel", "accumulator", "bound_bits", "bound_lowest", "bound_highest",
      "observed_over", "observed_bits", "observed_lowest", "observed_highest", "steps",
      "overflowed_steps", "overflowed_bias_steps", "outputs", "overflowed_outputs",
      "persistent_outputs", "transient_outputs", "net_wraps",
    ])
    for (index, layer) in result.layers.enumerated() {
      guard let overflow = layer.overflow else { continue }
      for (number, channel) in overflow.channels.enumerated() {
        let seen = channel.observed
        table.add([
          String(index), layer.name, String(number), overflow.accumulator.description,
          String(channel.bound.bits), String(channel.bound.lowest),
          String(channel.bound.highest), overflow.observesPrefixes ? "prefixes" : "finals",
          seen.map { String($0.bits) } ?? "", seen.map { String($0.lowest) } ?? "",
          seen.map { String($0.highest) } ?? "", String(channel.steps),
          String(channel.overflowedSteps), String(channel.overflowedBiasSteps),
          String(channel.outputs), String(channel.overflowedOutputs),
          String(channel.persistentOutputs), String(channel.transientOutputs),
          String(channel.netWraps),
        ])
      }
    }
    return table.text
  }
}
