public import Devices
import Mappings
import Quantities

extension EnergyShare {
  /// The component of what leaks.
  public static let leakageName = "leakage"
}

extension LayerCost {
  /// Notes what the layer computes and adds what the device leaks during all of its cycles, stalls
  /// included; nothing changes when that was done before.
  ///
  /// - Model: `power * cycles / clock`; nothing is switched off, not even while the array waits.
  /// - Validity: as good as the powers of the device file.
  mutating func complete(_ work: LayerWork, on device: Device) {
    let operations = LayerOperations(work)
    self.operations = operations
    spread = operations.spread(on: device)
    let power = device.leakage
    guard power > .zero, energy.last?.component != EnergyShare.leakageName else { return }
    energy.append(
      EnergyShare(component: EnergyShare.leakageName, energy: power * (cycles / device.clock)))
  }

  /// The energy with the lowest and the highest published multiplier; nil when the device gives one figure.
  public var energyRange: EnergyRange? {
    guard let spread else { return nil }
    let total = totalEnergy.value
    return EnergyRange(
      low: Picojoules(total - spread.low.value), high: Picojoules(total + spread.high.value))
  }

  /// Makes the operations those of one inference of a batch, rounded up.
  public mutating func divideOperations(by batch: Int) {
    if let all = operations {
      operations?.count = (all.count + batch - 1) / batch
      operations?.outputs = (all.outputs + batch - 1) / batch
    }
    spread = spread.map {
      EnergyRange(
        low: Picojoules($0.low.value / Double(batch)),
        high: Picojoules($0.high.value / Double(batch)))
    }
  }
}
