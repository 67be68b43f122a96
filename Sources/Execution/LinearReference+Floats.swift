internal import Arithmetic
internal import Networks

extension LinearReference {
  /// The sum of one output in a float register, everything that happened counted.
  ///
  /// `content = round(content + term)`: terms are groups of `lanes` products, summed exactly; the bias is one
  /// more term, first or last. An infinite content stays.
  static func accumulateFloats(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int,
    _ overflow: inout LayerOverflow
  ) -> Int {
    let register = plan.floats[channel]
    var counts = overflow.channels[channel]
    var content = 0
    var exact = 0
    var seen: AccumulatorBound?

    func note() {
      let prefix = AccumulatorBound(lowest: exact, highest: exact)
      seen = seen?.union(prefix) ?? prefix
    }

    /// Adds a term; whether the sum left the range.
    func add(_ term: Int) -> Bool {
      exact += term
      note()
      guard content.magnitude != UInt(FloatRegister.infinity) else { return false }
      let sum = content + term
      content = register.stored(sum)
      if register.overflows(sum) { return true }
      if content != sum { counts.roundedSteps += 1 }
      return false
    }

    let bias = plan.scaling.bias[channel]
    if plan.scaling.biasPosition == .last { note() }
    if plan.scaling.biasPosition == .first, add(bias) { counts.overflowedBiasSteps += 1 }
    var term: Int?
    var step = 0
    let products = products(plan, codes, y, x, channel)
    for (product, end) in zip(products, plan.layout.sequence.ends) {
      if let product { term = (term ?? 0) + product }
      guard end > 0 else { continue }
      // A group of padding alone is no addition.
      if let sum = term {
        counts.steps += 1
        if add(sum) {
          counts.overflowedSteps += 1
          overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? step, step)
        }
      }
      term = nil
      step += 1
    }
    if plan.scaling.biasPosition == .last, add(bias) { counts.overflowedBiasSteps += 1 }
    counts.outputs += 1
    let range = seen ?? AccumulatorBound(lowest: 0, highest: 0)
    if register.overflows(range.lowest) || register.overflows(range.highest) {
      counts.overflowedOutputs += 1
    }
    if register.overflows(exact) { counts.persistentOutputs += 1 }
    counts.observed = counts.observed?.union(range) ?? range
    overflow.bitsHistogram[range.bits] += 1
    overflow.channels[channel] = counts
    return content
  }
}
