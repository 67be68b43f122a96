internal import Networks
internal import Tensors

/// The attributes of a node that slides a window over one or two spatial axes, always as two axes.
struct ONNXWindow {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padBefore: [Int]
  var padAfter: [Int]

  /// Reads the attributes; one-dimensional windows get height 1.
  init(_ node: ONNXNode, spatialAxes: Int, kernel given: [Int]?) throws(ONNXProblem) {
    func two(_ list: [Int], _ missing: Int) -> [Int] { list.count == 1 ? [missing] + list : list }
    func list(_ name: String, _ expected: Int, _ limits: ClosedRange<Int>) throws(ONNXProblem)
      -> [Int]?
    {
      guard let list = try node.integers(name) else { return nil }
      guard list.count == expected, list.allSatisfy({ limits.contains($0) }) else {
        throw node.problem(
          "\(name) must be \(expected) integers of \(limits.lowerBound) to 2^20; export it again")
      }
      return list
    }
    let positive = 1...1 << 20
    let declared = try list("kernel_shape", spatialAxes, positive)
    guard let size = given ?? declared, declared == nil || declared == size,
      size.allSatisfy({ positive.contains($0) })
    else { throw node.problem("kernel_shape is missing or unlike the weights; export it again") }
    let ones = [Int](repeating: 1, count: spatialAxes)
    kernel = two(size, 1)
    strides = two(try list("strides", spatialAxes, positive) ?? ones, 1)
    dilations = two(try list("dilations", spatialAxes, positive) ?? ones, 1)
    let pads =
      try list("pads", 2 * spatialAxes, 0...1 << 20) ?? ones.map { _ in 0 } + ones.map { _ in 0 }
    padBefore = two(Array(pads[..<spatialAxes]), 0)
    padAfter = two(Array(pads[spatialAxes...]), 0)
  }

  /// The extent that the taps span along an axis.
  func span(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }

  /// Replaces the padding by what `auto_pad` says for an image.
  mutating func applyAutomaticPadding(_ node: ONNXNode, image: [Int]) throws(ONNXProblem) {
    let mode = try node.text("auto_pad") ?? "NOTSET"
    switch mode {
    case "NOTSET", "": return
    case "VALID":
      padBefore = [0, 0]
      padAfter = [0, 0]
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0..<2 {
        let outputs = (image[axis] + strides[axis] - 1) / strides[axis]
        let total = max((outputs - 1) * strides[axis] + span(axis) - image[axis], 0)
        padBefore[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        padAfter[axis] = total - padBefore[axis]
      }
    default:
      throw node.problem(
        "auto_pad '\(mode.shortened)' is unknown; use NOTSET, SAME_UPPER, SAME_LOWER or VALID")
    }
  }

  /// Changes the padding behind so that rounding down gives as many outputs as `ceil_mode` does.
  ///
  /// Windows that would begin in the padding behind are dropped, as the operator says. Returns whether
  /// a window now reaches beyond the padding that the file declares.
  mutating func applyCeiling(_ node: ONNXNode, image: [Int]) throws(ONNXProblem) -> Bool {
    var reachesBeyond = false
    for axis in 0..<2 {
      let stride = strides[axis]
      let room = image[axis] + padBefore[axis] + padAfter[axis] - span(axis)
      guard room >= 0 else { continue }
      var outputs = (room + stride - 1) / stride + 1
      if (outputs - 1) * stride >= image[axis] + padBefore[axis] { outputs -= 1 }
      guard outputs != room / stride + 1 else { continue }
      let needed = (outputs - 1) * stride + span(axis) - image[axis] - padBefore[axis]
      guard needed >= 0 else {
        throw node.problem("ceil_mode drops a window that padding cannot express; use ceil_mode 0")
      }
      reachesBeyond = reachesBeyond || needed > padAfter[axis]
      padAfter[axis] = needed
    }
    return reachesBeyond
  }

  /// The window over an image.
  func geometry(image: [Int]) -> WindowGeometry {
    WindowGeometry(
      height: image[0], width: image[1], kernelHeight: kernel[0], kernelWidth: kernel[1],
      strideY: strides[0], strideX: strides[1], dilationY: dilations[0], dilationX: dilations[1],
      padTop: padBefore[0], padLeft: padBefore[1], padBottom: padAfter[0], padRight: padAfter[1])
  }
}

extension ONNXGraph {
  /// The value as an image: [1, channels, length] becomes [1, channels, 1, length].
  mutating func image(_ node: ONNXNode) throws(ONNXProblem) -> (value: Int, flat: Bool) {
    let source = try activation(node)
    let shape = shapes[source]
    guard shape.rank == 3 || shape.rank == 4, shape[0] == 1 else {
      throw node.problem(
        "reads a value of \(shape); supported are one [channels, height, width] image or one "
          + "[channels, length] signal a sample")
    }
    guard shape.rank == 3 else { return (source, false) }
    let wide = Shape([1, shape[1], 1, shape[2]])
    return (try reshape(node, source, to: wide, suffix: ".unsqueeze"), true)
  }

  /// The result of an image operation, without the height of 1 that `image` added.
  mutating func signal(
    _ node: ONNXNode, _ value: Int, flat: Bool
  ) throws(ONNXProblem) -> Int {
    guard flat else { return value }
    let shape = shapes[value]
    return try reshape(node, value, to: Shape([1, shape[1], shape[3]]), suffix: ".squeeze")
  }

  /// Conv.
  mutating func convolution(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    var weights = try constant(node, 1, "weights").tensor
    let bias = try optionalConstant(node, 2, "bias")?.floats
    let rank = shapes[try activation(node)].rank
    guard weights.shape.rank == rank, rank == 3 || rank == 4, weights.shape.count > 0 else {
      throw node.problem(
        "weights are \(weights.shape) on an input of \(shapes[try activation(node)]); supported are "
          + "1-D and 2-D convolutions with weights of the input's rank")
    }
    let kernel = Array(weights.shape.extents.dropFirst(2))
    var window = try ONNXWindow(node, spatialAxes: rank - 2, kernel: kernel)
    let (source, flat) = try image(node)
    let extents = shapes[source].extents
    try window.applyAutomaticPadding(node, image: Array(extents[2...]))
    let groups = try node.integer("group") ?? 1
    if rank == 3 {
      weights = weights.reshaped(
        Shape([weights.shape[0], weights.shape[1], 1, weights.shape[2]]))
    }
    guard groups > 0, extents[1] % groups == 0, weights.shape[0] % groups == 0,
      weights.shape[1] == extents[1] / groups, bias == nil || bias?.count == weights.shape[0]
    else {
      throw node.problem(
        "weights \(weights.shape), \(groups) groups and \(bias?.count ?? 0) biases do not fit an "
          + "input of \(extents[1]) channels; export the network again")
    }
    let layer = Convolution(
      inputChannels: extents[1], outputChannels: weights.shape[0], groups: groups,
      window: window.geometry(image: Array(extents[2...])),
      weights: weights.transposed([0, 2, 3, 1]), bias: bias)
    let value = try append(node, .convolution(layer), [source])
    return try signal(node, value, flat: flat)
  }

  /// MaxPool and AveragePool.
  mutating func pool(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let (source, flat) = try image(node)
    let size = Array(shapes[source].extents[2...])
    var window = try ONNXWindow(node, spatialAxes: flat ? 1 : 2, kernel: nil)
    try window.applyAutomaticPadding(node, image: size)
    let isAverage = node.type == .averagePool
    let isPadded = (window.padBefore + window.padAfter).contains { $0 > 0 }
    let countsPadding = try node.flag("count_include_pad") && isAverage && isPadded
    let automatic = try node.text("auto_pad") ?? "NOTSET" != "NOTSET"
    if try node.flag("ceil_mode"), !automatic {
      let reachesBeyond = try window.applyCeiling(node, image: size)
      if reachesBeyond, countsPadding {
        throw node.problem(
          "ceil_mode with count_include_pad divides border windows by another count; use one of them"
        )
      }
    }
    let pool = Pool(
      kind: isAverage ? .average : .max, window: window.geometry(image: size),
      countsPadding: countsPadding)
    return try signal(node, try append(node, .pool(pool), [source]), flat: flat)
  }

  /// GlobalMaxPool and GlobalAveragePool.
  mutating func globalPool(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let (source, flat) = try image(node)
    let shape = shapes[source]
    let pool = Pool(
      kind: node.type == .globalMaxPool ? .max : .average,
      window: WindowGeometry(
        height: shape[2], width: shape[3], kernelHeight: shape[2], kernelWidth: shape[3]))
    return try signal(node, try append(node, .pool(pool), [source]), flat: flat)
  }
}
