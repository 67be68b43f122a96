public import Arithmetic
public import Quantities

/// What a level of memory can hold, and what traffic is counted for.
public enum Operand: String, Hashable, Sendable, CaseIterable, Comparable {
  /// The weights and biases of a layer.
  case weights
  /// The input activations of a layer.
  case inputs
  /// The outputs of a layer, partial sums included.
  case outputs

  /// Whether the left one comes first in tables.
  public static func < (left: Operand, right: Operand) -> Bool {
    left.index < right.index
  }

  /// The position in `allCases`: the order of tables.
  public var index: Int {
    switch self {
    case .weights: 0
    case .inputs: 1
    case .outputs: 2
    }
  }
}

/// A loop of the convolution nest that hardware can unroll in space.
public enum LoopAxis: String, Hashable, Sendable, CaseIterable {
  /// Output channels k (of one group).
  case outputChannels
  /// Input channels c (of one group).
  case inputChannels
  /// Groups g: the channels of a depthwise layer.
  case groups
  /// Output rows p.
  case outputRows
  /// Output columns q.
  case outputColumns
  /// Kernel rows r.
  case kernelRows
  /// Kernel columns s.
  case kernelColumns
  /// Samples of a batch n.
  case batch
}

/// Which operand stays in the innermost registers while the others stream.
public enum Dataflow: String, Hashable, Sendable, CaseIterable {
  /// Weights stay, partial sums move.
  case weightStationary = "weight-stationary"
  /// Partial sums stay until they are final.
  case outputStationary = "output-stationary"
  /// Inputs stay.
  case inputStationary = "input-stationary"
  /// A row of weights stays, a row of inputs slides, partial sums move up the column (Eyeriss).
  case rowStationary = "row-stationary"
  /// A scalar or SIMD processor: a small register tile of outputs stays.
  case registerTile = "register-tile"
}

/// Multiply-accumulates a cycle of one unit for operands up to these widths.
public struct MACThroughput: Hashable, Sendable {
  /// The widest weights of the row, in bits.
  public var weightBits: Int
  /// The widest activations of the row, in bits.
  public var activationBits: Int
  /// The widest accumulators of the row, in bits.
  public var accumulatorBits: Int
  /// Multiply-accumulates a cycle and unit; a fraction when one takes several cycles.
  public var macsPerCycle: Double

  /// A row of a throughput table.
  public init(weightBits: Int, activationBits: Int, accumulatorBits: Int, macsPerCycle: Double) {
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.accumulatorBits = accumulatorBits
    self.macsPerCycle = macsPerCycle
  }
}

/// The energy of one multiply-accumulate at given operand widths.
///
/// - Model: multiplier energy grows with the product of the operand widths, adder and register energy
///   with the accumulator width:
///   `E = multiply * (w / wRef) * (x / xRef) + add * (P / PRef) + overhead`,
///   and each cycle in which the device works adds `busyCycle`, whatever is done in it.
/// - Validity: the scaling is Accelergy's and QKeras's; published int8 multiplies differ by 4.5x.
public struct MACEnergy: Hashable, Sendable {
  /// The energy of the multiplication at the reference widths.
  public var multiply: Picojoules
  /// The weight and activation width that `multiply` was given for, in bits.
  public var multiplyBits: Int
  /// The energy of the addition at the reference width.
  public var add: Picojoules
  /// The accumulator width that `add` was given for, in bits.
  public var addBits: Int
  /// The energy of everything else per operation: instruction fetch, control.
  public var overhead: Picojoules
  /// The energy of each cycle in which the device computes or finishes outputs, stalls excluded.
  ///
  /// What a processor pays for an instruction, however many products are in it.
  public var busyCycle: Picojoules
  /// The lowest and highest `multiply` that is published; nil when the file gives one figure.
  public var multiplyRange: EnergyRange?
  /// How the energy depends on the values of the operands.
  public var values = ValueDependence()

  /// The energy model of a unit.
  public init(
    multiply: Picojoules, multiplyBits: Int, add: Picojoules, addBits: Int, overhead: Picojoules,
    busyCycle: Picojoules = .zero
  ) {
    self.multiply = multiply
    self.multiplyBits = multiplyBits
    self.add = add
    self.addBits = addBits
    self.overhead = overhead
    self.busyCycle = busyCycle
  }
}

/// The part of a device that computes.
public struct Compute: Hashable, Sendable {
  /// The family of hardware: which model tells its cycles.
  public var family = ComputeFamily.array
  /// What stays where.
  public var dataflow: Dataflow
  /// Units along the first axis of the array; 1 for a processor.
  public var rows: Int
  /// Units along the second axis of the array; 1 for a processor.
  public var columns: Int
  /// Loops that may be unrolled along the rows, in order of preference.
  public var rowAxes: [LoopAxis]
  /// Loops that may be unrolled along the columns, in order of preference.
  public var columnAxes: [LoopAxis]
  /// Multipliers of one unit whose products meet in one adder tree; 1 for a plain unit.
  public var lanes = 1
  /// Loops that may be unrolled onto the lanes of a unit, in order of preference.
  public var laneAxes: [LoopAxis] = []
  /// Whether operands ripple through the array so that each pass pays rows + columns cycles to fill and drain.
  public var isSystolic: Bool
  /// Multiply-accumulates a cycle and unit by operand widths; the first row that is wide enough holds.
  public var throughput: [MACThroughput]
  /// How the throughput changes with the widths of the operands, beyond the table.
  public var precision = PrecisionScaling.table
  /// What the engines of a pipeline share out; nil in other families.
  public var pipeline: PipelineResources?
  /// The share of `throughput` that depthwise layers reach; 1 when their kernels are as good.
  ///
  /// For a processor, whose kernels for one input channel a group differ from its matrix kernels; an
  /// array shows the same by the units that stay idle.
  public var depthwiseRate: Double
  /// The energy of a multiply-accumulate.
  public var macEnergy: MACEnergy
  /// Which operands the multipliers are made for.
  public var multiplier = MultiplierKind.integer
  /// What the whole compute part leaks, working or not.
  public var leakage = Milliwatts.zero
  /// Cycles each output element costs beside its products: requantization, stores, loop control.
  public var cyclesPerOutput: Double
  /// Cycles each element of a layer without products costs: pools (per tap), adds, activations.
  public var cyclesPerElement: Double
  /// Cycles to start a layer: calls, configuration.
  public var cyclesPerLayer: Int

  /// A compute part.
  public init(
    dataflow: Dataflow, rows: Int, columns: Int, rowAxes: [LoopAxis], columnAxes: [LoopAxis],
    isSystolic: Bool, throughput: [MACThroughput], depthwiseRate: Double = 1,
    macEnergy: MACEnergy, cyclesPerOutput: Double, cyclesPerElement: Double, cyclesPerLayer: Int
  ) {
    self.dataflow = dataflow
    self.rows = rows
    self.columns = columns
    self.rowAxes = rowAxes
    self.columnAxes = columnAxes
    self.isSystolic = isSystolic
    self.throughput = throughput
    self.depthwiseRate = depthwiseRate
    self.macEnergy = macEnergy
    self.cyclesPerOutput = cyclesPerOutput
    self.cyclesPerElement = cyclesPerElement
    self.cyclesPerLayer = cyclesPerLayer
  }

  /// The units of the array.
  public var units: Int { rows * columns * lanes }
}

/// One level of the memory hierarchy.
public struct MemoryLevel: Hashable, Sendable {
  /// The name, unique in the device: `dram`, `buffer`, `registers`.
  public var name: String
  /// The capacity of one instance for all operands together, or nil for one that holds any network.
  public var capacity: Bits?
  /// A capacity of its own for an operand (Eyeriss spads), which then does not share `capacity`;
  /// when every operand has one, `capacity` is zero.
  public var operandCapacity: [Operand: Bits]
  /// The operands kept at this level; the others bypass it.
  public var operands: Set<Operand>
  /// The form in which it keeps partial sums; nil for the accumulator's own.
  public var partialSums: Accumulator?
  /// The dimensions of the array whose units share one instance: all of them for a level that the whole
  /// array shares, none for one that each multiplier has.
  public var sharedAlong: Set<ArrayDimension>
  /// Whether an instance keeps the inputs that its next tile needs too, as a sliding window does;
  /// the pads of a row-stationary array always do.
  public var keepsHalo = false
  /// The dynamic memory behind the outermost level; its rows and bursts are then what costs energy.
  public var dram: DRAMStandard?
  /// Whether queues at each instance let outputs, and what is new of a sliding window, move while the
  /// present tile is used, beside the capacity; whole tiles do not fit them.
  public var hasQueues = false
  /// Whether the next tile is loaded while the present one is used; halves the usable capacity.
  public var isDoubleBuffered: Bool
  /// The width of one access in bits.
  public var wordBits: Int
  /// The read bandwidth of one instance.
  public var readBandwidth: BitsPerCycle
  /// The write bandwidth of one instance.
  public var writeBandwidth: BitsPerCycle
  /// The ports of one instance; without any, one reads and one writes with the bandwidths above.
  public var ports: [MemoryPort] = []
  /// Whether each transfer takes whole words and whole cycles of a port of its own, rather than sharing
  /// them with the next one.
  public var movesWholeWords = false
  /// The energy of reading, by operand where they differ.
  public var readEnergy: [Operand: PicojoulesPerBit]
  /// The energy of writing, by operand where they differ.
  public var writeEnergy: [Operand: PicojoulesPerBit]
  /// What one instance leaks, used or not.
  public var leakage = Milliwatts.zero
  /// The share of the reads of weights by the multipliers that a zero input saves: 0 to 1.
  public var zeroGating = 0.0

  /// A level of memory.
  public init(
    name: String, capacity: Bits?, operandCapacity: [Operand: Bits] = [:],
    operands: Set<Operand>, isPerUnit: Bool, isDoubleBuffered: Bool, wordBits: Int,
    readBandwidth: BitsPerCycle, writeBandwidth: BitsPerCycle,
    readEnergy: [Operand: PicojoulesPerBit], writeEnergy: [Operand: PicojoulesPerBit]
  ) {
    self.name = name
    self.capacity = capacity
    self.operandCapacity = operandCapacity
    self.operands = operands
    sharedAlong = isPerUnit ? [] : Self.wholeArray
    self.isDoubleBuffered = isDoubleBuffered
    self.wordBits = wordBits
    self.readBandwidth = readBandwidth
    self.writeBandwidth = writeBandwidth
    self.readEnergy = readEnergy
    self.writeEnergy = writeEnergy
  }
}

/// A modelled piece of hardware that has passed verification.
public struct Device: Hashable, Sendable {
  /// The name: the file name of its hwconfig without the ending.
  public var name: String
  /// One line for lists.
  public var summary: String
  /// The technology node in nm.
  public var technology: Int
  /// The clock of the compute part.
  public var clock: Hertz
  /// The arithmetic that changes values.
  public var arithmetic: ArithmeticSpec
  /// The preset that the arithmetic comes from, perhaps changed since; nil without one.
  public var preset: ArithmeticPreset?
  /// How products meet across units, where the file says so; `reduction` says it always.
  public var spatialReduction: SpatialReduction?
  /// The part that computes.
  public var compute: Compute
  /// The memory levels, outermost (off-chip) first.
  public var memories: [MemoryLevel]
  /// The source of each figure, by its path in the file: `memories[1].capacity`.
  public var sources: [String: String]

  /// A device of these parts.
  public init(
    name: String, summary: String, technology: Int, clock: Hertz, arithmetic: ArithmeticSpec,
    preset: ArithmeticPreset? = nil, compute: Compute, memories: [MemoryLevel],
    sources: [String: String]
  ) {
    self.name = name
    self.summary = summary
    self.technology = technology
    self.clock = clock
    self.arithmetic = arithmetic
    self.preset = preset
    self.compute = compute
    self.memories = memories
    self.sources = sources
  }
}
