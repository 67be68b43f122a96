/// One evaluated candidate, as a journal keeps it.
public struct TuningRecord: Hashable, Codable, Sendable {
  /// The choice of each gene.
  public let genome: [Int]
  /// The figures; nil where the candidate is impossible.
  public let evaluation: Evaluation?
  /// Why the candidate is impossible.
  public let refusal: String?

  /// A candidate with its figures.
  public init(genome: [Int], evaluation: Evaluation) {
    self.genome = genome
    self.evaluation = evaluation
    refusal = nil
  }

  /// A candidate that is impossible.
  public init(genome: [Int], refusal: String) {
    self.genome = genome
    evaluation = nil
    self.refusal = refusal
  }
}
