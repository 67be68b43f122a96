internal import Arithmetic
internal import Costs
internal import Devices
internal import Execution
internal import Mappings
internal import Quantities
public import Simulation

/// The report of a run on a platform for people: `summary.txt` and the terminal.
public enum PlatformText {
  /// The report, at most 100 columns wide, ending in a line feed.
  public static func text(_ result: PlatformResult) -> String {
    let sections = [
      header(result), TextReport.accuracy(result.accuracy, result.fidelity), layers(result),
      transfers(result), totals(result), notes(result),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private static func header(_ result: PlatformResult) -> [String] {
    let batch = result.batch == 1 ? "one inference" : "batch of \(result.batch) inferences"
    var lines = ["\(result.network) on \(result.platform)"].map {
      TextTable.shortened($0.printable, to: TextTable.pageWidth)
    }
    for member in result.members {
      lines += LabelledText.lines(
        member.name,
        "\(member.device) at \(NumberText.frequency(member.clock)), \(member.layout.rawValue); "
          + ArithmeticWords.text(member.arithmetic, preset: member.preset))
    }
    lines += LabelledText.lines("at a time", batch)
    lines += LabelledText.lines(
      "quantization", result.scheme.map { TextReport.words($0) } ?? "the network's own scales")
    if let input = result.input {
      lines += LabelledText.lines(
        "inputs", TextReport.words(input, hasScheme: result.scheme != nil))
    }
    return lines
  }

  private static func layers(_ result: PlatformResult) -> [String] {
    let layers = result.layers
    var table = TextTable()
    table.add("layer", isRight: false, isShortened: true, cells: layers.map(\.name))
    table.add("kind", isRight: false, cells: layers.map(\.kind))
    table.add(
      "device", isRight: false, isShortened: true,
      cells: layers.map { $0.member + ($0.isFixed ? " *" : "") })
    table.add(
      "MACs", cells: layers.map { $0.cost.macs == 0 ? "-" : NumberText.count($0.cost.macs) })
    if layers.contains(where: { $0.overflow != nil }) {
      table.add(
        "over", "%",
        cells: layers.map { layer in
          layer.overflow.map {
            NumberText.percent(
              NumberText.share($0.total { $0.overflowedOutputs }, of: $0.total { $0.outputs }))
          } ?? "-"
        })
    }
    table.add("cycles", cells: layers.map { NumberText.count($0.cost.cycles.count) })
    table.add("time", cells: layers.map { NumberText.time($0.seconds) })
    table.add("energy", cells: layers.map { NumberText.energy($0.cost.totalEnergy) })
    let legend =
      layers.contains(where: \.isFixed)
      ? LabelledText.wrapped("*: placed by hand", after: "  ") : []
    return ["layers"] + table.lines(indent: 2) + legend
  }

  private static func transfers(_ result: PlatformResult) -> [String] {
    let moves = result.transfers
    guard !moves.isEmpty else { return ["transfers", "  none"] }
    var table = TextTable()
    table.add("tensor", isRight: false, isShortened: true, cells: moves.map(\.value))
    table.add("from", isRight: false, isShortened: true, cells: moves.map(\.from))
    table.add("to", isRight: false, isShortened: true, cells: moves.map(\.to))
    table.add("links", cells: moves.map { String($0.links) })
    table.add("size", cells: moves.map { NumberText.storage($0.bits) })
    table.add("time", cells: moves.map { NumberText.time($0.totals.seconds) })
    table.add("energy", cells: moves.map { NumberText.energy($0.totals.energy) })
    if moves.contains(where: { $0.conversion != nil }) {
      table.add(
        "conversion", "time",
        cells: moves.map { $0.conversion.map { NumberText.time($0.totals.seconds) } ?? "-" })
      table.add(
        "conversion", "energy",
        cells: moves.map { $0.conversion.map { NumberText.energy($0.totals.energy) } ?? "-" })
    }
    return ["transfers"] + table.lines(indent: 2)
  }

  private static func totals(_ result: PlatformResult) -> [String] {
    let parts = [
      ("layers", result.layers.reduce(.zero) { $0 + $1.totals }),
      ("transfers", result.transfers.reduce(.zero) { $0 + $1.totals }),
      (
        "conversions",
        result.transfers.reduce(.zero) { $0 + ($1.conversion?.totals ?? PlatformTotals.zero) }
      ),
      ("all", result.totals),
    ]
    var rows: [(name: String, totals: PlatformTotals?)] = parts.map { ($0.0, $0.1) }
    rows += result.members.map { ("everything on \($0.name)", $0.alone) }
    var table = TextTable()
    table.add("", isRight: false, isShortened: true, cells: rows.map(\.name))
    func column(_ title: String, unit: String? = nil, _ text: (PlatformTotals) -> String) {
      let cells = rows.map { $0.totals.map(text) ?? "cannot" }
      if let unit {
        table.add(title, unit, cells: cells)
      } else {
        table.add(title, cells: cells)
      }
    }
    column("time") { NumberText.time($0.seconds) }
    column("energy") { NumberText.energy($0.energy) }
    column("energy x time", unit: "nJ µs") {
      // Counts end below 2^63.
      NumberText.count(Int(min($0.energy.value * 1e-3 * $0.seconds.value * 1e6, 9e18).rounded()))
    }
    let goal =
      switch result.objective {
      case .energy: "the least energy"
      case .latency: "the least time"
      case .product: "the least product of energy and time"
      }
    let proof = result.isProven ? "the best one: proved for a chain" : "the best one found"
    return ["totals for one inference"] + table.lines(indent: 2)
      + LabelledText.wrapped("placement for \(goal); \(proof)", after: "  ")
  }

  private static func notes(_ result: PlatformResult) -> [String] {
    guard !result.warnings.isEmpty else { return [] }
    return ["warnings"] + result.warnings.flatMap { LabelledText.lines("note", $0) }
  }
}
