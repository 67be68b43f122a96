public import Devices
public import Mappings
internal import Quantities

/// Processors: a kernel of a software library runs each layer, and its instructions are counted.
///
/// - Model: the nest is fixed, so nothing is searched. Cores share outputs out and the busiest one counts.
///   Tiles of double-buffered levels move while the cores compute, tiles of other shared levels
///   while they wait (a cache miss); what registers load are instructions. A wait costs its own energy.
/// - Validity: fitted on half of a MobileNetV1 on a Cortex-M7 and on GAP8 and held to the other half by
///   `make validate`; conflict misses, prefetching and interrupts are ignored.
public struct VectorProcessorModel: ComputeModel {
  private let processor: VectorProcessor
  private let device: Device
  private let outline: DeviceOutline

  /// A model of the costs on a device whose compute part is this processor.
  public init(_ processor: VectorProcessor, device: Device) {
    self.processor = processor
    self.device = device
    outline = DeviceOutline(device)
  }

  /// The cost of a layer under the loop nest of its kernel.
  ///
  /// - Throws: when a level cannot hold its smallest tile or no instruction is as wide as the operands.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let rate = try device.compute.peak(of: work)
    let isProduct = work.kind == .products && work.bounds.iterations > 0
    let schedule =
      isProduct
      ? ProcessorSchedule(work, processor: processor, compute: device.compute) : nil
    let mapping = try ProcessorMapping(
      work, processor: processor, device: device, outline: outline
    )
    .mapping(schedule)
    let accesses = mapping.accesses
    let traffic = LinkTraffic.links(of: mapping, accesses: accesses, device: device)
    let (compute, overhead) = busy(work, schedule)
    let busy = compute + overhead.total
    let stalls = stalls(work, schedule, traffic, busy: busy)
    let total = stalls.reduce(busy) { $0 + $1.cycles }
    var energy = EnergyShare.shares(of: work, traffic: traffic, busy: busy, device: device)
    energy[0].energy += processor.waitCycle * (total - busy).count
    let peak = rate * Double(device.compute.units)
    // The nest is fixed, so the bounds of cycles and energy under any mapping are what it takes.
    var cost = LayerCost(
      name: work.name, macs: work.macs, cycles: total, computeCycles: compute,
      overhead: overhead, stalls: stalls,
      utilization: total > .zero ? Double(work.macs) / (Double(total.count) * peak) : 0,
      energy: energy, accesses: LevelAccess.accesses(traffic, device: device),
      lowerBounds: LowerBounds(
        computeCycles: Cycles(Int((Double(work.macs) / peak).rounded(.up))),
        trafficBits: work.compulsoryBits, cycles: total,
        energy: energy.reduce(.zero) { $0 + $1.energy }),
      mapping: mapping.text)
    cost.legalMapping = mapping
    return cost
  }

  /// The cycles that the busiest core computes, and those that it spends around that.
  private func busy(
    _ work: LayerWork, _ schedule: ProcessorSchedule?
  ) -> (Cycles, CycleOverhead) {
    func whole(_ cycles: Double) -> Cycles { Cycles(Int(cycles.rounded(.up))) }
    func cycles(_ instructions: Double) -> Cycles {
      whole(instructions / processor.instructionsPerCycle)
    }
    func shared(_ count: Int) -> Double { Double((count + processor.cores - 1) / processor.cores) }
    let outputs = shared(work.elements(of: .outputs))
    let call = CycleOverhead(layer: cycles(processor.call))
    switch work.kind {
    case .none: return (.zero, CycleOverhead())
    case .products:
      guard let (inner, around) = schedule?.busiest(processor) else { return (.zero, call) }
      // Rounded once, so that the sum is that of all instructions.
      let all = cycles(around + processor.call)
      return (whole(inner), CycleOverhead(layer: call.layer, outputs: all - call.layer))
    case .pool: return (cycles(shared(work.bounds.iterations) * processor.pool), call)
    case .elementwise: return (cycles(outputs * processor.element), call)
    case .movement: return (cycles(outputs * processor.move), call)
    }
  }

  /// The cycles in which the cores wait: reordering transfers, misses, and what does not hide.
  private func stalls(
    _ work: LayerWork, _ schedule: ProcessorSchedule?, _ traffic: [LinkTraffic], busy: Cycles
  ) -> [Stall] {
    let operands = Operand.allCases
    var waits = [Int](repeating: 0, count: device.memories.count * operands.count)
    var hidden = waits
    for link in traffic {
      guard let child = link.child, !device.memories[child].isPerUnit else { continue }
      let place = link.ports.first.map { $0.level * operands.count + link.operand.index } ?? 0
      let cycles =
        link.ports.map { port in
          let memory = device.memories[port.level]
          return (port.isWrite ? memory.writeBandwidth : memory.readBandwidth)
            .cycles(for: Bits(port.bits)).count
        }.max() ?? 0
      if device.memories[child].isDoubleBuffered {
        hidden[place] += cycles
      } else {
        waits[place] += cycles
      }
      if let schedule, link.operand == .inputs, schedule.kernel.reorderCycles > 0,
        child == device.memories.lastIndex(where: { !$0.isPerUnit })
      {
        let elements = Double(link.ports.first?.elements ?? 0)
        waits[place] += Int((elements * schedule.kernel.reorderCycles).rounded(.up))
      }
    }
    let known = busy.count + waits.reduce(0, +)
    let levels = device.memories.indices.map { $0 * operands.count..<($0 + 1) * operands.count }
    if let longest = levels.max(by: { sum(hidden[$0]) < sum(hidden[$1]) }),
      sum(hidden[longest]) > known
    {
      // The excess goes to the operands in proportion, what rounding leaves to the last.
      let all = sum(hidden[longest])
      var left = all - known
      for place in longest where hidden[place] > 0 {
        let part = min(left, (hidden[place] * ((all - known) * 1000 / all) + 999) / 1000)
        waits[place] += part
        left -= part
      }
      if left > 0, let place = longest.last(where: { hidden[$0] > 0 }) { waits[place] += left }
    }
    return waits.indices.compactMap { place in
      waits[place] == 0
        ? nil
        : Stall(
          level: device.memories[place / operands.count].name, port: "read",
          operand: operands[place % operands.count], cycles: Cycles(waits[place]))
    }
  }

  private func sum(_ cycles: ArraySlice<Int>) -> Int { cycles.reduce(0, +) }
}
