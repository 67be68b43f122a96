/// The family of hardware that a compute part belongs to: which model tells its cycles.
///
/// Each family has one model on the cost side (`ComputeModel`).
public enum ComputeFamily: Hashable, Sendable {
  /// Units side by side, spatial or systolic, under a mapping that is searched.
  case array
  /// Cores that run kernels of a library, priced by their instructions; nothing is searched.
  case processor(VectorProcessor)

  /// The names of the families in hwconfigs.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// Units side by side.
    case array
    /// Cores that run kernels.
    case processor
  }
}
