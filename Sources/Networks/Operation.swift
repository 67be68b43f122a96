public import Tensors

/// A convolution over images; depthwise when each group has one input channel.
///
/// - Shapes: input [1, inputChannels, height, width]; weights [outputChannels, kernelHeight,
///   kernelWidth, inputChannels / groups] (OHWI); bias [outputChannels].
public struct Convolution: Hashable, Sendable {
  /// The channels of the input.
  public var inputChannels: Int
  /// The channels of the output.
  public var outputChannels: Int
  /// The number of groups; divides both channel counts.
  public var groups: Int
  /// The window.
  public var window: WindowGeometry
  /// The weights, absent in a layer-shape topology.
  public var weights: Tensor<Float>?
  /// The bias of each output channel, absent when there is none.
  public var bias: [Float]?

  /// A convolution.
  public init(
    inputChannels: Int, outputChannels: Int, groups: Int = 1, window: WindowGeometry,
    weights: Tensor<Float>? = nil, bias: [Float]? = nil
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    self.window = window
    self.weights = weights
    self.bias = bias
  }

  /// Whether each group has one input channel and there is more than one group.
  public var isDepthwise: Bool { groups > 1 && groups == inputChannels }

  /// The shape the weights must have: OHWI.
  public var weightShape: Shape {
    Shape([
      outputChannels, window.kernelHeight, window.kernelWidth, inputChannels / max(groups, 1),
    ])
  }
}

/// A fully connected layer on the last axis of its input.
///
/// - Shapes: input [..., inputFeatures]; weights [outputFeatures, inputFeatures];
///   bias [outputFeatures]; output [..., outputFeatures].
public struct FullyConnected: Hashable, Sendable {
  /// The extent of the last input axis.
  public var inputFeatures: Int
  /// The extent of the last output axis.
  public var outputFeatures: Int
  /// The weights, absent in a layer-shape topology.
  public var weights: Tensor<Float>?
  /// The bias of each output feature, absent when there is none.
  public var bias: [Float]?

  /// A fully connected layer.
  public init(
    inputFeatures: Int, outputFeatures: Int, weights: Tensor<Float>? = nil, bias: [Float]? = nil
  ) {
    self.inputFeatures = inputFeatures
    self.outputFeatures = outputFeatures
    self.weights = weights
    self.bias = bias
  }

  /// The shape the weights must have.
  public var weightShape: Shape { Shape([outputFeatures, inputFeatures]) }
}

/// A maximum or average over windows of an image.
public struct Pool: Hashable, Sendable {
  /// What is taken over the window.
  public enum Kind: String, Hashable, Sendable {
    /// The largest element.
    case max
    /// The mean.
    case average
  }

  /// What is taken over the window.
  public var kind: Kind
  /// The window.
  public var window: WindowGeometry
  /// Whether an average divides by the whole window, padding included as zeros.
  public var countsPadding: Bool

  /// A pool.
  public init(kind: Kind, window: WindowGeometry, countsPadding: Bool = false) {
    self.kind = kind
    self.window = window
    self.countsPadding = countsPadding
  }
}

/// A function of one real number, applied to every element.
public enum Activation: Hashable, Sendable {
  /// `min(max(x, low), high)`; either end may be infinite. Relu is `clip(0, inf)`.
  case clip(low: Float, high: Float)
  /// `x < 0 ? slope * x : x`.
  case leakyRelu(slope: Float)
  /// `min(max(slope * x + offset, 0), 1)`.
  case hardSigmoid(slope: Float, offset: Float)
  /// `x * min(max(x / 6 + 1/2, 0), 1)`.
  case hardSwish
  /// `1 / (1 + exp(-x))`.
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// -1, 0 or 1.
  case sign
  /// `scale * x + offset`.
  case linear(scale: Float, offset: Float)
  /// `x ^ exponent`.
  case power(exponent: Float)
  /// `numerator / x`.
  case reciprocal(numerator: Float)

  /// The usual rectifier.
  public static let relu = Activation.clip(low: 0, high: .infinity)
  /// The rectifier of MobileNets.
  public static let relu6 = Activation.clip(low: 0, high: 6)
}

/// A scale and an offset for each channel: unfolded batch normalization, or constants of Mul and Add.
///
/// `y = scale[channel] * x + offset[channel]`.
public struct ChannelAffine: Hashable, Sendable {
  /// The axis of the channels.
  public var axis: Int
  /// The factor of each channel.
  public var scale: [Float]
  /// The term of each channel.
  public var offset: [Float]

  /// An affine map of each channel.
  public init(axis: Int, scale: [Float], offset: [Float]) {
    self.axis = axis
    self.scale = scale
    self.offset = offset
  }
}

/// An element-wise function of two activations that broadcast.
public enum BinaryKind: String, Hashable, Sendable {
  /// The sum: residual connections.
  case add
  /// The difference of the first and the second.
  case subtract
  /// The product: squeeze-and-excitation.
  case multiply
  /// The larger one.
  case maximum
  /// The smaller one.
  case minimum
  /// The quotient of the first and the second; in float only.
  case divide
  /// The first to the power of the second; in float only.
  case power
}

/// What a layer does.
///
/// Axes are those of ONNX: images are [1, channels, height, width].
public enum Operation: Hashable, Sendable {
  /// A convolution, depthwise included.
  case convolution(Convolution)
  /// A fully connected layer.
  case fullyConnected(FullyConnected)
  /// A maximum or average pool, global pools included.
  case pool(Pool)
  /// An element-wise function of two activations.
  case binary(BinaryKind)
  /// An element-wise function of one activation.
  case activation(Activation)
  /// A scale and an offset for each channel.
  case channelAffine(ChannelAffine)
  /// The inputs one after the other along an axis.
  case concatenation(axis: Int)
  /// A border of a constant around the input; `before` and `after` have one entry an axis.
  case pad(before: [Int], after: [Int], value: Float)
  /// The same elements under another shape: flatten, squeeze, unsqueeze too.
  case reshape(Shape)
  /// The axes permuted.
  case transpose([Int])
  /// The normalised exponentials along an axis.
  case softmax(axis: Int)
  /// A product of two activations.
  case matrixProduct(MatrixProduct)
  /// Numbers that are the same for every sample; no inputs.
  case constant(Tensor<Float>)
  /// Some elements of each axis.
  case slice(Slice)
  /// A recurrence over a sequence.
  case lstm(LSTM)

  /// The word for the operation in tables and files.
  public var kind: String {
    switch self {
    case .convolution(let convolution): convolution.isDepthwise ? "depthwise" : "conv"
    case .fullyConnected: "fc"
    case .pool(let pool): pool.kind == .max ? "maxpool" : "avgpool"
    case .binary(let binary):
      switch binary {
      case .add: "add"
      case .subtract: "sub"
      case .multiply: "mul"
      case .maximum: "max"
      case .minimum: "min"
      case .divide: "div"
      case .power: "pow"
      }
    case .activation: "activation"
    case .channelAffine: "affine"
    case .concatenation: "concat"
    case .pad: "pad"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .softmax: "softmax"
    case .matrixProduct: "matmul"
    case .constant: "constant"
    case .slice: "slice"
    case .lstm: "lstm"
    }
  }
}
