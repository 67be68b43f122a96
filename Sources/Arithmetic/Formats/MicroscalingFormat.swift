/// Blocks of small numbers that share a power of two: OCP's MX formats.
///
/// `real = element * 2^(scale - 127)`; a scale of 255 makes the whole block NaN.
///
/// - Exactness: `scale = floor(log2(max|x|)) - emax + 127` with the element's largest exponent `emax`,
///   clipped to 0…254; then each element rounds once, to nearest, ties to even, and saturates.
/// - Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6.3.
public struct MicroscalingFormat: Hashable, Sendable {
  /// What a block's elements are.
  public enum Element: String, Hashable, Sendable, CaseIterable {
    /// Two's complement times 2^-6, from -127 to 127 when encoded: up to 1 63/64.
    case int8
    /// FP8 with 4 exponent bits.
    case fp8e4m3 = "fp8-e4m3"
    /// FP8 with 5 exponent bits.
    case fp8e5m2 = "fp8-e5m2"
    /// FP6 with 3 exponent bits.
    case fp6e3m2 = "fp6-e3m2"
    /// FP6 with 2 exponent bits.
    case fp6e2m3 = "fp6-e2m3"
    /// FP4 with 2 exponent bits.
    case fp4 = "fp4"

    /// The floating-point format; nil for integers.
    public var minifloat: Minifloat? {
      switch self {
      case .int8: nil
      case .fp8e4m3: .e4m3fn
      case .fp8e5m2: .e5m2
      case .fp6e3m2: .e3m2
      case .fp6e2m3: .e2m3
      case .fp4: .e2m1
      }
    }

    /// The bits of an element.
    public var bits: Int { minifloat?.bits ?? 8 }

    /// The exponent of the largest power of two that an element can be: 0 for int8, 8 for E4M3.
    public var largestExponent: Int { minifloat.map { Int($0.largest.exponent) } ?? 0 }

    /// The power of two that every element is a multiple of.
    public var unit: Int { minifloat?.unit ?? -6 }

    /// What an element's code stands for, without the scale.
    public func decode(_ code: UInt32) -> DecodedValue {
      if let minifloat { return minifloat.decode(Int(code)) }
      return .exact(Int64(Int8(truncatingIfNeeded: code)), unit)
    }

    /// The code of the nearest element, saturated; NaN in int8 gives the lowest.
    public func encode(_ value: Double) -> UInt32 {
      if let minifloat { return UInt32(minifloat.code(value)) }
      let steps = max(-127, (value * 64).rounded(.toNearestOrEven))
      return UInt32(UInt8(bitPattern: Int8(min(steps, 127))))
    }
  }

  /// The bits of a shared scale (E8M0).
  public static let scaleBits = 8
  /// The block sizes there are.
  public static let blockSizes = 2...1024

  /// What the elements are.
  public let element: Element
  /// How many elements share a scale.
  public let blockSize: Int

  /// A format of blocks of 32 elements, or another size.
  ///
  /// - Precondition: 2 to 1,024 elements.
  public init(element: Element, blockSize: Int = 32) {
    precondition(Self.blockSizes.contains(blockSize), "a block has 2 to 1,024 elements")
    self.element = element
    self.blockSize = blockSize
  }

  /// The shared scale of a block by its largest magnitude; a block of zeros has the smallest scale, one
  /// that is not finite is NaN.
  public func scale(largest: Double) -> UInt8 {
    guard largest.isFinite else { return 255 }
    guard largest > 0 else { return 0 }
    return UInt8(min(max(Int(largest.exponent) - element.largestExponent + 127, 0), 254))
  }

  /// The shared scale and the codes of a block.
  public func encode(_ values: [Double]) -> MicroscalingBlock {
    // A NaN must win, so it is not left to `max`.
    let isFinite = values.allSatisfy(\.isFinite)
    let largest = values.reduce(0) { max($0, abs($1)) }
    let block = MicroscalingBlock(scale: isFinite ? scale(largest: largest) : 255, codes: [])
    guard let exponent = block.exponent else {
      return MicroscalingBlock(
        scale: block.scale, codes: [UInt32](repeating: 0, count: values.count))
    }
    let factor = Double(sign: .plus, exponent: -exponent, significand: 1)
    return MicroscalingBlock(
      scale: block.scale, codes: values.map { element.encode($0 * factor) })
  }

  /// What the codes of a block stand for.
  public func decode(_ block: MicroscalingBlock) -> [DecodedValue] {
    guard let exponent = block.exponent else {
      return block.codes.map { _ in .notANumber }
    }
    return block.codes.map { code in
      let value = element.decode(code)
      guard case .finite(let significand, let own) = value else { return value }
      return .exact(significand, own + exponent)
    }
  }
}

/// The codes of a block and the scale they share.
public struct MicroscalingBlock: Hashable, Sendable {
  /// The biased exponent that the elements share (E8M0): 127 is 2^0, 255 is NaN.
  public let scale: UInt8
  /// The codes of the elements.
  public let codes: [UInt32]

  /// A block.
  public init(scale: UInt8, codes: [UInt32]) {
    self.scale = scale
    self.codes = codes
  }

  /// The exponent that the elements share; nil for NaN.
  public var exponent: Int? { scale == 255 ? nil : Int(scale) - 127 }
}
