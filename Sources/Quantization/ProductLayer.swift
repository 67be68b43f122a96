internal import Networks
internal import Tensors

/// A layer of products with real weights, seen as a convolution.
///
/// - Shapes: weights OHWI: [outputs, kernelHeight, kernelWidth, inputs / groups].
struct ProductLayer {
  /// The name of the layer.
  let name: String
  /// The window; a fully connected layer slides over `rows` x 1.
  let window: WindowGeometry
  /// Which weight joins which channels.
  let layout: ChannelLayout
  /// The weights; nil where the network has shapes only.
  var weights: [Float]?
  /// The bias of each output channel; nil without.
  var bias: [Float]?

  /// Products that are part of another layer.
  init(
    name: String, window: WindowGeometry, layout: ChannelLayout, weights: [Float]?, bias: [Float]?
  ) {
    self.name = name
    self.window = window
    self.layout = layout
    self.weights = weights
    self.bias = bias
  }

  /// The layer as products; nil if it is not made of products with weights.
  ///
  /// - Throws: for a scale of each entry of an axis that is not stored innermost.
  init?(_ layer: Layer, input shape: Shape) throws(QuantizationError) {
    switch layer.operation {
    case .convolution(let convolution):
      window = convolution.window
      layout = ChannelLayout(
        outputs: convolution.outputChannels, inputs: convolution.inputChannels,
        groups: max(convolution.groups, 1), taps: window.kernelHeight * window.kernelWidth)
      weights = convolution.weights?.elements
      bias = convolution.bias
    case .fullyConnected(let connected):
      window = WindowGeometry(
        height: shape.count / connected.inputFeatures, width: 1, kernelHeight: 1, kernelWidth: 1)
      layout = ChannelLayout(outputs: connected.outputFeatures, inputs: connected.inputFeatures)
      weights = connected.weights?.elements
      bias = connected.bias
    case .channelAffine(let affine):
      let isImage = shape.rank == 4 && affine.axis == 1
      guard isImage || (shape.rank != 4 && affine.axis == shape.rank - 1) else {
        throw QuantizationError(
          layer: layer.name, reason: .affineAxis(axis: affine.axis, rank: shape.rank))
      }
      let channels = affine.scale.count
      window = WindowGeometry(
        height: isImage ? shape[2] : shape.count / channels, width: isImage ? shape[3] : 1,
        kernelHeight: 1, kernelWidth: 1)
      layout = ChannelLayout(outputs: channels, inputs: channels, groups: channels)
      weights = affine.scale
      bias = affine.offset
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice, .lstm:
      return nil
    }
    name = layer.name
  }

  /// The extents of the weights.
  var weightShape: Shape {
    Shape([
      layout.outputs, window.kernelHeight, window.kernelWidth, layout.inputs / layout.groups,
    ])
  }

  /// The positions of the weights of an output channel.
  func range(of channel: Int) -> Range<Int> {
    channel * layout.depth..<(channel + 1) * layout.depth
  }

  /// The layer with the mean of each channel's weights taken out, and put into the bias as far as the means
  /// of the inputs tell.
  func zeroCentred(inputMeans: [Double]) -> ProductLayer {
    var result = self
    guard let weights else { return result }
    var centred: [Float] = []
    centred.reserveCapacity(weights.count)
    var biases: [Float] = []
    for channel in 0..<layout.outputs {
      let own = ZeroCentring(weights[range(of: channel)])
      centred += own.centred.map { Float($0) }
      let means = (0..<layout.depth).map {
        inputMeans[layout.input(output: channel, position: $0)]
      }
      biases.append(
        Float(Double(bias?[channel] ?? 0) + own.expectedCorrection(inputMeans: means)))
    }
    result.weights = centred
    result.bias = biases
    return result
  }
}
