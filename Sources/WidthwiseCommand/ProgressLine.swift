import Foundation
import Synchronization
import Widthwise

/// One line on stderr that says how far a long run is; silent unless stderr is a terminal.
struct ProgressLine: Sendable {
  private final class State: Sendable {
    let shown = Mutex<(stage: String, start: Date, last: Date)>(("", .distantPast, .distantPast))
  }

  private let state = State()

  /// Receives progress; nil where nobody would see it.
  var handler: SimulationProgress.Handler? {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    let state = state
    return { progress in
      let line = state.shown.withLock { shown -> String? in
        let now = Date()
        if shown.stage != progress.stage { shown = (progress.stage, now, .distantPast) }
        let isDone = progress.done >= progress.total
        guard isDone || now.timeIntervalSince(shown.last) > 0.1 else { return nil }
        shown.last = now
        let elapsed = now.timeIntervalSince(shown.start)
        let left = elapsed / Double(max(progress.done, 1)) * Double(progress.total - progress.done)
        let time = isDone ? "" : ", \(Int(left.rounded(.up))) s left"
        let note = progress.note.isEmpty ? "" : ", \(progress.note)"
        return "\r\u{1B}[K\(progress.stage) \(progress.done) of \(progress.total)\(time)\(note)"
      }
      if let line { FileHandle.standardError.write(Data(line.utf8)) }
    }
  }

  /// Takes the line away.
  func clear() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
