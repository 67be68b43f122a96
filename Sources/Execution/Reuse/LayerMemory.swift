internal import Arithmetic
internal import Networks
internal import Tensors

/// What makes two layers compute the same from the same inputs.
struct LayerIdentity: Hashable, Sendable {
  let layer: QuantizedLayer
  let quantizations: [ActivationQuantization]
  let shapes: [Shape]
  let arithmetic: ArithmeticSpec
  let order: ReductionOrder?
  let observation: IntegerExecutor.Observation

  /// The identity of layer `index`: what it does, and what it reads and writes.
  init(
    _ network: QuantizedNetwork, layer index: Int, _ arithmetic: ArithmeticSpec,
    _ order: ReductionOrder?, _ observation: IntegerExecutor.Observation
  ) {
    layer = network.layers[index]
    let values = layer.inputs + [index + 1]
    quantizations = values.map { network.quantizations[$0] }
    shapes = values.map { network.shapes[$0] }
    self.arithmetic = arithmetic
    self.order = order
    self.observation = observation
  }
}

/// Where a value comes from: the same source gives the same codes for every sample.
enum ValueSource: Hashable, Sendable {
  case input(ActivationQuantization)
  /// A prepared layer and its inputs, by their numbers.
  case layer(Int, inputs: [Int])
}

/// What is kept of earlier runs.
enum ReuseKey: Hashable, Sendable {
  case plan(Int)
  case figures(value: Int)
  case outputs(value: Int)
}

/// One thing that is kept.
enum ReuseValue: Sendable {
  case plan(LayerIdentity, LayerPlan)
  case figures(LayerOverflow, OperandStatistics?)
  /// The stored codes of each sample.
  case outputs([[UInt8]])
}

extension LayerPlan {
  /// About the bytes that a plan takes, weights of the layer included.
  var byteCount: Int {
    switch self {
    case .linear(let plan):
      let packed =
        plan.bytes == nil
        ? 4 * plan.blocks.reduce(0) { $0 + $1.weights.count } : 3 * plan.operands.weights.count
      let stepped =
        plan.stepped.map { 8 * ($0.reals.count + $0.words.count) * 16 * plan.depth } ?? 0
      return 8 * plan.operands.weights.count + packed + stepped
        + 512 * plan.linear.outputChannels
    case .table(let table, _): return 4 * table.count
    case .concatenation(let parts): return 8 * parts.reduce(0) { $0 + $1.places.count }
    case .gather(let places, _): return 8 * (places?.count ?? 0)
    case .constant(let codes): return 4 * codes.count
    case .softmax(let plan): return 8 * (plan.places.count + plan.exponentials.count)
    case .matrixProduct(let plan):
      return 8 * (plan.firstPlaces.count + plan.secondPlaces.count + plan.resultPlaces.count)
    case .binary(let plan):
      return 8 * ((plan.firstTable?.count ?? 0) + (plan.secondTable?.count ?? 0))
    // A sigmoid and two hyperbolic tangents of 16 bits are the largest of these.
    case .recurrent: return 1 << 20
    // A 16-bit format has 65,536 values at most.
    case .nearest: return 1 << 19
    case .pool, .thresholds, .rescale, .realCodes, .float: return 1 << 12
    }
  }
}
