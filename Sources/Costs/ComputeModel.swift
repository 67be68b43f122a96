public import Mappings

/// How one family of hardware runs a layer: what a layer costs on a device of that family.
///
/// Values are the same on all of them; only accesses, cycles and energy differ.
public protocol ComputeModel: Sendable {
  /// The cost of a layer.
  ///
  /// - Throws: when the device cannot run the layer.
  mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost

  /// Gets to know the layers of a network, in order, before the first of them is priced.
  ///
  /// - Throws: when the device cannot run the network.
  mutating func prepare(for network: [LayerWork]) throws(MappingError)

  /// How long the network takes when its layers work at the same time; nil when they take turns.
  var timing: NetworkTiming? { get }

  /// What all searches for mappings so far did.
  var effort: SearchEffort { get }
}

extension ComputeModel {
  /// Layers that take turns need not know each other.
  public mutating func prepare(for network: [LayerWork]) throws(MappingError) {}

  /// Layers take turns.
  public var timing: NetworkTiming? { nil }

  /// Fixed mappings need no search.
  public var effort: SearchEffort { SearchEffort() }
}
