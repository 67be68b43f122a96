/// One value for each objective.
struct PerObjective<Value> {
  var energy: Value
  var latency: Value
  var product: Value

  /// The same value for each objective.
  init(repeating value: Value) {
    (energy, latency, product) = (value, value, value)
  }

  /// The value for an objective.
  subscript(objective: MappingObjective) -> Value {
    get {
      switch objective {
      case .energy: energy
      case .latency: latency
      case .product: product
      }
    }
    set {
      switch objective {
      case .energy: energy = newValue
      case .latency: latency = newValue
      case .product: product = newValue
      }
    }
  }
}
