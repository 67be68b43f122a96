public import Costs
internal import Devices
internal import Quantities

/// A timeline for people: what the array waits for, how busy the ports are, and the first intervals.
public enum TimelineText {
  /// The text.
  ///
  /// - Parameters:
  ///   - timeline: The timeline.
  ///   - cost: The cost of the same layer by the closed form, to compare with.
  ///   - first: How many intervals to list.
  public static func text(_ timeline: LayerTimeline, cost: LayerCost, first: Int) -> String {
    var lines = [
      "\(cost.name): \(NumberText.grouped(timeline.cycles.count)) cycles tile by tile, "
        + "\(NumberText.grouped(cost.cycles.count)) by the closed form",
      "",
      cost.mapping,
    ]
    let ratio = Double(timeline.cycles.count) / Double(max(cost.cycles.count, 1))
    if !(0.85...1.35).contains(ratio) {
      lines += [
        "",
        "the two differ by more than usual: here whole tiles move one after the other, the closed form lets",
        "transfers of one port overlap within its windows; reports use the closed form",
      ]
    }
    lines += waits(timeline) + loads(timeline) + intervals(timeline, first: first)
    if !timeline.condensed.isEmpty {
      lines += ["", "too many tiles to follow one by one, spread evenly over the steps"]
      lines += timeline.condensed.map { "  " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func waits(_ timeline: LayerTimeline) -> [String] {
    guard !timeline.waits.isEmpty else { return ["", "the array waits for nothing"] }
    var table = TextTable()
    table.add(isRight: false, cells: timeline.waits.map { name($0.cause) })
    table.add(cells: timeline.waits.map { NumberText.grouped($0.cycles.count) + " cycles" })
    table.add(
      cells: timeline.waits.map {
        NumberText.percent(NumberText.share($0.cycles.count, of: timeline.cycles.count))
          + " % of all"
      })
    table.add(
      cells: timeline.waits.map {
        NumberText.grouped($0.times) + ($0.times == 1 ? " time" : " times")
      })
    return ["", "the array waits for"] + table.lines(indent: 2)
  }

  private static func loads(_ timeline: LayerTimeline) -> [String] {
    guard !timeline.loads.isEmpty else { return [] }
    var table = TextTable()
    table.add(isRight: false, cells: timeline.loads.map { name($0.resource) })
    table.add(cells: timeline.loads.map { NumberText.grouped($0.busy.count) + " cycles" })
    table.add(
      cells: timeline.loads.map {
        NumberText.percent(NumberText.share($0.busy.count, of: timeline.cycles.count)) + " %"
      })
    return ["", "ports are busy"] + table.lines(indent: 2)
  }

  private static func intervals(_ timeline: LayerTimeline, first: Int) -> [String] {
    let shown = timeline.intervals.enumerated().sorted {
      ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
    }.prefix(first).map(\.element)
    guard !shown.isEmpty else { return [] }
    var table = TextTable()
    table.add("from", cells: shown.map { NumberText.grouped($0.start.count) })
    table.add("to", cells: shown.map { NumberText.grouped($0.end.count) })
    table.add("who", isRight: false, cells: shown.map { name($0.resource) })
    table.add("what", isRight: false, cells: shown.map(what))
    table.add("after", isRight: false, cells: shown.map { name($0.cause) })
    let all = NumberText.grouped(timeline.intervals.count)
    return ["", "the first \(shown.count) of \(all) intervals"] + table.lines(indent: 2)
  }

  /// The array and the ports that do something, outermost level first.
  static func resources(_ timeline: LayerTimeline) -> [TimelineResource] {
    [.array] + timeline.loads.map(\.resource)
  }

  static func name(_ resource: TimelineResource) -> String {
    switch resource {
    case .array: "array"
    case .port(let level, let name): "\(level) \(name)"
    }
  }

  static func name(_ cause: TimelineCause) -> String {
    switch cause {
    case .layer: "start of the layer"
    case .array: "array"
    case .port: "other transfers"
    case .transfer(let operand, let level, let port): "\(operand.rawValue) at \(level) \(port)"
    }
  }

  static func what(_ interval: TimelineInterval) -> String {
    guard let operand = interval.operand else { return "steps \(interval.tile)" }
    return "\(operand.rawValue) \(interval.tile) \(interval.isInward ? "in" : "out")"
  }
}
