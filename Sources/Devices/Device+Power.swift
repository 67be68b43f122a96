public import Quantities

extension Device {
  /// The powers that one part may leak, in mW, so that energies are finite.
  static let powers: ClosedRange<Double> = 0...1e6

  /// How many instances of a level there are: one for each place along the dimensions of the array that
  /// it is not shared along.
  public func instances(of level: MemoryLevel) -> Int {
    ArrayDimension.allCases.filter { !level.sharedAlong.contains($0) }.reduce(1) {
      $0 * compute.extent(of: $1)
    }
  }

  /// What each part leaks all the time: `compute`, then the levels that leak, outermost first.
  public var leakages: [(part: String, power: Milliwatts)] {
    var parts: [(part: String, power: Milliwatts)] = []
    if compute.leakage > .zero { parts.append(("compute", compute.leakage)) }
    for level in memories where level.leakage > .zero {
      parts.append((level.name, level.leakage * instances(of: level)))
    }
    return parts
  }

  /// What the whole device leaks all the time.
  public var leakage: Milliwatts { leakages.reduce(.zero) { $0 + $1.power } }
}

extension Compute {
  /// The rules for leakage, ranges and energies that depend on values.
  func verifyValues(_ problems: inout DeviceProblems) {
    problems.require(
      Device.powers.contains(leakage.value), "compute.leakage",
      "a power must lie between 0 and 1e6 mW", "write e.g. \"0.5 mW\"")
    if let range = macEnergy.multiplyRange {
      problems.require(
        range.low <= macEnergy.multiply && macEnergy.multiply <= range.high
          && Device.energies.contains(range.low.value)
          && Device.energies.contains(range.high.value),
        "compute.energy.multiply", "the value must lie between low and high",
        "write e.g. {value: 0.2 pJ, low: 0.2 pJ, high: 0.91 pJ, source: \"…\"}")
    }
    let values = macEnergy.values
    for (key, share) in [("zeroGating", values.zeroGating), ("toggleShare", values.toggleShare)] {
      problems.require(
        (0...1).contains(share), "compute.energy.\(key)", "a share lies between 0 and 1",
        "write e.g. 0.45")
    }
    problems.require(
      values.referenceActivity > 0 && values.referenceActivity <= 1,
      "compute.energy.referenceActivity",
      "the bits that change lie above 0 and up to 1 of a bit and element",
      "write 0.5 for random data")
  }
}

extension Device {
  /// The rules for the leakage of memories and for reads that zero inputs save.
  func verifyPower(_ problems: inout DeviceProblems) {
    let innermost = memories.lastIndex { $0.operands.contains(.weights) }
    for (index, level) in memories.enumerated() {
      let path = "memories[\(index)]"
      problems.require(
        Self.powers.contains(level.leakage.value), "\(path).leakage",
        "a power must lie between 0 and 1e6 mW", "write e.g. \"0.5 mW\"")
      problems.require(
        (0...1).contains(level.zeroGating), "\(path).zeroGating",
        "a share lies between 0 and 1", "write e.g. 1")
      problems.require(
        level.zeroGating == 0 || index == innermost, "\(path).zeroGating",
        "zero inputs save reads of weights by the multipliers, from the innermost level of weights",
        "move it to the level nearest to the multipliers")
    }
  }
}

extension Compute {
  /// The places along a dimension of the array.
  fileprivate func extent(of dimension: ArrayDimension) -> Int {
    switch dimension {
    case .rows: rows
    case .columns: columns
    case .lanes: lanes
    }
  }
}
