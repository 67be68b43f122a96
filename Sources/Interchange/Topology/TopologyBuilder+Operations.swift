import Networks
import Tensors

extension TopologyBuilder {
  /// The channels, height and width of an image; reported when the value is not one.
  private func image(_ shape: Shape?, _ row: inout TopologyRow) -> Shape? {
    guard let shape else { return nil }
    guard shape.rank == 4 else {
      row.report(.inputs, "an image is needed, the input has shape \(shape); place it before fc")
      return nil
    }
    return shape
  }

  /// The window of a row over an image.
  private func window(_ shape: Shape?, _ row: inout TopologyRow) -> WindowGeometry? {
    let kernelHeight = row.number(.kernelHeight)
    let kernelWidth = row.number(.kernelWidth)
    let strideY = row.number(.strideHeight, else: 1)
    let strideX = row.number(.strideWidth, else: 1)
    let padTop = row.number(.padTop, atLeast: 0, else: 0)
    let padLeft = row.number(.padLeft, atLeast: 0, else: 0)
    let padBottom = row.number(.padBottom, atLeast: 0, else: 0)
    let padRight = row.number(.padRight, atLeast: 0, else: 0)
    guard let kernelHeight, let kernelWidth, let strideY, let strideX, let padTop, let padLeft,
      let padBottom, let padRight
    else { return nil }
    for (pad, kernel, column) in [
      (padTop, kernelHeight, TopologyTable.Column.padTop), (padBottom, kernelHeight, .padBottom),
      (padLeft, kernelWidth, .padLeft), (padRight, kernelWidth, .padRight),
    ] where pad >= kernel {
      row.report(column, "is \(pad), a kernel of \(kernel) needs less; write at most \(kernel - 1)")
      return nil
    }
    guard let shape = image(shape, &row) else { return nil }
    let window = WindowGeometry(
      height: shape[2], width: shape[3], kernelHeight: kernelHeight, kernelWidth: kernelWidth,
      strideY: strideY, strideX: strideX, padTop: padTop, padLeft: padLeft,
      padBottom: padBottom, padRight: padRight)
    guard window.outputHeight > 0, window.outputWidth > 0 else {
      row.report(
        .kernelHeight,
        "a window of \(kernelHeight)x\(kernelWidth) does not fit \(shape[2])x\(shape[3]) with its "
          + "padding; write a smaller one")
      return nil
    }
    return window
  }

  func convolution(
    _ kind: TopologyKind, _ input: Shape?, _ row: inout TopologyRow
  ) -> (operation: Operation, shape: Shape)? {
    let isDepthwise = kind == .depthwise
    let window = window(input, &row)
    let outputs = row.number(.outChannels, else: isDepthwise ? input?.extents[1] ?? 1 : nil)
    let groups = isDepthwise ? input?.extents[1] : row.number(.groups, else: 1)
    guard let window, let outputs, let groups, let input else { return nil }
    let channels = input[1]
    guard outputs % groups == 0, channels % groups == 0 else {
      row.report(
        isDepthwise ? .outChannels : .groups,
        "\(groups) groups do not divide \(channels) input and \(outputs) output channels; "
          + "write a divisor of both")
      return nil
    }
    let convolution = Convolution(
      inputChannels: channels, outputChannels: outputs, groups: groups, window: window,
      bias: [Float](repeating: 0, count: outputs))
    guard bounded(convolution.weightShape, "the weights", &row) != nil else { return nil }
    return (
      .convolution(convolution), Shape([1, outputs, window.outputHeight, window.outputWidth])
    )
  }

  func fullyConnected(
    _ input: Shape?, _ row: inout TopologyRow
  ) -> (operation: Operation, shape: Shape)? {
    guard let outputs = row.number(.outChannels), let input else { return nil }
    let fullyConnected = FullyConnected(
      inputFeatures: input.count, outputFeatures: outputs,
      bias: [Float](repeating: 0, count: outputs))
    guard bounded(fullyConnected.weightShape, "the weights", &row) != nil else { return nil }
    return (.fullyConnected(fullyConnected), Shape([1, outputs]))
  }

  func pool(
    _ kind: TopologyKind, _ input: Shape?, _ row: inout TopologyRow
  ) -> (operation: Operation, shape: Shape)? {
    guard let window = window(input, &row), let input else { return nil }
    return (
      .pool(Pool(kind: kind == .maxpool ? .max : .average, window: window)),
      Shape([1, input[1], window.outputHeight, window.outputWidth])
    )
  }

  func sum(
    _ inputs: [Shape?], _ row: inout TopologyRow
  ) -> (operation: Operation, shape: Shape)? {
    let shapes = inputs.compactMap { $0 }
    guard shapes.count == 2, shapes.count == inputs.count else { return nil }
    guard shapes[0] == shapes[1] else {
      row.report(.inputs, "shapes \(shapes[0]) and \(shapes[1]) differ; add takes equal ones")
      return nil
    }
    return (.binary(.add), shapes[0])
  }

  func concatenation(
    _ inputs: [Shape?], _ row: inout TopologyRow
  ) -> (operation: Operation, shape: Shape)? {
    let shapes = inputs.compactMap { $0 }
    guard let first = shapes.first, shapes.count == inputs.count else { return nil }
    guard shapes.allSatisfy({ $0.extents.dropFirst(2) == first.extents.dropFirst(2) }) else {
      let list = shapes.map(\.description).joined(separator: ", ")
      row.report(.inputs, "heights and widths of \(list) differ; concat takes equal ones")
      return nil
    }
    var extents = first.extents
    // Each term is at most a million, and a file has at most 100,000 rows of bounded length.
    extents[1] = shapes.reduce(0) { $0 + $1[1] }
    return (.concatenation(axis: 1), Shape(extents))
  }
}
