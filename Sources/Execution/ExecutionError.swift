/// Why a quantized network cannot be executed on an arithmetic.
public struct ExecutionError: Error, CustomStringConvertible, Hashable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// Sums could leave 62 bits.
    case sumsTooWide(bits: Int)
    /// The shift flavour needs power-of-two multipliers.
    case multiplierNotPowerOfTwo(Double)
    /// A fixed-point accumulator needs products of a power-of-two scale.
    case scaleNotPowerOfTwo(Double)
    /// A cast to the output's format has no zero point.
    case castWithZeroPoint
    /// A tile of an inner accumulator is no multiple of the adder tree's lanes.
    case tileNotOfLanes(tile: Int, lanes: Int)
    /// A float accumulator beside what it does not go with.
    case floatAccumulator(String, with: String)
    /// An operation on a rank that the engine does not store channel-last.
    case unsupportedRank(Int)
    /// Weights are missing: a layer-shape topology.
    case noWeights
    /// The operation cannot be executed.
    case unsupported(String)
  }

  /// The layer.
  public let layer: String
  /// What is wrong.
  public let reason: Reason

  /// An error at a layer.
  public init(layer: String, reason: Reason) {
    self.layer = layer
    self.reason = reason
  }

  /// One line: place, rule, remedy.
  public var description: String {
    switch reason {
    case .sumsTooWide(let bits):
      "layer '\(layer)': exact sums need \(bits) bits, 62 can be simulated; use narrower operands"
    case .multiplierNotPowerOfTwo(let multiplier):
      "layer '\(layer)': requantization by shift or cast needs power-of-two scales, the multiplier is "
        + "\(multiplier); use a float network with fixed-point formats, e.g. --weights fixed8 "
        + "--activations fixed8"
    case .scaleNotPowerOfTwo(let scale):
      "layer '\(layer)': a fixed-point accumulator needs power-of-two scales, that of the products is "
        + "\(scale); use fixed-point formats, e.g. --weights fixed8 --activations fixed8"
    case .castWithZeroPoint:
      "layer '\(layer)': a cast gives codes without a zero point; use fixed-point formats, "
        + "e.g. --activations fixed8"
    case .tileNotOfLanes(let tile, let lanes):
      "layer '\(layer)': tiles of \(tile) products do not divide into groups of \(lanes) lanes; "
        + "choose a multiple of \(lanes)"
    case .floatAccumulator(let accumulator, let other):
      "layer '\(layer)': the accumulator \(accumulator) does not go with \(other); "
        + "use an integer accumulator, or one level of plain additions"
    case .unsupportedRank(let rank):
      "layer '\(layer)': this operation on a tensor of \(rank) axes is not supported; "
        + "reshape it to images [1, c, h, w] or to [1, features]"
    case .unsupported(let kind):
      "layer '\(layer)': \(kind) cannot be executed; replace it by supported operators"
    case .noWeights:
      "layer '\(layer)': the network has shapes only, no weights; "
        + "add --random-weights SEED to execute it with Gaussian weights"
    }
  }
}
