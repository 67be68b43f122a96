/// The family of hardware that a compute part belongs to: which model tells its cycles.
///
/// Each family has one model on the cost side (`ComputeModel`).
public enum ComputeFamily: String, Hashable, Sendable, CaseIterable {
  /// Units side by side, spatial or systolic, under a mapping that is searched.
  case array
  /// Fusion units with a buffer for each operand, loops of constant length around whole kernels
  /// (Bit Fusion).
  case fusionArray = "fusion-array"
  /// An engine for each layer, all at work at the same time (FINN).
  case pipeline
}
