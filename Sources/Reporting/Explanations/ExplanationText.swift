internal import Costs
internal import Execution
public import Devices
internal import Quantities
public import Simulation

/// Where each cycle and each picojoule of a layer comes from, in words; at most 100 columns wide.
public enum ExplanationText {
  /// The lines of one layer of a result on the device that it was run on.
  public static func text(_ layer: LayerResult, of result: SimulationResult, on device: Device)
    -> String
  {
    let explanation = LayerExplanation(layer.cost, on: device)
    let cost = layer.cost
    var lines = LabelledText.wrapped(
      "layer '\(layer.name)' (\(layer.kind)) of \(result.network) on \(device.name), one inference",
      after: "")
    lines += ["", "mapping"]
    lines += cost.mapping.split(separator: "\n").flatMap {
      LabelledText.wrapped(String($0), after: "  ")
    }
    lines += ["", "cycles        \(NumberText.grouped(cost.cycles.count))"]
    for line in explanation.cycles { lines += cycles(line, cost, device) }
    lines += ["", "energy        \(exact(cost.totalEnergy))"]
    for share in cost.energy {
      lines.append("  \(share.component): \(exact(share.energy))")
      for line in explanation.energy where line.component == share.component {
        lines += energy(line, device)
      }
    }
    if let range = cost.energyRange {
      lines += LabelledText.wrapped(
        "between \(exact(range.low)) and \(exact(range.high)), depending on whose multiplier",
        after: "  ")
    }
    if let values = layer.operands { lines += ["", "values"] + self.values(values) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func cycles(_ line: CycleLine, _ cost: LayerCost, _ device: Device) -> [String] {
    let count = NumberText.grouped(line.cycles.count)
    var text = "\(line.part.rawValue): \(count) cycles, \(line.reason)"
    if line.part == .compute, cost.macs > 0 {
      let rate = Double(cost.macs) / Double(line.cycles.count)
      text += " \(NumberText.grouped(cost.macs)) MACs at \(NumberText.significant(rate)) a cycle"
      if cost.lowerBounds.computeCycles > .zero {
        text +=
          "; \(NumberText.grouped(cost.lowerBounds.computeCycles.count)) cycles with every unit busy"
      }
    }
    return LabelledText.wrapped(text + source(line.path, device), after: "  ")
  }

  private static func energy(_ line: EnergyLine, _ device: Device) -> [String] {
    var text = line.reason
    if let amount = line.amount {
      text += ": \(NumberText.grouped(amount.count)) \(amount.unit)\(amount.count == 1 ? "" : "s")"
      if let bits = amount.bits {
        text += ", \(NumberText.grouped(bits.count)) bit x \(price(amount.price)) pJ/bit"
      } else {
        text += " x \(price(amount.price)) pJ"
      }
    }
    text += " = \(exact(line.energy))\(source(line.path, device))"
    return LabelledText.wrapped(text, after: "    ")
  }

  /// Exact counts of what the operands were.
  private static func values(_ values: OperandStatistics) -> [String] {
    let share = { (count: Int) in NumberText.percent(values.share(count)) + " %" }
    var text =
      "of \(NumberText.grouped(values.products)) products of \(NumberText.grouped(values.samples)) "
      + "samples \(share(values.zeroProducts)) have a zero operand: the input in "
      + "\(share(values.zeroInputProducts)) (\(share(values.paddingProducts)) padding), the weight in "
      + share(values.zeroWeightProducts)
    if let activity = values.inputActivity {
      text += "; \(NumberText.percent(activity)) % of the input bits change from code to code"
    }
    return LabelledText.wrapped(text, after: "  ")
  }

  /// The source of the figure at a path, of the block around it or of its parts.
  private static func source(_ path: String?, _ device: Device) -> String {
    guard let path else { return "" }
    let own = device.sources[path]
    let part = device.sources.keys.filter { $0.hasPrefix(path + "[") || $0.hasPrefix(path + ".") }
      .min().flatMap { device.sources[$0] }
    return (own ?? part).map { "  (\($0))" } ?? ""
  }

  /// An energy with enough digits to add up.
  private static func exact(_ energy: Picojoules) -> String {
    energy.value.magnitude >= 1000
      ? "\(NumberText.energy(energy)) (\(NumberText.fixed(energy.value, 3)) pJ)"
      : "\(NumberText.fixed(energy.value, 3)) pJ"
  }

  private static func price(_ value: Double) -> String {
    value == 0 || value >= 1e-3 ? NumberText.fixed(value, 6).trimmedZeros : value.description
  }
}

extension String {
  /// A decimal number without zeros at its end.
  fileprivate var trimmedZeros: String {
    guard contains(".") else { return self }
    var text = self[...]
    while text.last == "0" { text = text.dropLast() }
    return String(text.last == "." ? text.dropLast() : text)
  }
}
