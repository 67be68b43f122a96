public import Devices
public import Mappings
internal import Quantities

/// A streaming pipeline on an FPGA: an engine for each layer, all at work at the same time (FINN).
///
/// The cycles of a layer are those that its engine works for a batch. They do not add up: `timing` has
/// the interval and the latency of the network.
///
/// - Model: see `PipelineEngine` and `PipelinePlan`. Activations stay in streams between engines; the
///   outer memory has the first input, the last output and streamed weights. Each product reads its
///   weight from its memory, each vector element is read once for all rows of a pass.
/// - Validity: stage times are exact for the folding chosen; energies are estimates.
public struct PipelineModel: ComputeModel {
  private let device: Device
  private var plan: PipelinePlan?
  private var places: [String: Int] = [:]

  /// A model of the costs on a device.
  public init(device: Device) { self.device = device }

  /// How long a batch takes, once the network is known.
  public var timing: NetworkTiming? {
    plan?.timing(port: device.memories.first?.name ?? "memory")
  }

  /// Folds the engines of a network.
  ///
  /// - Throws: when even the smallest engines do not fit the fabric.
  public mutating func prepare(for network: [LayerWork]) throws(MappingError) {
    for work in network { _ = try device.compute.peak(of: work) }
    plan = try plan(network)
    places = [:]
    for (index, work) in network.enumerated() where places[work.name] == nil {
      places[work.name] = index
    }
  }

  /// The cost of a layer of the network, or of one that is a network by itself.
  ///
  /// - Throws: when the engine does not fit the fabric.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    if let plan, let place = places[work.name], plan.engines[place].work == work {
      return cost(place, of: plan)
    }
    _ = try device.compute.peak(of: work)
    return cost(0, of: try plan([work]))
  }

  private func plan(_ network: [LayerWork]) throws(MappingError) -> PipelinePlan {
    guard let fabric = device.compute.pipeline else {
      throw MappingError(
        layer: network.first?.name ?? "",
        reason: .fabric(resource: "luts", needed: 1, available: 0))
    }
    return try PipelinePlan(
      network, fabric: fabric, bandwidth: device.memories.first?.readBandwidth.value ?? 1)
  }

  private func cost(_ place: Int, of plan: PipelinePlan) -> LayerCost {
    let engine = plan.engines[place]
    let folding = plan.foldings[place]
    let work = engine.work
    let cycles = Cycles(engine.cycles(folding))
    let outer = plan.outer(place)
    var accesses = work.operands.map { operand in
      let moved = outer.first { $0.operand == operand } ?? (operand, 0, 0)
      let isWrite = operand == .outputs
      return LevelAccess(
        level: device.memories[0].name, operand: operand,
        reads: isWrite ? 0 : moved.elements, writes: isWrite ? moved.elements : 0,
        readBits: isWrite ? .zero : Bits(moved.bits), writeBits: isWrite ? Bits(moved.bits) : .zero)
    }
    accesses += blockAccesses(engine, folding)
    var shares = [
      EnergyShare(
        component: "compute",
        energy: EnergyShare.compute(work, device)
          + device.compute.macEnergy.busyCycle * cycles.count)
    ]
    for memory in device.memories {
      let own = accesses.filter { $0.level == memory.name }
      let energy = own.reduce(Picojoules.zero) { sum, access in
        let read = memory.readEnergy[access.operand].map { access.readBits * $0 } ?? .zero
        let write = memory.writeEnergy[access.operand].map { access.writeBits * $0 } ?? .zero
        return sum + read + write
      }
      shares.append(EnergyShare(component: memory.name, energy: energy))
    }
    let peak = Double(folding.parallelism)
    return LayerCost(
      name: work.name, macs: work.macs, cycles: cycles, computeCycles: cycles,
      overhead: CycleOverhead(), stalls: [],
      utilization: cycles > .zero ? Double(work.macs) / (Double(cycles.count) * peak) : 0,
      energy: shares, accesses: accesses,
      lowerBounds: LowerBounds(
        computeCycles: Cycles(Int((Double(work.macs) / peak).rounded(.up))),
        trafficBits: Bits(outer.reduce(0) { $0 + $1.bits })),
      mapping: "engine: PE \(folding.elements) of \(engine.rows), SIMD \(folding.lanes) of "
        + "\(engine.reduction), \(engine.vectors) vectors"
        + (engine.isStreamed ? "; weights streamed" : ""))
  }

  /// What an engine reads from the memory blocks, and writes into its window buffer.
  private func blockAccesses(_ engine: PipelineEngine, _ folding: EngineFolding) -> [LevelAccess] {
    let work = engine.work
    guard let memory = device.memories.dropFirst().first, work.kind == .products else { return [] }
    let loaded = work.elements(of: .inputs)
    let read = work.macs / folding.elements
    var accesses = [
      LevelAccess(
        level: memory.name, operand: .weights, reads: work.macs, writes: 0,
        readBits: Bits(work.macs * work.widths.weights), writeBits: .zero),
      LevelAccess(
        level: memory.name, operand: .inputs, reads: read, writes: loaded,
        readBits: Bits(read * work.widths.inputs),
        writeBits: Bits(loaded * work.widths.inputs)),
    ]
    accesses.removeAll { !memory.operands.contains($0.operand) }
    return accesses
  }
}
