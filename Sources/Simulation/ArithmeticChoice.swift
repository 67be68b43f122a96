public import Arithmetic
internal import Quantization

/// What a user chose of the arithmetic; the rest comes from the scheme, then a preset, then the device.
///
/// The order of precedence, highest first: single choices, the accumulators of a scheme, the preset, the
/// device.
public struct ArithmeticChoice: Hashable, Sendable {
  /// The arithmetic of a runtime in place of the device's.
  public var preset: ArithmeticPreset?
  /// The accumulator of every layer: the one that ends up with the whole sum, so the outer one of two,
  /// unless `outer` is chosen too; then it is the inner one.
  public var accumulator: Accumulator?
  /// The outer accumulator of two levels.
  public var outer: Accumulator?
  /// The products after which the inner accumulator is added to the outer one.
  public var tile: Int?
  /// The order of the additions.
  public var order: AccumulationOrder?
  /// Whether each layer adds in the order that its mapping implies, with the mapping's adder trees and
  /// registers in place of `order` and `lanes`; layers without such an order keep those.
  public var followsMapping = false
  /// Products summed exactly before each narrow addition.
  public var lanes: Int?
  /// Where the bias enters.
  public var bias: BiasPosition?
  /// How accumulators become codes.
  public var requantization: RequantizationFlavour?

  /// Nothing chosen.
  public init() {}

  /// Whether the accumulators of single layers in a scheme are overruled.
  public var hasAccumulator: Bool { accumulator != nil || outer != nil }

  /// The arithmetic of a device with the choices put in.
  ///
  /// A tile that nobody chose is one product.
  public func resolved(scheme: Accumulator?, device: ArithmeticSpec) -> ArithmeticSpec {
    var spec = preset?.spec ?? device
    if let outer {
      spec.outer = OuterAccumulator(tile: spec.outer?.tile ?? 1, accumulator: outer)
      if let accumulator { spec.accumulator = accumulator }
    } else if let final = accumulator ?? scheme {
      spec.finalAccumulator = final
    }
    if let tile { spec.outer?.tile = max(tile, 1) }
    spec.order = order ?? spec.order
    spec.lanes = lanes ?? spec.lanes
    spec.bias = bias ?? spec.bias
    if let requantization { spec.replaceRequantization(with: requantization) }
    return spec
  }
}
