/// How the products of one sum meet that units side by side make in the same step.
public enum SpatialReduction: String, Hashable, Sendable, CaseIterable {
  /// Each unit adds to the partial sum that its neighbour hands on, at the width of the accumulator.
  ///
  /// In a row-stationary array the partial sum so far enters the chain; in others a chain starts from zero,
  /// and its end is added to the accumulator below.
  case chain
  /// An adder tree sums them exactly.
  case tree
}

extension Device {
  /// How products meet across units: what the file says, else a chain in systolic and row-stationary
  /// arrays and a tree in others.
  public var reduction: SpatialReduction {
    if let spatialReduction { return spatialReduction }
    return compute.isSystolic || compute.dataflow == .rowStationary ? .chain : .tree
  }
}
