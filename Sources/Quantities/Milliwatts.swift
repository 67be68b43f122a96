/// A power in milliwatts.
public struct Milliwatts: Hashable, Comparable, Sendable {
  /// The power in mW.
  public var value: Double

  /// That many milliwatts.
  public init(_ value: Double) { self.value = value }

  /// No power.
  public static let zero = Milliwatts(0)

  /// Whether the first is smaller.
  public static func < (left: Milliwatts, right: Milliwatts) -> Bool { left.value < right.value }
  /// The sum.
  public static func + (left: Milliwatts, right: Milliwatts) -> Milliwatts {
    Milliwatts(left.value + right.value)
  }
  /// Adds to the first.
  public static func += (left: inout Milliwatts, right: Milliwatts) { left.value += right.value }
  /// That power so many times.
  public static func * (power: Milliwatts, count: Int) -> Milliwatts {
    Milliwatts(power.value * Double(count))
  }
  /// The energy that a power takes in a time: 1 mW for 1 ns is 1 pJ.
  public static func * (power: Milliwatts, time: Seconds) -> Picojoules {
    Picojoules(power.value * time.value * 1e9)
  }
}
