public import Arithmetic
public import Costs
public import Devices
public import Execution
public import Quantization
public import Quantities
public import Statistics

/// How often the network is right.
public struct Accuracy: Hashable, Codable, Sendable {
  /// The labelled samples.
  public var samples: Int
  /// Samples whose largest output is the label.
  public var top1: Int
  /// Samples whose label is among the five largest outputs; nil for fewer than six classes.
  public var top5: Int?
  /// The same for the float reference; nil for a network that is integer itself.
  public var floatTop1: Int?
  /// The same for the float reference.
  public var floatTop5: Int?
  /// The 95 % interval of the top-1 share.
  public var interval: WilsonInterval

  /// A count as a share of the samples, 0 to 1.
  public func share(_ count: Int) -> Double { Double(count) / Double(samples) }
}

/// How near the integer outputs are to the float ones.
public struct Fidelity: Hashable, Codable, Sendable {
  /// The samples compared.
  public var samples: Int
  /// Samples whose largest output is the same one.
  public var sameTop1: Int
  /// Whether every integer output stands for exactly the float one.
  public var isExact: Bool
  /// The signal-to-quantization-noise ratio of the outputs in dB; nil when it is not a number: outputs
  /// that are exact, all zero, or beyond the range of a double.
  public var outputSQNR: Double?
  /// The mean Kullback-Leibler divergence of the class probabilities from those of the float network, in nats.
  ///
  /// Nil without labels. Outputs that are no probabilities yet go through a softmax.
  public var outputDivergence: Double?
}

/// What the network was fed with.
public struct InputSummary: Hashable, Sendable {
  /// The smallest number fed in.
  public var low: Float
  /// The largest number fed in.
  public var high: Float
  /// The samples simulated.
  public var samples: Int
  /// The samples that chose the scales; 0 when the scheme had them.
  public var calibrationSamples: Int
  /// The calibration samples that were simulated too.
  public var sharedSamples: Int
}

/// What the parameters of a layer take in storage.
public struct ParameterStorage: Hashable, Codable, Sendable {
  /// The weight codes.
  public var weights = Bits.zero
  /// The biases, 32 bits each.
  public var biases = Bits.zero
  /// The scales: a 32-bit multiplier and an 8-bit shift each, and the exponents of groups and blocks.
  public var scales = Bits.zero
  /// The centroids of codebooks.
  public var codebooks = Bits.zero

  /// No parameters.
  public init() {}

  /// All of it.
  public var total: Bits { weights + biases + scales + codebooks }
}

/// One layer of a run.
public struct LayerResult: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The word for the operation, such as `conv` or `fc`.
  public var kind: String
  /// The format of the weights; nil without weights.
  public var weights: NumberFormat?
  /// The format of the input activations.
  public var inputs: NumberFormat
  /// The format of the output activations.
  public var outputs: NumberFormat
  /// The storage of the parameters.
  public var storage: ParameterStorage
  /// What the weight codes would take in a Huffman code of the layer's own.
  ///
  /// A lower bound of storage: the table of the code is not counted. Nil in cost-only runs and without
  /// weights.
  public var huffman: Bits?
  /// The order of additions that the mapping implies; nil unless the run follows it.
  public var order: ReductionOrder?
  /// What happened in the accumulators; nil in cost-only runs and for layers without products.
  public var overflow: LayerOverflow?
  /// What the operands were; nil in cost-only runs, with `Observation.fast`, for layers without products.
  public var operands: OperandStatistics?
  /// What one inference costs.
  public var cost: LayerCost
}

/// The sums over the layers, for one inference unless said.
///
/// Where layers work at the same time, cycles and seconds are the latency of the network, not a sum.
public struct SimulationTotals: Hashable, Sendable {
  /// The multiply-accumulates.
  public var macs = 0
  /// The cycles.
  public var cycles = Cycles.zero
  /// The cycles spent waiting for memories.
  public var stallCycles = Cycles.zero
  /// The latency.
  public var seconds = Seconds(0)
  /// The energy.
  public var energy = Picojoules.zero
  /// The energy without regard to values; nil when they made no difference.
  public var fixedEnergy: Picojoules?
  /// The energy with the lowest and highest published multiplier; nil when the device gives one.
  public var energyRange: EnergyRange?
  /// The storage of all parameters.
  public var storage = ParameterStorage()
  /// The Huffman-coded weights of the layers that have any; nil in cost-only runs.
  public var huffman: Bits?
  /// The bits moved at all levels.
  public var accessBits = Bits.zero
  /// Outputs with a prefix outside the accumulator, over all samples; nil in cost-only runs.
  public var overflowedOutputs: Int?
  /// Outputs of layers with narrow accumulators, over all samples.
  public var outputs: Int?
}

extension SimulationTotals {
  /// Adds what values and the choice of a multiplier make of the energy of a layer.
  fileprivate mutating func add(_ cost: LayerCost) {
    let energy = cost.totalEnergy
    let fixed = energy + (cost.values?.total ?? .zero)
    fixedEnergy = (fixedEnergy ?? .zero) + fixed
    let before = energyRange ?? EnergyRange(low: .zero, high: .zero)
    let range = cost.energyRange ?? EnergyRange(low: energy, high: energy)
    energyRange = EnergyRange(low: before.low + range.low, high: before.high + range.high)
  }
}

/// Everything that one run of one network on one device gave.
public struct SimulationResult: Hashable, Sendable {
  /// The name of the network.
  public var network: String
  /// The name of the device.
  public var device: String
  /// The clock of the device.
  public var clock: Hertz
  /// The arithmetic that was executed.
  public var arithmetic: ArithmeticSpec
  /// Whether layers add in the orders that their mappings imply, where these say one.
  public var followsMapping = false
  /// The name of the preset that it comes from, perhaps changed since; nil without one.
  public var preset: String?
  /// How the network was quantized; nil when it came with its own scales.
  public var scheme: QuantizationScheme?
  /// Inferences that share weights on the device.
  public var batch: Int
  /// How often it is right; nil without labels.
  public var accuracy: Accuracy?
  /// How near it is to the float network; nil in cost-only runs and for a network that
  /// is integer itself.
  public var fidelity: Fidelity?
  /// What it was fed with; nil in cost-only runs.
  public var input: InputSummary?
  /// Whether layers with a memory went on from sample to sample.
  public var keepsState = false
  /// The layers.
  public var layers: [LayerResult]
  /// How long a batch takes where layers work at the same time; nil where they take turns.
  public var timing: NetworkTiming?
  /// What a reader should know before trusting the figures.
  public var warnings: [String]

  /// The sums over the layers.
  public var totals: SimulationTotals {
    var totals = SimulationTotals()
    for layer in layers {
      totals.macs += layer.cost.macs
      totals.cycles += layer.cost.cycles
      totals.stallCycles += layer.cost.stallCycles
      totals.energy += layer.cost.totalEnergy
      totals.add(layer.cost)
      totals.storage.weights += layer.storage.weights
      totals.storage.biases += layer.storage.biases
      totals.storage.scales += layer.storage.scales
      totals.storage.codebooks += layer.storage.codebooks
      if let huffman = layer.huffman { totals.huffman = (totals.huffman ?? .zero) + huffman }
      for access in layer.cost.accesses { totals.accessBits += access.bits }
      guard let overflow = layer.overflow else { continue }
      totals.overflowedOutputs =
        (totals.overflowedOutputs ?? 0) + overflow.total { $0.overflowedOutputs }
      totals.outputs = (totals.outputs ?? 0) + overflow.total { $0.outputs }
    }
    if let timing { totals.cycles = Cycles((timing.latency.count + batch - 1) / batch) }
    if !layers.contains(where: { $0.cost.values != nil }) { totals.fixedEnergy = nil }
    if !layers.contains(where: { $0.cost.energyRange != nil }) { totals.energyRange = nil }
    totals.seconds = totals.cycles / clock
    return totals
  }
}
