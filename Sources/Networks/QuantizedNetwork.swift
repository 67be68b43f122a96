public import Arithmetic
public import Tensors

/// A layer of products and sums in integers: convolution, depthwise, fully connected, channel affine.
///
/// Fully connected layers are 1x1 convolutions over an image of `rows` x 1.
///
/// - Shapes: weights [outputChannels, kernelHeight, kernelWidth, inputChannels / groups] (OHWI).
public struct QuantizedLinear: Hashable, Sendable {
  /// The channels of the input.
  public var inputChannels: Int
  /// The channels of the output.
  public var outputChannels: Int
  /// The number of groups.
  public var groups: Int
  /// The window.
  public var window: WindowGeometry
  /// The format of the weights; they are symmetric, so the lowest code is never used.
  public var weightFormat: NumberFormat
  /// The weight codes, OHWI.
  public var weights: Tensor<Int32>
  /// The real value of one weight step, for each output channel.
  public var weightScales: [Double]
  /// The bias of each output channel in units of `inputScale * weightScale`; nil without bias.
  public var bias: [Int]?

  /// A layer of integer products.
  public init(
    inputChannels: Int, outputChannels: Int, groups: Int, window: WindowGeometry,
    weightFormat: NumberFormat, weights: Tensor<Int32>, weightScales: [Double], bias: [Int]?
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    self.window = window
    self.weightFormat = weightFormat
    self.weights = weights
    self.weightScales = weightScales
    self.bias = bias
  }

  /// The products of one output: kernel area times input channels of a group.
  public var depth: Int { window.kernelHeight * window.kernelWidth * (inputChannels / groups) }

  /// The output elements of one sample.
  public var outputCount: Int { window.outputHeight * window.outputWidth * outputChannels }

  /// The largest weight code in magnitude: symmetric, so `2^(b-1) - 1`.
  public var weightCodes: ClosedRange<Int> {
    -weightFormat.integer.highest...weightFormat.integer.highest
  }
}

/// What a layer of a quantized network does.
public enum QuantizedOperation: Hashable, Sendable {
  /// Products and sums: the only layers with a narrow accumulator.
  case linear(QuantizedLinear)
  /// A pool of codes; input and output share their quantization.
  case pool(Pool)
  /// An element-wise function of two activations.
  case binary(BinaryKind)
  /// An output code for each input code, lowest input code first.
  case table([Int32])
  /// The inputs, each rescaled to the output's quantization, one after the other.
  case concatenation(axis: Int)
  /// A border of a code.
  case pad(before: [Int], after: [Int], code: Int)
  /// The same codes under another shape.
  case reshape
  /// The axes permuted.
  case transpose([Int])
  /// Normalised exponentials by an integer table.
  case softmax(axis: Int)
}

/// A layer of a quantized network.
public struct QuantizedLayer: Hashable, Sendable {
  /// The name: that of the float layer.
  public var name: String
  /// The word for the operation in tables, such as `conv` or `add`.
  public var kind: String
  /// What it does.
  public var operation: QuantizedOperation
  /// The values it reads.
  public var inputs: [Int]
  /// The codes its output is clamped to: a fused activation, or the whole format.
  public var clamp: ClosedRange<Int>

  /// A layer.
  public init(
    name: String, kind: String, operation: QuantizedOperation, inputs: [Int],
    clamp: ClosedRange<Int>
  ) {
    self.name = name
    self.kind = kind
    self.operation = operation
    self.inputs = inputs
    self.clamp = clamp
  }
}

/// A network of integers: every value has a quantization, every layer works on codes.
///
/// Value 0 is the input, value `i + 1` the output of layer `i`; shapes are in ONNX axis order.
public struct QuantizedNetwork: Hashable, Sendable {
  /// The name of the network.
  public var name: String
  /// The layers.
  public var layers: [QuantizedLayer]
  /// The shape of each value, leading 1 included.
  public var shapes: [Shape]
  /// The quantization of each value.
  public var quantizations: [ActivationQuantization]
  /// The value that is the result.
  public var output: Int

  /// A quantized network.
  public init(
    name: String, layers: [QuantizedLayer], shapes: [Shape],
    quantizations: [ActivationQuantization], output: Int
  ) {
    self.name = name
    self.layers = layers
    self.shapes = shapes
    self.quantizations = quantizations
    self.output = output
  }
}
