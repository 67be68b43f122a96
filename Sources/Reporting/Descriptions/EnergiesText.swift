public import Devices
internal import Quantities

/// What others publish for the energies of a device's arithmetic, at most 100 columns wide.
public enum EnergiesText {
  /// The published energies at the device's node, their ranges, and what the device uses.
  public static func text(_ device: Device) -> String {
    let node = device.technology
    var lines = LabelledText.wrapped(
      "published energies of arithmetic at \(node) nm, the node of \(device.name); those of other "
        + "nodes are scaled (Stillmaker and Baas 2017, 0.8 V)", after: "")
    for operation in PublishedEnergy.Operation.allCases {
      let entries = PublishedEnergy.all.filter { $0.operation == operation }
      lines += ["", operation.rawValue]
      for bits in Set(entries.map(\.bits)).sorted() {
        let own = entries.filter { $0.bits == bits }
        if own.count > 1, let range = PublishedEnergy.range(of: operation, bits: bits, at: node) {
          let ratio = NumberText.significant(range.high.value / range.low.value)
          lines.append(
            "  \(bits) bit: between \(figure(range.low)) and \(figure(range.high)), \(ratio) times")
        } else {
          lines.append("  \(bits) bit")
        }
        for entry in own { lines += words(entry, node) }
      }
    }
    let energy = device.compute.macEnergy
    lines += ["", "\(device.name) uses"]
    lines += own(
      "multiply", "\(figure(energy.multiply)) at \(energy.multiplyBits) bit",
      energy.multiplyRange, "compute.energy.multiply", device)
    lines += own(
      "add", "\(figure(energy.add)) at \(energy.addBits) bit", nil, "compute.energy.add", device)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ entry: PublishedEnergy, _ node: Int) -> [String] {
    let scaled = entry.energy(at: node)
    var text = scaled.map(figure) ?? "not to be scaled to \(node) nm"
    if entry.node != node { text += " (\(figure(entry.energy)) at \(entry.node) nm)" }
    return LabelledText.wrapped("\(text): \(entry.source)", after: "    ")
  }

  private static func own(
    _ key: String, _ text: String, _ range: EnergyRange?, _ path: String, _ device: Device
  ) -> [String] {
    var text = "\(key) \(text)"
    if let range { text += ", between \(figure(range.low)) and \(figure(range.high))" }
    if let source = device.sources[path] { text += ": \(source)" }
    return LabelledText.wrapped(text, after: "  ")
  }

  private static func figure(_ energy: Picojoules) -> String {
    DeviceText.number(energy.value) + " pJ"
  }
}
