internal import Arithmetic
internal import Networks
internal import Tensors

/// The ranges that the registers of a layer of products can need, from its weights.
struct LinearBounds: Sendable {
  /// The range of the prefixes in the (first) accumulator of each channel.
  private(set) var channels: [AccumulatorBound] = []
  /// With two levels, that of the outer accumulator of each channel; else empty.
  private(set) var outer: [AccumulatorBound] = []
  /// The range of the first accumulator when only the formats are known.
  private(set) var dataType: AccumulatorBound
  /// The largest sum of the magnitudes of everything that is added to a channel.
  private(set) var magnitude = 0
  /// The largest product in magnitude, before any cast.
  let product: Int

  /// The largest sum in magnitude: 62 bits.
  private static let largest = 1 << 61

  /// The bounds of a layer.
  ///
  /// - Throws: when sums could need more than 62 bits.
  init(
    layer: String, linear: QuantizedLinear, layout: ProductLayout, operands: LinearOperands,
    scaling: LinearScaling
  ) throws(ExecutionError) {
    let largestWeight = operands.weights.reduce(0) { max($0, abs(Int($1))) }
    let (product, overflow) = largestWeight.multipliedReportingOverflow(
      by: max(-operands.range.lowerBound, operands.range.upperBound))
    let grow = max(0, -(scaling.drops.min() ?? 0))
    guard !overflow, grow <= product.leadingZeroBitCount - 2 else {
      throw ExecutionError(
        layer: layer,
        reason: .sumsTooWide(bits: overflow ? 64 : 65 - product.leadingZeroBitCount + grow))
    }
    self.product = product
    dataType = Self.dataType(linear, layout, operands, scaling)
    for channel in 0..<linear.outputChannels {
      try addChannel(channel, layer, linear, layout, operands, scaling)
    }
  }

  private mutating func addChannel(
    _ channel: Int, _ layer: String, _ linear: QuantizedLinear, _ layout: ProductLayout,
    _ operands: LinearOperands, _ scaling: LinearScaling
  ) throws(ExecutionError) {
    let arithmetic = layout.arithmetic
    let (least, most) = (operands.range.lowerBound, operands.range.upperBound)
    var (low, high) = (0, 0)
    var (tileLow, tileHigh) = (0, 0)
    var widest = AccumulatorBound(lowest: 0, highest: 0)
    for (place, end) in zip(layout.sequence.places, layout.sequence.ends) {
      let weight = Int(operands.weights[channel * linear.depth + place])
      // Casts are monotonic and keep 0, so the ends of the input's range give the ends of each term's.
      let first = scaling.term(weight * least, channel)
      let second = scaling.term(weight * most, channel)
      low += min(first, second)
      high += max(first, second)
      tileLow += min(first, second)
      tileHigh += max(first, second)
      guard low >= -Self.largest, high < Self.largest else {
        throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: 63))
      }
      if arithmetic.outer != nil {
        widest = widest.union(AccumulatorBound(lowest: tileLow, highest: tileHigh))
      }
      if end > 1 { (tileLow, tileHigh) = (0, 0) }
    }
    let sum = AccumulatorBound(lowest: low, highest: high)
    let total = Self.total(sum, [scaling.bias[channel]], scaling, arithmetic)
    guard total.bits <= 62 else {
      throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: total.bits))
    }
    magnitude = max(magnitude, high - low + abs(scaling.bias[channel]))
    channels.append(arithmetic.outer == nil ? total : widest)
    if arithmetic.outer != nil { outer.append(total) }
  }

  /// The range of prefixes with a bias; casts look at each product and at the bias by themselves, too.
  private static func total(
    _ sum: AccumulatorBound, _ bias: [Int], _ scaling: LinearScaling, _ arithmetic: ArithmeticSpec
  ) -> AccumulatorBound {
    let total = sum.including(bias: bias, position: scaling.biasPosition)
    guard arithmetic.productCast != nil else { return total }
    return total.union(sum).union(
      AccumulatorBound(lowest: min(0, bias.min() ?? 0), highest: max(0, bias.max() ?? 0)))
  }

  private static func dataType(
    _ linear: QuantizedLinear, _ layout: ProductLayout, _ operands: LinearOperands,
    _ scaling: LinearScaling
  ) -> AccumulatorBound {
    let codes = linear.weightCodes
    var (low, high) = (0, 0)
    for weight in [codes.lowerBound, codes.upperBound] {
      for input in [operands.range.lowerBound, operands.range.upperBound] {
        // The channels whose casts keep the most bits.
        let channel = scaling.drops.indices.min { scaling.drops[$0] < scaling.drops[$1] } ?? 0
        let (product, isWide) = weight.multipliedReportingOverflow(by: input)
        let most = (weight < 0) == (input < 0) ? largest : -largest
        let term = isWide ? most : scaling.term(product, channel)
        (low, high) = (min(low, term), max(high, term))
      }
    }
    let arithmetic = layout.arithmetic
    let count = arithmetic.outer == nil ? linear.depth : layout.longestRun
    // What formats alone would allow may be beyond any register.
    func times(_ end: Int, _ limit: Int) -> Int {
      let (product, isWide) = end.multipliedReportingOverflow(by: count)
      return isWide || product.magnitude > UInt(largest) ? limit : product
    }
    let sum = AccumulatorBound(lowest: times(low, -largest), highest: times(high, largest))
    return arithmetic.outer == nil ? total(sum, scaling.bias, scaling, arithmetic) : sum
  }
}
