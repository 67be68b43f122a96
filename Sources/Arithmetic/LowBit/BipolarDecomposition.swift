/// Odd integers as planes of -1 and +1: `x = sum_m 2^m x_m`, so that only XNOR and popcount are needed.
///
/// With `M` planes the integers are the odd ones from `-(2^M - 1)` to `2^M - 1`.
///
/// - Source: Sun, Yu, Shi, Du, Fei, "Multi-Precision Quantized Neural Networks via Encoding
///   Decomposition of {-1,+1}", AAAI 2019.
public struct BipolarDecomposition: Hashable, Sendable {
  /// The planes, lowest weight first.
  public let planes: [BipolarVector]

  /// The planes of odd integers; nil when one is even or needs more planes.
  ///
  /// - Precondition: 1 to 31 planes.
  public init?(_ codes: some Collection<Int32>, planes count: Int) {
    precondition((1...31).contains(count), "odd integers are split into 1 to 31 planes")
    let largest = (1 << count) - 1
    guard codes.allSatisfy({ $0 & 1 == 1 && abs(Int($0)) <= largest }) else { return nil }
    // With x_m = 2 b_m - 1 the sum is 2 b - (2^M - 1), so b = (x + 2^M - 1) / 2 in plain binary.
    planes = (0..<count).map { plane in
      BipolarVector(
        signs: PackedBits(codes.map { (Int($0) + largest) >> (plane + 1) & 1 == 1 }))
    }
  }

  /// The dot product: `sum_mn 2^(m+n) (K - 2 popcount(x_m xor w_n))`.
  ///
  /// - Precondition: both have the same count.
  public func dot(_ other: BipolarDecomposition) -> Int {
    var sum = 0
    for (m, plane) in planes.enumerated() {
      for (n, otherPlane) in other.planes.enumerated() {
        sum += plane.dot(otherPlane) << (m + n)
      }
    }
    return sum
  }
}
