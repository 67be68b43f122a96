import Devices
import Mappings
import Quantities

extension EnergyShare {
  /// The energy of a layer by component: counts times prices.
  ///
  /// - Model: a bit costs the same wherever it lies; static energy, clock tree and network on chip are
  ///   in the prices or nowhere. A pool costs an addition a tap, an element-wise layer one an output;
  ///   movement costs its accesses only. Each busy cycle costs its own energy beside, stalls none. An
  ///   operand without a price is free.
  /// - Validity: as good as the prices of the device file.
  static func shares(
    of work: LayerWork, traffic: [LinkTraffic], busy: Cycles, device: Device
  ) -> [EnergyShare] {
    let cycles = device.compute.macEnergy.busyCycle * busy.count
    var shares = [EnergyShare(component: "compute", energy: compute(work, device) + cycles)]
    for memory in device.memories {
      shares.append(EnergyShare(component: memory.name, energy: .zero))
    }
    for link in traffic {
      for port in link.ports where port.bits > 0 {
        let price =
          port.isWrite
          ? device.memories[port.level].writeEnergy[link.operand]
          : device.memories[port.level].readEnergy[link.operand]
        if let price { shares[port.level + 1].energy += Bits(port.bits) * price }
      }
    }
    return shares
  }

  /// The energy of the products, additions and comparisons of a layer.
  static func compute(_ work: LayerWork, _ device: Device) -> Picojoules {
    let price = device.compute.macEnergy
    let widths = work.widths
    switch work.kind {
    case .products:
      return widths.productEnergy(on: device.compute) * work.macs
    case .pool: return price.addition(accumulator: widths.partialSums) * work.bounds.iterations
    case .elementwise:
      return price.addition(accumulator: widths.partialSums) * work.elements(of: .outputs)
    case .movement, .none: return .zero
    }
  }
}
