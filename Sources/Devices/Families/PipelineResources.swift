/// The fabric that the engines of a streaming pipeline share out.
public struct PipelineResources: Hashable, Sendable {
  /// Look-up tables with six inputs.
  public var luts: Int
  /// DSP slices.
  public var dsps: Int
  /// Memory blocks of 18 Kib.
  public var blockRAMs: Int
  /// Products of operands with at most this many bits together come from LUTs, wider ones from DSPs.
  public var lutOperandBits: Int
  /// How products share a DSP slice.
  public var packing: DSPPacking

  /// A fabric.
  public init(
    luts: Int, dsps: Int, blockRAMs: Int, lutOperandBits: Int, packing: DSPPacking
  ) {
    self.luts = luts
    self.dsps = dsps
    self.blockRAMs = blockRAMs
    self.lutOperandBits = lutOperandBits
    self.packing = packing
  }

  func verify(_ problems: inout DeviceProblems) {
    for (key, count, example) in [
      ("luts", luts, 53_200), ("dsps", dsps, 220), ("blockRAMs", blockRAMs, 280),
    ] {
      problems.require(
        (1...100_000_000).contains(count), "compute.pipeline.\(key)",
        "a fabric has 1 to 1e8 of them", "write e.g. \(example)")
    }
    problems.require(
      (2...128).contains(lutOperandBits), "compute.pipeline.lutOperandBits",
      "two operands have 2 to 128 bits together", "write e.g. 8")
    packing.verify(at: "compute.pipeline", &problems)
  }
}

extension Compute {
  /// Adds the rules of the family and of the law of widths.
  func verifyFamily(_ problems: inout DeviceProblems) {
    precision.verify(&problems)
    pipeline?.verify(&problems)
    switch family {
    case .pipeline:
      problems.require(
        pipeline != nil, "compute.pipeline", "a pipeline needs its resources",
        "add e.g. `pipeline: {luts: 53200, …}`")
    case .array, .fusionArray, .convolutionCore, .processor:
      problems.require(
        pipeline == nil, "compute.pipeline", "only the family pipeline has these resources",
        "write `family: pipeline`, or remove the block")
    }
  }
}
