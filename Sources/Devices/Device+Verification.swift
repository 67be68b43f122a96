internal import Arithmetic
internal import Quantities

extension Device {
  /// The widest operands that a throughput table must cover, so that every legal run has a row.
  public static let widestOperandBits = 16

  /// The clocks that a device may have, in Hz.
  public static let clocks: ClosedRange<Double> = 1...1e12

  /// All rules that the parts break, alone or together; empty for a device that can be simulated.
  public var problems: [DeviceProblem] {
    var problems = DeviceProblems()
    problems.require(
      Self.clocks.contains(clock.value), "clock", "a clock must lie between 1 Hz and 1 THz",
      "write e.g. \"200 MHz\"")
    problems.require(
      technology >= 1, "technology", "a technology node must be 1 nm or more",
      "write e.g. \"45 nm\"")
    compute.verify(&problems)
    verifyMemories(&problems)
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
        names.insert(level.name).inserted, "\(path).name",
        "the name \"\(level.name)\" is taken by another level", "choose another name")
      problems.require(
        level.isPerUnit || !isInsideUnits, "\(path).perUnit",
        "a shared level cannot lie inside a level that each unit has",
        "move it outwards, or write true")
      isInsideUnits = isInsideUnits || level.isPerUnit
      level.verify(path: path, &problems)
    }
  }
}

extension MemoryLevel {
  fileprivate func verify(path: String, _ problems: inout DeviceProblems) {
    problems.require(
      !name.isEmpty, "\(path).name", "a level needs a name", "write e.g. \"buffer\"")
    problems.require(
      !operands.isEmpty, "\(path).operands", "a level must keep at least one operand",
      "list some of weights, inputs, outputs, or remove the level")
    let shared = operands.subtracting(operandCapacity.keys)
    if let capacity {
      problems.require(
        capacity > .zero || shared.isEmpty, "\(path).capacity", "a capacity must be above zero",
        "write e.g. \"128 KiB\", or \"unlimited\"")
    }
    for operand in Operand.allCases {
      verify(operand, path: path, &problems)
    }
    problems.require(
      wordBits >= 1, "\(path).word", "a word has 1 bit or more", "write e.g. \"64 bit\"")
    for (key, bandwidth) in [("readBandwidth", readBandwidth), ("writeBandwidth", writeBandwidth)] {
      problems.require(
        bandwidth.value > 0 && bandwidth.value.isFinite, "\(path).\(key)",
        "a bandwidth must be above zero", "write e.g. \"64 bit/cycle\"")
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
        energy.map { $0.value >= 0 && $0.value.isFinite } ?? true, "\(path).\(key)",
        "an energy must be zero or more", "write e.g. \"0.5 pJ/bit\"")
    }
  }
}
