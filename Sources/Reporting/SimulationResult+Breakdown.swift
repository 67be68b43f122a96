internal import Costs
internal import Devices
internal import Mappings
internal import Quantities
internal import Simulation

extension SimulationResult {
  /// The energy of each component over all layers: `compute`, then the levels, outermost first.
  var energyByComponent: [EnergyShare] {
    var shares: [EnergyShare] = []
    for layer in layers {
      for share in layer.cost.energy {
        if let place = shares.firstIndex(where: { $0.component == share.component }) {
          shares[place].energy += share.energy
        } else {
          shares.append(share)
        }
      }
    }
    return shares
  }

  /// The stalls of all layers by level, port and operand, longest first.
  var stalls: [Stall] {
    var stalls: [Stall] = []
    for stall in layers.flatMap(\.cost.stalls) {
      let place = stalls.firstIndex {
        $0.level == stall.level && $0.port == stall.port && $0.operand == stall.operand
      }
      if let place { stalls[place].cycles += stall.cycles } else { stalls.append(stall) }
    }
    return stalls.enumerated().sorted { left, right in
      let (a, b) = (left.element.cycles, right.element.cycles)
      return a == b ? left.offset < right.offset : a > b
    }.map(\.element)
  }

  /// The sums of the lower bounds of the layers; nil without layers.
  ///
  /// Of layers that work at the same time the longest bounds the cycles.
  var lowerBounds: LowerBounds? {
    guard var sum = layers.first?.cost.lowerBounds else { return nil }
    for layer in layers.dropFirst() {
      let bounds = layer.cost.lowerBounds
      if timing == nil {
        sum.computeCycles += bounds.computeCycles
        sum.cycles += bounds.cycles
      } else {
        sum.computeCycles = max(sum.computeCycles, bounds.computeCycles)
        sum.cycles = max(sum.cycles, bounds.cycles)
      }
      sum.trafficBits += layer.cost.lowerBounds.trafficBits
      sum.energy += layer.cost.lowerBounds.energy
    }
    return sum
  }

  /// The qualities of the mappings that were searched, of layers that do something.
  var qualities: [MappingQuality] {
    layers.filter { $0.cost.cycles > .zero }.compactMap(\.cost.quality)
  }

  /// The traffic at the outermost level that each operand has, and the names of those levels.
  ///
  /// This is what the compulsory traffic bounds: what must enter and leave the device once.
  var outermostTraffic: (levels: [String], bits: Bits) {
    var levels: [String] = []
    var bits = Bits.zero
    for layer in layers {
      for operand in Operand.allCases {
        guard let access = layer.cost.accesses.first(where: { $0.operand == operand }) else {
          continue
        }
        bits += access.bits
        if !levels.contains(access.level) { levels.append(access.level) }
      }
    }
    return (levels, bits)
  }
}

extension LayerCost {
  /// The traffic at the outermost level that each operand has.
  var outermostBits: Bits {
    Operand.allCases.reduce(.zero) { sum, operand in
      sum + (accesses.first { $0.operand == operand }?.bits ?? .zero)
    }
  }
}
