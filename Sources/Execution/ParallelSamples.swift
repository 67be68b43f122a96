/// Work on many samples by several threads, with results in the order of the samples.
public enum ParallelSamples {
  /// The samples a thread takes at a time.
  static func chunk(_ count: Int, threads: Int) -> Int {
    max(1, min(16, count / max(1, 4 * threads)))
  }

  /// The samples a thread takes at a time where up to `together` cost less than one by one: as many as
  /// that, and the same number of times for each thread.
  static func chunk(_ count: Int, threads: Int, together: Int) -> Int {
    guard together > 1 else { return chunk(count, threads: threads) }
    let threads = max(1, threads)
    let turns = (count + threads * together - 1) / (threads * together)
    return max(1, (count + turns * threads - 1) / max(1, turns * threads))
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
    let parts = await work(count: count, threads: threads, progress: progress) { queue in
      var results: [(first: Int, result: Result)] = []
      while let samples = queue.next() {
        results.append((samples.lowerBound, body(samples)))
        queue.finish(samples)
      }
      return results
    }
    return parts.flatMap { $0 }.sorted { $0.first < $1.first }.map(\.result)
  }

  /// What each thread gives; together they take every sample out of one queue.
  ///
  /// Which thread takes which sample is left to chance, so results must not depend on it.
  ///
  /// - Parameter together: samples that cost less together than one by one.
  static func work<Result: Sendable>(
    count: Int, threads: Int, together: Int = 1, progress: (@Sendable (Int) -> Void)?,
    _ body: @escaping @Sendable (SampleQueue) -> Result
  ) async -> [Result] {
    let chunk = chunk(count, threads: threads, together: together)
    let queue = SampleQueue(count: count, chunk: chunk, progress: progress)
    return await withTaskGroup(of: Result.self) { group in
      let ranges = (count + chunk - 1) / chunk
      for _ in 0..<max(1, min(threads, ranges)) { group.addTask { body(queue) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}
