import Tensors

extension WindowGeometry {
  /// The largest extent, step or padding of a window: keeps all window arithmetic far from overflow.
  static let largestField = 1 << 20

  /// Throws unless the window is sane, made for this image, and fits into it at least once.
  func check(on input: Shape, channels: Int?) throws(OperationProblem) {
    let expected = "1x\(channels.map(String.init) ?? "channels")x\(height)x\(width)"
    guard input.rank == 4, input[0] == 1, input[1] == channels ?? input[1], input[2] == height,
      input[3] == width
    else {
      throw OperationProblem("input is \(input), but the layer is made for \(expected)")
    }
    let positive = [
      height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX,
    ]
    let padding = [padTop, padLeft, padBottom, padRight]
    guard positive.allSatisfy({ (1...Self.largestField).contains($0) }),
      padding.allSatisfy({ (0...Self.largestField).contains($0) || isTransposed })
    else {
      throw OperationProblem(
        "kernel \(kernelHeight)x\(kernelWidth), stride \(strideY)x\(strideX), dilation "
          + "\(dilationY)x\(dilationX), padding \(padding) on \(height)x\(width); extents and steps "
          + "must be 1 to 2^20, padding 0 to 2^20")
    }
    try checkUpsampling()
    guard outputHeight > 0, outputWidth > 0 else {
      throw OperationProblem(
        "a \(kernelHeight)x\(kernelWidth) window (dilation \(dilationY)x\(dilationX)) does not fit "
          + "into \(height)x\(width) with padding \(padding); use a smaller window or more padding")
    }
  }

  /// Throws unless the image of a transposed convolution, zeros between its elements included, is sane
  /// and not cropped away.
  private func checkUpsampling() throws(OperationProblem) {
    let steps = 1...Self.largestField
    guard steps.contains(upsampleY), steps.contains(upsampleX) else {
      throw OperationProblem(
        "upsampling by \(upsampleY)x\(upsampleX); the stride of a transposed convolution must be "
          + "1 to 2^20")
    }
    guard isTransposed else { return }
    let rows = -min(spreadHeight - 1, Self.largestField)...Self.largestField
    let columns = -min(spreadWidth - 1, Self.largestField)...Self.largestField
    guard spreadHeight * spreadWidth <= Network.largestValue, rows.contains(padTop),
      rows.contains(padBottom), columns.contains(padLeft), columns.contains(padRight)
    else {
      throw OperationProblem(
        "padding \([padTop, padLeft, padBottom, padRight]) on \(height)x\(width) upsampled by "
          + "\(upsampleY)x\(upsampleX); crop less than the \(spreadHeight)x\(spreadWidth) image, "
          + "which may have 2^31 places")
    }
  }

  /// Whether some position of the window touches no element of the image along one axis.
  static func hasEmptyPosition(
    outputs: Int, kernel: Int, stride: Int, dilation: Int, pad: Int, extent: Int
  ) -> Bool {
    for output in 0..<outputs {
      let start = output * stride - pad
      // The first tap at or after the image's first element.
      let tap = start >= 0 ? 0 : (-start + dilation - 1) / dilation
      if tap >= kernel || start + tap * dilation >= extent { return true }
    }
    return false
  }
}

extension Convolution {
  func outputShape(of input: Shape) throws(OperationProblem) -> Shape {
    guard groups > 0, inputChannels > 0, outputChannels > 0,
      inputChannels % groups == 0, outputChannels % groups == 0
    else {
      throw OperationProblem(
        "\(groups) groups of \(inputChannels) input and \(outputChannels) output channels; "
          + "the number of groups must divide both")
    }
    try window.check(on: input, channels: inputChannels)
    return Shape([1, outputChannels, window.outputHeight, window.outputWidth])
  }
}

extension Pool {
  func outputShape(of input: Shape) throws(OperationProblem) -> Shape {
    try window.check(on: input, channels: nil)
    guard !window.isTransposed else {
      throw OperationProblem("a pool over an upsampled image; only convolutions can be transposed")
    }
    let emptyRow = WindowGeometry.hasEmptyPosition(
      outputs: window.outputHeight, kernel: window.kernelHeight, stride: window.strideY,
      dilation: window.dilationY, pad: window.padTop, extent: window.height)
    let emptyColumn = WindowGeometry.hasEmptyPosition(
      outputs: window.outputWidth, kernel: window.kernelWidth, stride: window.strideX,
      dilation: window.dilationX, pad: window.padLeft, extent: window.width)
    guard !emptyRow, !emptyColumn else {
      throw OperationProblem(
        "a position of the \(window.kernelHeight)x\(window.kernelWidth) pool covers only padding; "
          + "use less padding")
    }
    return Shape([1, input[1], window.outputHeight, window.outputWidth])
  }
}
