import Costs
import Devices
import Execution

extension OperandActivity {
  /// The shares of exact counts.
  init(_ operands: OperandStatistics) {
    self.init(
      zeroInputs: operands.share(operands.zeroInputProducts),
      zeroWeights: operands.share(operands.zeroWeightProducts),
      zeroProducts: operands.share(operands.zeroProducts), toggles: operands.inputActivity)
  }
}

extension Simulator {
  /// What a reader should know of energies that depend on values.
  func valueWarnings(for result: SimulationResult, _ options: SimulationOptions) -> [String] {
    let device = options.device
    guard
      device.compute.macEnergy.values.isActive
        || device.memories.contains(where: { $0.zeroGating > 0 })
    else { return [] }
    let blind = result.layers.filter { $0.cost.macs > 0 && $0.operands == nil }
    guard let first = blind.first else { return [] }
    let count = blind.count == 1 ? "layer '\(first.name)'" : "\(blind.count) layers"
    let reason =
      workload.evaluation == nil
      ? "nothing was executed"
      : options.observation == .fast
        ? "--statistics fast does not look at values" : "their operands are not observed"
    return [
      "energies of \(device.name) depend on values, but those of \(count) do not here: \(reason)"
    ]
  }
}
