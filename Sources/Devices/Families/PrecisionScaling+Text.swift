extension PrecisionScaling {
  /// The laws by name, as hwconfigs spell them.
  public enum Law: String, Hashable, Sendable, CaseIterable {
    /// The throughput table alone.
    case table
    /// `PrecisionScaling.bitSerialActivations`.
    case bitSerialActivations = "bit-serial-activations"
    /// `PrecisionScaling.bitSerialBoth`.
    case bitSerialBoth = "bit-serial-both"
    /// `PrecisionScaling.bitFusion`.
    case bitFusion = "bit-fusion"
    /// `PrecisionScaling.popcount`.
    case popcount
    /// `PrecisionScaling.lookupTable`.
    case lookupTable = "lookup-table"
    /// `PrecisionScaling.dspPacking`.
    case dspPacking = "dsp-packing"
  }

  /// The law.
  public var law: Law {
    switch self {
    case .table: .table
    case .bitSerialActivations: .bitSerialActivations
    case .bitSerialBoth: .bitSerialBoth
    case .bitFusion: .bitFusion
    case .popcount: .popcount
    case .lookupTable: .lookupTable
    case .dspPacking: .dspPacking
    }
  }

  /// The law and its parameters in a line.
  public var text: String {
    switch self {
    case .table: "as the table says"
    case .bitSerialActivations(let width):
      "a bit of an activation a cycle, weights in parallel up to \(width) bits"
    case .bitSerialBoth: "a bit of an activation times a bit of a weight a cycle"
    case .bitFusion(let fused, let brick):
      "\(brick)-bit bricks fuse to \(fused) x \(fused) bits; wider operands take several cycles"
    case .popcount(let word): "\(word) pairs of bits a cycle, planes of wider operands in turn"
    case .lookupTable(let index): "a table lookup a cycle, its index of \(index) operand bits"
    case .dspPacking(let packing):
      "products packed into \(packing.widePort) x \(packing.narrowPort) bits, "
        + "\(packing.guardBits) bits apart"
        + (packing.luts > 0 ? ", and \(packing.luts) LUTs of a unit, w * x a product" : "")
    }
  }
}
