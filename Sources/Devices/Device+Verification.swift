internal import Arithmetic
internal import Quantities

extension Device {
  /// The widest operands that a throughput table must cover, so that every legal run has a row.
  public static let widestOperandBits = 16

  /// The clocks that a device may have, in Hz.
  public static let clocks: ClosedRange<Double> = 1...1e12

  /// The nodes that a device may have, in nm.
  private static let technologies = 1...1000

  /// The energies of one operation in pJ, or of one bit in pJ/bit, so that sums are finite.
  static let energies: ClosedRange<Double> = 0...1e9

  /// All rules that the parts break, alone or together; empty for a device that can be simulated.
  public var problems: [DeviceProblem] {
    var problems = DeviceProblems()
    problems.require(
      Self.clocks.contains(clock.value), "clock", "a clock must lie between 1 Hz and 1 THz",
      "write e.g. \"200 MHz\"")
    problems.require(
      Self.technologies.contains(technology), "technology",
      "a technology node must lie between 1 nm and 1000 nm",
      "write e.g. \"45 nm\"")
    compute.verify(&problems)
    verifyMemories(&problems)
    if case .convolutionCore(let core) = compute.family { core.verify(self, &problems) }
    verifyBuffers(&problems)
    verifyPower(&problems)
    return problems.found
  }

  private func verifyMemories(_ problems: inout DeviceProblems) {
    guard let outermost = memories.first else {
      problems.require(
        false, "memories", "a device needs a memory level",
        "add an outermost level that holds everything, e.g. dram")
      return
    }
    problems.require(
      outermost.capacity == nil && outermost.operandCapacity.isEmpty, "memories[0].capacity",
      "the outermost level must hold any network", "write \"unlimited\"")
    problems.require(
      outermost.operands.count == Operand.allCases.count, "memories[0].operands",
      "the outermost level must keep all operands", "write [weights, inputs, outputs]")
    problems.require(
      !outermost.isPerUnit, "memories[0].perUnit", "the outermost level must be shared",
      "write false, or list the levels from the outermost inwards")
    var names: Set<String> = []
    var isInsideUnits = false
    for (index, level) in memories.enumerated() {
      let path = "memories[\(index)]"
      problems.require(
        level.dram == nil || index == 0, "\(path).dram",
        "only the outermost level is a dynamic memory", "remove the key, or move it to memories[0]")
      problems.require(
        (level.dram?.bitsPerCycle(at: clock)).map { $0 >= level.readBandwidth.value * 0.999 }
          ?? true,
        "\(path).readBandwidth", "the dynamic memory is not that fast",
        "write its peak at most: two transfers of its width a memory clock cycle")
      problems.require(
        names.insert(level.name).inserted, "\(path).name",
        "the name \"\(level.name)\" is taken by another level", "choose another name")
      problems.require(
        level.isPerUnit || !isInsideUnits, "\(path).perUnit",
        "a shared level cannot lie inside a level that each unit has",
        "move it outwards, or write true")
      isInsideUnits = isInsideUnits || level.isPerUnit
      level.verify(path: path, &problems)
      level.verifyPorts(path: path, isOutermost: index == 0, &problems)
    }
  }
}

extension MemoryLevel {
  /// Names that energies in reports have beside those of the levels.
  private static let reservedNames = ["compute", "leakage", "total"]

  /// The largest capacity of a level that does not hold everything.
  private static let largestCapacity = Bits(1 << 50)

  /// Bits of one access.
  private static let words = 1...65_536

  /// Bits a cycle, so that cycles of any traffic fit an integer.
  static let bandwidths: ClosedRange<Double> = 1e-3...1e9

  fileprivate func verify(path: String, _ problems: inout DeviceProblems) {
    problems.require(
      !name.isEmpty, "\(path).name", "a level needs a name", "write e.g. \"buffer\"")
    problems.require(
      !Self.reservedNames.contains(name), "\(path).name",
      "\"\(name)\" is a key of the energies in reports", "choose another name, e.g. \"buffer\"")
    problems.require(
      !operands.isEmpty, "\(path).operands", "a level must keep at least one operand",
      "list some of weights, inputs, outputs, or remove the level")
    let shared = operands.subtracting(operandCapacity.keys)
    if let capacity {
      problems.require(
        capacity > .zero || shared.isEmpty, "\(path).capacity", "a capacity must be above zero",
        "write e.g. \"128 KiB\", or \"unlimited\"")
      problems.require(
        capacity < Self.largestCapacity, "\(path).capacity",
        "a capacity must be below 2^50 bit", "write e.g. \"128 KiB\", or \"unlimited\"")
    }
    for operand in Operand.allCases {
      verify(operand, path: path, &problems)
    }
    problems.require(
      partialSums == nil || (operands.contains(.outputs) && !isPerUnit), "\(path).partialSums",
      "only a shared level of outputs keeps partial sums in a form of its own",
      "remove it; registers of units are as wide as the accumulator")
    problems.require(
      Self.words.contains(wordBits), "\(path).word", "a word has 1 to 65536 bits",
      "write e.g. \"64 bit\"")
    for (key, bandwidth) in [("readBandwidth", readBandwidth), ("writeBandwidth", writeBandwidth)] {
      problems.require(
        Self.bandwidths.contains(bandwidth.value), "\(path).\(key)",
        "a bandwidth must lie between 1e-3 and 1e9 bit/cycle", "write e.g. \"64 bit/cycle\"")
    }
  }

  private func verify(_ operand: Operand, path: String, _ problems: inout DeviceProblems) {
    if let capacity = operandCapacity[operand] {
      problems.require(
        operands.contains(operand), "\(path).capacity.\(operand.rawValue)",
        "the level does not keep this operand", "add it to operands, or remove its capacity")
      problems.require(
        capacity > .zero, "\(path).capacity.\(operand.rawValue)",
        "a capacity must be above zero", "write e.g. \"448 B\"")
      problems.require(
        capacity < Self.largestCapacity, "\(path).capacity.\(operand.rawValue)",
        "a capacity must be below 2^50 bit", "write e.g. \"448 B\"")
    }
    for (key, energies) in [("readEnergy", readEnergy), ("writeEnergy", writeEnergy)] {
      let energy = energies[operand]
      problems.require(
        (energy != nil) == operands.contains(operand), "\(path).\(key)",
        energy == nil
          ? "an energy is missing for \(operand.rawValue)"
          : "the level does not keep \(operand.rawValue)",
        "give an energy for each of the operands of the level")
      problems.require(
        energy.map { Device.energies.contains($0.value) } ?? true, "\(path).\(key)",
        "an energy must lie between 0 and 1e9 pJ/bit", "write e.g. \"0.5 pJ/bit\"")
    }
  }
}
