/// One value for each operand.
public struct PerOperand<Value> {
  /// The value for weights.
  public var weights: Value
  /// The value for inputs.
  public var inputs: Value
  /// The value for outputs.
  public var outputs: Value

  /// The values of the three operands.
  public init(weights: Value, inputs: Value, outputs: Value) {
    self.weights = weights
    self.inputs = inputs
    self.outputs = outputs
  }

  /// The same value for each operand.
  public init(repeating value: Value) {
    self.init(weights: value, inputs: value, outputs: value)
  }

  /// The value for an operand.
  public subscript(operand: Operand) -> Value {
    get {
      switch operand {
      case .weights: weights
      case .inputs: inputs
      case .outputs: outputs
      }
    }
    set {
      switch operand {
      case .weights: weights = newValue
      case .inputs: inputs = newValue
      case .outputs: outputs = newValue
      }
    }
  }
}

extension PerOperand: Equatable where Value: Equatable {}
extension PerOperand: Hashable where Value: Hashable {}
extension PerOperand: Sendable where Value: Sendable {}
