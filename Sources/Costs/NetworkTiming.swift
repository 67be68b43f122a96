public import Quantities

/// How long a network takes on a device whose layers work at the same time, each on its own input.
public struct NetworkTiming: Hashable, Sendable {
  /// The cycles from one batch to the next: those of the slowest layer.
  public var interval: Cycles
  /// The cycles from the first element of a batch to its last result.
  public var latency: Cycles
  /// The name of the layer that sets the interval.
  public var slowest: String

  /// A timing.
  public init(interval: Cycles, latency: Cycles, slowest: String) {
    self.interval = interval
    self.latency = latency
    self.slowest = slowest
  }
}

extension NetworkTiming {
  /// What a reader of a report must know: that cycles of layers do not add up, interval and latency.
  public func note(batch: Int) -> String {
    let whole = batch > 1 ? "a batch of \(batch)" : "an input"
    return
      "layers work at the same time: \(whole) takes \(latency.count) cycles from first to last "
      + "element and the next one follows after \(interval.count), set by \(slowest); the cycles of "
      + "layers do not add up to either"
  }
}
