internal import Arithmetic
internal import Costs
internal import Execution
internal import Quantities
internal import Simulation

extension TextReport {
  /// The table of the layers.
  static func layers(_ result: SimulationResult) -> [String] {
    let layers = result.layers
    var table = TextTable()
    table.add("layer", isRight: false, isShortened: true, cells: layers.map(\.name))
    table.add("kind", isRight: false, cells: layers.map(\.kind))
    table.add(
      "MACs", cells: layers.map { $0.cost.macs == 0 ? "-" : NumberText.count($0.cost.macs) })
    table.add("bits", "w/a", cells: layers.map(operandBits))
    if layers.contains(where: { $0.overflow != nil }) {
      table.add("sum bits", "has/needs/saw", cells: layers.map(accumulatorBits))
      table.add(
        "over", "%",
        cells: layers.map { layer in
          layer.overflow.map {
            NumberText.percent(
              NumberText.share($0.total { $0.overflowedOutputs }, of: $0.total { $0.outputs }))
          } ?? "-"
        })
      table.add(
        "sums", lossWord(layers),
        cells: layers.map { layer in
          layer.overflow.map {
            NumberText.count($0.total(\.lostSums))
          } ?? "-"
        })
    }
    table.add("cycles", cells: layers.map { NumberText.count($0.cost.cycles.count) })
    if !layers.contains(where: { $0.overflow != nil }) {
      table.add(
        "stalled", "%",
        cells: layers.map {
          NumberText.percent(
            NumberText.share($0.cost.stallCycles.count, of: $0.cost.cycles.count))
        })
      let levels = result.outermostTraffic.levels
      table.add(
        levels.count == 1 ? TextTable.shortened(levels[0], to: 10) : "outermost", "traffic",
        cells: layers.map { NumberText.storage($0.cost.outermostBits) })
    }
    table.add(
      "used", "%",
      cells: layers.map {
        $0.cost.macs == 0 ? "-" : NumberText.wholePercent($0.cost.utilization)
      })
    table.add("energy", cells: layers.map { NumberText.energy($0.cost.totalEnergy) })
    return ["layers"] + table.lines(indent: 2) + legend(layers)
  }

  /// The bits of the weights and the input activations: `8/8`.
  private static func operandBits(_ layer: LayerResult) -> String {
    (layer.weights.map { String($0.bits) } ?? "-") + "/"
      + String(layer.inputs.bits)
  }

  /// The bits of the accumulator, those that the weights demand, and those that were observed.
  private static func accumulatorBits(_ layer: LayerResult) -> String {
    guard let overflow = layer.overflow else { return "-" }
    let accumulator = overflow.accumulator
    let bits = accumulator.overflow == .unlimited ? "any" : String(accumulator.bits)
    let has = accumulator.float?.description ?? bits
    let saw = overflow.observedBits.map(String.init) ?? "-"
    return "\(has)/\(overflow.boundBits)/\(saw)"
  }

  /// What happens to sums that leave the range.
  private static func lossWord(_ layers: [LayerResult]) -> String {
    guard layers.allSatisfy({ $0.overflow?.accumulator.float == nil }) else { return "lost" }
    let policies = Set(layers.compactMap { $0.overflow?.accumulator.overflow })
    if policies == [.saturate] { return "clipped" }
    return policies == [.wrap] ? "wrapped" : "lost"
  }

  /// What the columns mean.
  private static func legend(_ layers: [LayerResult]) -> [String] {
    let overflows = layers.compactMap(\.overflow)
    var text = "cycles and energy for one inference; used: share of the peak rate"
    if let first = overflows.first {
      let seen = first.observesPrefixes ? "widest prefix seen" : "widest final sum seen"
      text +=
        "; sum bits: the accumulator's, those that the weights can demand, the \(seen); over: outputs "
        + "whose sum left the accumulator on the way; \(lossWord(layers)) sums: additions over all samples"
      let rounded = overflows.reduce(0) { $0 + $1.total(\.roundedSteps) }
      if overflows.contains(where: { $0.accumulator.float != nil }) {
        let steps = overflows.reduce(0) { $0 + $1.total(\.steps) }
        text += "; \(rounded) of \(steps) additions were rounded to the float accumulator"
      }
    }
    return LabelledText.wrapped(text, after: "  ")
  }
}
