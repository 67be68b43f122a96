internal import Quantization
internal import Tensors

/// The operators of QONNX that put numbers on a grid, by their names in files.
enum QONNXOperator: String, CaseIterable {
  case quant = "Quant"
  case integerQuant = "IntQuant"
  case bipolarQuant = "BipolarQuant"
  case trunc = "Trunc"
  case multiThreshold = "MultiThreshold"

  /// The operator of a node; nil for those of other domains.
  ///
  /// Exporters of Brevitas use `onnx.brevitas` and often do not declare it.
  init?(_ proto: Onnx_NodeProto) {
    guard Self.isKnown(proto.domain) else { return nil }
    self.init(rawValue: proto.opType)
  }

  /// Whether a node counts the equal signs of two bit vectors.
  static func isXnorPopcount(_ proto: Onnx_NodeProto) -> Bool {
    isKnown(proto.domain) && proto.opType == "XnorPopcountMatMul"
  }

  private static func isKnown(_ domain: String) -> Bool {
    ["onnx.brevitas", "qonnx.", "finn."].contains { domain.hasPrefix($0) }
  }
}

/// The quantizers of a node: one, or one for each place along an axis.
struct QONNXQuantizers: Hashable, Sendable {
  /// The quantizers.
  var list: [QONNXQuantizer]
  /// The axis; nil for one quantizer.
  var axis: Int?

  /// The quantizer of a channel.
  subscript(channel: Int) -> QONNXQuantizer { axis == nil ? list[0] : list[channel] }
}

extension ONNXGraph {
  /// The widest levels that are read.
  private static let largestWidth: Float = 32

  /// The most thresholds of a channel.
  private static let mostThresholds = 1 << 16

  /// The quantizers of a node whose input has that shape.
  func quantizers(
    _ node: ONNXNode, _ type: QONNXOperator, shape: Shape, domainVersion: Int?
  ) throws(ONNXProblem) -> QONNXQuantizers {
    switch type {
    case .quant, .integerQuant: return try quant(node, shape)
    case .bipolarQuant:
      let scale = try parameter(node, 1, "scale", shape)
      return try joined(node, shape, [scale]) { .bipolar(QONNXBipolarQuant(scale: $0[0])) }
    case .trunc: return try trunc(node, shape, isSecond: domainVersion.map { $0 > 1 })
    case .multiThreshold: return try multiThreshold(node, shape)
    }
  }

  private func quant(_ node: ONNXNode, _ shape: Shape) throws(ONNXProblem) -> QONNXQuantizers {
    let isSigned = try node.integer("signed") ?? 1 != 0
    let isNarrow = try node.integer("narrow") ?? 1 != 0
    let rounding = try rounding(node, missing: .halfEven)
    let parameters = [
      try parameter(node, 1, "scale", shape), try parameter(node, 2, "zero point", shape),
      try parameter(node, 3, "bit width", shape),
    ]
    try checkWidth(node, parameters[2])
    return try joined(node, shape, parameters) {
      .quant(
        QONNXQuant(
          scale: $0[0], zeroPoint: $0[1], bits: $0[2], isSigned: isSigned, isNarrow: isNarrow,
          rounding: rounding))
    }
  }

  /// Version 2 has six inputs; where the file does not say the version, their number does.
  private func trunc(
    _ node: ONNXNode, _ shape: Shape, isSecond: Bool?
  ) throws(ONNXProblem) -> QONNXQuantizers {
    let isSecond = isSecond ?? (node.inputs.count > 5)
    let rounding = try rounding(node, missing: .floor)
    let isSigned = try node.integer("signed") ?? 1 != 0
    let isNarrow = try node.integer("narrow") ?? 0 != 0
    var parameters = [
      try parameter(node, 1, "scale", shape), try parameter(node, 2, "zero point", shape),
      try parameter(node, 3, "input bit width", shape),
      try parameter(node, isSecond ? 5 : 4, "output bit width", shape),
    ]
    try checkWidth(node, parameters[2], largest: 62)
    try checkWidth(node, parameters[3])
    if isSecond { parameters.append(try parameter(node, 4, "output scale", shape)) }
    return try joined(node, shape, parameters) {
      .truncation(
        QONNXTrunc(
          inputScale: $0[0], inputZeroPoint: $0[1], inputBits: $0[2], bits: $0[3],
          rounding: rounding,
          output: isSecond
            ? QONNXTrunc.Output(scale: $0[4], isSigned: isSigned, isNarrow: isNarrow) : nil))
    }
  }

  private func multiThreshold(
    _ node: ONNXNode, _ shape: Shape
  ) throws(ONNXProblem) -> QONNXQuantizers {
    let thresholds = try constant(node, 1, "thresholds").tensor
    guard thresholds.shape.rank == 2, thresholds.shape[0] > 0,
      thresholds.shape[1] <= Self.mostThresholds, thresholds.elements.allSatisfy(\.isFinite)
    else {
      throw node.problem(
        "its thresholds are \(thresholds.shape); give a finite matrix [channels, thresholds] of up "
          + "to \(Self.mostThresholds) thresholds")
    }
    let scale = try node.float("out_scale") ?? 1
    let bias = try node.float("out_bias") ?? 0
    let layouts = ["", "", "NC", "NWC", "NCHW"]
    var layout = try node.text("data_layout") ?? ""
    if layout.isEmpty && shape.rank < layouts.count { layout = layouts[shape.rank] }
    let axis = Array(layout).firstIndex(of: "C") ?? 1
    let rows = thresholds.shape[0]
    guard rows == 1 || (axis < shape.rank && shape[axis] == rows) else {
      throw node.problem(
        "has thresholds of \(rows) channels on a value of \(shape) in layout "
          + "'\(layout.shortened)'; give one row a channel, or one row")
    }
    let count = thresholds.shape[1]
    let list = (0..<rows).map { row in
      QONNXQuantizer.thresholds(
        MultiThreshold(
          thresholds: Array(thresholds.elements[row * count..<(row + 1) * count]), scale: scale,
          bias: bias))
    }
    let quantizers = QONNXQuantizers(list: list, axis: rows == 1 ? nil : axis)
    try check(node, quantizers)
    return quantizers
  }

  private func rounding(
    _ node: ONNXNode, missing: QONNXRounding
  ) throws(ONNXProblem) -> QONNXRounding {
    guard let name = try node.text("rounding_mode") else { return missing }
    guard let rounding = QONNXRounding(spelling: name) else {
      throw node.problem(
        "rounding_mode '\(name.shortened)' is unknown; use ROUND, "
          + QONNXRounding.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return rounding
  }

  /// A constant parameter: one number, or one for each place along an axis.
  private func parameter(
    _ node: ONNXNode, _ index: Int, _ what: String, _ shape: Shape
  ) throws(ONNXProblem) -> ChannelValues {
    let constant = try constant(node, index, what).tensor
    guard let values = ChannelValues(constant, beside: shape),
      values.numbers.allSatisfy(\.isFinite)
    else {
      throw node.problem(
        "its \(what) is \(constant.shape) on a value of \(shape); give a finite number, or one for "
          + "each place along one axis")
    }
    return values
  }

  private func checkWidth(
    _ node: ONNXNode, _ widths: ChannelValues, largest: Float = largestWidth
  ) throws(ONNXProblem) {
    guard let wrong = widths.numbers.first(where: { $0 < 1 || $0 > largest }) else { return }
    throw node.problem("has a bit width of \(wrong); use 1 to \(Int(largest)) bits")
  }

  /// One quantizer for each combination of parameters along their common axis.
  private func joined(
    _ node: ONNXNode, _ shape: Shape, _ parameters: [ChannelValues],
    _ quantizer: ([Float]) -> QONNXQuantizer
  ) throws(ONNXProblem) -> QONNXQuantizers {
    let axes = Set(parameters.compactMap(\.axis))
    guard axes.count <= 1 else {
      throw node.problem("its parameters vary along different axes; use one axis for all of them")
    }
    let channels = axes.first.map { shape[$0] } ?? 1
    let quantizers = QONNXQuantizers(
      list: (0..<channels).map { channel in quantizer(parameters.map { $0[channel] }) },
      axis: axes.first)
    try check(node, quantizers)
    return quantizers
  }

  private func check(_ node: ONNXNode, _ quantizers: QONNXQuantizers) throws(ONNXProblem) {
    for quantizer in quantizers.list {
      let grid = quantizer.grid
      guard grid.step > 0, grid.step.isFinite, grid.zeroPoint.isFinite else {
        throw node.problem(
          "has a scale of \(grid.step) and a zero point of \(grid.zeroPoint); scales are positive, "
            + "both are finite")
      }
      guard quantizer.code(of: 0) != nil else {
        throw node.problem(
          "its levels are no whole numbers of steps; use a whole zero point and an "
            + "out_bias of whole or half steps")
      }
    }
  }
}
