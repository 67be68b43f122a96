/// A number of clock cycles of one device; an exact count.
public struct Cycles: Hashable, Comparable, Codable, Sendable {
  /// The count.
  public var count: Int

  /// That many cycles.
  public init(_ count: Int) { self.count = count }

  /// No cycle.
  public static let zero = Cycles(0)

  /// Whether the first is smaller.
  public static func < (left: Cycles, right: Cycles) -> Bool { left.count < right.count }
  /// The sum.
  public static func + (left: Cycles, right: Cycles) -> Cycles { Cycles(left.count + right.count) }
  /// The difference.
  public static func - (left: Cycles, right: Cycles) -> Cycles { Cycles(left.count - right.count) }
  /// Adds to the first.
  public static func += (left: inout Cycles, right: Cycles) { left.count += right.count }
  /// The time that cycles take at a clock.
  public static func / (cycles: Cycles, clock: Hertz) -> Seconds {
    Seconds(Double(cycles.count) / clock.value)
  }
}

/// An amount of storage or traffic in bits; an exact count.
public struct Bits: Hashable, Comparable, Codable, Sendable {
  /// The count.
  public var count: Int

  /// That many bits.
  public init(_ count: Int) { self.count = count }

  /// That many bytes.
  public static func bytes(_ count: Int) -> Bits { Bits(count * 8) }

  /// That many KiB (1,024 bytes).
  public static func kibibytes(_ count: Int) -> Bits { Bits(count * 8 * 1024) }

  /// Nothing.
  public static let zero = Bits(0)

  /// The amount in bytes, fractions included.
  public var bytes: Double { Double(count) / 8 }

  /// Whether the first is smaller.
  public static func < (left: Bits, right: Bits) -> Bool { left.count < right.count }
  /// The sum.
  public static func + (left: Bits, right: Bits) -> Bits { Bits(left.count + right.count) }
  /// Adds to the first.
  public static func += (left: inout Bits, right: Bits) { left.count += right.count }
  /// The energy of that many bits.
  public static func * (bits: Bits, energy: PicojoulesPerBit) -> Picojoules {
    Picojoules(Double(bits.count) * energy.value)
  }
}

/// An energy in picojoules.
public struct Picojoules: Hashable, Comparable, Codable, Sendable {
  /// The amount in pJ.
  public var value: Double

  /// That many picojoules.
  public init(_ value: Double) { self.value = value }

  /// No energy.
  public static let zero = Picojoules(0)

  /// Whether the first is smaller.
  public static func < (left: Picojoules, right: Picojoules) -> Bool { left.value < right.value }
  /// The sum.
  public static func + (left: Picojoules, right: Picojoules) -> Picojoules {
    Picojoules(left.value + right.value)
  }
  /// Adds to the first.
  public static func += (left: inout Picojoules, right: Picojoules) { left.value += right.value }
  /// That energy so many times.
  public static func * (energy: Picojoules, count: Int) -> Picojoules {
    Picojoules(energy.value * Double(count))
  }
}

/// The price of moving one bit, in pJ per bit.
public struct PicojoulesPerBit: Hashable, Comparable, Sendable {
  /// The price in pJ/bit.
  public var value: Double

  /// That many picojoules a bit.
  public init(_ value: Double) { self.value = value }

  /// Whether the first is smaller.
  public static func < (left: PicojoulesPerBit, right: PicojoulesPerBit) -> Bool {
    left.value < right.value
  }
}

/// A clock frequency in hertz.
public struct Hertz: Hashable, Comparable, Sendable {
  /// The frequency in Hz.
  public var value: Double

  /// That many hertz.
  public init(_ value: Double) { self.value = value }

  /// That many megahertz.
  public static func megahertz(_ value: Double) -> Hertz { Hertz(value * 1e6) }

  /// Whether the first is smaller.
  public static func < (left: Hertz, right: Hertz) -> Bool { left.value < right.value }
}

/// A duration in seconds of simulated time.
public struct Seconds: Hashable, Comparable, Codable, Sendable {
  /// The duration in s.
  public var value: Double

  /// That many seconds.
  public init(_ value: Double) { self.value = value }

  /// Whether the first is smaller.
  public static func < (left: Seconds, right: Seconds) -> Bool { left.value < right.value }
  /// The sum.
  public static func + (left: Seconds, right: Seconds) -> Seconds {
    Seconds(left.value + right.value)
  }
}

/// A bandwidth in bits per clock cycle.
public struct BitsPerCycle: Hashable, Comparable, Sendable {
  /// The bandwidth in bit/cycle; may be a fraction for slow memories.
  public var value: Double

  /// That many bits a cycle.
  public init(_ value: Double) { self.value = value }

  /// The whole cycles that moving an amount takes: `ceil(bits / bandwidth)`.
  public func cycles(for bits: Bits) -> Cycles {
    Cycles(Int((Double(bits.count) / value).rounded(.up)))
  }

  /// Whether the first is smaller.
  public static func < (left: BitsPerCycle, right: BitsPerCycle) -> Bool {
    left.value < right.value
  }
}
