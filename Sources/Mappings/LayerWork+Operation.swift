public import Networks
public import Tensors

extension LayerWork {
  /// The work of one operation of a network.
  ///
  /// Images are [1, channels, height, width]; tensors of another rank count as a row of elements.
  /// A fully connected layer on a sequence has the steps of the sequence as output rows.
  ///
  /// - Shapes: `inputShapes` and `outputShape` are those of one sample, leading 1 included.
  /// - Model: a transposed convolution counts as each input pixel times the whole kernel; an LSTM step as
  ///   one product of input and hidden state with all four gates; an element-wise layer reads each input once for each output, broadcast or not; softmax
  ///   counts as one reading and one writing pass; the scales of `affine` are not counted.
  /// - Validity: products and pools follow the published counts of the classic networks.
  public static func work(
    for operation: Operation, name: String, inputShapes: [Shape], outputShape: Shape, batch: Int,
    widths: OperandWidths
  ) -> LayerWork {
    var kind = Kind.none
    var bounds = elements(outputShape)
    switch operation {
    case .convolution(let convolution) where convolution.window.isTransposed:
      kind = .products
      bounds = LoopBounds()
      bounds.groups = convolution.groups
      bounds.outputChannels =
        convolution.window.kernelHeight * convolution.window.kernelWidth
        * (convolution.outputChannels / max(convolution.groups, 1))
      bounds.inputChannels = convolution.inputChannels / max(convolution.groups, 1)
      bounds.outputRows = convolution.window.height
      bounds.outputColumns = convolution.window.width
      bounds.inputHeight = convolution.window.height
      bounds.inputWidth = convolution.window.width
    case .convolution(let convolution):
      kind = .products
      bounds = windows(convolution.window)
      bounds.groups = convolution.groups
      bounds.outputChannels = convolution.outputChannels / max(convolution.groups, 1)
      bounds.inputChannels = convolution.inputChannels / max(convolution.groups, 1)
    case .fullyConnected(let layer):
      kind = .products
      bounds = LoopBounds()
      bounds.outputChannels = layer.outputFeatures
      bounds.inputChannels = layer.inputFeatures
      let rows = layer.outputFeatures > 0 ? outputShape.count / layer.outputFeatures : 0
      bounds.outputRows = rows
      bounds.inputHeight = rows
    case .pool(let pool):
      kind = .pool
      bounds = windows(pool.window)
      bounds.groups = outputShape.rank > 1 ? outputShape[1] : 1
    case .matrixProduct(let product):
      kind = .products
      bounds = LoopBounds()
      let first = inputShapes[0]
      bounds.inputChannels = first[first.rank - (product.transposesFirst ? 2 : 1)]
      bounds.outputChannels = outputShape.extents.last ?? 1
      bounds.outputRows = outputShape.count / max(bounds.outputChannels, 1)
      bounds.inputHeight = bounds.outputRows
    case .lstm(let lstm):
      kind = .products
      bounds = LoopBounds()
      bounds.outputChannels = 4 * lstm.units
      bounds.inputChannels = lstm.inputs + lstm.units
      bounds.outputRows = inputShapes[0].count / max(lstm.inputs, 1)
      bounds.inputHeight = bounds.outputRows
    case .binary:
      kind = .elementwise(inputCount: inputShapes.count)
    case .activation, .channelAffine, .softmax:
      kind = .elementwise(inputCount: 1)
    case .concatenation, .pad, .transpose, .slice:
      kind = .movement
    case .reshape, .constant:
      kind = .none
    }
    bounds.batch = batch
    return LayerWork(name: name, kind: kind, bounds: bounds, widths: widths)
  }

  /// The loops over the elements of a tensor: channels as groups, rows, columns.
  private static func elements(_ shape: Shape) -> LoopBounds {
    var bounds = LoopBounds()
    if shape.rank == 4, shape[0] == 1 {
      bounds.groups = shape[1]
      bounds.outputRows = shape[2]
      bounds.outputColumns = shape[3]
    } else {
      bounds.outputColumns = shape.count
    }
    bounds.inputHeight = bounds.outputRows
    bounds.inputWidth = bounds.outputColumns
    return bounds
  }

  private static func windows(_ window: WindowGeometry) -> LoopBounds {
    var bounds = LoopBounds()
    bounds.outputRows = window.outputHeight
    bounds.outputColumns = window.outputWidth
    bounds.kernelRows = window.kernelHeight
    bounds.kernelColumns = window.kernelWidth
    bounds.inputHeight = window.height
    bounds.inputWidth = window.width
    bounds.strideY = window.strideY
    bounds.strideX = window.strideX
    bounds.dilationY = window.dilationY
    bounds.dilationX = window.dilationX
    bounds.padTop = window.padTop
    bounds.padLeft = window.padLeft
    return bounds
  }
}
