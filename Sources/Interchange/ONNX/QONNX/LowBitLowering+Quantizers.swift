internal import Arithmetic
internal import Networks
internal import Quantization
internal import Tensors

extension LowBitLowering {
  /// A function of the codes of a value along an axis, as runs of equal results a channel.
  private struct Results {
    var axis: Int?
    var channels: [CodeRuns]
  }

  /// The runs of a value's numbers behind a last function, for each channel along the common axis; nil
  /// when there are too many runs, more than one axis, or a function that cannot be followed.
  private mutating func results(
    _ value: LowBitValue, axis own: Int?, limit: Int, _ last: (Float, Int) -> Int
  ) throws(ONNXProblem) -> Results? {
    let program = program(value)
    guard case .some(let found) = program.axis, found == nil || own == nil || found == own else {
      return nil
    }
    let axis = found ?? own
    let base = bases[value.base]
    let channels = axis.map { base.shape[$0] } ?? 1
    var results = Results(axis: axis, channels: [])
    var evaluations = evaluations
    let cost = program.steps.count + 1
    for channel in 0..<channels {
      let runs = CodeRuns(
        base.domain(channel: channel, axis: axis),
        isMonotone: program.isMonotone(channel: channel), limit: limit
      ) { code in
        evaluations -= cost
        guard evaluations > 0 else { return 0 }
        return last(program.value(base.number(code), channel: channel), channel)
      }
      guard evaluations > 0 else {
        throw ONNXProblem(
          "its thresholds take more than \(Self.evaluationLimit) evaluations to find; quantize to "
            + "fewer bits")
      }
      guard let runs else { return nil }
      thresholds -= runs.runs.count
      guard thresholds > 0 else {
        throw ONNXProblem(
          "its quantizers have more than \(Self.thresholdLimit) thresholds; quantize to fewer bits")
      }
      results.channels.append(runs)
    }
    self.evaluations = evaluations
    return results
  }

  /// The codes of a quantizer.
  mutating func quantized(
    _ layer: Layer, _ value: LowBitValue, _ quantizers: QONNXQuantizers
  ) throws(ONNXProblem) -> LowBitValue {
    if value.step == nil, bases[value.base].isFloat,
      let result = plainlyQuantized(layer, value.base, quantizers)
    {
      return result
    }
    let most = quantizers.list.map { $0.codes?.count ?? 256 }.max() ?? 1
    let channels = quantizers.axis.map { bases[value.base].shape[$0] } ?? 1
    let none = Int.min
    if most <= Self.mostThresholds / channels,
      let results = try results(
        value, axis: quantizers.axis, limit: most, { quantizers[$1].code(of: $0) ?? none })
    {
      return try thresholds(layer.name, value.base, quantizers, results)
    }
    let real = float(value)
    if value != LowBitValue(base: real) {
      return try quantized(layer, LowBitValue(base: real), quantizers)
    }
    throw ONNXProblem(
      "node '\(layer.name)': a quantizer of \(most) levels behind these functions cannot be "
        + "expressed by thresholds; use fewer bits, or ROUND with zero point 0")
  }

  /// A quantizer of float values that `.quantize` computes exactly: half even, a power of two, no zero
  /// point.
  private mutating func plainlyQuantized(
    _ layer: Layer, _ base: Int, _ quantizers: QONNXQuantizers
  ) -> LowBitValue? {
    guard quantizers.axis == nil, case .quant(let quant) = quantizers.list[0],
      quant.rounding == .halfEven, quant.zeroPoint == 0, quant.scale.significand == 1,
      quant.bits > 1, let codes = quantizers.list[0].codes
    else { return nil }
    let quantization = ActivationQuantization(
      format: Self.format(of: codes, zeroPoint: 0, isBipolar: false), scale: Double(quant.scale),
      zeroPoint: 0)
    return LowBitValue(
      base: emit(
        layer.name, "quantize", .quantize, [base], clamp: codes,
        LowBitBase(
          shape: bases[base].shape, quantization: quantization,
          domains: [CodeDomain(lowest: codes.lowerBound, highest: codes.upperBound)])))
  }

  /// A layer of thresholds with the codes of quantizers.
  private mutating func thresholds(
    _ name: String, _ base: Int, _ quantizers: QONNXQuantizers, _ results: Results
  ) throws(ONNXProblem) -> LowBitValue {
    let grids = quantizers.list.map(\.grid)
    let zeroPoints = grids.compactMap { Int(exactly: $0.zeroPoint) }
    let found = results.channels.flatMap { $0.runs.map(\.result) }
    let bound = 1 << 40
    guard zeroPoints.count == grids.count, let low = found.min(), let high = found.max(),
      low > -bound, high < bound, zeroPoints.allSatisfy({ abs($0) < bound })
    else {
      throw ONNXProblem(
        "node '\(name)': its zero point is no whole number, or its levels are not finite; use whole "
          + "zero points")
    }
    // Codes of channels with zero points of their own are counted from zero.
    let common = Set(zeroPoints).count == 1 ? zeroPoints[0] : 0
    func shift(_ channel: Int) -> Int {
      quantizers.axis == nil ? common - zeroPoints[0] : common - zeroPoints[channel]
    }
    var codes = low...high
    for (quantizer, zeroPoint) in zip(quantizers.list, zeroPoints) {
      guard let own = quantizer.codes else { continue }
      let shift = common - zeroPoint
      codes =
        min(
          codes.lowerBound, own.lowerBound + shift)...max(
          codes.upperBound, own.upperBound + shift)
    }
    if common == 0 && Set(zeroPoints) != [0] {
      for (channel, runs) in results.channels.enumerated() {
        for run in runs.runs {
          let code = run.result + shift(quantizers.axis == nil ? 0 : channel)
          codes = min(codes.lowerBound, code)...max(codes.upperBound, code)
        }
      }
    }
    let isUniform = grids.allSatisfy { $0.step == grids[0].step }
    let made = try emitThresholds(
      name, base, axis: results.axis, range: codes, zeroPoint: common,
      scale: isUniform ? Double(grids[0].step) : 1,
      runs: results.channels.enumerated().map { channel, runs in
        let shift = shift(quantizers.axis == nil ? 0 : channel)
        return runs.runs.map { ($0.start, $0.result + shift) }
      })
    guard !isUniform, let axis = quantizers.axis else { return LowBitValue(base: made) }
    let scales = ChannelValues(grids.map(\.step), axis: axis)
    return step(
      name + ".scale", .constant(.multiply, scales, isFirst: false), base: made, [nil])
  }

  /// Adds a layer of thresholds of these runs.
  private mutating func emitThresholds(
    _ name: String, _ base: Int, axis: Int?, range: ClosedRange<Int>, zeroPoint: Int,
    scale: Double, runs: [[(start: Int, result: Int)]]
  ) throws(ONNXProblem) -> Int {
    let found = Set(runs.flatMap { $0.map(\.result) })
    let isBipolar = zeroPoint == 0 && (-1...1).contains(range) && found.isSubset(of: [-1, 1])
    let format = Self.format(of: range, zeroPoint: zeroPoint, isBipolar: isBipolar)
    guard format.bits <= 32 else {
      throw ONNXProblem(
        "node '\(name)': its codes from \(range.lowerBound) to \(range.upperBound) need more than 32 "
          + "bits; quantize to fewer")
    }
    // Tables compare codes less their zero point.
    let offset = bases[base].quantization.zeroPoint
    let tables = runs.map { runs in
      ThresholdTable(
        thresholds: runs.dropFirst().map { $0.start - offset },
        codes: runs.map { Int32($0.result) })
    }
    return emit(
      name, "thresholds", .thresholds(tables, axis: axis ?? 0), [base], clamp: range,
      LowBitBase(
        shape: bases[base].shape,
        quantization: ActivationQuantization(format: format, scale: scale, zeroPoint: zeroPoint),
        domains: [
          CodeDomain(
            lowest: isBipolar ? -1 : found.min() ?? 0, highest: isBipolar ? 1 : found.max() ?? 0,
            stride: isBipolar ? 2 : 1)
        ]))
  }

  /// The smallest format of codes and their zero point.
  static func format(
    of codes: ClosedRange<Int>, zeroPoint: Int, isBipolar: Bool
  ) -> NumberFormat {
    if isBipolar { return .bipolar }
    if codes == -1...1 && zeroPoint == 0 { return .ternary }
    let low = min(codes.lowerBound, zeroPoint)
    let high = max(codes.upperBound, zeroPoint)
    let bits = AccumulatorBound.bits(low, high)
    return .affine(
      IntegerFormat(bits: max(low < 0 ? bits : bits - 1, 1), isSigned: low < 0))
  }

  /// A value as codes: its base, or thresholds when its functions have few results that lie on a grid;
  /// nil when they do not.
  mutating func coded(_ value: LowBitValue) throws(ONNXProblem) -> Int? {
    if value.step == nil { return bases[value.base].isFloat ? nil : value.base }
    if let made = codes[value] { return made }
    guard
      let results = try results(
        value, axis: nil, limit: 256, { number, _ in Int(number == 0 ? 0 : number.bitPattern) })
    else { return nil }
    let numbers = Set(results.channels.flatMap { $0.runs.map(\.result) }).map {
      Float(bitPattern: UInt32($0))
    }
    guard let step = Self.commonStep(numbers) else { return nil }
    func code(_ pattern: Int) -> Int { Int(Double(Float(bitPattern: UInt32(pattern))) / step) }
    let all = numbers.map { Int(Double($0) / step) }
    let range = (all.min() ?? 0)...(all.max() ?? 0)
    let made = try emitThresholds(
      value.step.map { steps[$0].name } ?? "", value.base, axis: results.axis, range: range,
      zeroPoint: 0, scale: step,
      runs: results.channels.map { $0.runs.map { ($0.start, code($0.result)) } })
    codes[value] = made
    return made
  }

  /// The largest number of which all are whole multiples of at most 2^15; nil without one.
  static func commonStep(_ numbers: [Float]) -> Double? {
    let magnitudes = numbers.filter { $0 != 0 }.map { abs(Double($0)) }
    guard magnitudes.allSatisfy(\.isFinite), let largest = magnitudes.max() else {
      return numbers.allSatisfy { $0 == 0 } ? 1 : nil
    }
    var step = largest
    for magnitude in magnitudes {
      var (a, b) = (max(step, magnitude), min(step, magnitude))
      // Remainders of doubles are exact; a step too small for the largest number ends the search.
      while b > 0 {
        guard b * 32768 >= largest else { return nil }
        (a, b) = (b, a.truncatingRemainder(dividingBy: b))
      }
      step = a
    }
    return step
  }
}
