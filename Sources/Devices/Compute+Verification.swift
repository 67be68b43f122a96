internal import Quantities

extension Compute {
  /// The most units along an axis, so that sizes of arrays never overflow.
  private static let unitLimit = 65_536

  /// Multiply-accumulates a cycle and unit, so that cycles of any network fit an integer.
  private static let rates: ClosedRange<Double> = 1e-3...1e9

  /// Cycles of an output or element.
  private static let elementCycles: ClosedRange<Double> = 0...1e6

  /// Cycles to start a layer.
  private static let layerCycles: ClosedRange<Int> = 0...1_000_000_000

  func verify(_ problems: inout DeviceProblems) {
    for (key, count) in [("rows", rows), ("columns", columns)] {
      problems.require(
        (1...Self.unitLimit).contains(count), "compute.\(key)",
        "an array has 1 to \(Self.unitLimit) \(key)", "write e.g. 16; a processor has 1")
    }
    verifyAxes(&problems)
    verifyThroughput(&problems)
    verifyFamily(&problems)
    verifyEnergy(&problems)
    if case .processor(let processor) = family { processor.verify(&problems) }
    for (key, cycles) in [
      ("cyclesPerOutput", cyclesPerOutput), ("cyclesPerElement", cyclesPerElement),
    ] {
      problems.require(
        Self.elementCycles.contains(cycles), "compute.\(key)",
        "cycles must lie between 0 and 1e6", "write e.g. 0")
    }
    problems.require(
      Self.layerCycles.contains(cyclesPerLayer), "compute.cyclesPerLayer",
      "cycles of a layer must lie between 0 and 1e9", "write e.g. 0")
  }

  private func verifyAxes(_ problems: inout DeviceProblems) {
    for (key, axes, units) in [("rowAxes", rowAxes, rows), ("columnAxes", columnAxes, columns)] {
      let path = "compute.\(key)"
      problems.require(
        Set(axes).count == axes.count, path, "a loop is listed twice", "keep one")
      problems.require(
        units <= 1 || !axes.isEmpty, path, "an axis with several units needs a loop to unroll",
        "write e.g. [outputChannels]")
    }
    for axis in rowAxes where columnAxes.contains(axis) {
      problems.require(
        false, "compute.columnAxes", "the loop \(axis.rawValue) is unrolled along the rows already",
        "keep it in one of rowAxes and columnAxes")
    }
  }

  private func verifyThroughput(_ problems: inout DeviceProblems) {
    for (index, row) in throughput.enumerated() {
      let path = "compute.throughput[\(index)]"
      for (key, bits) in [
        ("weightBits", row.weightBits), ("activationBits", row.activationBits),
        ("accumulatorBits", row.accumulatorBits),
      ] {
        problems.require(
          (1...64).contains(bits), "\(path).\(key)", "a width has 1 to 64 bits", "write e.g. 8")
      }
      problems.require(
        Self.rates.contains(row.macsPerCycle), "\(path).macsPerCycle",
        "a throughput must lie between 1e-3 and 1e9",
        "write e.g. 1, or 0.25 for four cycles a product")
      let wider = throughput[..<index].firstIndex { $0.covers(row) }
      problems.require(
        wider == nil, path, "row \(wider ?? 0) is as wide and comes first: this one is never used",
        "list narrow rows before wide ones, or remove it")
    }
    problems.require(
      depthwiseRate > 0 && depthwiseRate <= 1, "compute.depthwiseRate",
      "the rate of depthwise layers is a factor on macsPerCycle above 0, up to 1",
      "write e.g. 0.2, or leave it out")
    let widest = MACThroughput(
      weightBits: Device.widestOperandBits, activationBits: Device.widestOperandBits,
      accumulatorBits: 64, macsPerCycle: 1)
    problems.require(
      throughput.contains { $0.covers(widest) }, "compute.throughput",
      "no row covers 16-bit operands with a 64-bit accumulator",
      "add a last row with weightBits 16, activationBits 16, accumulatorBits 64")
  }

  private func verifyEnergy(_ problems: inout DeviceProblems) {
    for (key, energy) in [
      ("multiply", macEnergy.multiply), ("add", macEnergy.add), ("overhead", macEnergy.overhead),
      ("busyCycle", macEnergy.busyCycle),
    ] {
      problems.require(
        Device.energies.contains(energy.value), "compute.energy.\(key)",
        "an energy must lie between 0 and 1e9 pJ", "write e.g. \"0.2 pJ\"")
    }
    for (key, bits) in [
      ("multiplyBits", macEnergy.multiplyBits), ("addBits", macEnergy.addBits),
    ] {
      problems.require(
        (1...64).contains(bits), "compute.energy.\(key)", "a width has 1 to 64 bits",
        "write e.g. 8")
    }
    verifyValues(&problems)
  }
}

extension MACThroughput {
  /// Whether operands that fit another row fit this one too.
  func covers(_ other: MACThroughput) -> Bool {
    weightBits >= other.weightBits && activationBits >= other.activationBits
      && accumulatorBits >= other.accumulatorBits
  }
}
