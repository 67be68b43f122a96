internal import Devices
internal import Quantities

extension DeviceText {
  /// What a device says of ranges, values and leakage beside the plain energies; empty without them.
  static func powers(_ device: Device) -> [String] {
    let energy = device.compute.macEnergy
    var lines: [String] = []
    if let range = energy.multiplyRange {
      lines.append(
        "             multiplies are published between \(number(range.low.value)) and "
          + "\(number(range.high.value)) pJ")
    }
    let values = energy.values
    if values.zeroGating > 0 {
      let watched =
        switch values.watched {
        case .inputs: "a zero input"
        case .weights: "a zero weight"
        case .either: "a zero operand"
        }
      lines.append(
        "values       \(watched) saves \(number(values.zeroGating * 100)) % of a multiply-accumulate"
      )
    }
    if values.toggleShare > 0 {
      lines.append(
        "values       \(number(values.toggleShare * 100)) % of the energy grows with changing bits, "
          + "given for \(number(values.referenceActivity)) a bit")
    }
    for level in device.memories where level.zeroGating > 0 {
      lines.append(
        "values       a zero input saves \(number(level.zeroGating * 100)) % of the weight reads of "
          + level.name)
    }
    if !device.leakages.isEmpty {
      let parts = device.leakages.map { "\($0.part) \(power($0.power))" }
      lines.append("leakage      \(power(device.leakage)): \(parts.joined(separator: ", "))")
    }
    return lines
  }

  private static func power(_ power: Milliwatts) -> String {
    power.value >= 1 || power.value == 0
      ? number(power.value) + " mW"
      : power.value >= 1e-3 ? number(power.value * 1e3) + " µW" : number(power.value * 1e6) + " nW"
  }
}
