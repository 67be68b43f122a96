/// The family of hardware that a compute part belongs to: which model tells its cycles.
///
/// Each family has one model on the cost side (`ComputeModel`).
public enum ComputeFamily: Hashable, Sendable {
  /// Units side by side, spatial or systolic, under a mapping that is searched.
  case array
  /// Dot-product engines on atoms of channels, with a convolution buffer and an output stage.
  case convolutionCore(ConvolutionCore)
}
