/// How many products a unit does in a cycle, by the widths of their operands.
///
/// A factor on `macsPerCycle` of the throughput table, which then holds what the law does not know:
/// lanes of a unit, slower kernels, limits of the accumulator.
public enum PrecisionScaling: Hashable, Sendable {
  /// Nothing beyond the throughput table.
  case table
  /// One bit of an activation a cycle times a whole weight (Stripes).
  ///
  /// Weights wider than `weightBits` take several passes.
  case bitSerialActivations(weightBits: Int)
  /// One bit of an activation times one bit of a weight a cycle (Loom, BISMO).
  case bitSerialBoth
  /// Small multipliers that compose to wider ones (Bit Fusion).
  ///
  /// A unit multiplies two operands of `fusedBits` a cycle; each halving of an operand, down to
  /// `brickBits`, doubles its products. Wider operands take several cycles.
  case bitFusion(fusedBits: Int, brickBits: Int)
  /// A word of `wordBits` pairs of bits a cycle: XNOR or AND, then a count of ones.
  ///
  /// Binary and bipolar operands have one bit; wider ones take a cycle for each pair of bit planes.
  case popcount(wordBits: Int)
  /// A lookup a cycle, its index made of operand bits (DeepGEMM).
  ///
  /// Narrow operands share a lookup, which holds the sum of their products; wide ones are split.
  case lookupTable(indexBits: Int)
  /// Products that share the ports of a wide multiplier (DSP48E2).
  case dspPacking(DSPPacking)
}

/// A multiplier of an FPGA and how products are packed into it.
public struct DSPPacking: Hashable, Sendable {
  /// The width of the wider port, in bits: 27 in a DSP48E2.
  public var widePort: Int
  /// The width of the narrower port, in bits: 18 in a DSP48E2.
  public var narrowPort: Int
  /// Bits between neighbouring products, for the sums of several before they are taken apart.
  public var guardBits: Int
  /// LUTs beside each multiplier that form products, `w * x` of them each; 0 for none.
  public var luts: Int

  /// A multiplier with these ports.
  public init(widePort: Int, narrowPort: Int, guardBits: Int, luts: Int = 0) {
    self.widePort = widePort
    self.narrowPort = narrowPort
    self.guardBits = guardBits
    self.luts = luts
  }

  /// The products of one multiplication.
  ///
  /// With a spacing of `s = w + x + guardBits`, m operands of one kind take `x + s * (m - 1)` bits of
  /// a port and n of the other `w + s * m * (n - 1)` of the other port; `m * n` products result.
  ///
  /// - Units: widths in bits.
  /// - Model: two int8 products and four int4 products in 27 x 18 bits, as Xilinx's white papers on
  ///   INT8 and INT4 have them; operands wider than a port take several multiplications.
  /// - Validity: signs are corrected for free (pre-adder); nothing is approximated.
  public func products(weights: Int, activations: Int) -> Double {
    let spacing = weights + activations + guardBits
    var most = 0
    for (wide, narrow) in [(weights, activations), (activations, weights)]
    where narrow <= narrowPort && wide <= widePort {
      for inner in 1...(1 + (narrowPort - narrow) / spacing) {
        most = max(most, inner * (1 + (widePort - wide) / (spacing * inner)))
      }
    }
    let packed =
      most > 0
      ? Double(most)
      : 1
        / Double(
          Self.parts(weights, widePort) * Self.parts(activations, narrowPort))
    return packed + Double(luts / (weights * activations))
  }

  private static func parts(_ bits: Int, _ port: Int) -> Int { (bits + port - 1) / port }
}

extension PrecisionScaling {
  /// The products a cycle of one unit, as a factor on the throughput table.
  ///
  /// - Units: widths in bits, 1 at least.
  /// - Model: `bit-serial-activations` 1 / (x * ceil(w / W)); `bit-serial-both` 1 / (w * x);
  ///   `bit-fusion` (F / w') * (F / x') with widths rounded up to a doubling of the brick, and
  ///   1 / (ceil(w / F) * ceil(x / F)) beyond F; `popcount` N / (w * x); `lookup-table`
  ///   floor(I / (w + x)), or one over the lookups of the pieces of wider operands.
  /// - Validity: the laws of Stripes and Loom and the factors of Bit Fusion's simulator.
  public func products(weights: Int, activations: Int) -> Double {
    let (w, x) = (max(weights, 1), max(activations, 1))
    switch self {
    case .table: return 1
    case .bitSerialActivations(let width): return 1 / Double(x * Self.parts(w, width))
    case .bitSerialBoth: return 1 / Double(w * x)
    case .bitFusion(let fused, let brick):
      return Self.fused(w, fused, brick) * Self.fused(x, fused, brick)
    case .popcount(let word): return Double(word) / Double(w * x)
    case .lookupTable(let index): return Self.looked(w, x, index)
    case .dspPacking(let packing): return packing.products(weights: w, activations: x)
    }
  }

  private static func parts(_ bits: Int, _ width: Int) -> Int { (bits + width - 1) / width }

  /// What one operand contributes to the products of a fusion unit.
  private static func fused(_ bits: Int, _ fused: Int, _ brick: Int) -> Double {
    if bits > fused { return 1 / Double(parts(bits, fused)) }
    var width = brick
    while width < bits { width *= 2 }
    return Double(max(fused / width, 1))
  }

  private static func looked(_ w: Int, _ x: Int, _ index: Int) -> Double {
    if w + x <= index { return Double(index / (w + x)) }
    let lookups = (1..<max(index, 2)).map { parts(w, $0) * parts(x, max(index - $0, 1)) }
    return 1 / Double(lookups.min() ?? w * x)
  }
}
