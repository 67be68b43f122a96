public import Devices
import Mappings
public import Quantities

/// What was seen of the operands of a layer while it was executed, as shares.
public struct OperandActivity: Hashable, Sendable {
  /// The share of products whose input is zero, padding included.
  public var zeroInputs: Double
  /// The share of products whose weight is zero.
  public var zeroWeights: Double
  /// The share of products with a zero operand.
  public var zeroProducts: Double
  /// The bits of an input that change from one element to the next, over its width; nil when not counted.
  public var toggles: Double?

  /// What was seen of a layer.
  public init(zeroInputs: Double, zeroWeights: Double, zeroProducts: Double, toggles: Double?) {
    self.zeroInputs = zeroInputs
    self.zeroWeights = zeroWeights
    self.zeroProducts = zeroProducts
    self.toggles = toggles
  }

  /// What a multiply-accumulate costs on the average, over what it costs without regard to values.
  func factor(_ values: ValueDependence) -> Double {
    let gated =
      switch values.watched {
      case .inputs: zeroInputs
      case .weights: zeroWeights
      case .either: zeroProducts
      }
    let activity = toggles.map { $0 / values.referenceActivity } ?? 1
    return (1 - gated * values.zeroGating) * (1 - values.toggleShare * (1 - activity))
  }
}

/// What the values of a layer changed of its energy.
public struct ValueEffect: Hashable, Sendable {
  /// What was seen.
  public var activity: OperandActivity
  /// The energy that was taken off each component; negative where values made it dearer.
  public var saved: [EnergyShare]

  /// The energy that was taken off in all.
  public var total: Picojoules { saved.reduce(.zero) { $0 + $1.energy } }
}

extension LayerCost {
  /// Prices a layer by the values that were executed: multiply-accumulates with zero operands, changing
  /// bits, reads of weights that zero inputs save.
  ///
  /// Counts stay as they are; nothing changes for a layer without products, on a device whose energies do
  /// not depend on values, or when it was done before.
  ///
  /// - Model: `ValueDependence`; the saved reads are those of the level nearest to the multipliers.
  /// - Validity: exact in the counts; as good as the shares of the device file.
  public mutating func price(_ activity: OperandActivity, on device: Device) {
    guard values == nil, let operations, operations.kind == .products else { return }
    let dependence = device.compute.macEnergy.values
    var saved: [EnergyShare] = []
    if dependence.isActive {
      let factor = activity.factor(dependence)
      let fixed = operations.energy(on: device) * operations.count
      saved.append(
        EnergyShare(component: "compute", energy: Picojoules(fixed.value * (1 - factor))))
      spread = spread.map {
        EnergyRange(
          low: Picojoules($0.low.value * factor), high: Picojoules($0.high.value * factor))
      }
    }
    for level in device.memories where level.zeroGating > 0 {
      guard let price = level.readEnergy[.weights],
        let access = accesses.first(where: { $0.level == level.name && $0.operand == .weights })
      else { continue }
      let fixed = access.readBits * price
      let share = level.zeroGating * activity.zeroInputs
      saved.append(
        EnergyShare(component: level.name, energy: Picojoules(fixed.value * share)))
    }
    guard !saved.isEmpty else { return }
    let all = saved.reduce(0) { $0 + $1.energy.value }
    lowerBounds.energy = Picojoules(max(lowerBounds.energy.value - all, 0))
    for share in saved {
      guard let place = energy.firstIndex(where: { $0.component == share.component }) else {
        continue
      }
      energy[place].energy = Picojoules(energy[place].energy.value - share.energy.value)
    }
    values = ValueEffect(activity: activity, saved: saved)
  }
}
