internal import Quantities

/// Numbers as people read them, the same on every system.
enum NumberText {
  /// A real number with that many decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 9e15 else { return value.description }
    let digits = String(Int(scaled.magnitude))
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Three significant digits: `9.99`, `12.3`, `123`.
  static func significant(_ value: Double) -> String {
    let magnitude = value.magnitude
    return fixed(value, magnitude < 9.995 ? 2 : (magnitude < 99.95 ? 1 : 0))
  }

  /// Three significant digits with a prefix of the unit, so that the number lies below `base`.
  private static func scaled(
    _ value: Double, units: [String], base: Double, space: String = " "
  ) -> String {
    var value = value
    var index = 0
    while value.magnitude >= base * 0.9995 && index + 1 < units.count {
      value /= base
      index += 1
    }
    let unit = units[index]
    return significant(value) + (unit.isEmpty ? "" : space + unit)
  }

  /// A count: exact up to 9,999, then `12.3 k`, `1.23 M`.
  static func count(_ value: Int) -> String {
    guard value >= 10_000 else { return grouped(value) }
    return scaled(Double(value), units: ["", "k", "M", "G", "T", "P"], base: 1000)
  }

  /// An exact count with commas: `12,345`.
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// An energy: `12.3 nJ`.
  static func energy(_ energy: Picojoules) -> String {
    energy == .zero
      ? "0 pJ" : scaled(energy.value, units: ["pJ", "nJ", "µJ", "mJ", "J"], base: 1000)
  }

  /// A time: `1.23 ms`.
  static func time(_ time: Seconds) -> String {
    scaled(time.value * 1e9, units: ["ns", "µs", "ms", "s"], base: 1000)
  }

  /// A clock: `200 MHz`.
  static func frequency(_ clock: Hertz) -> String {
    scaled(clock.value, units: ["Hz", "kHz", "MHz", "GHz"], base: 1000)
  }

  /// An amount of storage or traffic: `12.3 KiB`.
  static func storage(_ bits: Bits) -> String {
    if bits.count < 8 * 1024 {
      let bytes = bits.count / 8
      return bits.count % 8 == 0 ? "\(bytes) B" : fixed(bits.bytes, 1) + " B"
    }
    return scaled(bits.bytes / 1024, units: ["KiB", "MiB", "GiB", "TiB"], base: 1024)
  }

  /// A share in per cent without its sign: exact zero is `0`, anything above it is not.
  static func percent(_ share: Double) -> String {
    let percent = share * 100
    if percent == 0 { return "0" }
    if percent > 0 && percent < 0.005 { return "<0.01" }
    if percent < 100 && percent >= 99.95 { return "99.9" }
    return fixed(percent, percent < 9.995 ? 2 : 1)
  }

  /// A share in per cent with one decimal and without its sign.
  static func wholePercent(_ share: Double) -> String { fixed(share * 100, 1) }

  /// A share of two counts, or 0 of nothing.
  static func share(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
