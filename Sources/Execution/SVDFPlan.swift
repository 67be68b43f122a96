internal import Arithmetic
internal import Networks
internal import Tensors

/// A singular value decomposition filter made ready to run; its memory is [filters, memory], the newest
/// feature last.
struct SVDFPlan: RecurrentPlan {
  let svdf: QuantizedSVDF
  let input: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  let rounding: MultiplierRounding
  let steps: Int
  let initialState: [Int32]

  init(
    layer: String, svdf: QuantizedSVDF, shape: Shape, arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, clamp: ClosedRange<Int>
  ) throws(ExecutionError) {
    guard shape.rank == 2 || shape.rank == 3, shape[0] == 1 else {
      throw ExecutionError(layer: layer, reason: .unsupported("a sequence of shape \(shape)"))
    }
    self.svdf = svdf
    self.input = input
    self.output = output
    self.clamp = clamp
    rounding = MultiplierRounding(arithmetic.requantization)
    steps = shape.rank == 3 ? shape[1] : 1
    initialState =
      svdf.initialState.isEmpty
      ? [Int32](repeating: 0, count: svdf.timeWeights.shape.count) : svdf.initialState
  }

  /// Computes all steps of one sample and gives the output of the last.
  ///
  /// `m = m << 1, clamp(R(W (x - z_x)))`; `y = R(b + sum over the rank of W_t m) + z_y`.
  ///
  /// - Shapes: input [steps, inputs]; results [units]; state [filters, memory].
  /// - Exactness: sums are of 64 bits; a device's int32 sums are the same where they do not overflow.
  func run(
    _ inputs: [UnsafePointer<Int32>], _ results: UnsafeMutablePointer<Int32>,
    state: inout [Int32]
  ) {
    let features = svdf.weights.shape[1]
    let memory = svdf.timeWeights.shape[1]
    for step in 0..<steps {
      let offsets = (0..<features).map {
        inputs[0][step * features + $0] - Int32(input.zeroPoint)
      }
      for (filter, sum) in LSTMPlan.products(svdf.weights, offsets).enumerated() {
        let first = filter * memory
        for place in first..<first + memory - 1 { state[place] = state[place + 1] }
        let feature = rounding.rescaled(sum, svdf.featureMultiplier)
        state[first + memory - 1] = Int32(
          min(max(feature, svdf.stateClamp.lowerBound), svdf.stateClamp.upperBound))
      }
    }
    let window = svdf.rank * memory
    for (unit, bias) in svdf.bias.enumerated() {
      var sum = bias
      for place in unit * window..<(unit + 1) * window {
        sum += Int(svdf.timeWeights.elements[place]) * Int(state[place])
      }
      let code = rounding.rescaled(sum, svdf.outputMultiplier) + output.zeroPoint
      results[unit] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
    }
  }
}
