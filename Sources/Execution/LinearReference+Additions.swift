internal import Arithmetic
internal import Networks

extension LinearReference {
  /// A register, and the number that it would hold without limits.
  private struct Register {
    let accumulator: Accumulator
    var content = 0
    var exact = 0
    var lowest = Int.max
    var highest = Int.min
    /// Whether nothing but padding was added.
    var isEmpty = true

    init(_ accumulator: Accumulator) { self.accumulator = accumulator }

    /// Notes a number that the register holds, or would hold.
    mutating func note(_ number: Int) {
      lowest = min(lowest, number)
      highest = max(highest, number)
    }

    /// Adds a term to the content, and a number that would be the term; whether the sum left the range.
    mutating func add(_ term: Int, exactly number: Int) -> Bool {
      isEmpty = false
      exact += number
      note(exact)
      let sum = content + term
      content = accumulator.stored(sum)
      return content != sum
    }

    mutating func clear() { (content, exact, isEmpty) = (0, 0, true) }

    /// How often the register wrapped in the end.
    var netWraps: Int {
      accumulator.overflow == .wrap ? abs(exact - content) >> accumulator.bits : 0
    }

    /// Whether every number noted fits.
    var heldAll: Bool { accumulator.holds(lowest) && accumulator.holds(highest) }
  }

  /// What is summed exactly before an addition.
  private struct Term {
    var sum = 0
    var exact = 0
    /// Whether it is padding alone.
    var isEmpty = true
    /// Whether a cast changed a product.
    var isChanged = false

    mutating func join(_ content: Int, exactly number: Int) {
      sum += content
      exact += number
      isEmpty = false
    }
  }

  /// The sum of one output, everything that happened counted.
  static func accumulate(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int,
    _ overflow: inout LayerOverflow
  ) -> Int {
    let arithmetic = plan.arithmetic
    let products = products(plan, codes, y, x, channel)
    let sequence = plan.layout.sequence
    let casts = arithmetic.productCast != nil
    var counts = overflow.channels[channel]
    let last = sequence.registers - 1
    // The innermost register first; with one level it is the last one.
    var registers = [Register](repeating: Register(arithmetic.accumulator), count: last)
    for index in registers.indices { registers[index].note(0) }
    registers.append(Register(plan.lastAccumulator))
    var terms = [Term](repeating: Term(), count: last + 1)
    var step = 0
    var storagesHeldAll = true

    func addBias() {
      let bias = plan.scaling.bias[channel]
      let term = casts ? registers[last].accumulator.stored(bias) : bias
      if casts { registers[last].note(bias) }
      let overflowed = registers[last].add(term, exactly: bias)
      if overflowed || term != bias { counts.overflowedBiasSteps += 1 }
    }

    /// Adds the term of a level, unless it is padding alone, and clears it.
    func add(at level: Int) {
      let term = terms[level]
      terms[level] = Term()
      guard !term.isEmpty else { return }
      let overflowed = registers[level].add(term.sum, exactly: term.exact)
      if level > 0 {
        counts.outerSteps += 1
        if overflowed { counts.overflowedOuterSteps += 1 }
      } else {
        counts.steps += 1
        guard overflowed || term.isChanged else { return }
        counts.overflowedSteps += 1
        overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? step, step)
      }
    }

    /// Hands the content of a level to the term of the next one, and clears it.
    func pass(from level: Int) {
      if level == 0 { counts.netWraps += registers[0].netWraps }
      if !registers[level].isEmpty {
        terms[level + 1].join(registers[level].content, exactly: registers[level].exact)
      }
      registers[level].clear()
    }

    // The empty register is the first prefix, unless it starts with the bias.
    if casts || plan.scaling.biasPosition == .last { registers[last].note(0) }
    if plan.scaling.biasPosition == .first { addBias() }
    for (index, product) in products.enumerated() {
      if let product {
        let term = plan.scaling.term(product, channel)
        let stored = casts ? registers[0].accumulator.stored(term) : term
        if casts { registers[0].note(term) }
        terms[0].join(stored, exactly: term)
        if stored != term { terms[0].isChanged = true }
      }
      let end = sequence.ends[index]
      for level in 0...last where end > 2 * level {
        add(at: level)
        if end > 2 * level + 1 { pass(from: level) }
      }
      if end > 0 { step += 1 }
      for storage in sequence.storages.prefix(sequence.spills[index]) {
        if !storage.holds(registers[last].exact) { storagesHeldAll = false }
        let kept = storage.stored(registers[last].content)
        counts.spills += 1
        if kept != registers[last].content { counts.overflowedSpills += 1 }
        registers[last].content = kept
      }
    }
    if plan.scaling.biasPosition == .last { addBias() }
    if last == 0 { counts.netWraps += registers[0].netWraps }
    counts.outputs += 1
    if !(registers.allSatisfy(\.heldAll) && storagesHeldAll) { counts.overflowedOutputs += 1 }
    let final = registers[last]
    if !final.accumulator.holds(final.exact) { counts.persistentOutputs += 1 }
    let seen = AccumulatorBound(lowest: registers[0].lowest, highest: registers[0].highest)
    counts.observed = counts.observed?.union(seen) ?? seen
    overflow.bitsHistogram[seen.bits] += 1
    overflow.channels[channel] = counts
    return plan.corrected(final.content, channel: channel)
  }
}
