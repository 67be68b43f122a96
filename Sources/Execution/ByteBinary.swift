internal import Arithmetic
internal import CKernels
package import Networks

/// An element-wise function of two activations on bytes, each its code less the lowest of its format.
///
/// - Exactness: bit-identical to `AddRescale` and `ProductRescale`, clamped, on every instruction set.
package struct ByteBinary: Sendable {
  /// How the bytes are computed.
  private enum Form: Sendable {
    case addition(ww_addition)
    /// Products of bytes less the zeros, rescaled in rows of `productChannels`.
    case product(RequantizeKernel, zeros: [Int32])
    /// The byte of each pair, 256 * first + second.
    case pairs([UInt8])
  }

  private let form: Form

  /// The products that one set of parameters rescales.
  private static let productChannels = 64
  /// The products in flight.
  private static let productCount = 1024

  /// The function of a plan; nil where codes are no bytes, an operand is broadcast or a scale is extreme.
  init?(_ plan: BinaryPlan) {
    guard plan.firstTable == nil, plan.secondTable == nil else { return nil }
    let quantizations = [plan.first, plan.second, plan.output]
    for quantization in quantizations {
      guard quantization.codes.count <= 256, (1e-30...1e30).contains(quantization.scale)
      else { return nil }
    }
    let clamp = plan.clamp
    guard plan.output.codes.contains(clamp.lowerBound),
      plan.output.codes.contains(clamp.upperBound)
    else { return nil }
    guard plan.nearest == nil else {
      form = .pairs(Self.pairs(plan))
      return
    }
    switch plan.kind {
    case .add, .subtract:
      form = Self.addition(plan).map { .addition($0) } ?? .pairs(Self.pairs(plan))
    case .multiply:
      form = Self.product(plan) ?? .pairs(Self.pairs(plan))
    case .maximum, .minimum: form = .pairs(Self.pairs(plan))
    case .divide, .power: return nil
    }
  }

  /// The function between these quantizations; nil where codes are no bytes or a scale is extreme.
  package init?(
    _ kind: BinaryKind, first: ActivationQuantization, second: ActivationQuantization,
    output: ActivationQuantization, clamp: ClosedRange<Int>, add: AddRescale,
    multiply: ProductRescale
  ) {
    self.init(
      BinaryPlan(
        kind: kind, first: first, second: second, output: output, clamp: clamp, firstTable: nil,
        secondTable: nil, add: add, multiply: multiply))
  }

  private static func addition(_ plan: BinaryPlan) -> ww_addition? {
    let add = plan.add
    let subtracts = plan.kind == .subtract
    let (first, second) = (plan.first, plan.second)
    let zeroPoint = plan.output.zeroPoint
    let lowest = plan.output.codes.lowerBound
    var form = ww_addition()
    form.sign = subtracts ? -1 : 1
    form.zeros = (
      Int32(first.zeroPoint - first.codes.lowerBound),
      Int32(second.zeroPoint - second.codes.lowerBound)
    )
    form.low = Int32(plan.clamp.lowerBound - zeroPoint)
    form.high = Int32(plan.clamp.upperBound - zeroPoint)
    form.offset = Int32(zeroPoint - lowest)
    switch add.flavour {
    case .tflite, .tfliteSingle:
      let multipliers = add.inputs + [add.output]
      guard add.leftShift == 20, multipliers.allSatisfy({ (-31...0).contains($0.exponent) })
      else { return nil }
      let base = add.flavour == .tflite ? 0 : 31
      form.kind = Int32(add.flavour == .tflite ? WW_ADD_DOUBLE : WW_ADD_SINGLE)
      form.mantissas = (
        multipliers[0].mantissa, multipliers[1].mantissa, multipliers[2].mantissa
      )
      form.shifts = (
        Int32(base - multipliers[0].exponent), Int32(base - multipliers[1].exponent),
        Int32(base - multipliers[2].exponent)
      )
    case .xnnpack:
      guard (0...31).contains(add.shift), add.factors.allSatisfy({ abs($0) < 1 << 22 }),
        255 * (abs(add.factors[0]) + abs(add.factors[1])) + (1 << add.shift) / 2
          <= Int(Int32.max)
      else { return nil }
      form.kind = Int32(WW_ADD_FIXED)
      form.mantissas = (Int32(add.factors[0]), Int32(add.factors[1]), 0)
      form.shifts.0 = Int32(add.shift)
    case .float where subtracts:
      form.kind = Int32(WW_ADD_QUOTIENT)
      form.floats = (add.scales[0], add.scales[1], add.scales[2])
    case .float:
      form.kind = Int32(WW_ADD_FUSED)
      form.floats = (add.floats[0], add.floats[1], 0)
      form.start = add.floatStart
      form.zeros = (Int32(-first.codes.lowerBound), Int32(-second.codes.lowerBound))
      form.low = Int32(plan.clamp.lowerBound)
      form.high = Int32(plan.clamp.upperBound)
      form.offset = Int32(-lowest)
    }
    return form
  }

  private static func product(_ plan: BinaryPlan) -> Form? {
    let multiply = plan.multiply
    switch multiply.rescale.flavour {
    case .gemmlowp, .ruy, .single, .float: break
    case .reduced, .shift, .floor, .thresholds, .cast: return nil
    }
    let rescales = [Requantization](repeating: multiply.rescale, count: productChannels)
    guard
      let kernel = RequantizeKernel(
        rescales: rescales, roundsWithZeroPoint: multiply.roundsWithZeroPoint,
        output: plan.output, clamp: plan.clamp)
    else { return nil }
    return .product(
      kernel,
      zeros: [plan.first, plan.second].map { Int32($0.zeroPoint - $0.codes.lowerBound) })
  }

  private static func pairs(_ plan: BinaryPlan) -> [UInt8] {
    var table = [UInt8](repeating: 0, count: 1 << 16)
    let (first, second) = (plan.first.codes, plan.second.codes)
    let lowest = plan.output.codes.lowerBound
    for x in first {
      for y in second {
        table[256 * (x - first.lowerBound) + y - second.lowerBound] =
          UInt8(plan.code(x, y) - lowest)
      }
    }
    return table
  }

  /// Computes `count` bytes.
  package func run(
    _ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>,
    to bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    switch form {
    case .addition(var addition): ww_add_bytes(&addition, first, second, bytes, Int64(count))
    case .pairs(let table): ww_look_up_pairs(table, first, second, bytes, Int64(count))
    case .product(let kernel, let zeros):
      let channels = Self.productChannels
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.productCount) { products in
        guard let products = products.baseAddress else { return }
        for start in stride(from: 0, to: count, by: Self.productCount) {
          let length = min(Self.productCount, count - start)
          ww_multiply_bytes(zeros, first + start, second + start, products, Int64(length))
          let rows = length / channels
          kernel.run(
            products, stride: channels, rows: rows, channels: 0..<channels, to: bytes + start,
            stride: channels)
          guard rows * channels < length else { continue }
          kernel.run(
            products + rows * channels, stride: channels, rows: 1,
            channels: 0..<(length - rows * channels), to: bytes + start + rows * channels,
            stride: channels)
        }
      }
    }
  }
}
