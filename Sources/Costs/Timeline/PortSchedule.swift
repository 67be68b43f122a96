/// The free time of one port; transfers fill the earliest gaps and may be interrupted.
struct PortSchedule {
  /// A stretch of free cycles.
  struct Gap {
    var start: Int
    var end: Int
  }

  /// The most gaps that are remembered; the oldest are forgotten, as if they were used.
  private static let remembered = 2048

  private var gaps: [Gap]
  /// The cycles that transfers have taken.
  private(set) var busy = 0

  /// A port that is free from a cycle on.
  init(from start: Int) { gaps = [Gap(start: start, end: .max)] }

  /// Takes `length` cycles from `start` on, as early as they are free; returns the pieces in order.
  mutating func take(_ length: Int, from start: Int) -> [Gap] {
    guard length > 0 else { return [] }
    busy += length
    var low = 0
    var high = gaps.count - 1
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].end > start { high = middle } else { low = middle + 1 }
    }
    var left = length
    var pieces: [Gap] = []
    var rest: [Gap] = []
    var index = low
    while left > 0 {
      let gap = gaps[index]
      index += 1
      let from = max(gap.start, start)
      let to = gap.end - from > left ? from + left : gap.end
      if from > gap.start { rest.append(Gap(start: gap.start, end: from)) }
      if to < gap.end { rest.append(Gap(start: to, end: gap.end)) }
      pieces.append(Gap(start: from, end: to))
      left -= to - from
    }
    gaps.replaceSubrange(low..<index, with: rest)
    if gaps.count > Self.remembered { gaps.removeFirst(gaps.count / 2) }
    return pieces
  }
}
