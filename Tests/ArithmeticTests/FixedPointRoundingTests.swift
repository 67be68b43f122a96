import Arithmetic
import Testing

@Suite struct FixedPointRoundingTests {
  /// Numbers with two fraction bits, and what casts that drop both give.
  ///
  /// - Source: apytypes 0.5.1, `fx(v / 4, int_bits=10, frac_bits=2).cast(frac_bits=0, quantization=mode)`
  ///   with TO_NEG, TO_ZERO, TIES_POS, TIES_ZERO, TIES_AWAY, TIES_NEG, TIES_EVEN.
  static let quarters = [
    -13, -11, -10, -9, -8, -7, -6, -5, -3, -2, -1, 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13,
  ]
  static let recorded: [(FixedPointRounding, [Int])] = [
    (
      .truncate,
      [-4, -3, -3, -3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3]
    ),
    (
      .truncateToZero,
      [-3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3]
    ),
    (
      .round,
      [-3, -3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    ),
    (
      .roundToZero,
      [-3, -3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3]
    ),
    (
      .roundToInfinity,
      [-3, -3, -3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    ),
    (
      .roundToMinusInfinity,
      [-3, -3, -3, -2, -2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3]
    ),
    (
      .roundConvergent,
      [-3, -3, -2, -2, -2, -2, -2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3]
    ),
  ]

  @Test("each mode rounds as apytypes does, ties and negative numbers included")
  func recordedNumbers() {
    #expect(Self.recorded.map(\.0) == FixedPointRounding.allCases)
    for (mode, expected) in Self.recorded {
      #expect(Self.quarters.map { mode.rounded($0, droppingBits: 2) } == expected, "\(mode)")
    }
  }

  @Test("no bits dropped is no change, and all of them leave the sign or nothing")
  func ends() {
    for mode in FixedPointRounding.allCases {
      for value in [Int.min, -7, 0, 7, .max] {
        #expect(mode.rounded(value, droppingBits: 0) == value)
        let floors = mode == .truncate && value < 0
        for bits in [65, 100] {
          #expect(mode.rounded(value, droppingBits: bits) == (floors ? -1 : 0))
        }
      }
      // -2^63 without 64 bits is minus a half.
      let goesDown = [.truncate, .roundToInfinity, .roundToMinusInfinity].contains(mode)
      #expect(mode.rounded(.min, droppingBits: 64) == (goesDown ? -1 : 0))
      // 2^63 - 1 without 63 bits is just below one.
      let floors = mode == .truncate || mode == .truncateToZero
      #expect(mode.rounded(.max, droppingBits: 63) == (floors ? 0 : 1))
      #expect(mode.rounded(.min, droppingBits: 63) == -1)
    }
  }

  @Test("modes are monotonic and keep whole numbers", arguments: FixedPointRounding.allCases)
  func monotonic(mode: FixedPointRounding) {
    for bits in 1...5 {
      for value in -200...200 {
        let rounded = mode.rounded(value, droppingBits: bits)
        #expect(rounded <= mode.rounded(value + 1, droppingBits: bits))
        #expect(mode.rounded(value << bits, droppingBits: bits) == value)
      }
    }
  }
}
