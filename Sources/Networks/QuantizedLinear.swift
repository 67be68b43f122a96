public import Arithmetic
public import Tensors

/// The output codes of one channel by thresholds: FINN's MultiThreshold.
///
/// `code = codes[#{t : accumulator >= thresholds[t]}]`, exact, without rounding.
///
/// - Source: `numerics.md` section 2, R9.
public struct ThresholdTable: Hashable, Sendable {
  /// The thresholds in accumulator units, ascending.
  public var thresholds: [Int]
  /// The output codes, one more than there are thresholds.
  public var codes: [Int32]

  /// A table.
  ///
  /// - Precondition: one more code than thresholds, and the thresholds ascend.
  public init(thresholds: [Int], codes: [Int32]) {
    precondition(codes.count == thresholds.count + 1, "one more code than thresholds")
    precondition(zip(thresholds, thresholds.dropFirst()).allSatisfy { $0 <= $1 }, "ascending")
    self.thresholds = thresholds
    self.codes = codes
  }

  /// The code of an accumulator.
  @inlinable
  public func code(of accumulator: Int) -> Int32 {
    var low = 0
    var high = thresholds.count
    while low < high {
      let middle = (low + high) / 2
      if accumulator >= thresholds[middle] { low = middle + 1 } else { high = middle }
    }
    return codes[low]
  }
}

/// How the accumulators of a layer of products become its output codes.
public enum OutputStage: Hashable, Sendable {
  /// Multiplied by `s_x * s_w / s_y` with the rounding of the arithmetic, zero point added, clamped.
  case rescaled
  /// Compared with thresholds, one table for each output channel.
  case thresholds([ThresholdTable])
  /// Given as they are: the output codes are the accumulators.
  case accumulator
}

/// A layer of products and sums in integers: convolution, depthwise, fully connected, channel affine.
///
/// Fully connected layers are 1x1 convolutions over an image of `rows` x 1. Transposed convolutions are
/// convolutions over an upsampled image with the kernel flipped in both directions.
///
/// - Shapes: weights [outputChannels, kernelHeight, kernelWidth, inputChannels / groups] (OHWI).
public struct QuantizedLinear: Hashable, Sendable {
  /// The channels of the input.
  public var inputChannels: Int
  /// The channels of the output.
  public var outputChannels: Int
  /// The number of groups.
  public var groups: Int
  /// The window.
  public var window: WindowGeometry
  /// The format of the weights in memory; `weightIntegers` is that of the integers.
  public var weightFormat: NumberFormat
  /// The extents of the weights.
  public private(set) var weightShape: Shape
  /// The integers of the weights, OHWI, in little memory: the codes as stored, unless there is an
  /// `encoding`.
  public private(set) var storedWeights: CodeArray
  /// The code of a zero weight for each output channel; empty when all are 0.
  public var weightZeroPoints: [Int]
  /// The real value of one weight step, for each output channel.
  public var weightScales: [Double]
  /// The bias of each output channel in units of `inputScale * weightScale`; nil without bias.
  public var bias: [Int]?
  /// The bits of the bias, 32 or 64: with 64 devices sum and rescale in another way (R5).
  public var biasBits: Int
  /// How accumulators become output codes.
  public var outputStage: OutputStage
  /// How the weights lie in memory; nil where it is as their integers.
  public var encoding: WeightEncoding?

  /// A layer of integer products.
  public init(
    inputChannels: Int, outputChannels: Int, groups: Int, window: WindowGeometry,
    weightFormat: NumberFormat, weights: Tensor<Int32>, weightZeroPoints: [Int] = [],
    weightScales: [Double], bias: [Int]?, biasBits: Int = 32,
    outputStage: OutputStage = .rescaled, encoding: WeightEncoding? = nil
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    self.window = window
    self.weightFormat = weightFormat
    weightShape = weights.shape
    storedWeights = CodeArray(weights.elements)
    self.weightZeroPoints = weightZeroPoints
    self.weightScales = weightScales
    self.bias = bias
    self.biasBits = biasBits
    self.outputStage = outputStage
    self.encoding = encoding
  }

  /// The weight codes as a tensor, OHWI, made anew; `storedWeights` has them one by one.
  public var weights: Tensor<Int32> {
    get { Tensor(shape: weightShape, elements: storedWeights.words) }
    set {
      weightShape = newValue.shape
      storedWeights = CodeArray(newValue.elements)
    }
  }

  /// Takes other weight codes of the same shape.
  ///
  /// - Precondition: there are as many as before.
  public mutating func replaceWeights(_ codes: CodeArray) {
    precondition(codes.count == weightShape.count, "a weight for each place of the shape")
    storedWeights = codes
  }

  /// The products of one output: kernel area times input channels of a group.
  public var depth: Int { window.kernelHeight * window.kernelWidth * (inputChannels / groups) }

  /// The output elements of one sample.
  public var outputCount: Int { window.outputHeight * window.outputWidth * outputChannels }

  /// The weight codes less their zero points, which products are made of, OHWI.
  public var weightOffsets: CodeArray {
    guard !weightZeroPoints.isEmpty else { return storedWeights }
    let depth = depth
    return CodeArray(
      storedWeights.enumerated().map { index, code in
        code - Int32(weightZeroPoints[index / max(depth, 1)])
      })
  }

  /// The weight codes that are possible, less the zero points.
  ///
  /// Symmetric quantizers leave out `-2^(b-1)`; it counts only when some weight uses it.
  public var weightCodes: ClosedRange<Int> {
    let codes = encoding.map { $0.integers.lowest...$0.integers.highest } ?? weightFormat.codes
    guard weightZeroPoints.isEmpty else {
      let lowest = weightZeroPoints.min() ?? 0
      let highest = weightZeroPoints.max() ?? 0
      return (codes.lowerBound - highest)...(codes.upperBound - lowest)
    }
    let isFull = storedWeights.contains { Int($0) < -codes.upperBound }
    return (isFull ? codes.lowerBound : max(codes.lowerBound, -codes.upperBound))...codes.upperBound
  }
}
