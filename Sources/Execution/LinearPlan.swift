internal import Arithmetic
internal import Networks
internal import Tensors

/// A layer of products made ready for the kernels: packed weights, bounds, rescalings.
struct LinearPlan: Sendable {
  /// Sixteen output channels (or fewer) whose sums run side by side.
  struct Block: Sendable {
    /// The first output channel.
    var start: Int
    /// The output channels, 16 at most.
    var channels: Int
    /// The first input channel of the group; unused for depthwise layers.
    var inputStart: Int
    /// The weights [depth][16], zero where there is no channel or no product.
    var weights: [Int32]
    /// The bias of the 16 channels.
    var bias: [Int64]
    /// Whether no prefix of any channel can leave the accumulator's range.
    var isProved: Bool
  }

  let linear: QuantizedLinear
  let arithmetic: ArithmeticSpec
  let biasPosition: BiasPosition
  let input: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  /// The rescaling of each output channel.
  let rescales: [Requantization]
  /// What is added to each channel's sum, preloaded rounding included.
  let bias: [Int]
  /// The products of one output, padded to a multiple of the lanes.
  let depth: Int
  /// Whether each output channel reads one input channel.
  let isDepthwise: Bool
  /// Whether exact sums and narrow additions fit 32 bits.
  let fits32: Bool
  /// The bound of each channel.
  let bounds: [AccumulatorBound]
  let dataTypeBound: AccumulatorBound
  /// The additions of products of one channel over one sample, padding excluded.
  let stepsPerChannel: Int
  let blocks: [Block]

  /// Prepares a layer.
  init(
    layer: String, linear: QuantizedLinear, arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, clamp: ClosedRange<Int>
  ) throws(ExecutionError) {
    self.linear = linear
    self.arithmetic = arithmetic
    self.input = input
    self.output = output
    self.clamp = clamp
    var rescales: [Requantization] = []
    for scale in linear.weightScales {
      let multiplier = input.scale * scale / output.scale
      guard arithmetic.requantization != .shift || multiplier.significand == 1 else {
        throw ExecutionError(layer: layer, reason: .multiplierNotPowerOfTwo(multiplier))
      }
      rescales.append(Requantization(multiplier, flavour: arithmetic.requantization))
    }
    self.rescales = rescales
    let preloads = rescales.contains { $0.preloadedRounding != 0 }
    biasPosition = preloads ? .first : arithmetic.bias
    let bias = (0..<linear.outputChannels).map { channel in
      (linear.bias?[channel] ?? 0) + rescales[channel].preloadedRounding
    }
    self.bias = bias
    let lanes = arithmetic.lanes
    let depth = (linear.depth + lanes - 1) / lanes * lanes
    self.depth = depth
    isDepthwise = linear.groups > 1 && linear.groups == linear.inputChannels

    let codes = linear.weights.elements
    let position = biasPosition
    let bounds = (0..<linear.outputChannels).map { channel in
      var positive = 0
      var negative = 0
      for code in codes[channel * linear.depth..<(channel + 1) * linear.depth] {
        if code > 0 { positive += Int(code) } else { negative -= Int(code) }
      }
      return AccumulatorBound.weightBound(
        positive: positive, negative: negative, inputs: input.offsets, bias: bias[channel],
        position: position)
    }
    self.bounds = bounds
    dataTypeBound = AccumulatorBound.dataTypeBound(
      count: linear.depth, weights: linear.weightCodes, inputs: input.offsets
    ).including(bias: bias, position: position)
    let widest = bounds.map(\.bits).max() ?? 1
    guard widest <= 62 else {
      throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: widest))
    }
    fits32 = Self.fits32(
      bounds: bounds, arithmetic: arithmetic, input: input, linear: linear, bias: bias)
    stepsPerChannel = Self.stepsPerChannel(linear, arithmetic)
    let isDepthwise = isDepthwise
    blocks = Self.packed(
      linear, arithmetic: arithmetic, depth: depth, bias: bias, bounds: bounds,
      isDepthwise: isDepthwise)
  }

  /// A layer without samples.
  func emptyOverflow(observesPrefixes: Bool) -> LayerOverflow {
    LayerOverflow(
      accumulator: arithmetic.accumulator, dataTypeBound: dataTypeBound,
      observesPrefixes: observesPrefixes,
      channels: bounds.map { ChannelOverflow(bound: $0) })
  }

  /// The outputs of one channel over one sample.
  var outputsPerChannel: Int { linear.window.outputHeight * linear.window.outputWidth }

  /// The index in OHWI of product `k` of a channel, in the order of the additions.
  static func weightIndex(
    _ k: Int, _ linear: QuantizedLinear, _ order: AccumulationOrder
  ) -> Int {
    switch order {
    case .kernelMajor: return k
    case .channelMajor:
      let area = linear.window.kernelHeight * linear.window.kernelWidth
      return k % area * (linear.inputChannels / linear.groups) + k / area
    }
  }

  private static func packed(
    _ linear: QuantizedLinear, arithmetic: ArithmeticSpec, depth: Int, bias: [Int],
    bounds: [AccumulatorBound], isDepthwise: Bool
  ) -> [Block] {
    let codes = linear.weights.elements
    let groups = isDepthwise ? 1 : linear.groups
    let channels = linear.outputChannels / groups
    let accumulator = arithmetic.accumulator
    var blocks: [Block] = []
    for group in 0..<groups {
      for first in stride(from: 0, to: channels, by: 16) {
        let start = group * channels + first
        let count = min(16, channels - first)
        var weights = [Int32](repeating: 0, count: depth * 16)
        for k in 0..<linear.depth {
          let place = weightIndex(k, linear, arithmetic.order)
          for lane in 0..<count {
            weights[16 * k + lane] = codes[(start + lane) * linear.depth + place]
          }
        }
        let isProved = (start..<start + count).allSatisfy {
          accumulator.holds(bounds[$0].lowest) && accumulator.holds(bounds[$0].highest)
        }
        blocks.append(
          Block(
            start: start, channels: count,
            inputStart: group * (linear.inputChannels / groups), weights: weights,
            bias: (0..<16).map { $0 < count ? Int64(bias[start + $0]) : 0 },
            isProved: isProved))
      }
    }
    return blocks
  }

  /// Whether exact prefixes fit 32 bits, and so does a narrow content plus one exact group.
  private static func fits32(
    bounds: [AccumulatorBound], arithmetic: ArithmeticSpec, input: ActivationQuantization,
    linear: QuantizedLinear, bias: [Int]
  ) -> Bool {
    let limit = Int(Int32.max)
    guard bounds.allSatisfy({ $0.bits <= 32 }), bias.allSatisfy({ abs($0) <= limit })
    else { return false }
    let accumulator = arithmetic.accumulator
    if bounds.allSatisfy({ accumulator.holds($0.lowest) && accumulator.holds($0.highest) }) {
      return true
    }
    let largestWeight = linear.weights.elements.reduce(0) { max($0, abs(Int($1))) }
    let product = max(-input.offsets.lowerBound, input.offsets.upperBound) * largestWeight
    let group = max(product * arithmetic.lanes, bias.map(abs).max() ?? 0)
    return accumulator.bits <= 31 && group + accumulator.highest + 1 <= limit
  }

  /// The additions of one channel over one sample: groups of `lanes` products that are not all padding.
  private static func stepsPerChannel(
    _ linear: QuantizedLinear, _ arithmetic: ArithmeticSpec
  ) -> Int {
    let window = linear.window
    let perTap = linear.inputChannels / linear.groups
    guard arithmetic.lanes > 1 else { return window.validRowTaps * window.validColumnTaps * perTap }
    let columns = validTapPatterns(
      window.outputWidth, window.kernelWidth, window.strideX, window.dilationX, window.padLeft,
      window.width)
    let rows = validTapPatterns(
      window.outputHeight, window.kernelHeight, window.strideY, window.dilationY, window.padTop,
      window.height)
    var steps = 0
    for (row, rowCount) in rows {
      for (column, columnCount) in columns {
        var lastGroup = -1
        var groups = 0
        for k in 0..<linear.depth {
          let place = weightIndex(k, linear, arithmetic.order) / perTap
          guard row[place / window.kernelWidth] && column[place % window.kernelWidth] else {
            continue
          }
          if k / arithmetic.lanes != lastGroup {
            lastGroup = k / arithmetic.lanes
            groups += 1
          }
        }
        steps += groups * rowCount * columnCount
      }
    }
    return steps
  }

  /// The distinct patterns of taps inside the image along one axis, with how many outputs have each.
  private static func validTapPatterns(
    _ outputs: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ extent: Int
  ) -> [(pattern: [Bool], count: Int)] {
    var patterns: [(pattern: [Bool], count: Int)] = []
    for output in 0..<outputs {
      let pattern = (0..<kernel).map { tap in
        (0..<extent).contains(output * stride + tap * dilation - pad)
      }
      if let known = patterns.firstIndex(where: { $0.pattern == pattern }) {
        patterns[known].count += 1
      } else {
        patterns.append((pattern, 1))
      }
    }
    return patterns
  }
}
