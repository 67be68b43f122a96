internal import Arithmetic
internal import Costs
internal import Devices
internal import Mappings
internal import Networks
internal import Tensors

extension Simulator {
  /// Refuses mappings of layers that the network does not have, and for hardware without mappings.
  func checkNames(
    of sheet: MappingSheet?, _ device: Device
  ) throws(SimulationError) {
    if let name = sheet?.names.first, !device.compute.family.hasMappings {
      throw .mapping(MappingError(layer: name, reason: .unmapped), device: device.name)
    }
    let names = Set(workload.network.network.layers.map(\.name))
    guard let unknown = sheet?.names.first(where: { !names.contains($0) }) else { return }
    throw .mapping(MappingError(layer: unknown, reason: .unknownLayer), device: device.name)
  }

  /// The order of additions that the mapping of a layer implies.
  ///
  /// It is nil where products are not the loops of a mapping (transposed convolutions, scales and offsets)
  /// or have wide sums, and on hardware without mappings.
  static func order(
    of operation: Operation, _ cost: LayerCost, _ device: Device
  ) -> ReductionOrder? {
    guard device.compute.family.hasMappings else { return nil }
    return switch operation {
    case .convolution(let convolution) where convolution.window.isTransposed: nil
    case .convolution, .fullyConnected: cost.legalMapping?.reductionOrder(on: device)
    case .channelAffine, .lstm, .pool, .binary, .activation, .concatenation, .pad, .reshape,
      .transpose, .softmax, .matrixProduct, .constant, .slice:
      nil
    }
  }
}
