import Devices
import Mappings
import Quantities

extension FusionArrayModel {
  /// What one group moves at a level, in bits.
  struct Traffic {
    var level: Int
    var operand: Operand
    var read = 0
    var written = 0
  }

  /// What one group moves at the outer memory and at the buffers.
  ///
  /// - Model: a bit of inputs is read from its buffer once for all columns. Either sums stay in the
  ///   array until a tile has all its products, and each unit reads its weights every cycle; or weights
  ///   stay, and sums go to the buffer and back at every fold. The cheaper one is taken.
  func traffic(_ schedule: FusionSchedule, shape: FusionShape, port: FusionPort) -> [Traffic] {
    let stationarySums = traffic(schedule, shape: shape, port: port, keepsSums: true)
    let stationaryWeights = traffic(schedule, shape: shape, port: port, keepsSums: false)
    return price(stationarySums) <= price(stationaryWeights) ? stationarySums : stationaryWeights
  }

  private func traffic(
    _ schedule: FusionSchedule, shape: FusionShape, port: FusionPort, keepsSums: Bool
  ) -> [Traffic] {
    let tile = schedule.tile
    let tiles = tile.trips.reduce(1, *)
    let pixels = tile.extents[0] * tile.extents[1] * tile.extents[2]
    let (inputs, outputs) = (tile.extents[3], tile.extents[4])
    let folds = (outputs + shape.columns - 1) / shape.columns
    let sums = pixels * outputs * port.sumBits
    let weights = shape.taps * inputs * outputs * shape.widths.weights
    let stored = schedule.stored(port)
    return [
      Traffic(level: 0, operand: .weights, read: schedule.moved[0]),
      Traffic(level: 0, operand: .inputs, read: schedule.moved[1]),
      Traffic(level: 0, operand: .outputs, read: schedule.moved[2], written: stored),
      Traffic(
        level: buffer(of: .weights), operand: .weights,
        read: tiles * weights * (keepsSums ? pixels : 1), written: schedule.moved[0]),
      Traffic(
        level: buffer(of: .inputs), operand: .inputs,
        read: tiles * pixels * folds * shape.taps * inputs * shape.widths.inputs,
        written: schedule.moved[1]),
      Traffic(
        level: buffer(of: .outputs), operand: .outputs,
        read: tiles * sums * (keepsSums ? 1 : tile.folds) + stored,
        written: tiles * sums * (keepsSums ? 1 : tile.folds) + schedule.moved[2]),
    ]
  }

  private func price(_ traffic: [Traffic]) -> Double {
    traffic.reduce(0) { sum, part in
      let memory = device.memories[part.level]
      let read = memory.readEnergy[part.operand]?.value ?? 0
      let write = memory.writeEnergy[part.operand]?.value ?? 0
      return sum + Double(part.read) * read + Double(part.written) * write
    }
  }

  /// The energy of what one group moves, in pJ.
  func energy(_ schedule: FusionSchedule, shape: FusionShape, port: FusionPort) -> Double {
    price(traffic(schedule, shape: shape, port: port))
  }

  /// The cost of a layer under a schedule of its groups.
  func cost(
    of work: LayerWork, schedule: FusionSchedule, shape: FusionShape, port: FusionPort,
    rate: Double
  ) -> LayerCost {
    let groups = work.bounds.groups
    let compute = device.compute
    let traffic = traffic(schedule, shape: shape, port: port)
    let computing = Cycles(groups * schedule.tile.allCycles)
    let outputs = Double(work.elements(of: .outputs))
    let overhead = Cycles(
      compute.cyclesPerLayer + Int((outputs * compute.cyclesPerOutput).rounded(.up)))
    let outer = traffic.filter { $0.level == 0 }
    let stalls = stalls(groups * schedule.waits(port), outer)
    let cycles = computing + overhead + stalls.reduce(.zero) { $0 + $1.cycles }
    let peak = rate * Double(compute.units)
    var shares = [
      EnergyShare(
        component: "compute",
        energy: work.widths.productEnergy(on: compute) * work.macs
          + compute.macEnergy.busyCycle * (computing + overhead).count)
    ]
    for level in device.memories.indices {
      let own = traffic.filter { $0.level == level }
      shares.append(
        EnergyShare(
          component: device.memories[level].name,
          energy: Picojoules(Double(groups) * price(own))))
    }
    return LayerCost(
      name: work.name, macs: work.macs, cycles: cycles, computeCycles: computing,
      overhead: CycleOverhead(fill: overhead), stalls: stalls,
      utilization: Double(work.macs) / (Double(max(cycles.count, 1)) * peak), energy: shares,
      accesses: accesses(traffic, work),
      lowerBounds: LowerBounds(
        computeCycles: Cycles(Int((Double(work.macs) / peak).rounded(.up))),
        trafficBits: work.compulsoryBits),
      mapping: text(schedule, shape))
  }

  /// The waiting shared out by what moves at the outer memory.
  private func stalls(_ cycles: Int, _ outer: [Traffic]) -> [Stall] {
    let whole = outer.reduce(0) { $0 + $1.read + $1.written }
    var (before, given) = (0, 0)
    var stalls: [Stall] = []
    for part in outer where whole > 0 {
      before += part.read + part.written
      let upTo = Int((Double(cycles) * (Double(before) / Double(whole))).rounded())
      if upTo > given {
        stalls.append(
          Stall(
            level: device.memories[0].name, port: part.operand.usualPort, operand: part.operand,
            cycles: Cycles(upTo - given)))
      }
      given = upTo
    }
    return stalls
  }

  private func accesses(_ traffic: [Traffic], _ work: LayerWork) -> [LevelAccess] {
    traffic.sorted { $0.level < $1.level }.map { part in
      let width =
        switch part.operand {
        case .weights: work.widths.weights
        case .inputs: work.widths.inputs
        case .outputs: work.widths.partialSums
        }
      let (read, written) = (work.bounds.groups * part.read, work.bounds.groups * part.written)
      return LevelAccess(
        level: device.memories[part.level].name, operand: part.operand,
        reads: read / max(width, 1), writes: written / max(width, 1), readBits: Bits(read),
        writeBits: Bits(written))
    }
  }

  private func text(_ schedule: FusionSchedule, _ shape: FusionShape) -> String {
    let letters = ["n", "p", "q", "c", "k"]
    let loops = schedule.order.map {
      let index = $0.rawValue
      return "\(letters[index]) \(shape.extents[index]) by \(schedule.tile.extents[index])"
    }
    return "\(device.memories[0].name): "
      + (loops.isEmpty ? "whole" : loops.joined(separator: ", "))
      + "\narray: \(shape.rows) x \(shape.depth) products, \(shape.columns) outputs"
      + (shape.isUnfolded ? ", windows unfolded" : "")
  }
}
