import Arithmetic
import Execution
import Networks

extension RandomLayer {
  /// The slow outcome.
  func reference() throws -> LinearReference.Outcome {
    try LinearReference.outcome(
      of: linear, codes: codes, arithmetic: arithmetic, order: order, input: input, output: output,
      clamp: clamp, isFullyConnected: isFullyConnected)
  }

  /// The fast outcome.
  func fast(observesPrefixes: Bool) throws -> LinearReference.Outcome {
    try LinearKernel(
      layer: "fast", linear: linear, arithmetic: arithmetic, order: order, input: input,
      output: output, clamp: clamp, isFullyConnected: isFullyConnected
    ).outcome(codes, observesPrefixes: observesPrefixes)
  }

  /// What samples give as networks run them, from bytes to bytes.
  func stored(samples count: Int) throws -> (codes: [[Int32]], overflow: LayerOverflow) {
    try LinearKernel(
      layer: "stored", linear: linear, arithmetic: arithmetic, order: order, input: input,
      output: output, clamp: clamp, isFullyConnected: isFullyConnected
    ).stored([[Int32]](repeating: codes, count: count))
  }
}
