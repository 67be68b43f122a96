public import Arithmetic
internal import Networks

extension IntegerExecutor {
  /// The integers that a layer was prepared with, so that it can be recomputed elsewhere.
  public struct LayerConstants: Hashable, Sendable {
    /// The rescaling of each output channel of a layer of products that rescales.
    public var rescales: [Requantization] = []
    /// Where the bias of a layer of products really enters: first when rounding is preloaded.
    public var biasPosition = BiasPosition.last
    /// The rescaling of a sum or difference of activations.
    public var add: AddRescale?
    /// The rescaling of a product of activations.
    public var multiply: ProductRescale?
    /// How averages are rounded; nil for other layers.
    public var average: AverageRounding?
    /// The multipliers of a leaky rectifier above and below zero.
    public var sides: [SignedMultiplier] = []
    /// The output code of each input code, lowest first, clamped: one table for each input.
    public var tables: [[Int32]] = []
    /// The stored place in the input of each stored output, -1 for a border; nil for the same place.
    public var places: [Int]?
    /// The exponential of each distance below the largest code of a softmax.
    public var exponentials: [Int] = []
  }

  /// The integers that layer `index` was prepared with.
  public func constants(ofLayer index: Int) -> LayerConstants {
    var constants = LayerConstants()
    switch plans[index] {
    case .linear(let plan):
      constants.rescales = plan.scaling.rescales
      constants.biasPosition = plan.scaling.biasPosition
    case .pool(let plan):
      constants.average = plan.pool.kind == .average ? plan.average.rounding : nil
    case .recurrent, .thresholds, .realCodes, .float, .constant, .nearest: break
    case .binary(let plan):
      switch plan.kind {
      case .add, .subtract: constants.add = plan.add
      case .multiply: constants.multiply = plan.multiply
      case .maximum, .minimum, .divide, .power: break
      }
    case .table(let table, _): constants.tables = [table]
    case .concatenation(let parts): constants.tables = parts.compactMap(\.table)
    case .gather(let places, _): constants.places = places
    case .matrixProduct(let plan): constants.rescales = [plan.rescale]
    case .rescale(let plan):
      for side in [plan.positive, plan.negative] {
        switch side {
        case .gemmlowp(let multiplier): constants.sides.append(multiplier)
        case .arithmetic(let rescale): constants.rescales = [rescale]
        }
      }
    case .softmax(let plan): constants.exponentials = plan.exponentials
    }
    return constants
  }
}
