/// Codes that move to other places unchanged, run by run.
struct CopyRuns: Sendable {
  /// Successive places: of the source from `source`, or -1 for a constant.
  struct Run: Hashable, Sendable {
    var source: Int
    var target: Int
    var count: Int
  }

  let runs: [Run]

  /// The runs of a table that holds the source of each target place, -1 for a constant.
  init(sources: [Int]) {
    var runs: [Run] = []
    for (target, source) in sources.enumerated() {
      if let last = runs.last, last.target + last.count == target,
        source < 0 ? last.source < 0 : last.source >= 0 && last.source + last.count == source
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(source: max(source, -1), target: target, count: 1))
      }
    }
    self.runs = runs
  }

  /// The runs of a table that holds the target of each source place.
  init(targets: [Int]) {
    var runs: [Run] = []
    for (source, target) in targets.enumerated() {
      if let last = runs.last, last.target + last.count == target {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(source: source, target: target, count: 1))
      }
    }
    self.runs = runs
  }

  /// Copies elements, and writes `constant` where no source is.
  func copy<Element: BitwiseCopyable>(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, constant: Element
  ) {
    for run in runs {
      let place = target + run.target
      if run.source < 0 {
        place.update(repeating: constant, count: run.count)
      } else if run.count == 1 {
        place.pointee = source[run.source]
      } else {
        place.update(from: source + run.source, count: run.count)
      }
    }
  }

  /// Copies bytes, each through a table.
  func copy(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, through table: ByteTable
  ) {
    for run in runs {
      table.run(source + run.source, to: target + run.target, count: run.count)
    }
  }
}
