internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// A mean over height and width that keeps its axes, or in float32 drops them.
  ///
  /// - Exactness: as TFLite's `reference_integer_ops::Mean` for equal quantizations: the mean of codes
  ///   less the zero point, half away from zero.
  mutating func takeMean(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(0, of: operation))
    let output = try output(of: operation)
    let source = quantizations[value]
    let image = extents[value]
    var axes: Set<Int> = []
    for entry in try list(1, of: operation) {
      axes.insert(try axis(entry, rank: image.count, of: operation).file)
    }
    let quantization = try output.quantization()
    guard image.count == 4, axes == [1, 2], source == quantization,
      output.extents == [image[0], 1, 1, image[3]] || source.format == .float32
    else {
      throw problem(
        operation,
        "must be over height and width, keep its axes and its quantization; "
          + "use AVERAGE_POOL_2D")
    }
    let window = try window(
      value, rows: TFLiteStride(stride: 1, kernel: image[1]),
      columns: TFLiteStride(stride: 1, kernel: image[2]), isSame: false, operation)
    let pool = Pool(kind: .average, window: window)
    guard source.format == .float32 else {
      return try define(
        output, as: try integerMean(pool, value, output, operation), by: operation)
    }
    let mean = try append(
      .float(.pool(pool)), kind: "avgpool", name: output.name, inputs: [value],
      extents: [image[0], 1, 1, image[3]], quantization: source)
    try define(
      output, as: try reshaped(mean, to: output.extents, name: output.name + "/axes"),
      by: operation)
  }

  /// Codes less the zero point, their mean, and back.
  private mutating func integerMean(
    _ pool: Pool, _ value: Int, _ output: TFLiteTensor, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Int {
    let source = quantizations[value]
    let bits = source.format.integer.bits
    guard bits <= 8 else {
      throw problem(operation, "of \(source.format) is not supported; use AVERAGE_POOL_2D")
    }
    try spend(1 << (bits + 2))
    let offsets = ActivationQuantization(
      format: .affine(IntegerFormat(bits: bits + 1, isSigned: true)), scale: source.scale,
      zeroPoint: 0)
    let shifted = try append(
      .table(source.codes.map { Int32($0 - source.zeroPoint) }), kind: "activation",
      name: output.name + "/offset", inputs: [value], extents: extents[value],
      quantization: offsets)
    let mean = try append(
      .pool(pool), kind: "avgpool", name: output.name, inputs: [shifted],
      extents: output.extents, quantization: offsets)
    let codes = offsets.codes.map { offset in
      Int32(min(max(offset + source.zeroPoint, source.codes.lowerBound), source.codes.upperBound))
    }
    return try append(
      .table(codes), kind: "activation", name: output.name + "/code", inputs: [mean],
      extents: output.extents, quantization: source)
  }
}
