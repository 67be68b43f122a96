/// Places in one piece of memory for buffers that live for a while: first fit by liveness.
///
/// Two buffers overlap in memory only if no step sees both. Each is placed where memory is free while it
/// lives: the largest first, each as low as possible; or the earliest first, which start at either end of the
/// largest live set in turns, so that a chain takes no more than its largest neighbours. The plan that
/// takes less is chosen.
///
/// - Source: Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net Inference",
///   2020, section 5, greedy by size.
public struct BufferPlan: Hashable, Sendable {
  /// The place of each buffer in bytes, a multiple of the alignment.
  public let offsets: [Int]
  /// The bytes of all buffers together.
  public let peak: Int
  /// The bytes of the buffers of the step at which most are live: no plan takes less.
  public let largestLiveSet: Int

  /// A plan.
  ///
  /// - Parameters:
  ///   - sizes: bytes; rounded up to the alignment.
  ///   - births: the first step at which each buffer is used.
  ///   - deaths: the last one.
  /// - Precondition: one size, birth and death for each buffer; none dies before its birth.
  public init(sizes: [Int], births: [Int], deaths: [Int], alignment: Int = 64) {
    precondition(
      sizes.count == births.count && sizes.count == deaths.count,
      "each buffer has a size, a birth and a death")
    precondition(
      zip(births, deaths).allSatisfy { $0 <= $1 }, "a buffer does not die before its birth")
    let sizes = sizes.map { ($0 + alignment - 1) / alignment * alignment }
    let bySize = sizes.indices.sorted { (sizes[$0], births[$1]) > (sizes[$1], births[$0]) }
    let byBirth = sizes.indices.sorted { (births[$0], sizes[$1]) < (births[$1], sizes[$0]) }
    // The live set grows at births only.
    let largest =
      births.map { step in
        sizes.indices.reduce(0) {
          births[$1] <= step && step <= deaths[$1] ? $0 + sizes[$1] : $0
        }
      }.max() ?? 0
    let plans = [
      Self.places(sizes, births, deaths, order: bySize, room: nil),
      Self.places(sizes, births, deaths, order: byBirth, room: largest),
    ]
    let best = plans[0].peak <= plans[1].peak ? plans[0] : plans[1]
    offsets = best.offsets
    peak = best.peak
    largestLiveSet = largest
  }

  /// Each buffer at the lowest place that the ones before it in `order` leave free.
  ///
  /// - Parameter room: where given, every second buffer is placed as high as possible below it.
  private static func places(
    _ sizes: [Int], _ births: [Int], _ deaths: [Int], order: [Int], room: Int?
  ) -> (offsets: [Int], peak: Int) {
    var offsets = [Int](repeating: 0, count: sizes.count)
    var peak = 0
    // The buffers that have a place, lowest first.
    var placed: [Int] = []
    for (turn, buffer) in order.enumerated() {
      var lowest: Int?
      var highest: Int?
      var end = 0
      for other in placed where births[other] <= deaths[buffer] && births[buffer] <= deaths[other] {
        if offsets[other] - end >= sizes[buffer] {
          lowest = lowest ?? end
          highest = offsets[other] - sizes[buffer]
        }
        end = max(end, offsets[other] + sizes[other])
      }
      if let room, room - end >= sizes[buffer] { highest = room - sizes[buffer] }
      let place = lowest ?? end
      offsets[buffer] = room != nil && turn % 2 == 1 ? highest ?? place : place
      peak = max(peak, offsets[buffer] + sizes[buffer])
      placed.insert(
        buffer, at: placed.firstIndex { offsets[$0] > offsets[buffer] } ?? placed.count)
    }
    return (offsets, peak)
  }
}
