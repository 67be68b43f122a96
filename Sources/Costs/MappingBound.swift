import Devices
import Mappings
import Quantities

extension MappingScore {
  /// What no mapping of a layer can undercut: energy and cycles, each on its own.
  ///
  /// - Model: energy is that of the operations, of everything that must pass each link once
  ///   (`CompulsoryTraffic`), and of what the capacity inside the outermost level makes pass again
  ///   (`CapacityBound`). Cycles are those of the fewest steps that unrolling onto the array allows, or of
  ///   the compulsory traffic through the busiest port of a shared level.
  /// - Validity: below every mapping that was tried, by test; sound for `AccessCounts`.
  static func bound(of work: LayerWork, device: Device, rate: Double) -> MappingScore {
    guard work.kind != .none else { return MappingScore(energy: 0, cycles: 0) }
    let traffic = CompulsoryTraffic(work: work, device: device)
    let steps = work.kind == .products ? device.compute.fewestSteps(of: work) : 0
    let elements =
      switch work.kind {
      case .products: Double(steps) / rate
      case .pool: Double(work.bounds.iterations) * device.compute.cyclesPerElement
      case .elementwise, .movement:
        Double(work.elements(of: .outputs)) * device.compute.cyclesPerElement
      case .none: 0.0
      }
    let busy = Cycles(Int(elements.rounded(.up)))
    var longest = busy
    for (level, memory) in device.memories.enumerated() where !memory.isPerUnit {
      for (port, bits) in traffic.bits[level].enumerated() {
        longest = max(longest, memory.portBandwidth(port).cycles(for: Bits(bits)))
      }
    }
    let operations = EnergyShare.shares(of: work, traffic: [], busy: busy, device: device)
    let energy =
      operations.reduce(.zero) { $0 + $1.energy } + traffic.energy
      + CapacityBound(work: work, device: device).energy(beyond: traffic)
    return MappingScore(energy: energy.value, cycles: longest.count)
  }
}

extension Compute {
  /// The fewest steps in which an array can do the products of a layer.
  ///
  /// With f units along an axis a step covers at most f of its indices, so that the axis takes at least
  /// `ceil(extent / f)` steps.
  func fewestSteps(of work: LayerWork) -> Int {
    var steps = 1
    var left = Set(LoopAxis.allCases)
    for (axes, units) in [(rowAxes, rows), (columnAxes, columns), (laneAxes, lanes)] {
      let own = axes.filter { left.contains($0) }
      left.subtract(own)
      steps *= Self.fewestSteps(own.map { work.bounds[$0] }[...], onto: units)
    }
    return left.reduce(steps) { $0 * work.bounds[$1] }
  }

  private static func fewestSteps(_ extents: ArraySlice<Int>, onto units: Int) -> Int {
    guard let extent = extents.first else { return 1 }
    guard extent > 0 else { return 0 }
    var fewest = Int.max
    var count = min(extent, units)
    while count > 0 {
      let steps = (extent + count - 1) / count
      // The fewest units with as many steps leave the most for the other axes.
      let least = (extent + steps - 1) / steps
      fewest = min(fewest, steps * fewestSteps(extents.dropFirst(), onto: units / least))
      count = least - 1
    }
    return fewest
  }
}
