internal import Arithmetic
public import Networks

/// The place of a sample's input, where the thread that runs the sample writes it.
public struct InputCodes {
  /// The quantization of the input.
  public let quantization: ActivationQuantization
  let order: ImageOrder
  let codes: MutableStoredCodes

  /// Writes codes that are in ONNX axis order.
  ///
  /// - Precondition: as many as the input has, codes of its format all of them.
  public func set(codes: [Int32]) {
    codes.withUnsafeBufferPointer { order.store($0, self.codes) }
  }

  /// Writes bytes that are in ONNX axis order, each a code less the lowest one of the format.
  ///
  /// - Precondition: the format has 256 codes or fewer; as many bytes as the input has codes.
  public func set(bytes: [UInt8]) {
    let range = quantization.codes
    precondition(range.count <= 256, "codes of \(quantization.format) are no bytes")
    precondition(
      range.count == 256 || bytes.allSatisfy { Int($0) < range.count },
      "the codes of a sample are codes of the input's format")
    bytes.withUnsafeBufferPointer {
      order.store(bytes: $0, lowest: Int32(range.lowerBound), codes)
    }
  }

  /// Writes the codes of real numbers that are in ONNX axis order.
  ///
  /// - Exactness: the codes of `ActivationQuantization.code(_:)`.
  /// - Precondition: as many as the input has.
  public func set(reals: [Float]) {
    precondition(
      reals.count == order.count, "a sample has \(order.count) numbers, not \(reals.count)")
    let rounding = RealRounding(quantization)
    reals.withUnsafeBufferPointer { reals in
      guard let source = reals.baseAddress else { return }
      switch (codes, rounding) {
      case (.bytes(let target, let lowest), .some(let rounding)):
        let offset = rounding.zeroPoint &- lowest
        order.store(source, target) {
          UInt8(truncatingIfNeeded: rounding.steps($0) &+ offset)
        }
      case (.words(let target), .some(let rounding)):
        order.store(source, target) { rounding.steps($0) &+ rounding.zeroPoint }
      case (.bytes(let target, let lowest), nil):
        order.store(source, target) {
          UInt8(truncatingIfNeeded: Int32(quantization.code(Double($0))) &- lowest)
        }
      case (.words(let target), nil):
        order.store(source, target) { Int32(quantization.code(Double($0))) }
      }
    }
  }
}

/// The rounding of real numbers to codes of 16 bits or fewer, without a branch.
///
/// - Source: ONNX QuantizeLinear, as `ActivationQuantization.code(_:)` computes it.
struct RealRounding {
  let scale: Float
  let zeroPoint: Int32
  /// The steps of the lowest and the highest code.
  let lowest: Float
  let highest: Float

  /// The rounding of a quantization; nil where it is not computed in float32.
  init?(_ quantization: ActivationQuantization) {
    guard quantization.format != .float32, !quantization.format.isUneven,
      quantization.format.integer.bits <= 16,
      (1e-30...1e30).contains(quantization.scale)
    else { return nil }
    scale = Float(quantization.scale)
    zeroPoint = Int32(quantization.zeroPoint)
    lowest = Float(quantization.offsets.lowerBound)
    highest = Float(quantization.offsets.upperBound)
  }

  /// The code of a real number less the zero point; NaN gives the lowest.
  @inline(__always)
  func steps(_ real: Float) -> Int32 {
    let quotient = real / scale
    // Limits are whole, so that clipping first rounds to the same number.
    let above = quotient > lowest ? quotient : lowest
    let inside = above < highest ? above : highest
    // Adding 1.5 * 2^23 rounds numbers below 2^22 to whole ones, ties to even.
    return Int32((inside + 12_582_912) - 12_582_912)
  }
}
