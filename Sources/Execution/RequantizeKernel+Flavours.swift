package import Arithmetic
internal import CKernels
package import Networks

extension RequantizeKernel {
  /// A kernel of rescalings, one for each channel, all of one flavour; nil where codes are no bytes.
  ///
  /// - Parameters:
  ///   - cast: how a `.cast` stores what it rounded.
  ///   - roundsWithZeroPoint: whether `.float` adds the zero point before it rounds.
  package init?(
    rescales: [Requantization], cast: ArithmeticSpec.OutputCast = .init(),
    roundsWithZeroPoint: Bool = false, output: ActivationQuantization, clamp: ClosedRange<Int>,
    corrections: [Int] = [], wrappingBits: Int = 32
  ) {
    self.init(
      channels: rescales.count, output: output, clamp: clamp, corrections: corrections,
      wrappingBits: wrappingBits)
    guard let flavour = rescales.first?.flavour, rescales.allSatisfy({ $0.flavour == flavour })
    else { return nil }
    if !(roundsWithZeroPoint && flavour == .float) {
      form.low -= Int32(output.zeroPoint)
      form.high -= Int32(output.zeroPoint)
      form.offset += Int32(output.zeroPoint)
    } else {
      form.floatStart = Float(output.zeroPoint)
    }
    let kind: Int
    switch flavour {
    case .gemmlowp: kind = Int(WW_REQUANTIZE_DOUBLE)
    case .ruy: kind = Int(WW_REQUANTIZE_DOUBLE_UP)
    case .single, .reduced: kind = Int(WW_REQUANTIZE_ROUND)
    case .shift, .floor: kind = Int(WW_REQUANTIZE_FLOOR)
    case .float:
      kind = Int(WW_REQUANTIZE_FLOAT)
      floats = rescales.map(\.float) + [Float](repeating: 0, count: 16)
    case .thresholds:
      kind = Int(WW_REQUANTIZE_NEAREST)
      doubles = rescales.map(\.real) + [Double](repeating: 0, count: 16)
    case .cast:
      guard output.zeroPoint == 0 else { return nil }
      kind = Int(WW_REQUANTIZE_CAST)
      form.rounding = ww_registers.rounding(rescales[0].rounding)
      form.policy = ww_registers.policy(cast.overflow)
      form.bits = Int32(output.format.integer.bits)
      form.isSigned = output.format.integer.isSigned ? 1 : 0
      form.rectifies = clamp.lowerBound >= 0 ? 1 : 0
    }
    form.kind = Int32(kind)
    for (channel, rescale) in rescales.enumerated() {
      (mantissas[channel], shifts[channel]) = Self.multiplier(rescale)
    }
  }

  /// A factor beyond which every content but 0 leaves the codes.
  private static let largestFactor = 1 << 30

  /// The factor and the shift of a rescaling, as the kernel of its flavour takes them.
  private static func multiplier(_ rescale: Requantization) -> (factor: Int32, shift: Int32) {
    let (mantissa, exponent) = (Int(rescale.quantized.mantissa), rescale.quantized.exponent)
    switch rescale.flavour {
    case .gemmlowp, .ruy:
      // Beyond 31 places nothing is left of a content.
      return exponent > 31 ? (0, 0) : (Int32(mantissa), Int32(exponent))
    case .single: return (Int32(mantissa), Int32(max(31 - exponent, 0)))
    case .reduced:
      let factor = mantissa < 0x7FFF_0000 ? (mantissa + (1 << 15)) >> 16 : 0x7FFF
      let places = 15 - exponent
      return (
        Int32(min(factor << min(max(-places, 0), 32), largestFactor)), Int32(max(places, 0))
      )
    case .shift:
      if rescale.shift > Requantization.largestShift { return (0, 0) }
      return rescale.shift >= 0
        ? (1, Int32(rescale.shift)) : (Int32(1 << min(-rescale.shift, 30)), 0)
    case .floor: return (Int32(min(rescale.factor, largestFactor)), Int32(rescale.shift))
    case .cast: return (0, Int32(min(max(rescale.shift, -31), 62)))
    case .float, .thresholds: return (0, 0)
    }
  }

  /// A kernel of thresholds on the contents, a table for each channel; nil where codes are no bytes.
  package init?(
    tables: [ThresholdTable], output: ActivationQuantization, clamp: ClosedRange<Int>,
    corrections: [Int] = [], wrappingBits: Int = 32
  ) {
    self.init(
      channels: tables.count, output: output, clamp: clamp, corrections: corrections,
      wrappingBits: wrappingBits)
    // Thresholds that every content passes, or none, are left out.
    let tables = tables.map { table in
      let passed = table.thresholds.count { $0 <= Int(Int32.min) }
      let kept = table.thresholds.filter { $0 > Int(Int32.min) && $0 <= Int(Int32.max) }
      return ThresholdTable(
        thresholds: kept, codes: Array(table.codes[passed...(passed + kept.count)]))
    }
    let most = tables.map(\.thresholds.count).max() ?? 0
    guard most < 1 << 16, tables.count < 1 << 14 else { return nil }
    var count = 1
    while count < most { count = 2 * count + 1 }
    form.kind = Int32(WW_REQUANTIZE_COUNT)
    form.thresholdCount = Int32(count)
    thresholds = [Int32](repeating: .max, count: count * mantissas.count)
    let isConsecutive = tables.allSatisfy { table in
      zip(table.codes, table.codes.dropFirst()).allSatisfy { Int($1) - Int($0) == 1 }
    }
    let lowest = output.codes.lowerBound
    for (channel, table) in tables.enumerated() {
      for (place, threshold) in table.thresholds.enumerated() {
        thresholds[place * mantissas.count + channel] = Int32(threshold - 1)
      }
      mantissas[channel] = table.codes[0]
      guard !isConsecutive else { continue }
      for place in 0...count {
        let code = Int(table.codes[min(place, table.codes.count - 1)])
        bytes.append(UInt8(min(max(code, clamp.lowerBound), clamp.upperBound) - lowest))
      }
    }
  }

  /// The kernel of a layer whose contents are given in 32 bits; nil where codes are no bytes or a
  /// corrected content may need more than 32 bits.
  init?(_ plan: LinearPlan) {
    let corrections = plan.operands.corrections
    let register = plan.lastAccumulator
    var bits = 32
    if register.overflow == .wrap && register.bits <= 32 {
      bits = register.bits
    } else if !corrections.isEmpty {
      let isSmall = plan.bounds.magnitude < 1 << 30 || register.bits <= 31
      guard isSmall && corrections.allSatisfy({ abs($0) < 1 << 30 }) else { return nil }
    }
    switch plan.linear.outputStage {
    case .rescaled where plan.output.format.isUneven: return nil
    case .rescaled:
      self.init(
        rescales: plan.scaling.rescales, cast: plan.arithmetic.outputCast, output: plan.output,
        clamp: plan.clamp, corrections: corrections, wrappingBits: bits)
    case .thresholds(let tables):
      self.init(
        tables: tables, output: plan.output, clamp: plan.clamp, corrections: corrections,
        wrappingBits: bits)
    case .accumulator:
      self.init(
        channels: plan.linear.outputChannels, output: plan.output, clamp: plan.clamp,
        corrections: corrections, wrappingBits: bits)
    }
  }
}
