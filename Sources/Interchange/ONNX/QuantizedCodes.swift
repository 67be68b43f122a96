internal import Arithmetic
internal import Networks
internal import Tensors

/// Constant codes with scales and zero points: weights of a quantized network.
///
/// `real = Float(code - zeroPoint) * scale`, in float32 as the operator says.
struct ONNXCodes: Sendable {
  /// The number of the scale and zero point of each code.
  enum Parameters: Sendable {
    /// All codes have the same.
    case one
    /// Those of codes `index` are number `index / run % count`.
    case runs(Int, count: Int)
    /// One entry for each code.
    case table([Int32])

    /// The number for a code.
    func number(_ index: Int) -> Int {
      switch self {
      case .one: 0
      case .runs(let run, let count): index / run % count
      case .table(let table): Int(table[index])
      }
    }
  }

  /// The format of the codes.
  let format: IntegerFormat
  /// The extents.
  private(set) var shape: Shape
  /// The codes.
  private(set) var codes: CodeArray
  private let scales: [Float]
  private let zeroPoints: [Int32]
  private var parameters: Parameters

  /// Codes with parameters picked for each element by their numbers.
  init(
    format: IntegerFormat, codes: CodeArray, shape: Shape, scales: [Float], zeroPoints: [Int32],
    parameters: Parameters
  ) {
    self.format = format
    self.codes = codes
    self.shape = shape
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.parameters = parameters
  }

  /// The scale of a code.
  func scale(_ index: Int) -> Float { scales[parameters.number(index)] }

  /// The zero point of a code.
  func zeroPoint(_ index: Int) -> Int32 { zeroPoints[parameters.number(index)] }

  /// The real numbers.
  var reals: Tensor<Float> {
    Tensor(
      shape: shape,
      elements: codes.indices.map {
        Float(Int(codes[$0]) - Int(zeroPoint($0))) * scale($0)
      })
  }

  /// The same elements under another shape of as many.
  func reshaped(_ shape: Shape) -> ONNXCodes {
    var result = self
    result.shape = shape
    return result
  }

  /// Element `i` is element `table[i]` of these.
  func gathered(_ table: [Int], shape: Shape) -> ONNXCodes {
    var result = self
    result.shape = shape
    result.codes = codes.gathered(table)
    switch parameters {
    case .one: break
    case .runs, .table:
      // Weights end with one run for each output channel.
      let run = max(table.count / scales.count, 1)
      let isRuns =
        table.count % scales.count == 0
        && table.indices.allSatisfy { parameters.number(table[$0]) == $0 / run }
      result.parameters =
        isRuns
        ? .runs(run, count: scales.count)
        : .table(table.map { Int32(parameters.number($0)) })
    }
    return result
  }

  /// The codes with their axes permuted.
  func transposed(_ permutation: [Int]) -> ONNXCodes {
    gathered(IndexTable.transpose(shape, permutation), shape: shape.permuted(permutation))
  }

  /// The scale and zero point of each of `count` equal runs of elements; nil where a run has several.
  func channels(_ count: Int) -> (scales: [Float], zeroPoints: [Int32])? {
    let total = codes.count
    guard count > 0, total > 0, total % count == 0 else { return nil }
    let length = total / count
    var scale: [Float] = []
    var zero: [Int32] = []
    for channel in 0..<count {
      let run = channel * length..<(channel + 1) * length
      let first = (self.scale(run.lowerBound), zeroPoint(run.lowerBound))
      guard
        run.allSatisfy({ self.scale($0) == first.0 && zeroPoint($0) == first.1 })
      else { return nil }
      scale.append(first.0)
      zero.append(first.1)
    }
    return (scale, zero)
  }
}

/// The scale and zero point of a QuantizeLinear or DequantizeLinear.
struct ONNXScale {
  /// The scales, positive.
  let scales: [Float]
  /// The zero points, one for each scale.
  let zeroPoints: [Int32]
  /// The shape of both as they broadcast to the value; nil for one for the whole tensor.
  let block: (shape: Shape, axis: Int, size: Int)?

  /// The parameters that a value of that shape is quantized with.
  ///
  /// - Parameter limits: the codes of the format; nil for floats, whose zero point is 0.
  init(
    _ node: ONNXNode, scale: ONNXConstant, zeroPoint: ONNXConstant?, shape: Shape,
    limits: ClosedRange<Int>?
  ) throws(ONNXProblem) {
    scales = scale.floats
    guard !scales.isEmpty, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw node.problem("its scale must be positive and finite; export the network again")
    }
    if let limits, let zeroPoint {
      guard let points = zeroPoint.integers, points.count == scales.count,
        points.allSatisfy({ limits.contains($0) })
      else {
        throw node.problem(
          "its zero point must be \(scales.count) integer(s) from \(limits.lowerBound) to "
            + "\(limits.upperBound); export the network again")
      }
      zeroPoints = points.map { Int32($0) }
    } else {
      guard zeroPoint?.floats.allSatisfy({ $0 == 0 }) ?? true else {
        throw node.problem("a floating-point zero point must be 0; export the network again")
      }
      zeroPoints = [Int32](repeating: 0, count: scales.count)
    }
    if scales.count == 1 {
      block = nil
      return
    }
    let axis = try node.axis(try node.integer("axis") ?? 1, rank: shape.rank)
    let size = try node.integer("block_size") ?? 0
    let remedy = "scales of \(scale.shape) do not fit a value of \(shape); export it again"
    if size == 0 {
      guard scale.shape.rank == 1, scales.count == shape[axis] else { throw node.problem(remedy) }
      block = (scale.shape, axis, 0)
    } else {
      guard size > 0, scale.shape.rank == shape.rank,
        shape.extents.indices.allSatisfy({
          let wanted = $0 == axis ? (shape[axis] + size - 1) / size : shape[$0]
          return scale.shape[$0] == wanted
        })
      else { throw node.problem(remedy) }
      block = (scale.shape, axis, size)
    }
  }

  /// The number of the scale of each element of a value of that shape, in few bytes where it can be.
  func parameters(_ shape: Shape) -> ONNXCodes.Parameters {
    guard let block else { return .one }
    guard block.size > 0 else {
      let run = shape.extents[(block.axis + 1)...].reduce(1, *)
      return run > 0 && shape[block.axis] > 0 ? .runs(run, count: shape[block.axis]) : .one
    }
    return .table(table(shape).map { Int32($0) })
  }

  /// The number of the scale of each element of a value of that shape.
  func table(_ shape: Shape) -> [Int] {
    guard let block else { return [Int](repeating: 0, count: shape.count) }
    let inner = shape.extents[(block.axis + 1)...].reduce(1, *)
    let extent = shape[block.axis]
    guard block.size > 0 else {
      return (0..<shape.count).map { $0 / inner % extent }
    }
    let blocks = block.shape[block.axis]
    return (0..<shape.count).map { index in
      let outer = index / inner / extent
      return (outer * blocks + index / inner % extent / block.size) * inner + index % inner
    }
  }
}
