public import Execution
public import Simulation

/// What a study of sensitivity found.
public struct SensitivityResult: Sendable {
  /// The run of the baseline.
  public let baseline: SimulationResult
  /// The figures of the baseline.
  public let evaluation: Evaluation
  /// One row a layer and change: subject by subject, in the order of the layers, then of the changes.
  public internal(set) var rows: [SensitivityRow] = []
  /// What the runs took over from each other.
  public internal(set) var reuse = ReuseCounts()

  init(baseline: SimulationResult, of workload: Workload) {
    self.baseline = baseline
    evaluation = Evaluation(baseline, of: workload)
  }

  /// The subjects that were varied.
  public var subjects: [SensitivitySubject] {
    SensitivitySubject.allCases.filter { subject in rows.contains { $0.subject == subject } }
  }

  /// The rows of one subject.
  public func rows(of subject: SensitivitySubject) -> [SensitivityRow] {
    rows.filter { $0.subject == subject }
  }

  /// The layers by what each saved bit of one subject loses, the most sensitive one first.
  ///
  /// A layer's figure is the mean of its rows' `lossPerSavedBit`. Layers of equal accuracy loss, and all
  /// layers where there are no labels, come in the order of `noisePerSavedBit`, then of the network.
  /// Layers whose rows save nothing are left out.
  public func ranking(of subject: SensitivitySubject) -> [SensitivityRank] {
    var ranks: [SensitivityRank] = []
    for row in rows(of: subject) where row.savedBits > 0 {
      if ranks.last?.layer != row.point.layer {
        ranks.append(SensitivityRank(layer: row.point.layer))
      }
      ranks[ranks.count - 1].add(row)
    }
    return ranks.enumerated().sorted { first, second in
      let one = first.element
      let two = second.element
      if let losses = ordered(one.lossPerSavedBit, two.lossPerSavedBit) { return losses }
      if let noises = ordered(one.noisePerSavedBit, two.noisePerSavedBit) { return noises }
      return first.offset < second.offset
    }.map(\.element)
  }

  /// Whether the first comes before the second, the larger first; nil where neither does.
  private func ordered(_ first: Double?, _ second: Double?) -> Bool? {
    let first = first ?? -.infinity
    let second = second ?? -.infinity
    return first == second ? nil : first > second
  }
}

/// What the saved bits of one layer lose.
public struct SensitivityRank: Hashable, Sendable {
  /// The layer.
  public let layer: String
  /// The rows that save bits.
  public private(set) var rows = 0
  private var losses = Mean()
  private var noises = Mean()

  init(layer: String) { self.layer = layer }

  /// The mean accuracy lost for each bit saved, as a share of the samples; nil without labels.
  public var lossPerSavedBit: Double? { losses.value }

  /// The mean noise gained for each bit saved, as a share of the signal's power; nil without it.
  public var noisePerSavedBit: Double? { noises.value }

  mutating func add(_ row: SensitivityRow) {
    rows += 1
    losses.add(row.lossPerSavedBit)
    noises.add(row.noisePerSavedBit)
  }

  /// The mean of the numbers that are known.
  private struct Mean: Hashable {
    var sum = 0.0
    var count = 0

    var value: Double? { count == 0 ? nil : sum / Double(count) }

    mutating func add(_ number: Double?) {
      guard let number else { return }
      sum += number
      count += 1
    }
  }
}
