/// Which layer runs where: what each choice costs, and what data cost between devices.
///
/// Costs are in the unit of the objective (seconds, picojoules, or a weighted sum) and add up: layers run
/// one after the other, transfers between them.
public struct PlacementProblem: Sendable {
  /// Data that one layer, or the input of the network, hands to others.
  public struct Value: Hashable, Sendable {
    /// The layer that makes it; nil for the input, which lies on device 0.
    public var producer: Int?
    /// The layers that need it.
    public var consumers: [Int]

    /// Data between layers.
    public init(producer: Int?, consumers: [Int]) {
      self.producer = producer
      self.consumers = consumers
    }
  }

  /// The cost of each layer on each device; infinite where it cannot run.
  public var layers: [[Double]]
  /// The data between layers, in the order of the layers that make them.
  public var values: [Value]
  /// The cost of moving each value from a device to another: `[value][from][to]`.
  public var transfers: [[[Double]]]

  /// A problem.
  public init(layers: [[Double]], values: [Value], transfers: [[[Double]]]) {
    self.layers = layers
    self.values = values
    self.transfers = transfers
  }

  /// The cost of a placement; a value goes to each other device that needs it once.
  public func cost(of placement: [Int]) -> Double {
    var cost = 0.0
    for (layer, device) in placement.enumerated() { cost += layers[layer][device] }
    for (index, value) in values.enumerated() {
      let from = value.producer.map { placement[$0] } ?? 0
      for device in Set(value.consumers.map { placement[$0] }) where device != from {
        cost += transfers[index][from][device]
      }
    }
    return cost
  }

  /// Whether each value has one consumer at most and each layer one input: a chain.
  public var isChain: Bool {
    values.allSatisfy { value in
      value.consumers.isEmpty
        || (value.consumers.count == 1 && value.consumers[0] == (value.producer ?? -1) + 1)
    }
  }
}
