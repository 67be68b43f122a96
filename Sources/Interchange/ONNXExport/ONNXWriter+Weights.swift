internal import Arithmetic
internal import Networks

extension ONNXWriter {
  /// The widest integers that weights in other formats are written as.
  private static let mostBits = 16

  /// A layer whose weights are integers with a scale for each channel: what codes stand for where they are
  /// encoded, which is what is multiplied.
  ///
  /// - Exactness: the products are the same; what the codes take in memory is lost.
  static func decoded(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear
  ) throws(ONNXExportError) -> QuantizedLinear {
    guard let encoding = linear.encoding else { return linear }
    guard encoding.integers.bits <= mostBits else {
      throw ONNXExportError(
        layer: layer.name,
        "its \(linear.weightFormat) weights are integers of \(encoding.integers.bits) bits with one scale a "
          + "channel, ONNX files have \(mostBits) at most; use --weights int8, kmeans4, ternary or pow2-4"
      )
    }
    var decoded = linear
    decoded.encoding = nil
    let hasZeros = linear.storedWeights.contains(0)
    if linear.weightFormat != .bipolar || hasZeros {
      decoded.weightFormat = .affine(encoding.integers)
    }
    return decoded
  }
}
