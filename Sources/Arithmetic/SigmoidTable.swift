internal import Glibc

/// The logistic function and the hyperbolic tangent on 16 bits by one table of 256 entries.
///
/// Entry `i` is `sigmoid(i / 24)` in Q0.16 with half of the error that interpolation has in the middle of the
/// step taken off, the last one 65535. Arguments are scaled by 3, so that a step is `1 / 12288`.
///
/// - Exactness: bit-exact with TFLite's and CMSIS-NN's int16 LOGISTIC and TANH, and with CMSIS-NN's
///   integer LSTM.
/// - Source: TensorFlow Lite, `reference/integer_ops/logistic.h`, `tanh.h`; `numerics.md` section 2.
public enum SigmoidTable {
  /// The 256 entries, unsigned 16-bit.
  public static let entries: [Int32] = (0..<256).map { index in
    func exact(_ place: Double) -> Double { 65_536 / (1 + exp(-place / 24)) }
    let place = Double(index)
    let error = (exact(place) + exact(place + 1)) / 2 - exact(place + 0.5)
    return index == 255 ? 65_535 : Int32((exact(place) - error / 2).rounded())
  }

  /// The logistic function of `scaled / 12288` in Q0.15.
  public static func logistic(scaled: Int) -> Int32 {
    let magnitude = abs(scaled)
    let index = magnitude >> 9
    let result =
      index >= 255
      ? 0x7FFF << 10
      : Int(entries[index]) << 9
        + (magnitude & 0x1FF) * Int(entries[index + 1] - entries[index])
    let rounded = scaled >= 0 ? result + (1 << 9) : (1 << 25) - result + (1 << 9) - 1
    return Int32(Int16(truncatingIfNeeded: rounded >> 10))
  }

  /// The hyperbolic tangent of `scaled / 12288` in Q0.15.
  public static func tanh(scaled: Int) -> Int32 {
    let magnitude = abs(scaled)
    let index = magnitude >> 8
    let result =
      index >= 255
      ? 0xFFFF << 8
      : Int(entries[index]) << 8 + (magnitude & 0xFF) * Int(entries[index + 1] - entries[index])
    let half = 1 << 23
    let rounded = scaled >= 0 ? result - half + (1 << 7) : half - result + (1 << 7) - 1
    return Int32(Int16(truncatingIfNeeded: rounded >> 8))
  }

  /// A number in Q3.12 times `2^shift` as an argument: scaled by 3, a right shift rounded half up.
  public static func scaled(_ value: Int, shift: Int) -> Int {
    shift >= 0 ? (3 * value) << shift : (3 * value + (1 << (-shift - 1))) >> -shift
  }
}
