import Foundation
import Widthwise
import Work

/// What the repetitions of a piece of work took, as one line of JSON.
struct Report: Encodable {
  /// The name of the piece of work.
  var name: String
  /// Seconds of each repetition.
  var seconds: [Double]
  /// 10^9 multiply-accumulates a second, of the median repetition.
  var gigaMACs: Double
  /// Samples, layers or mappings a second, of the median repetition.
  var itemsPerSecond: Double
  /// What came out of the last repetition.
  var figures: Figures

  /// Repeats a piece of work: as often as said, and until the seconds have passed.
  init(
    _ name: String, _ work: any RepeatableWork, repetitions: Int, lasting duration: Double = 0
  ) async throws {
    self.name = name
    figures = Figures()
    seconds = []
    let clock = ContinuousClock()
    let start = clock.now
    repeat {
      let before = clock.now
      figures = try await work.run()
      seconds.append((clock.now - before) / .seconds(1))
    } while seconds.count < repetitions || (clock.now - start) / .seconds(1) < duration
    let median = seconds.sorted()[seconds.count / 2]
    gigaMACs = Double(work.macs) / median / 1e9
    itemsPerSecond = Double(work.items) / median
  }

  /// Prints it, so that a reader at the other end of a pipe sees it at once.
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var line = try encoder.encode(value)
    line.append(10)
    FileHandle.standardOutput.write(line)
  }
}
