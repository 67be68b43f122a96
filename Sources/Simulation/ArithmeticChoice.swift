public import Arithmetic
internal import Quantization

/// What a user chose of the arithmetic; the rest comes from the scheme, then the device.
public struct ArithmeticChoice: Hashable, Sendable {
  /// The accumulator of every layer.
  public var accumulator: Accumulator?
  /// The order of the additions.
  public var order: AccumulationOrder?
  /// Products summed exactly before each narrow addition.
  public var lanes: Int?
  /// Where the bias enters.
  public var bias: BiasPosition?
  /// How accumulators become codes.
  public var requantization: RequantizationFlavour?

  /// Nothing chosen.
  public init() {}

  /// The arithmetic of a device with the choices put in: command line, then scheme, then device.
  public func resolved(scheme: Accumulator?, device: ArithmeticSpec) -> ArithmeticSpec {
    var spec = device
    spec.accumulator = accumulator ?? scheme ?? device.accumulator
    spec.order = order ?? device.order
    spec.lanes = lanes ?? device.lanes
    spec.bias = bias ?? device.bias
    if let requantization {
      spec.requantization = requantization
      spec.fullyConnectedRequantization = nil
      spec.addition = requantization == .float ? .float : .tflite
    }
    return spec
  }
}
