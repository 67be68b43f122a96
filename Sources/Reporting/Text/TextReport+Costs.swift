internal import Costs
internal import Devices
internal import Mappings
internal import Quantities
internal import Simulation

extension TextReport {
  /// The stalls that a summary names.
  private static let namedStalls = 5

  /// Where the energy goes.
  static func energy(_ result: SimulationResult) -> [String] {
    let shares = result.energyByComponent
    let total = result.totals.energy.value
    guard total > 0 else { return [] }
    var table = TextTable()
    table.add(isRight: false, isShortened: true, cells: shares.map(\.component))
    table.add(cells: shares.map { NumberText.energy($0.energy) })
    table.add(cells: shares.map { NumberText.wholePercent($0.energy.value / total) + " %" })
    return ["energy goes to"] + table.lines(indent: 2)
  }

  /// The longest stalls.
  static func stalls(_ result: SimulationResult) -> [String] {
    let all = result.stalls
    let named = all.prefix(namedStalls)
    guard !named.isEmpty else { return [] }
    let cycles = result.totals.cycles.count
    var table = TextTable()
    table.add(isRight: false, isShortened: true, cells: named.map(\.level))
    table.add(isRight: false, isShortened: true, cells: named.map(\.port))
    table.add(isRight: false, cells: named.map(\.operand.rawValue))
    table.add(cells: named.map { NumberText.grouped($0.cycles.count) + " cycles" })
    table.add(
      cells: named.map {
        NumberText.percent(NumberText.share($0.cycles.count, of: cycles)) + " % of all"
      })
    var lines = ["the array waits for"] + table.lines(indent: 2)
    let others = all.dropFirst(namedStalls).reduce(0) { $0 + $1.cycles.count }
    if others > 0 { lines.append("  and \(NumberText.grouped(others)) cycles for others") }
    return lines
  }

  /// The figures beside what no mapping can undercut.
  static func bounds(_ result: SimulationResult) -> [String] {
    guard let bounds = result.lowerBounds else { return [] }
    let totals = result.totals
    let traffic = result.outermostTraffic
    var lines = ["distance to the lower bounds"]
    if bounds.computeCycles > .zero {
      let ratio = NumberText.significant(
        Double(totals.cycles.count) / Double(bounds.computeCycles.count))
      lines += LabelledText.lines(
        "cycles",
        "\(NumberText.grouped(totals.cycles.count)), at least "
          + "\(NumberText.grouped(bounds.computeCycles.count)) with every unit busy: \(ratio) times"
      )
    }
    if bounds.trafficBits > .zero, !traffic.levels.isEmpty {
      let ratio = NumberText.significant(
        Double(traffic.bits.count) / Double(bounds.trafficBits.count))
      let levels = traffic.levels.joined(separator: " and ")
      lines += LabelledText.lines(
        "traffic",
        "\(NumberText.storage(traffic.bits)) at \(levels), at least "
          + "\(NumberText.storage(bounds.trafficBits)) with everything moved once: \(ratio) times")
    }
    lines += mappings(result, bounds)
    return lines.count > 1 ? lines : []
  }

  /// What no mapping can undercut, and how many layers have the best one.
  private static func mappings(_ result: SimulationResult, _ bounds: LowerBounds) -> [String] {
    let qualities = result.qualities
    guard
      let farthest = qualities.filter({ !$0.isExact }).max(by: { $0.gap < $1.gap })
        ?? qualities.first
    else { return [] }
    let objective =
      switch farthest.objective {
      case .energy: "energy"
      case .latency: "cycles"
      case .product: "energy x cycles"
      }
    let exact = qualities.count { $0.isExact }
    var text =
      "no mapping takes less than \(NumberText.energy(bounds.energy)) and "
      + "\(NumberText.grouped(bounds.cycles.count)) cycles; searched for the least \(objective), "
      + "\(exact) of \(qualities.count) layers are optimal"
    if exact < qualities.count {
      text +=
        ", the others at most "
        + "\(NumberText.significant(farthest.gap + 1)) times their bound"
    }
    return LabelledText.lines("mappings", text)
  }
}
