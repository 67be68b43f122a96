public import Devices
public import Mappings
public import Quantities

/// The operations of a layer that the compute part is paid for.
public struct LayerOperations: Hashable, Sendable {
  /// How the layer uses the hardware.
  public var kind: LayerWork.Kind
  /// Multiply-accumulates, taps of a pool or outputs of an element-wise layer; 0 when nothing is computed.
  public var count: Int
  /// The outputs.
  public var outputs: Int
  /// The widths of the operands.
  public var widths: OperandWidths

  /// The operations of a layer.
  public init(_ work: LayerWork) {
    kind = work.kind
    widths = work.widths
    outputs = work.elements(of: .outputs)
    switch work.kind {
    case .products: count = work.macs
    case .pool: count = work.bounds.iterations
    case .elementwise: count = work.elements(of: .outputs)
    case .movement, .none: count = 0
    }
  }

  /// The energy of one operation on a device, whatever the values.
  public func energy(on device: Device) -> Picojoules {
    let price = device.compute.macEnergy
    switch kind {
    case .products:
      return multiplication(on: device) + price.addition(accumulator: widths.partialSums)
    case .pool, .elementwise: return price.addition(accumulator: widths.partialSums)
    case .movement, .none: return .zero
    }
  }

  /// The energy of one multiplication, without the addition.
  func multiplication(on device: Device) -> Picojoules {
    let product = widths.productEnergy(on: device.compute)
    let addition = device.compute.macEnergy.addition(accumulator: widths.partialSums)
    return Picojoules(product.value - addition.value)
  }

  /// How much cheaper and dearer all multiplications would be with the lowest and highest published
  /// multiplier; nil when the device gives one figure.
  func spread(on device: Device) -> EnergyRange? {
    let price = device.compute.macEnergy
    guard kind == .products, let range = price.multiplyRange else { return nil }
    // All multipliers are taken to depend on the widths in the same way.
    let scale =
      price.multiply > .zero ? multiplication(on: device).value / price.multiply.value : 1
    let count = Double(count) * scale
    return EnergyRange(
      low: Picojoules((price.multiply.value - range.low.value) * count),
      high: Picojoules((range.high.value - price.multiply.value) * count))
  }
}
