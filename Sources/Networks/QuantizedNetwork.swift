public import Tensors

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
