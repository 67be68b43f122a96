public import Devices
public import Mappings
public import Quantities

/// What must pass between the outermost memory and all inside it, because little fits inside: the bound of
/// Hong and Kung for convolutions, with its constant.
///
/// Cut a run into segments of T bits moved either way, with M bits inside. What a segment uses of weights
/// and inputs was inside at its start or was loaded, and the sums it changes are inside at its end or were
/// stored: with widths w, i, o and W, I, O elements, `w W + i I + o O <= 2 M + T`. For one group and tap the
/// products are a matrix product, of which W, I and O elements allow at most `sqrt(W I O)` (Loomis and
/// Whitney); over groups and taps, where an element of the input meets at most R taps, Cauchy and Schwarz
/// give `sqrt(R W I O)`. That is largest with equal shares; with `T = 4 M`:
///
///     bits >= sqrt(2) * products * sqrt(w i o) / sqrt(R M) - 4 M
///
/// - Model: products with padding are not counted; o is the smaller width of partial and finished sums;
///   R is `ceil(kernel rows / stride) * ceil(kernel columns / stride)` for a dilation of one.
/// - Validity: derived, for every order of the products that computes none twice; the constant is
///   1.41 where Smith et al. reach 2 for a matrix product.
/// - Source: Hong and Kung, STOC 1981; Irony, Toledo and Tiskin, JPDC 2004 (segments); Chen, Han and Wang,
///   HPCA 2020 (R).
public struct CapacityBound: Sendable {
  /// The bits that must pass, compulsory traffic not added.
  public let bits: Bits
  private let price: PicojoulesPerBit

  /// The bound of a layer on a device; none without products or with unlimited capacity inside.
  public init(work: LayerWork, device: Device) {
    price = Self.leastPrice(device)
    guard work.kind == .products, let inside = Self.capacity(of: device, work) else {
      bits = .zero
      return
    }
    bits = Self.bits(of: work, inside: inside)
  }

  /// The bits that must pass with a number of bits inside.
  public static func bits(of work: LayerWork, inside: Bits) -> Bits {
    let widths = work.widths
    let bounds = work.bounds
    func taps(_ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      var (divisor, rest) = (stride, dilation)
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      let step = stride / divisor
      return (kernel + step - 1) / step
    }
    let reuse =
      taps(bounds.kernelRows, bounds.strideY, bounds.dilationY)
      * taps(bounds.kernelColumns, bounds.strideX, bounds.dilationX)
    let width = Double(widths.weights * widths.inputs * min(widths.partialSums, widths.outputs))
    let capacity = Double(inside.count)
    let bits =
      (2 * width / (Double(reuse) * capacity)).squareRoot() * Double(work.usedInputs)
      - 4 * capacity
    return Bits(bits > 0 && bits < 9e18 ? Int(bits) : 0)
  }

  /// The energy that this adds to compulsory traffic.
  func energy(beyond traffic: CompulsoryTraffic) -> Picojoules {
    Picojoules(max((bits * price).value - traffic.outermostEnergy.value, 0))
  }

  /// All that lies inside the outermost level; nil where there is no limit.
  public static func capacity(of device: Device, _ work: LayerWork) -> Bits? {
    let widths = work.widths
    let units = device.compute.units
    // Each multiplier holds the operands of a product in any case.
    var bits = units * (widths.weights + widths.inputs + widths.partialSums)
    for memory in device.memories.dropFirst() {
      guard let shared = memory.capacity else {
        if memory.operandCapacity.count < memory.operands.count { return nil }
        bits +=
          memory.operandCapacity.values.reduce(0) { $0 + $1.count }
          * (memory.isPerUnit ? units : 1)
        continue
      }
      let all = memory.operandCapacity.values.reduce(shared.count) { $0 + $1.count }
      bits += all * (memory.isPerUnit ? units : 1)
    }
    return Bits(bits)
  }

  /// The least that a bit costs between the outermost level and the next one inside.
  private static func leastPrice(_ device: Device) -> PicojoulesPerBit {
    var least = Double.infinity
    for operand in Operand.allCases {
      guard let outer = device.memories.first, outer.operands.contains(operand) else {
        // An operand that is at home further inside.
        return PicojoulesPerBit(0)
      }
      let child = device.memories.dropFirst().first { $0.operands.contains(operand) }
      func price(_ prices: [Operand: PicojoulesPerBit]?) -> Double { prices?[operand]?.value ?? 0 }
      least = min(least, price(outer.readEnergy) + price(child?.writeEnergy))
      if operand == .outputs {
        least = min(least, price(outer.writeEnergy) + price(child?.readEnergy))
      }
    }
    return PicojoulesPerBit(least)
  }
}
