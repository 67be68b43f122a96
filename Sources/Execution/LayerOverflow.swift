public import Arithmetic

/// What happened in the accumulators of one output channel, summed over all samples.
///
/// With one accumulator every figure is about it. With two levels, `bound`, `observed` and `netWraps` are
/// about the inner one, whose prefixes start from 0 in each tile and never hold the bias; the bias and
/// `persistentOutputs` are about the outer one; an output has overflowed when an exact prefix of either
/// left its range. When products are cast to the accumulator before they are added, exact prefixes are
/// sums of rounded products, and the products, the bias and 0 count as prefixes, too: each is stored.
/// Where the order of a mapping has further registers, those behind the inner one count as the outer one;
/// a partial sum stored in a narrower memory is a prefix there, too.
/// When the zero point is corrected at the end, figures are about the sums before that.
///
/// - Source: definitions of `numerics.md` section 3.9.
public struct ChannelOverflow: Hashable, Sendable {
  /// The range that no prefix can leave, from the weights (bias included).
  public var bound: AccumulatorBound
  /// With two levels, the range that no prefix in the outer accumulator can leave (bias included).
  public var outerBound: AccumulatorBound?
  /// The range of the prefixes on the exact trajectory, the 0 or the bias it starts with included, or
  /// of the final sums when only those were observed; nil before any sample, and with two levels when
  /// no prefix was observed.
  public var observed: AccumulatorBound?
  /// Additions of products (groups of `lanes`), padding excluded.
  public var steps = 0
  /// Additions of products that left the range, on the actual trajectory; casts of products included.
  ///
  /// In a float accumulator those that rounded beyond its largest number.
  public var overflowedSteps = 0
  /// Additions, those of the bias included, that a float accumulator rounded within its range.
  public var roundedSteps = 0
  /// With two levels, additions of tiles to the outer accumulator, padding excluded.
  public var outerSteps = 0
  /// Additions to the outer accumulator that left its range.
  public var overflowedOuterSteps = 0
  /// Additions of the bias that left the range.
  public var overflowedBiasSteps = 0
  /// Partial sums that were stored in a narrower memory and came back.
  public var spills = 0
  /// Partial sums that changed when they were stored there.
  public var overflowedSpills = 0
  /// Outputs computed.
  public var outputs = 0
  /// Outputs with any exact prefix outside the range.
  public var overflowedOutputs = 0
  /// Outputs whose exact final sum is outside the range.
  public var persistentOutputs = 0
  /// Net wraps: the sum of `|exact sum - content| / 2^P`, with two levels over all tiles; 0 unless the
  /// accumulator wraps.
  public var netWraps = 0

  /// A channel without samples.
  public init(bound: AccumulatorBound) { self.bound = bound }

  /// Outputs that left the range and came back: overflowed less persistent.
  public var transientOutputs: Int { overflowedOutputs - persistentOutputs }

  /// Additions and spills that lost something: of products, of contents, of the bias, of stored sums.
  public var lostSums: Int {
    overflowedSteps + overflowedOuterSteps + overflowedBiasSteps + overflowedSpills
  }

  /// Adds the figures of other samples.
  public mutating func merge(_ other: ChannelOverflow) {
    if let theirs = other.observed { observed = observed?.union(theirs) ?? theirs }
    steps += other.steps
    overflowedSteps += other.overflowedSteps
    roundedSteps += other.roundedSteps
    outerSteps += other.outerSteps
    overflowedOuterSteps += other.overflowedOuterSteps
    overflowedBiasSteps += other.overflowedBiasSteps
    spills += other.spills
    overflowedSpills += other.overflowedSpills
    outputs += other.outputs
    overflowedOutputs += other.overflowedOutputs
    persistentOutputs += other.persistentOutputs
    netWraps += other.netWraps
  }
}

/// How many outputs took each way to their exact value.
public struct ExactnessPaths: Hashable, Sendable {
  /// Proved from the weights that no prefix can leave the range: summed wide.
  public var proved = 0
  /// Summed wide with prefixes watched, none of which left the range.
  public var tracked = 0
  /// Summed wide but for blocks of additions in which a prefix of this or a neighbouring channel could have left the
  /// range: those were added again as the narrow accumulator does.
  public var redone = 0
  /// Stepped from the first addition to the last.
  public var stepped = 0

  /// All outputs.
  public var total: Int { proved + tracked + redone + stepped }

  /// No output yet.
  public init() {}

  /// Adds the figures of other samples.
  public mutating func merge(_ other: ExactnessPaths) {
    proved += other.proved
    tracked += other.tracked
    redone += other.redone
    stepped += other.stepped
  }
}

/// What happened in the accumulators of one layer, summed over all samples.
public struct LayerOverflow: Hashable, Sendable {
  /// The accumulator simulated; with two levels the inner one.
  public var accumulator: Accumulator
  /// The accumulator behind it, if there are two levels.
  public var outer: OuterAccumulator?
  /// The bound when only the operand formats are known.
  public var dataTypeBound: AccumulatorBound
  /// Whether every prefix was observed (`--statistics full`) or only final sums where that sufficed.
  public var observesPrefixes: Bool
  /// The channels.
  public var channels: [ChannelOverflow]
  /// Outputs by the bits that their prefixes in the first accumulator need: entry b counts those that need b bits.
  public var bitsHistogram = [Int](repeating: 0, count: 65)
  /// The earliest addition of products that overflowed, as its index in the kernel's full order.
  public var firstOverflowedStep: Int?
  /// How the values were made exact.
  public var paths = ExactnessPaths()

  /// A layer without samples.
  public init(
    accumulator: Accumulator, dataTypeBound: AccumulatorBound, observesPrefixes: Bool,
    channels: [ChannelOverflow]
  ) {
    self.accumulator = accumulator
    self.dataTypeBound = dataTypeBound
    self.observesPrefixes = observesPrefixes
    self.channels = channels
  }

  /// The sum of a figure over the channels.
  public func total(_ figure: (ChannelOverflow) -> Int) -> Int {
    channels.reduce(0) { $0 + figure($1) }
  }

  /// The bits that the widest channel needs in the worst case.
  public var boundBits: Int { channels.map(\.bound.bits).max() ?? 1 }

  /// The bits that the widest prefix (or final sum) needed; nil before any sample.
  public var observedBits: Int? { channels.compactMap(\.observed?.bits).max() }

  /// Adds the figures of other samples.
  public mutating func merge(_ other: LayerOverflow) {
    for index in channels.indices { channels[index].merge(other.channels[index]) }
    for bits in bitsHistogram.indices { bitsHistogram[bits] += other.bitsHistogram[bits] }
    if let theirs = other.firstOverflowedStep {
      firstOverflowedStep = min(firstOverflowedStep ?? theirs, theirs)
    }
    paths.merge(other.paths)
  }
}
