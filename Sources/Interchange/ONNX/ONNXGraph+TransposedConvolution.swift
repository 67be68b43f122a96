internal import Networks
internal import Tensors

/// ConvTranspose: a convolution over the image with zeros between its rows and columns, the kernel
/// turned by half a turn.
extension ONNXGraph {
  /// ConvTranspose.
  mutating func transposedConvolution(_ node: ONNXNode) throws(ONNXProblem) -> Int {
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
    let outputs = try outputExtents(node, &window, image: Array(extents[2...]))
    if rank == 3 {
      weights = weights.reshaped(
        Shape([weights.shape[0], weights.shape[1], 1, weights.shape[2]]))
    }
    let groups = try node.integer("group") ?? 1
    guard groups > 0, weights.shape[0] == extents[1], extents[1] % groups == 0 else {
      throw node.problem(
        "weights \(weights.shape) and \(groups) groups do not fit an input of \(extents[1]) channels; "
          + "export the network again")
    }
    let channels = weights.shape[1] * groups
    guard bias == nil || bias?.count == channels else {
      throw node.problem("has \(bias?.count ?? 0) biases for \(channels) output channels")
    }
    let geometry = window.transposed(image: Array(extents[2...]), outputs: outputs)
    var cropped = geometry
    if !geometry.isTransposed {
      // Without zeros in between it is a plain convolution, whose padding cannot be negative.
      cropped.padTop = max(geometry.padTop, 0)
      cropped.padLeft = max(geometry.padLeft, 0)
      cropped.padBottom = max(geometry.padBottom, 0)
      cropped.padRight = max(geometry.padRight, 0)
    }
    let layer = Convolution(
      inputChannels: extents[1], outputChannels: channels, groups: groups, window: cropped,
      weights: Self.turned(weights, groups: groups), bias: bias)
    var value = try append(node, .convolution(layer), [source])
    value = try part(
      node, of: value, axis: 2, begin: cropped.padTop - geometry.padTop, count: outputs[0],
      suffix: ".rows")
    value = try part(
      node, of: value, axis: 3, begin: cropped.padLeft - geometry.padLeft, count: outputs[1],
      suffix: ".columns")
    return try signal(node, value, flat: flat)
  }

  /// The rows and columns of the output; `auto_pad` and `output_shape` change the padding.
  private func outputExtents(
    _ node: ONNXNode, _ window: inout ONNXWindow, image: [Int]
  ) throws(ONNXProblem) -> [Int] {
    func two(_ name: String, _ limits: ClosedRange<Int>) throws(ONNXProblem) -> [Int]? {
      guard let list = try node.integers(name) else { return nil }
      let spatial = list.count == 1 ? [name == "output_shape" ? 1 : 0] + list : list
      guard spatial.count == 2, list.allSatisfy({ limits.contains($0) }) else {
        throw node.problem("\(name) does not fit the image; export it again")
      }
      return spatial
    }
    let extra = try two("output_padding", 0...1 << 20) ?? [0, 0]
    let mode = try node.text("auto_pad") ?? "NOTSET"
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
      throw node.problem(
        "auto_pad '\(mode.shortened)' is unknown; use NOTSET, SAME_UPPER, SAME_LOWER or VALID")
    }
    if mode == "VALID" {
      window.padBefore = [0, 0]
      window.padAfter = [0, 0]
    }
    var asked = try two("output_shape", 1...1 << 20)
    if asked == nil, mode.hasPrefix("SAME") {
      asked = [image[0] * window.strides[0], image[1] * window.strides[1]]
    }
    var outputs: [Int] = []
    for axis in 0..<2 {
      let whole = (image[axis] - 1) * window.strides[axis] + window.span(axis) + extra[axis]
      guard let asked else {
        outputs.append(whole - window.padBefore[axis] - window.padAfter[axis])
        continue
      }
      // An output larger than what the windows cover is filled up behind.
      let total = max(whole - asked[axis], 0)
      window.padBefore[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
      outputs.append(asked[axis])
    }
    guard outputs.allSatisfy({ (1...1 << 20).contains($0) }) else {
      throw node.problem(
        "its output has \(outputs[0]) rows and \(outputs[1]) columns; use less padding")
    }
    return outputs
  }

  /// Weights [C, M / groups, kernel] as [M, kernel, C / groups], each kernel turned by half a turn.
  private static func turned(_ weights: Tensor<Float>, groups: Int) -> Tensor<Float> {
    let places = turnedPlaces(weights.shape, groups: groups)
    return Tensor(
      shape: Shape([
        groups * weights.shape[1], weights.shape[2], weights.shape[3], weights.shape[0] / groups,
      ]), elements: places.map { weights.elements[$0] })
  }

  /// The place in weights [C, M / groups, kernel] of each weight of `turned`.
  static func turnedPlaces(_ shape: Shape, groups: Int) -> [Int] {
    let (inputs, outputs) = (shape[0] / groups, shape[1])
    let area = shape[2] * shape[3]
    var places: [Int] = []
    places.reserveCapacity(shape.count)
    for group in 0..<groups {
      for output in 0..<outputs {
        for tap in (0..<area).reversed() {
          for input in 0..<inputs {
            let row = (group * inputs + input) * outputs + output
            places.append(row * area + tap)
          }
        }
      }
    }
    return places
  }
}

extension ONNXWindow {
  /// The window that computes a transposed convolution with outputs of these extents.
  fileprivate func transposed(image: [Int], outputs: [Int]) -> WindowGeometry {
    let before = (0..<2).map { span($0) - 1 - padBefore[$0] }
    let after = (0..<2).map {
      outputs[$0] + span($0) - 1 - ((image[$0] - 1) * strides[$0] + 1) - before[$0]
    }
    return WindowGeometry(
      height: image[0], width: image[1], kernelHeight: kernel[0], kernelWidth: kernel[1],
      dilationY: dilations[0], dilationX: dilations[1], padTop: before[0], padLeft: before[1],
      padBottom: after[0], padRight: after[1], upsampleY: strides[0], upsampleX: strides[1])
  }
}
