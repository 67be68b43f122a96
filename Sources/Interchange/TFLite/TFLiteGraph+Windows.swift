internal import Arithmetic
internal import Networks
internal import Tensors

/// How a window slides over one axis.
struct TFLiteStride {
  var stride: Int
  var kernel: Int
  var dilation = 1

  /// The extent of the window with its gaps.
  var reach: Int { dilation * (kernel - 1) + 1 }
}

extension TFLiteGraph {
  /// The largest extent, step or border: keeps all arithmetic far from overflow.
  static let largestStep = 1 << 20

  /// Checks numbers of the file that window arithmetic is done with.
  func check(_ steps: [Int], _ operation: TFLiteOperator) throws(TFLiteProblem) {
    guard steps.allSatisfy({ (1...Self.largestStep).contains($0) }) else {
      throw problem(operation, "has steps or extents \(steps); each must be from 1 to 2^20")
    }
  }

  /// The border before and after an axis: `ComputePaddingHeightWidth` of TFLite.
  static func padding(
    _ extent: Int, _ step: TFLiteStride, isSame: Bool
  ) -> (before: Int, after: Int) {
    guard isSame else { return (0, 0) }
    let output = (extent + step.stride - 1) / step.stride
    let total = max((output - 1) * step.stride + step.reach - extent, 0)
    return (total / 2, total - total / 2)
  }

  /// The window over an image value.
  func window(
    _ value: Int, rows: TFLiteStride, columns: TFLiteStride, isSame: Bool,
    _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> WindowGeometry {
    let image = extents[value]
    guard image.count == 4, image[0] == 1 else {
      throw problem(
        operation, "reads \(Shape(image)); an image must be 1 x height x width x channels")
    }
    try check(
      image + [
        rows.stride, rows.kernel, rows.dilation, columns.stride, columns.kernel, columns.dilation,
      ], operation)
    let vertical = Self.padding(image[1], rows, isSame: isSame)
    let horizontal = Self.padding(image[2], columns, isSame: isSame)
    return WindowGeometry(
      height: image[1], width: image[2], kernelHeight: rows.kernel, kernelWidth: columns.kernel,
      strideY: rows.stride, strideX: columns.stride, dilationY: rows.dilation,
      dilationX: columns.dilation, padTop: vertical.before, padLeft: horizontal.before,
      padBottom: vertical.after, padRight: horizontal.after)
  }

  /// Whether the padding of an operator's options is SAME.
  func isSame(
    _ options: FlatTable, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Bool {
    let padding = try options.byte(0)
    guard padding == 0 || padding == 1 else {
      throw problem(operation, "padding \(padding) is unknown; use SAME or VALID")
    }
    return padding == 0
  }

  /// A maximum or average pool.
  mutating func takePool(
    _ operation: TFLiteOperator, _ kind: Pool.Kind
  ) throws(TFLiteProblem) {
    let options = try options(operation)
    let value = try value(of: try input(0, of: operation))
    let window = try window(
      value, rows: TFLiteStride(stride: try options.int(2), kernel: try options.int(4)),
      columns: TFLiteStride(stride: try options.int(1), kernel: try options.int(3)),
      isSame: try isSame(options, operation), operation)
    let pool = Pool(kind: kind, window: window)
    let output = try output(of: operation).quantization()
    guard quantizations[value] == output else {
      throw problem(operation, "changes scale or zero point; quantize the model again")
    }
    try takeLayer(
      operation, float: .pool(pool), integer: .pool(pool), inputs: [value],
      activation: try options.byte(5))
  }
}
