public import Devices
public import Mappings
internal import Quantities

/// Convolution cores: NVDLA-like and Ethos-U-like engines that multiply atoms of channels.
///
/// - Model: `cycles = max(engines, output stage, ports)`: the engines take full atoms of channels and
///   positions; the output stage needs `cyclesPerOutput` an output, works behind the engines and runs a fused pool;
///   each level outside the buffer has one port that reads and writes share, and works in parallel with all
///   of them. The buffer and the sums feed the engines at full rate. When inputs and weights exceed the buffer, one of
///   them is read again for each half buffer of the other. Latency of memories, compression of weights and
///   the cycles of the first and last tile are ignored. A product of a Winograd layer is priced at 1 / 2.25.
/// - Validity: NVDLA's performance workbook (AlexNet, every layer; three networks in seven sizes); Vela's
///   estimates of Ethos-U55.
public struct ConvolutionCoreModel: ComputeModel {
  private let device: Device
  private let core: ConvolutionCore

  /// A model of the costs on a device.
  public init(device: Device, core: ConvolutionCore) {
    self.device = device
    self.core = core
  }

  /// The cost of a layer.
  ///
  /// - Throws: when no row of the throughput table is as wide as the operands.
  public func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    var work = work
    if core.fusesPools, work.fusion == .isPooled { work.kind = .none }
    let rate = try device.compute.peak(of: work)
    let shape = work.kind == .products ? CoreShape(work, core: core) : nil
    let traffic = CoreTraffic(work, shape: shape, device: device, core: core)
    let links = work.operands.isEmpty ? [] : traffic.links(shape)
    let peak = rate * Double(device.compute.units)
    let compute = engineCycles(work, shape, multipliers: peak)
    let overhead = CycleOverhead(
      layer: work.kind == .none ? .zero : Cycles(device.compute.cyclesPerLayer),
      outputs: Cycles(max(0, outputCycles(work) - compute)))
    let busy = compute + overhead.total.count
    let stalls = stalls(links, busy: busy)
    let cycles = Cycles(busy) + stalls.reduce(.zero) { $0 + $1.cycles }
    let best = peak * (shape?.isWinograd == true ? 2.25 : 1)
    var priced = EnergyShare.shares(of: work, traffic: links, busy: Cycles(busy), device: device)
    if shape?.isWinograd == true {
      priced[0].energy = Picojoules(priced[0].energy.value / 2.25)
    }
    return LayerCost(
      name: work.name, macs: work.macs, cycles: cycles, computeCycles: Cycles(compute),
      overhead: overhead, stalls: stalls,
      utilization: cycles > .zero ? Double(work.macs) / (Double(cycles.count) * best) : 0,
      energy: priced, accesses: LevelAccess.accesses(links, device: device),
      lowerBounds: LowerBounds(
        computeCycles: Cycles(Int((Double(work.macs) / best).rounded(.up))),
        trafficBits: compulsoryBits(work), cycles: Cycles(compute), energy: priced[0].energy),
      mapping: text(work, shape, traffic))
  }

  /// The cycles of the engines, or of the output stage for a layer without products.
  private func engineCycles(
    _ work: LayerWork, _ shape: CoreShape?, multipliers: Double
  ) -> Int {
    if let shape { return shape.cycles(core: core, multipliers: multipliers) }
    let outputs = Double(work.elements(of: .outputs))
    switch work.kind {
    case .pool: return Int((Double(work.bounds.iterations) * core.cyclesPerTap).rounded(.up))
    case .elementwise, .movement, .products:
      return Int((outputs * device.compute.cyclesPerElement).rounded(.up))
    case .none: return 0
    }
  }

  /// The cycles of the output stage of a layer with products.
  private func outputCycles(_ work: LayerWork) -> Int {
    guard work.kind == .products else { return 0 }
    return Int(
      (Double(work.elements(of: .outputs)) * device.compute.cyclesPerOutput).rounded(.up))
  }

  /// The cycles by which the slowest level outside the buffer outlasts the work, by operand.
  private func stalls(_ links: [LinkTraffic], busy: Int) -> [Stall] {
    let buffer = device.convolutionBuffer ?? 0
    var longest: [(operand: Operand, cycles: Double)] = []
    var level = 0
    for index in 0..<max(buffer, 1) {
      let memory = device.memories[index]
      let demands = Operand.allCases.map { operand in
        let ports = links.filter { $0.operand == operand }.flatMap(\.ports)
          .filter { $0.level == index }
        let cycles = ports.reduce(0.0) {
          let bandwidth = $1.isWrite ? memory.writeBandwidth : memory.readBandwidth
          return $0 + Double($1.bits) / bandwidth.value
        }
        return (operand: operand, cycles: cycles)
      }
      if demands.reduce(0, { $0 + $1.cycles }) > longest.reduce(0, { $0 + $1.cycles }) {
        (longest, level) = (demands, index)
      }
    }
    let whole = longest.reduce(0) { $0 + $1.cycles }
    let excess = Int(whole.rounded(.up)) - busy
    guard excess > 0 else { return [] }
    var (before, given) = (0.0, 0)
    var stalls: [Stall] = []
    for demand in longest {
      before += demand.cycles
      let upTo = Int((Double(excess) * (before / whole)).rounded())
      if upTo > given {
        stalls.append(
          Stall(
            level: device.memories[level].name, port: "bus", operand: demand.operand,
            cycles: Cycles(upTo - given)))
      }
      given = upTo
    }
    return stalls
  }

  /// The compulsory traffic, pools fused as the core does.
  private func compulsoryBits(_ work: LayerWork) -> Bits {
    guard core.fusesPools, case .pools(let pooled) = work.fusion else {
      return work.compulsoryBits
    }
    let saved = work.elements(of: .outputs) - pooled * work.bounds.batch
    return Bits(work.compulsoryBits.count - max(saved, 0) * work.widths.outputs)
  }

  private func text(_ work: LayerWork, _ shape: CoreShape?, _ traffic: CoreTraffic) -> String {
    guard let shape else { return work.kind == .none ? "" : "output stage" }
    var notes = ["inputs from \(device.memories[traffic.home].name)"]
    if traffic.inputPasses > 1 { notes.append("read \(traffic.inputPasses) times") }
    if traffic.weightPasses > 1 { notes.append("weights read \(traffic.weightPasses) times") }
    if shape.isWinograd { notes.append("Winograd") }
    if shape.isPacked { notes.append("groups packed") }
    if core.fusesPools, case .pools = work.fusion { notes.append("pool fused") }
    return notes.joined(separator: ", ")
  }
}
