internal import Devices
internal import Execution
internal import Quantities
internal import Simulation

extension TextReport {
  /// The energy, what it would be without regard to values, and its range.
  static func energyWords(_ totals: SimulationTotals) -> String {
    var text = NumberText.energy(totals.energy)
    if let fixed = totals.fixedEnergy, totals.energy > .zero {
      let excess = NumberText.fixed((fixed.value / totals.energy.value - 1) * 100, 1)
      text += "; \(NumberText.energy(fixed)) without regard to values (\(excess) % more)"
    }
    if let range = totals.energyRange {
      text +=
        "; between \(NumberText.energy(range.low)) and \(NumberText.energy(range.high)) depending on "
        + "whose multiplier"
    }
    return text
  }

  /// How many of the executed products have a zero operand.
  static func valueLines(_ result: SimulationResult) -> [String] {
    let operands = result.layers.compactMap(\.operands)
    let products = operands.reduce(0) { $0 + $1.products }
    guard products > 0 else { return [] }
    func percent(_ figure: (OperandStatistics) -> Int) -> String {
      NumberText.percent(NumberText.share(operands.reduce(0) { $0 + figure($1) }, of: products))
    }
    return LabelledText.lines(
      "values",
      "\(percent { $0.zeroProducts }) % of the products have a zero operand: the input in "
        + "\(percent { $0.zeroInputProducts }) %, the weight in \(percent { $0.zeroWeightProducts }) %"
    )
  }
}
