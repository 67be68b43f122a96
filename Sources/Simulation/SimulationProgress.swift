/// How far a long run is.
public struct SimulationProgress: Hashable, Sendable {
  /// What is being done: `calibrating`, `float reference`, `simulating`.
  public let stage: String
  /// The samples done.
  public let done: Int
  /// The samples to do.
  public let total: Int
  /// What is known so far; empty where there is nothing to say.
  public let note: String

  /// A state of progress.
  public init(stage: String, done: Int, total: Int, note: String = "") {
    self.note = note
    self.stage = stage
    self.done = done
    self.total = total
  }

  /// Receives progress; called often, never twice at the same time from one stage.
  public typealias Handler = @Sendable (SimulationProgress) -> Void
}
