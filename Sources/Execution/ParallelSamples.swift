/// Work on many samples by several threads, with results in the order of the samples.
public enum ParallelSamples {
  /// The samples a thread takes at a time.
  static func chunk(_ count: Int, threads: Int) -> Int {
    max(1, min(16, count / max(1, 4 * threads)))
  }

  /// The results of `body` for consecutive ranges that cover `0..<count`, in order.
  ///
  /// - Parameters:
  ///   - threads: ranges in flight at a time.
  ///   - progress: called with the number of samples done, one call at a time.
  public static func map<Result: Sendable>(
    count: Int, threads: Int, progress: (@Sendable (Int) -> Void)? = nil,
    _ body: @escaping @Sendable (Range<Int>) -> Result
  ) async -> [Result] {
    let size = chunk(count, threads: threads)
    let ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    var results = [Result?](repeating: nil, count: ranges.count)
    var done = 0
    await withTaskGroup(of: (Int, Result).self) { group in
      var next = 0
      func launch() {
        guard next < ranges.count else { return }
        let index = next
        let range = ranges[index]
        next += 1
        group.addTask { (index, body(range)) }
      }
      for _ in 0..<max(1, threads) { launch() }
      for await (index, result) in group {
        results[index] = result
        done += ranges[index].count
        progress?(done)
        launch()
      }
    }
    return results.compactMap { $0 }
  }
}
