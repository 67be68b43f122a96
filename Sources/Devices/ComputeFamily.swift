/// The family of hardware that a compute part belongs to: which model tells its cycles.
///
/// Each family has one model on the cost side (`ComputeModel`).
public enum ComputeFamily: Hashable, Sendable {
  /// Units side by side, spatial or systolic, under a mapping that is searched.
  case array
  /// Fusion units with a buffer for each operand, loops of constant length around whole kernels
  /// (Bit Fusion).
  case fusionArray
  /// An engine for each layer, all at work at the same time (FINN).
  case pipeline
  /// Dot-product engines on atoms of channels, with a convolution buffer and an output stage.
  case convolutionCore(ConvolutionCore)
  /// Cores that run kernels of a library, priced by their instructions; nothing is searched.
  case processor(VectorProcessor)

  /// The names of the families in hwconfigs.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// Units side by side.
    case array
    /// Fusion units.
    case fusionArray = "fusion-array"
    /// An engine for each layer.
    case pipeline
    /// Dot-product engines.
    case convolutionCore = "convolution-core"
    /// Cores that run kernels.
    case processor
  }
}
