internal import Arithmetic
internal import Networks
internal import Tensors

/// A layer of products whose sums are stepped addition by addition, because its register holds floating-point
/// numbers or its operands are wider than the 32 bits of the other kernels.
struct SteppedForm: Sendable {
  /// What sums are stored in.
  enum Registers: Sendable {
    /// A float of each output channel: they may count in different units.
    case float([FloatRegister])
    /// One integer.
    case integer(Accumulator)
  }

  let registers: Registers
  /// The weights of each block, [depth][16], for the kernel of exact doubles; empty where it cannot take
  /// the layer.
  let reals: [[Double]]
  /// The weights of each block, [depth][16], otherwise.
  let words: [[Int64]]
  /// Whether no sum can leave the register.
  let isProved: Bool

  /// Sums of magnitudes below this leave 3 of their sum within the 53 bits of a double.
  ///
  /// A content is at most twice the sum of the magnitudes added to it, since a rounded sum is no farther from
  /// the sum than the content before it is; so the next sum is at most three times.
  private static let exactInDouble = (1 << 53) / 3
  private static let exactInWords = (1 << 62) / 3

  /// The float registers of a layer; empty for integer accumulators.
  ///
  /// A register counts in units of a product of integers: what the formats of input and weights decode to
  /// without anything that is shared, so 1 for integers and `2^-18` for E4M3 times E4M3.
  static func floats(
    layer: String, linear: QuantizedLinear, arithmetic: ArithmeticSpec, order: ReductionOrder?,
    input: ActivationQuantization
  ) throws(ExecutionError) -> [FloatRegister] {
    let all = [arithmetic.accumulator, arithmetic.outer?.accumulator].compactMap { $0 }
    guard let accumulator = all.first(where: { $0.float != nil }), let float = accumulator.float
    else { return [] }
    let rules = [
      ("a second accumulator", arithmetic.outer != nil),
      ("products that are cast", arithmetic.productCast != nil),
      ("the order of a mapping", order != nil),
    ]
    if let rule = rules.first(where: \.1) {
      throw ExecutionError(
        layer: layer, reason: .floatAccumulator(accumulator.description, with: rule.0))
    }
    var registers: [FloatRegister] = []
    for channel in 0..<linear.outputChannels {
      let units = linear.encoding?.units ?? []
      let unit = input.format.unit + (units.isEmpty ? 0 : units[channel])
      guard let register = FloatRegister(float, unit: unit) else {
        throw ExecutionError(
          layer: layer,
          reason: .floatAccumulator(
            accumulator.description, with: "products in units of 2^\(unit)"))
      }
      registers.append(register)
    }
    return registers
  }

  /// The form of a layer; nil where the other kernels take it: sums fit a float register exactly, or the
  /// register holds integers and operands fit 32 bits.
  ///
  /// - Throws: where sums are too wide to step.
  init?(
    layer: String, linear: QuantizedLinear, layout: ProductLayout, blocks: [LinearPlan.Block],
    operands: LinearOperands, bounds: LinearBounds, floats: [FloatRegister], isWide: Bool
  ) throws(ExecutionError) {
    let isExact = zip(floats, bounds.channels).allSatisfy { register, bound in
      max(-bound.lowest, bound.highest) <= register.exactLimit
    }
    guard isWide || !isExact else { return nil }
    guard layout.arithmetic.outer == nil, layout.arithmetic.productCast == nil, !layout.isGeneral
    else {
      throw ExecutionError(
        layer: layer,
        reason: .unsupported("a product of decoded integers beyond 32 bits in several registers"))
    }
    let places = layout.places
    registers = floats.isEmpty ? .integer(layout.arithmetic.accumulator) : .float(floats)
    isProved =
      floats.isEmpty && bounds.channels.allSatisfy { layout.arithmetic.accumulator.holds($0) }
    guard floats.isEmpty || bounds.magnitude < Self.exactInWords else {
      throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: 64))
    }
    let fitsDoubles =
      !floats.isEmpty && bounds.magnitude < Self.exactInDouble
      && floats.allSatisfy { $0.droppedPlaces == 0 }
    let words = blocks.map { block in
      var words = [Int64](repeating: 0, count: places.count * 16)
      for (k, place) in places.enumerated() where place >= 0 {
        for lane in 0..<block.channels {
          words[16 * k + lane] = Int64(
            operands.weights[(block.start + lane) * linear.depth + place])
        }
      }
      return words
    }
    reals = fitsDoubles ? words.map { $0.map(Double.init) } : []
    self.words = fitsDoubles ? [] : words
  }
}

/// What happened to one output.
struct SteppedSum {
  /// The final content; of a float register perhaps `FloatRegister.infinity`.
  var content = 0
  /// The sum without limits and the extremes of its prefixes.
  var exact = 0
  var lowest = 0
  var highest = 0

  /// Notes a prefix.
  @inline(__always)
  mutating func note() {
    lowest = min(lowest, exact)
    highest = max(highest, exact)
  }
}

extension SteppedForm {
  /// What a sum becomes in the register of a channel, whether it left the range, and whether it was rounded.
  @inline(__always)
  func stored(
    _ content: Int, adding term: Int, channel: Int
  ) -> (content: Int, overflows: Bool, isRounded: Bool) {
    switch registers {
    case .integer(let accumulator):
      let sum = content + term
      let next = accumulator.stored(sum)
      return (next, next != sum, false)
    case .float(let registers):
      guard content.magnitude != UInt(FloatRegister.infinity) else {
        return (content, false, false)
      }
      let sum = content + term
      let next = registers[channel].stored(sum)
      guard next != sum else { return (next, false, false) }
      let overflows = registers[channel].overflows(sum)
      return (next, overflows, !overflows)
    }
  }

  /// Whether a sum is outside the range.
  func leaves(_ sum: Int, channel: Int) -> Bool {
    switch registers {
    case .integer(let accumulator): !accumulator.holds(sum)
    case .float(let registers): registers[channel].overflows(sum)
    }
  }

  /// How often the register wrapped in the end.
  func netWraps(_ sum: SteppedSum) -> Int {
    guard case .integer(let accumulator) = registers, accumulator.overflow == .wrap else {
      return 0
    }
    return abs(sum.exact - sum.content) >> accumulator.bits
  }
}
