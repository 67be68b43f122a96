internal import Synchronization

/// The samples that are left, shared by the threads that run them.
///
/// The one class: threads share this state, and the compiler (Swift 6.3) stops at a noncopyable value
/// that a task captures.
final class SampleQueue: Sendable {
  private struct Position {
    var next = 0
    var done = 0
  }

  private let count: Int
  private let chunk: Int
  private let progress: (@Sendable (Int) -> Void)?
  private let position = Mutex(Position())

  init(count: Int, chunk: Int, progress: (@Sendable (Int) -> Void)?) {
    self.count = count
    self.chunk = chunk
    self.progress = progress
  }

  /// The next samples; nil when there are none.
  func next() -> Range<Int>? {
    position.withLock { position in
      guard position.next < count else { return nil }
      let first = position.next
      position.next = min(first + chunk, count)
      return first..<position.next
    }
  }

  /// Reports samples that are done, one report at a time.
  func finish(_ samples: Range<Int>) {
    position.withLock { position in
      position.done += samples.count
      progress?(position.done)
    }
  }
}
