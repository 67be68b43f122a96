extension PrecisionScaling {
  /// Adds the rules that the parameters break.
  func verify(_ problems: inout DeviceProblems) {
    func require(_ isMet: Bool, _ key: String, _ rule: String, _ remedy: String) {
      problems.require(isMet, "compute.precision.\(key)", rule, remedy)
    }
    switch self {
    case .table, .bitSerialBoth: break
    case .bitSerialActivations(let width):
      require(
        (1...64).contains(width), "weightBits", "a unit takes 1 to 64 bits of a weight",
        "write e.g. 16")
    case .bitFusion(let fused, let brick):
      require((1...16).contains(brick), "brickBits", "a brick has 1 to 16 bits", "write e.g. 2")
      require(
        (1...64).contains(fused) && Self.isDoubling(fused, of: brick), "fusedBits",
        "a fused multiplier has the bits of a brick, doubled some times, 64 at most",
        "write e.g. 8 for bricks of 2")
    case .popcount(let word):
      require(
        (1...65_536).contains(word), "wordBits", "a word has 1 to 65536 bits", "write e.g. 64")
    case .lookupTable(let index):
      require(
        (2...24).contains(index), "indexBits", "the index of a table has 2 to 24 bits",
        "write e.g. 4 for two operands of 2 bits")
    case .dspPacking(let packing):
      packing.verify(at: "compute.precision", &problems)
    }
  }

  private static func isDoubling(_ width: Int, of brick: Int) -> Bool {
    guard brick > 0 else { return false }
    var bits = brick
    while bits < width { bits *= 2 }
    return bits == width
  }
}

extension DSPPacking {
  func verify(at path: String, _ problems: inout DeviceProblems) {
    for (key, bits, example) in [("widePort", widePort, 27), ("narrowPort", narrowPort, 18)] {
      problems.require(
        (1...128).contains(bits), "\(path).\(key)", "a port has 1 to 128 bits",
        "write e.g. \(example)")
    }
    problems.require(
      narrowPort <= widePort, "\(path).narrowPort", "the narrow port is wider than the wide one",
      "exchange them")
    problems.require(
      (0...32).contains(guardBits), "\(path).guardBits", "products lie 0 to 32 bits apart",
      "write e.g. 2")
    problems.require(
      (0...1_000_000).contains(luts), "\(path).luts", "a unit has 0 to 1000000 LUTs",
      "write e.g. 0")
  }
}
