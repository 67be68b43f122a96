/// The evenly spaced codes that a range of numbers is cut into.
public struct CodeGrid: Hashable, Sendable {
  /// How the codes lie about zero.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    /// Codes from `-(2^(b-1) - 1)` to `2^(b-1) - 1`, the range the same on both sides.
    case symmetric
    /// All `2^b` codes from the lower to the upper end, a zero point among them.
    case affine
  }

  /// The width of a code.
  public let bits: Int
  /// How the codes lie about zero.
  public let form: Form

  /// A grid.
  ///
  /// - Precondition: 2 to 24 bits; affine codes may have 1.
  public init(bits: Int, form: Form) {
    precondition(
      bits >= (form == .affine ? 1 : 2) && bits <= 24,
      "a grid of codes has 2 to 24 bits, or 1 when affine")
    self.bits = bits
    self.form = form
  }

  /// The steps from one end of the range to the other.
  public var steps: Int { form == .symmetric ? (1 << bits) - 2 : (1 << bits) - 1 }

  /// The distance of neighbouring codes, and the codes relative to that of zero, for a range.
  ///
  /// Symmetric: the magnitude of the larger end at the largest code. Affine: `scale = (high - low) /
  /// steps`, the zero point `round(-low / scale)`.
  ///
  /// - Precondition: the range contains 0 and more.
  public func codes(over range: ClosedRange<Double>) -> (scale: Double, codes: ClosedRange<Int>) {
    switch form {
    case .symmetric:
      let highest = steps / 2
      let largest = max(range.upperBound, -range.lowerBound)
      return (largest / Double(highest), -highest...highest)
    case .affine:
      let scale = (range.upperBound - range.lowerBound) / Double(steps)
      let zero = Int((-range.lowerBound / scale).rounded())
      return (scale, -zero...steps - zero)
    }
  }
}
