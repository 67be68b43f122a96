/// Why a network cannot be quantized.
public struct QuantizationError: Error, CustomStringConvertible, Hashable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The network has shapes only.
    case noWeights
    /// A weight format that is unsigned or wider than 16 bits.
    case weightFormat(String)
    /// Groups of weights in a format that shares no power of two among them.
    case groupedScales(String)
    /// Weights whose integers of one unit do not fit 32 bits.
    case decodedWeights(format: String, bits: Int)
    /// A scheme gives scales of weights that are found anew from the weights.
    case scalesOfEncoded(String)
    /// A format that activations cannot have.
    case activationFormat(String, rule: String)
    /// A channel affine whose channels are not stored innermost.
    case affineAxis(axis: Int, rank: Int)
    /// A scheme names a layer that the network does not have.
    case unknownLayer(known: [String])
    /// The scheme's scales do not match the layer.
    case weightScaleCount(given: Int, channels: Int)
    /// A scheme changes the format of a value that shares its input's codes.
    case sharedFormat(String)
    /// A scheme gives fixed-point weights a scale that is no power of two.
    case fixedPointScale(String)
    /// The operation has no integer form that a float network can be quantized to.
    case unsupported(String)
    /// A scheme says something of the products of a layer without products.
    case withoutProducts(entry: String, kind: String)
    /// A scheme gives an LSTM an accumulator, though its sums are wide.
    case wideSums
    /// A scheme says something of the cell of a layer without one.
    case withoutCell(String)
    /// The scale of an LSTM's cell is no power of two, or one that no table of tanh is for.
    case cellScale(String)
    /// An LSTM between activations that are neither integers nor fixed point.
    case recurrentActivations(String)
    /// What calibration did not look at.
    case notObserved(String)
    /// The scheme's means do not match the layer.
    case inputMeanCount(given: Int, channels: Int)
    /// Weights in a format that is not adjusted to accumulators.
    case adjustedFormat(String, String)
    /// Weights to be adjusted to an accumulator that nobody chose.
    case adjustmentWithoutAccumulator(String)
    /// A bias that leaves the accumulator by itself at the scales of a scheme.
    case biasBeyondAccumulator(channel: Int, accumulator: String)
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
    case .noWeights:
      "layer '\(layer)': the network has shapes only, no weights; "
        + "add --random-weights SEED to execute it with Gaussian weights"
    case .weightFormat(let format):
      "layer '\(layer)': weights are signed with 2 to 16 bits, not \(format); write e.g. int8 or fixed8"
    case .groupedScales(let format):
      "layer '\(layer)': groups of weights share powers of two, which \(format) does not have; "
        + "use granularity channel, or a format such as dfp8 or fp4-e2m1"
    case .decodedWeights(let format, let bits):
      "layer '\(layer)': its weights in \(format) take \(bits) bits as integers of one unit, the engine "
        + "takes 32; use a format of fewer exponents such as fp8-e4m3, or int8"
    case .scalesOfEncoded(let format):
      "scheme: layer '\(layer)': what \(format) weights share is found from the weights; "
        + "remove weightScales"
    case .activationFormat(let format, let rule):
      "layer '\(layer)': \(rule), not \(format); write e.g. uint8 or int16"
    case .affineAxis(let axis, let rank):
      "layer '\(layer)': a scale for each entry of axis \(axis) of \(rank) is not supported; "
        + "use axis 1 of an image or the last axis"
    case .unknownLayer(let known):
      "scheme: layer '\(layer)' is not in the network; it has \(known.joined(separator: ", "))"
    case .weightScaleCount(let given, let channels):
      "scheme: layer '\(layer)' has \(given) weight scales, its weights \(channels) channels; "
        + "run widthwise quantize again"
    case .sharedFormat(let kind):
      "scheme: layer '\(layer)' (\(kind)) passes its input's codes on; "
        + "set the activations of the layer that makes them"
    case .unsupported(let kind):
      "layer '\(layer)': a float \(kind) cannot be quantized; use a network that is integer already"
    case .fixedPointScale(let scale):
      "scheme: layer '\(layer)': scales of fixed-point weights are powers of two, not \(scale); "
        + "write e.g. 0.0078125, or a format such as int8"
    case .notObserved(let what):
      "layer '\(layer)': the scheme needs \(what), which calibration did not look at; "
        + "calibrate with this scheme, or take one that widthwise quantize wrote"
    case .inputMeanCount(let given, let channels):
      "scheme: layer '\(layer)' has \(given) input means, its input \(channels) channels; "
        + "run widthwise quantize again"
    case .adjustedFormat(let adjustment, let format):
      "layer '\(layer)': weights in \(format) are not adjusted to accumulators (\(adjustment)); "
        + "use weights such as int8 or fixed8 per channel or tensor, or weightAdjustment: none"
    case .adjustmentWithoutAccumulator(let adjustment):
      "layer '\(layer)': weightAdjustment \(adjustment) needs the accumulator that weights are to fit; "
        + "add e.g. accumulator: 16:saturate to the scheme"
    case .biasBeyondAccumulator(let channel, let accumulator):
      "layer '\(layer)': the bias of channel \(channel) alone leaves the accumulator \(accumulator) at "
        + "the scheme's weightScales; remove them, or take a wider accumulator"
    case .withoutProducts(let entry, let kind):
      "scheme: layer '\(layer)' (\(kind)) has no products, so \(entry) would do nothing; remove it"
    case .wideSums:
      "scheme: layer '\(layer)' (lstm) has wide sums whatever the accumulator, so accumulator would do "
        + "nothing; remove it"
    case .withoutCell(let kind):
      "scheme: layer '\(layer)' (\(kind)) has no cell, so cellScale would do nothing; remove it"
    case .cellScale(let scale):
      "scheme: layer '\(layer)': the scale of an LSTM's cell is a power of two from 2^-15 to 2^-9, not "
        + "\(scale); write e.g. 0.000244140625"
    case .recurrentActivations(let format):
      "layer '\(layer)': an LSTM reads and writes integers or fixed point, not \(format); "
        + "write e.g. uint8 or fixed8"
    }
  }
}
