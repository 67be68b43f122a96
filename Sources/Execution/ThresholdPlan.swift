internal import Arithmetic
internal import Networks
internal import Tensors

/// Output codes by thresholds on the input's codes less their zero point, a table for each channel.
///
/// Float32 inputs are compared by `ThresholdTable.key(of:)`.
///
/// - Source: FINN's MultiThreshold; `numerics.md` section 2, R9.
struct ThresholdPlan: Sendable {
  let tables: [ThresholdTable]
  let zeroPoint: Int
  let readsReals: Bool
  let clamp: ClosedRange<Int>
  /// The channel of a stored place is `place / stride % extent`.
  let stride: Int
  let extent: Int
  /// Where channels lie side by side and tables are short.
  private let columns: ThresholdColumns?

  init(
    layer: QuantizedLayer, tables: [ThresholdTable], axis: Int, input: ActivationQuantization,
    shape: Shape
  ) throws(ExecutionError) {
    guard (0..<shape.rank).contains(axis), [1, shape[axis]].contains(tables.count) else {
      throw ExecutionError(
        layer: layer.name,
        reason: .unsupported("\(tables.count) threshold tables along axis \(axis) of \(shape)"))
    }
    self.tables = tables
    zeroPoint = input.zeroPoint
    readsReals = input.format == .float32
    clamp = layer.clamp
    let order = StorageOrder.permutation(rank: shape.rank)
    let stored = shape.permuted(order)
    stride = order.firstIndex(of: axis).map { stored.strides[$0] } ?? 1
    extent = tables.count
    // Codes of wider formats may need more than 31 bits.
    let fits = input.format == .float32 || input.format.bits < 31
    columns =
      fits && (stride == 1 || extent == 1)
      ? ThresholdColumns(
        tables, zeroPoint: zeroPoint, readsReals: readsReals, clamp: clamp) : nil
  }

  /// Computes one sample.
  func run(
    _ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    if let columns { return columns.run(codes, results, count: count) }
    for index in 0..<count {
      results[index] = code(codes[index], channel: index / stride % extent)
    }
  }

  /// The output code of an input code.
  func code(_ code: Int32, channel: Int) -> Int32 {
    let place =
      readsReals ? ThresholdTable.key(of: RealCodesPlan.real(code)) : Int(code) - zeroPoint
    let result = Int(tables[channel].code(of: place))
    return Int32(min(max(result, clamp.lowerBound), clamp.upperBound))
  }
}
