/// The positions of an image that tiles of outputs and taps touch, added up over all tiles.
///
/// The closed form of the search: tiles lie side by side and are of one size but for the last. Exact
/// where neither axis is divided twice; `WindowProfile` counts the mapping that is reported.
struct WindowTable {
  private let outputs: Int
  private let taps: Int
  private let sliding: Sliding
  /// Whether every output has one position of its own.
  private let isPlain: Bool
  /// The sums known so far, by tile; empty where there would be too many.
  private var known: [Int]

  init(outputs: Int, taps: Int, sliding: Sliding) {
    self.outputs = outputs
    self.taps = taps
    self.sliding = sliding
    isPlain = taps == 1 && sliding.pad == 0 && (outputs - 1) * sliding.stride < sliding.extent
    known =
      isPlain || outputs * taps > 1 << 14
      ? [] : [Int](repeating: -1, count: (outputs + 1) * (taps + 1))
  }

  /// The positions that all tiles of these sizes touch, each tile for itself.
  mutating func total(_ output: Int, _ tap: Int) -> Int {
    if isPlain { return outputs }
    let (output, tap) = (min(output, outputs), min(tap, taps))
    guard !known.isEmpty else {
      let blocks = ((outputs + output - 1) / output) * ((taps + tap - 1) / tap)
      return blocks * sliding.largest(outputs: output, taps: tap)
    }
    let index = output * (taps + 1) + tap
    if known[index] >= 0 { return known[index] }
    var sum = 0
    for first in stride(from: 0, to: outputs, by: output) {
      let last = min(first + output, outputs) - 1
      for firstTap in stride(from: 0, to: taps, by: tap) {
        sum += touched(first, last, firstTap, min(firstTap + tap, taps) - 1)
      }
    }
    known[index] = sum
    return sum
  }

  /// The positions that one tile touches.
  private func touched(_ first: Int, _ last: Int, _ firstTap: Int, _ lastTap: Int) -> Int {
    let (step, distance) = (sliding.stride, sliding.dilation)
    let low = first * step + firstTap * distance - sliding.pad
    let high = last * step + lastTap * distance - sliding.pad
    let (outputs, taps) = (last - first + 1, lastTap - firstTap + 1)
    if taps == 1 { return inside(low, count: outputs, step: step) }
    if outputs == 1 { return inside(low, count: taps, step: distance) }
    let isGapless = (distance == 1 && taps >= step) || (step == 1 && outputs >= distance)
    let clipped = max(0, min(high, sliding.extent - 1) - max(low, 0) + 1)
    return isGapless ? clipped : min(clipped, sliding.largest(outputs: outputs, taps: taps))
  }

  /// How many of `count` positions from `low` on lie inside the image.
  private func inside(_ low: Int, count: Int, step: Int) -> Int {
    let first = low < 0 ? (-low + step - 1) / step : 0
    guard sliding.extent > low else { return 0 }
    let last = min(count - 1, (sliding.extent - 1 - low) / step)
    return max(0, last - first + 1)
  }
}
