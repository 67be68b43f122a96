public import Tensors

/// One layer: an operation, what it reads, and the clamp fused behind it.
public struct Layer: Hashable, Sendable {
  /// The name, unique in the network.
  public var name: String
  /// What it does.
  public var operation: Operation
  /// The values it reads: 0 is the network's input, `i + 1` the output of layer `i`.
  public var inputs: [Int]
  /// The activation applied to its output, once `Network.fused()` has run; only a `clip`.
  public var fusedActivation: Activation?

  /// A layer.
  public init(
    name: String, operation: Operation, inputs: [Int], fusedActivation: Activation? = nil
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.fusedActivation = fusedActivation
  }
}

/// A neural network of real numbers: layers in an order in which each reads only earlier values.
///
/// Value 0 is the input, value `i + 1` the output of layer `i`. Shapes are those of one sample, with a
/// leading axis of 1, in ONNX axis order.
public struct Network: Hashable, Sendable {
  /// The name of the network.
  public var name: String
  /// The shape of one input sample, leading 1 included.
  public var inputShape: Shape
  /// The layers.
  public var layers: [Layer]
  /// The value that is the result.
  public var output: Int

  /// A network.
  public init(name: String, inputShape: Shape, layers: [Layer], output: Int) {
    self.name = name
    self.inputShape = inputShape
    self.layers = layers
    self.output = output
  }
}
