internal import Arithmetic
internal import Networks

/// Integer weights of a layer whose sums, in any order and with the bias, stay in an accumulator.
///
/// - Exactness: proven for devices that subtract the input's zero point from its codes, and without
///   rounding constants in the accumulator.
struct LayerBudget {
  /// The real weights and biases.
  let layer: ProductLayer
  /// The scale and the codes of the inputs.
  let input: ActivationQuantization
  /// The format of the weights.
  let format: NumberFormat
  /// The accumulator.
  let accumulator: Accumulator

  private var largest: Int { format.integer.highest }

  /// What is left beside the bias of a channel at a scale; nil if the bias alone does not fit.
  private func budget(_ channel: Int, scale: Double) -> AccumulatorBudget? {
    let bias = (Double(layer.bias?[channel] ?? 0) / (input.integerScale * scale))
      .rounded(.toNearestOrEven)
    guard abs(bias) < 0x1p62, accumulator.holds(Int(bias)) else { return nil }
    return AccumulatorBudget(
      accumulatorBits: accumulator.bits, inputs: input.integerRange, bias: Int(bias),
      isSymmetric: accumulator.overflow == .saturateSymmetric)
  }

  private func steps(_ channel: Int, scale: Double) -> [Double] {
    layer.weights?[layer.range(of: channel)].map { Double($0) / scale } ?? []
  }

  /// Codes at given scales.
  ///
  /// - Parameter patches: what rounding looks at; nil for the nearest codes.
  /// - Throws: where the bias of a channel alone leaves the accumulator.
  func codes(
    scales: [Double], patches: WindowPatches?
  ) throws(QuantizationError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(layer.layout.count)
    let groups = layer.layout.groups
    let perGroup = max(layer.layout.outputs / groups, 1)
    var columns: [[Float]] = []
    for channel in 0..<layer.layout.outputs {
      guard let budget = budget(channel, scale: scales[channel]) else {
        throw QuantizationError(
          layer: layer.name,
          reason: .biasBeyondAccumulator(channel: channel, accumulator: "\(accumulator)"))
      }
      let steps = steps(channel, scale: scales[channel])
      if let patches {
        if channel % perGroup == 0 {
          columns = patches.columns(group: channel / perGroup, of: groups)
        }
        result += AccumulatorAwareRounding.codes(
          of: steps, inputs: columns, budget: budget, largest: largest
        ).map(Int32.init)
      } else {
        result += budget.nearest(steps, largest: largest).codes.map(Int32.init)
      }
    }
    return result
  }

  /// Scales at which the nearest codes within the accumulator have the least squared error.
  ///
  /// Narrower codes clip less of what the accumulator takes: from the scale of the unadjusted weights up,
  /// each is a fourth root of two above the one before (a power of two for fixed point), until nothing
  /// is cut any more.
  func scales(from start: [Double], areShared: Bool) -> [Double] {
    let channels = Array(0..<layer.layout.outputs)
    guard areShared else {
      return channels.map { best([$0], from: start[$0]) }
    }
    let scale = best(channels, from: start.max() ?? 1)
    return channels.map { _ in scale }
  }

  private func best(_ channels: [Int], from start: Double) -> Double {
    var best = (error: Double.infinity, scale: start)
    for step in 0..<256 {
      let scale: Double
      if case .fixedPoint = format {
        scale = start * Double(sign: .plus, exponent: step, significand: 1)
      } else {
        let root = [1, 1.189207115002721, 1.4142135623730951, 1.681792830507429][step % 4]
        let power = Double(sign: .plus, exponent: step / 4, significand: root)
        scale = step == 0 ? start : QuantizerRules.stored(start * power)
      }
      guard scale < 1e30 else { break }
      var error = 0.0
      var isCut = false
      for channel in channels {
        guard let budget = budget(channel, scale: scale) else {
          error = .infinity
          isCut = true
          break
        }
        let steps = steps(channel, scale: scale)
        let nearest = budget.nearest(steps, largest: largest)
        isCut = isCut || nearest.isCut
        for (step, code) in zip(steps, nearest.codes) {
          let difference = (step - Double(code)) * scale
          error += difference * difference
        }
      }
      if error < best.error { best = (error, scale) }
      if !isCut { break }
    }
    return best.scale
  }

  /// Biases moved to where the weights of their channel leave room.
  func fitting(_ bias: [Int], _ codes: [Int32]) -> [Int] {
    bias.enumerated().map { channel, bias in
      let sums = SignedSums(codes[layer.range(of: channel)].lazy.map { Int($0) })
      let bound = sums.bound(inputs: input.integerRange)
      return min(
        max(bias, min(0, accumulator.lowest - bound.lowest)),
        max(0, accumulator.highest - bound.highest))
    }
  }
}

extension AccumulatorBudget {
  /// The nearest codes that keep the budget, and whether that moved any.
  ///
  /// For inputs of one sign the budget limits the positive and the negative sum each by itself, and the
  /// projection is the nearest there is. For others the limit of one depends on the other: the nearest of
  /// equal limits, of a limit of the magnitudes, and of each sum taking what it wants first.
  func nearest(_ steps: [Double], largest: Int) -> (codes: [Int], isCut: Bool) {
    let bound = Double(largest)
    let rounded = steps.map { Int(min(max($0, -bound), bound).rounded(.toNearestOrEven)) }
    let sums = SignedSums(rounded)
    if holds(sums) { return (rounded, false) }
    var candidates = [IntegerProjection.codes(of: steps, limits: limits, largest: largest)]
    if inputs.lowerBound < 0, inputs.upperBound > 0 {
      let none = SignedSums(positive: 0, negative: 0)
      let negative = min(sums.negative, growth(of: none, isPositive: false))
      let positive = min(sums.positive, growth(of: none, isPositive: true))
      let fixedNegative = SignedSums(positive: 0, negative: negative)
      let fixedPositive = SignedSums(positive: positive, negative: 0)
      candidates += [
        IntegerProjection.codes(of: steps, limit: magnitudeLimit, largest: largest),
        IntegerProjection.codes(
          of: steps,
          limits: SignedSums(
            positive: growth(of: fixedNegative, isPositive: true), negative: negative),
          largest: largest),
        IntegerProjection.codes(
          of: steps,
          limits: SignedSums(
            positive: positive, negative: growth(of: fixedPositive, isPositive: false)),
          largest: largest),
      ]
    }
    var best = (error: Double.infinity, codes: steps.map { _ in 0 })
    for codes in candidates where holds(SignedSums(codes)) {
      let error = zip(steps, codes).reduce(0.0) {
        $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1))
      }
      if error < best.error { best = (error, codes) }
    }
    return (best.codes, true)
  }
}
