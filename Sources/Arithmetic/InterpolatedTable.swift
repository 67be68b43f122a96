internal import Glibc

/// A function of a 16-bit number as 513 entries with linear interpolation between them.
///
/// Entry `i` stands for the argument `lowest + i * (highest - lowest) / 512` and is corrected by half of the
/// error that interpolation has in the middle of its step.
///
/// - Exactness: entries and interpolation are bit-exact with TFLite Micro and CMSIS-NN (float32).
/// - Source: TensorFlow Lite, `kernels/internal/common.h`, `LUTPopulate` and `LUTLookup`.
public struct InterpolatedTable: Hashable, Sendable {
  /// The 513 entries.
  public let entries: [Int16]

  /// The table of a function on a range of arguments, entries in Q0.15.
  public init(of range: ClosedRange<Float>, _ function: (Float) -> Float) {
    let scale: Float = 32_768
    let step = (range.upperBound - range.lowerBound) / 512
    func rounded(_ value: Float) -> Float { value.rounded(.toNearestOrAwayFromZero) }
    func entry(_ value: Float) -> Int16 { Int16(min(max(value, -32_768), 32_767)) }
    entries = (0...512).map { index in
      guard index < 512 else { return entry(rounded(function(range.upperBound) * scale)) }
      let argument = range.lowerBound + Float(index) * step
      let sample = rounded(function(argument) * scale)
      let next = function(range.lowerBound + Float(index + 1) * step) * scale
      let middle = rounded(function(argument + step / 2) * scale)
      let error = rounded((next + sample) / 2) - middle
      return entry(sample - rounded(error / 2))
    }
  }

  /// The value at a 16-bit place: the highest nine bits choose the entry, seven interpolate.
  @inlinable
  public func value(at place: Int16) -> Int16 {
    let index = 256 + Int(place >> 7)
    let base = Int(entries[index])
    let slope = Int(entries[index + 1]) - base
    return Int16(truncatingIfNeeded: base + (slope * Int(place & 127) + 64) >> 7)
  }

  /// `exp(x)` on [-10, 0]: the exponentials of the 16-bit softmax.
  public static let exponential = InterpolatedTable(of: -10...0) { expf($0) }

  /// `1 / (1 + x)` on [0, 1]: the reciprocal of the 16-bit softmax.
  public static let reciprocal = InterpolatedTable(of: 0...1) { 1 / (1 + $0) }
}
