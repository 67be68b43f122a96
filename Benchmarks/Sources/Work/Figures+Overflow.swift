package import Widthwise

extension Figures {
  /// Adds what happened in the accumulators of a layer.
  ///
  /// The ways are read by reflection, so that a way that is added to `ExactnessPaths` is reported too.
  package mutating func add(_ overflow: LayerOverflow) {
    for child in Mirror(reflecting: overflow.paths).children {
      guard let name = child.label, let outputs = child.value as? Int else { continue }
      paths[name, default: 0] += outputs
    }
    counts["outputs", default: 0] += Double(overflow.total(\.outputs))
    counts["steps", default: 0] += Double(overflow.total(\.steps))
    counts["overflowedSteps", default: 0] += Double(overflow.total(\.overflowedSteps))
    counts["overflowedOutputs", default: 0] += Double(overflow.total(\.overflowedOutputs))
  }

  /// Adds a sum of codes, each multiplied by its place modulo 997: a check that two runs are equal.
  package mutating func add(codes: [Int32]) {
    var sum = 0
    for (place, code) in codes.enumerated() { sum += Int(code) * (place % 997 + 1) }
    counts["checksum", default: 0] += Double(sum)
  }
}
