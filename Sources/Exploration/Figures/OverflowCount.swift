internal import Arithmetic
public import Execution

/// How often accumulators left their range, in one layer or in several.
public struct OverflowCount: Hashable, Codable, Sendable {
  /// The outputs computed, over all samples.
  public var outputs = 0
  /// Outputs with an exact prefix outside the range.
  public var overflowedOutputs = 0
  /// Outputs whose exact final sum is outside the range.
  public var persistentOutputs = 0
  /// Additions and stored sums that lost something.
  public var lostSums = 0
  /// Whether the weights prove that no prefix can leave the range, whatever the input.
  public var isProvenAbsent = true

  /// Nothing counted yet.
  public init() {}

  /// The counts of one layer.
  public init(_ layer: LayerOverflow) { add(layer) }

  /// The share of the outputs that overflowed, 0 to 1; 0 of nothing.
  public var rate: Double { outputs == 0 ? 0 : Double(overflowedOutputs) / Double(outputs) }

  /// Adds the counts of a layer.
  public mutating func add(_ layer: LayerOverflow) {
    for channel in layer.channels {
      outputs += channel.outputs
      overflowedOutputs += channel.overflowedOutputs
      persistentOutputs += channel.persistentOutputs
      lostSums += channel.lostSums
      isProvenAbsent = isProvenAbsent && layer.accumulator.holds(channel.bound)
      guard let outer = layer.outer, let bound = channel.outerBound else { continue }
      isProvenAbsent = isProvenAbsent && outer.accumulator.holds(bound)
    }
  }
}
