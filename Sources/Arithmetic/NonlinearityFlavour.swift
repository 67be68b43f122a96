/// How sigmoid and tanh of the 16-bit gates of an integer LSTM are computed.
public enum NonlinearityFlavour: String, Hashable, Sendable, CaseIterable {
  /// A table with interpolation: TFLM, CMSIS-NN.
  case table
  /// Gemmlowp's fixed-point exponential and reciprocal: LiteRT, in all its variants.
  case gemmlowp
}
