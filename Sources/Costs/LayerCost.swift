public import Devices
public import Mappings
public import Quantities

/// What one operand does at one memory level during a layer.
public struct LevelAccess: Hashable, Sendable {
  /// The name of the level.
  public var level: String
  /// The operand.
  public var operand: Operand
  /// Elements read.
  public var reads: Int
  /// Elements written.
  public var writes: Int
  /// The bits read, each element in its own width.
  public var readBits: Bits
  /// The bits written, each element in its own width.
  public var writeBits: Bits

  /// The bits moved.
  public var bits: Bits { readBits + writeBits }
}

/// Cycles in which the array waits for a memory.
public struct Stall: Hashable, Sendable {
  /// The name of the level whose port it waits for.
  public var level: String
  /// The name of the port: `read`, `write` or as the device calls it.
  public var port: String
  /// The operand that it waits for.
  public var operand: Operand
  /// How long.
  public var cycles: Cycles

  /// A stall.
  public init(level: String, port: String, operand: Operand, cycles: Cycles) {
    self.level = level
    self.port = port
    self.operand = operand
    self.cycles = cycles
  }
}

extension Operand {
  /// The port that families without ports of their own wait for: outputs are written, others read.
  var usualPort: String { self == .outputs ? "write" : "read" }
}

/// The energy of one component.
public struct EnergyShare: Hashable, Sendable {
  /// The name of a memory level, or `compute`.
  public var component: String
  /// The energy.
  public var energy: Picojoules
}

/// What no mapping of a layer can undercut.
public struct LowerBounds: Hashable, Sendable {
  /// The multiply-accumulates over the peak rate of the array at these widths, depthwise or not.
  public var computeCycles: Cycles
  /// Weights, biases and touched inputs read once and outputs written once.
  public var trafficBits: Bits
  /// The cycles under any mapping of the device: units that unrolling leaves idle, ports that are busy.
  public var cycles: Cycles
  /// The energy under any mapping of the device; zero where none is known.
  public var energy: Picojoules

  /// Bounds; without a mapping the cycles are bounded by the products alone.
  public init(
    computeCycles: Cycles, trafficBits: Bits, cycles: Cycles? = nil, energy: Picojoules = .zero
  ) {
    self.computeCycles = computeCycles
    self.trafficBits = trafficBits
    self.cycles = cycles ?? computeCycles
    self.energy = energy
  }
}

/// What a layer costs on a device.
public struct LayerCost: Hashable, Sendable {
  /// The name of the layer.
  public var name: String
  /// The multiply-accumulates, padding taps included.
  public var macs: Int
  /// All cycles: `computeCycles + overheadCycles` and the stalls.
  public var cycles: Cycles
  /// The cycles in which the array computes.
  public var computeCycles: Cycles
  /// The cycles around that, by cause: starting, loading, filling and draining, finishing outputs.
  public var overhead: CycleOverhead
  /// The cycles in which it waits, by level, port and operand; none of them is zero.
  public var stalls: [Stall]
  /// The multiply-accumulates over what the peak rate would do in all cycles: 0 to 1.
  ///
  /// The peak rate is that of the operand widths, for a depthwise layer times `depthwiseRate`.
  public var utilization: Double
  /// The energy of each component: `compute`, then the levels, outermost first, then `leakage` if any.
  public var energy: [EnergyShare]
  /// The accesses, level by level, outermost first, and by operand.
  public var accesses: [LevelAccess]
  /// What no mapping can undercut.
  public var lowerBounds: LowerBounds
  /// The mapping for people: one line a level.
  public var mapping: String
  /// What the compute part is paid for.
  public var operations: LayerOperations?
  /// What the lowest multiplier saves and the highest one adds.
  var spread: EnergyRange?
  /// What the executed values changed of the energy; nil without them.
  public var values: ValueEffect?
  /// The mapping; nil where the family of hardware has none.
  public var legalMapping: LegalMapping?
  /// What the dynamic memory does; nil for a device whose outermost level is priced by the bit.
  public var dram: DRAMUse?

  /// The cycles of all overheads.
  public var overheadCycles: Cycles { overhead.total }
  /// How near the mapping is to the best one; nil for one that was given rather than searched.
  public var quality: MappingQuality?

  /// The energy of all components.
  public var totalEnergy: Picojoules { energy.reduce(.zero) { $0 + $1.energy } }

  /// The cycles of all stalls.
  public var stallCycles: Cycles { stalls.reduce(.zero) { $0 + $1.cycles } }
}

extension LayerCost {
  /// The cost of a layer under a given mapping.
  ///
  /// - Throws: when no row of the throughput table is as wide as the operands.
  public init(mapping: LegalMapping, accesses: AccessCounts, device: Device) throws(MappingError) {
    let work = mapping.work
    let rate = try device.compute.peak(of: work)
    let traffic = LinkTraffic.links(of: mapping, accesses: accesses, device: device)
    let cycles = CycleCount(
      mapping: mapping, accesses: accesses, traffic: traffic, device: device,
      rate: device.compute.rate(of: work, peak: rate))
    let levels = LevelAccess.accesses(traffic, device: device)
    let peak = rate * Double(device.compute.units)
    name = work.name
    macs = work.macs
    self.cycles = cycles.total
    computeCycles = cycles.compute
    overhead = cycles.overhead
    stalls = cycles.stalls
    utilization =
      cycles.total > .zero ? Double(work.macs) / (Double(cycles.total.count) * peak) : 0
    energy = EnergyShare.shares(of: work, traffic: traffic, busy: cycles.busy, device: device)
    dram = DRAMUse(mapping, cycles: cycles.total, device: device)
    if let dram { energy[1].energy = dram.energy }
    self.accesses = levels
    let bound = MappingScore.bound(of: work, device: device, rate: rate)
    lowerBounds = LowerBounds(
      computeCycles: Cycles(Int((Double(work.macs) / peak).rounded(.up))),
      trafficBits: work.compulsoryBits, cycles: Cycles(bound.cycles),
      energy: Picojoules(bound.energy))
    self.mapping = mapping.text
    complete(work, on: device)
    legalMapping = mapping
  }
}

extension Compute {
  /// The multiply-accumulates a cycle and unit for a layer; 1 for a layer without products.
  func peak(of work: LayerWork) throws(MappingError) -> Double {
    guard work.kind == .products else { return 1 }
    let widths = work.widths
    let weights = widths.multipliedWeights(on: self)
    let inputs = widths.multipliedInputs(on: self)
    guard
      let rate = macsPerCycle(
        weights: weights, activations: inputs, accumulator: widths.partialSums)
    else {
      throw MappingError(
        layer: work.name,
        reason: .widths(
          weights: weights, activations: inputs, accumulator: widths.partialSums))
    }
    return work.isDepthwise ? rate * depthwiseRate : rate
  }
}
