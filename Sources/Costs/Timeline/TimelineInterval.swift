public import Devices
public import Quantities

/// A part of the hardware that does one thing at a time.
public enum TimelineResource: Hashable, Sendable {
  /// The array of units.
  case array
  /// A port of a memory level.
  case port(level: String, name: String)
}

/// What kept a tile from starting earlier.
public enum TimelineCause: Hashable, Sendable {
  /// The start of the layer.
  case layer
  /// The array, busy with the step before or still using the buffer.
  case array
  /// A transfer of an operand, at the port that finished last.
  case transfer(Operand, level: String, port: String)
  /// The port, busy with another transfer.
  case port
}

/// What one resource does during an interval: `[start, end)`.
public struct TimelineInterval: Hashable, Sendable {
  /// Who is busy.
  public var resource: TimelineResource
  /// The operand that moves; nil when the array computes.
  public var operand: Operand?
  /// Whether the tile moves towards the multipliers.
  public var isInward: Bool
  /// The index of the tile among those of its link, or of the block of steps that is computed.
  public var tile: Int
  /// The first cycle.
  public var start: Cycles
  /// The cycle after the last one.
  public var end: Cycles
  /// What it waited for last.
  public var cause: TimelineCause
  /// How long the resource was idle before on that account; 0 for ports.
  public var waited: Cycles

  /// The length.
  public var cycles: Cycles { end - start }
}

/// The cycles in which the array waited for one cause.
public struct TimelineWait: Hashable, Sendable {
  /// What it waited for.
  public var cause: TimelineCause
  /// How long in all.
  public var cycles: Cycles
  /// How often.
  public var times: Int

  /// A wait.
  public init(cause: TimelineCause, cycles: Cycles, times: Int) {
    self.cause = cause
    self.cycles = cycles
    self.times = times
  }
}

/// How long one port was busy.
public struct TimelineLoad: Hashable, Sendable {
  /// The port.
  public var resource: TimelineResource
  /// The cycles in which it moved something.
  public var busy: Cycles
}
