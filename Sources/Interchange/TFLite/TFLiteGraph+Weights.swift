internal import Arithmetic
internal import Networks
internal import Tensors

/// The integers of a layer of products as the file holds them.
struct TFLiteWeights {
  var format: NumberFormat
  var codes: [Int32]
  var scales: [Double]
  var zeroPoints: [Int]
  var bias: [Int]?
  var biasBits: Int
}

extension TFLiteGraph {
  /// The largest bias in magnitude: sums with it stay inside 62 bits.
  private static let largestBias = 1 << 60

  /// The weights of a layer whose output channels lie on an axis of the file.
  mutating func weights(
    _ tensor: TFLiteTensor, axis: Int, bias: TFLiteTensor?,
    _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> TFLiteWeights {
    guard let format = tensor.type.format, format.bits <= 8 else {
      throw problem(
        operation, "weights of type \(tensor.type) are not supported; use int8, uint8 or int4")
    }
    let channels = tensor.extents[axis]
    try spend(2 * channels)
    let count = tensor.scales.count
    guard count == 1 || (count == channels && tensor.axis == axis) else {
      throw problem(
        operation,
        "\(tensor.place) has \(count) scales on axis \(tensor.axis); weights need one "
          + "scale, or one for each of \(channels) output channels on axis \(axis)")
    }
    // Per-tensor products of scales are taken in float32 by the runtimes.
    let smallest = count == 1 ? TFLiteTensor.sane.lowerBound : Float.leastNormalMagnitude
    let range = smallest...TFLiteTensor.sane.upperBound
    guard tensor.scales.allSatisfy(range.contains) else {
      throw problem(
        operation, "\(tensor.place) has a scale outside \(range); quantize the model again")
    }
    let points = tensor.zeroPoints
    guard points.count <= 1 || points.count == channels,
      points.allSatisfy({ format.clamped($0) == $0 })
    else {
      throw problem(
        operation,
        "\(tensor.place) has zero points that are no codes of \(format); "
          + "quantize the model again")
    }
    let isZero = points.allSatisfy { $0 == 0 }
    return TFLiteWeights(
      format: .affine(format), codes: try codes(tensor),
      scales: Self.spread(tensor.scales.map(Double.init), channels),
      zeroPoints: isZero ? [] : Self.spread(points, channels),
      bias: try self.bias(bias, channels, operation), biasBits: bias?.type == .int64 ? 64 : 32)
  }

  private static func spread<Element>(_ entries: [Element], _ count: Int) -> [Element] {
    entries.count == 1 ? [Element](repeating: entries[0], count: count) : entries
  }

  private mutating func bias(
    _ tensor: TFLiteTensor?, _ channels: Int, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> [Int]? {
    guard let tensor else { return nil }
    guard tensor.type == .int32 || tensor.type == .int64, tensor.count == channels else {
      throw problem(
        operation,
        "\(tensor.place) is \(tensor.type) of \(tensor.count) elements; the bias must "
          + "be int32 or int64, one for each of \(channels) output channels")
    }
    let bias = try integers(tensor)
    let limit = Self.largestBias
    guard bias.allSatisfy({ (-limit...limit).contains($0) }) else {
      throw problem(
        operation, "\(tensor.place) holds numbers beyond 2^60; quantize the model again")
    }
    return bias
  }

  /// The float bias of a layer.
  mutating func floatBias(
    _ tensor: TFLiteTensor?, _ channels: Int, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> [Float]? {
    guard let tensor else { return nil }
    guard tensor.count == channels else {
      throw problem(
        operation,
        "\(tensor.place) has \(tensor.count) elements; the bias must have one for each "
          + "of \(channels) output channels")
    }
    return try floats(tensor)
  }
}
