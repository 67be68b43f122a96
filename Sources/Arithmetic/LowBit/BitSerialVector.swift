/// Integers of a few bits as planes of bits, lowest first: what bit-serial hardware works on.
///
/// `x = sum_i weight_i * plane_i`; the weight of plane `i` is `2^i`, that of the highest plane of a two's
/// complement format `-2^(b-1)`.
///
/// - Source: Umuroglu et al., "BISMO", FPL 2018; `numerics.md` section 2.
public struct BitSerialVector: Hashable, Sendable {
  /// The format of the integers.
  public let format: IntegerFormat
  /// The planes, lowest bit first.
  public let planes: [PackedBits]

  /// The vector of these integers; nil when one is outside the format.
  public init?(_ codes: some Collection<Int32>, format: IntegerFormat) {
    let range = format.lowest...format.highest
    guard codes.allSatisfy({ range.contains(Int($0)) }) else { return nil }
    self.format = format
    planes = (0..<format.bits).map { bit in PackedBits(codes.map { Int($0) >> bit & 1 == 1 }) }
  }

  /// What a 1 of a plane counts.
  public func weight(ofPlane plane: Int) -> Int {
    format.isSigned && plane == format.bits - 1 ? -(1 << plane) : 1 << plane
  }

  /// The dot product: `sum_ij weight_i weight_j popcount(a_i and w_j)`.
  ///
  /// - Precondition: both have the same count, and the sum of the widths is below 63 bits.
  public func dot(_ other: BitSerialVector) -> Int {
    var sum = 0
    for (i, plane) in planes.enumerated() {
      for (j, otherPlane) in other.planes.enumerated() {
        sum += weight(ofPlane: i) * other.weight(ofPlane: j) * plane.countAnd(otherPlane)
      }
    }
    return sum
  }
}
