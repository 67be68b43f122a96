/// One published table or recorded model that the simulator is held to.
public struct ValidationTarget: Sendable {
  /// The title: `Eyeriss chip, AlexNet: buffer and DRAM traffic`.
  public var title: String
  /// Where the published figures come from.
  public var source: String
  /// What was fitted, on which rows, to which parameters; or that nothing was.
  public var fitted: String
  /// What is assumed where the source is silent.
  public var assumptions: String
  /// The comparisons.
  public var rows: @Sendable (ValidationData) throws -> [ValidationRow]

  /// A target.
  public init(
    title: String, source: String, fitted: String = "nothing", assumptions: String = "",
    rows: @escaping @Sendable (ValidationData) throws -> [ValidationRow]
  ) {
    self.title = title
    self.source = source
    self.fitted = fitted
    self.assumptions = assumptions
    self.rows = rows
  }

  /// Every target, in the order of the report.
  public static let all: [ValidationTarget] = [
    .scaleSim,
    .nvdlaAlexNet,
    .nvdlaFrames,
    .ethos,
    .tensorProcessor,
    .zigZag,
    .timeloop,
    .zigzagLatency,
    .dram,
    .eyeriss,
    .eyerissEnergy,
    .bitFusion,
    .multiplierWidths,
    .cortexM7,
    .mlperfTiny,
    .gap8,
    .neon,
    .sram,
    .scaling,
    .lowerBounds,
  ]
}
