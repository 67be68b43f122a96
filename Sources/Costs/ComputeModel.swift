public import Mappings

/// How one family of hardware runs a layer: what a layer costs on a device of that family.
///
/// Values are the same on all of them; only accesses, cycles and energy differ.
public protocol ComputeModel: Sendable {
  /// The cost of a layer.
  ///
  /// - Throws: when the device cannot run the layer.
  mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost
}
