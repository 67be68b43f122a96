/// The units of one dimension and what each is worth in the base unit.
package struct YAMLUnits: Sendable {
  /// What is measured, with its article: `a capacity`.
  package let noun: String
  /// Unit names and their worth, in the order in which they are listed.
  package let worth: [(unit: String, factor: Double)]
  /// A quantity as an example: `128 KiB`.
  package let example: String

  /// The units of a dimension.
  package init(_ noun: String, _ worth: [(unit: String, factor: Double)], example: String) {
    self.noun = noun
    self.worth = worth
    self.example = example
  }

  /// Amounts of storage, in bits.
  package static let capacity = YAMLUnits(
    "a capacity",
    [
      ("bit", 1), ("B", 8), ("KiB", 8 * 1024), ("MiB", 8 * 1024 * 1024),
      ("GiB", 8 * 1024 * 1024 * 1024),
    ], example: "128 KiB")
  /// Widths, in bits.
  package static let width = YAMLUnits("a width", [("bit", 1), ("B", 8)], example: "64 bit")
  /// Clock frequencies, in Hz.
  package static let frequency = YAMLUnits(
    "a frequency", [("Hz", 1), ("kHz", 1e3), ("MHz", 1e6), ("GHz", 1e9)], example: "200 MHz")
  /// Lengths of a technology node, in nm.
  package static let length = YAMLUnits("a technology node", [("nm", 1)], example: "45 nm")
  /// Energies, in pJ.
  package static let energy = YAMLUnits(
    "an energy", [("fJ", 1e-3), ("pJ", 1), ("nJ", 1e3)], example: "0.2 pJ")

  /// Powers, in mW.
  package static let power = YAMLUnits(
    "a power", [("nW", 1e-6), ("uW", 1e-3), ("µW", 1e-3), ("mW", 1), ("W", 1e3)],
    example: "0.5 mW")
  /// Supplies, in V.
  package static let voltage = YAMLUnits(
    "a voltage", [("mV", 1e-3), ("V", 1)], example: "0.9 V")

  /// Bandwidths in bit/cycle at a clock; GB/s are 10^9 bytes a second.
  package static func bandwidth(clock: Double) -> YAMLUnits {
    YAMLUnits(
      "a bandwidth",
      [("bit/cycle", 1), ("B/cycle", 8), ("MB/s", 8e6 / clock), ("GB/s", 8e9 / clock)],
      example: "64 bit/cycle")
  }

  /// Energies of access in pJ/bit for words of a width.
  package static func accessEnergy(wordBits: Int) -> YAMLUnits {
    YAMLUnits(
      "an access energy",
      [("pJ/bit", 1), ("fJ/bit", 1e-3), ("pJ/word", 1 / Double(wordBits))],
      example: "0.5 pJ/bit")
  }
}

extension YAMLNode {
  /// A number with its unit in the base unit of the dimension, or nil (reported).
  package func quantity(_ units: YAMLUnits, _ problems: inout YAMLProblems) -> Double? {
    guard case .scalar(let text, _) = content, !text.isEmpty else {
      reportWrongType(
        "\(units.noun) (a number with a unit)", example: "\"\(units.example)\"", &problems)
      return nil
    }
    let digits = text.prefix { "0123456789+-.".contains($0) }
    let exponent = Self.exponent(text[digits.endIndex...])
    let number = text[..<exponent.endIndex]
    let unit = text[exponent.endIndex...].drop { $0 == " " }
    guard let value = Self.decimal(number) else {
      problems.add(
        place, "\(units.noun) is a number with a unit, not \"\(text)\"",
        "write e.g. \"\(units.example)\"")
      return nil
    }
    guard !unit.isEmpty else {
      problems.add(place, "\(units.noun) needs a unit", "write e.g. \"\(units.example)\"")
      return nil
    }
    guard let factor = units.worth.first(where: { $0.unit == unit })?.factor else {
      problems.add(
        place, "\"\(unit)\" is not a unit of \(units.noun)",
        Suggestion.remedy(
          for: String(unit), among: units.worth.map(\.unit), listing: "write one of"))
      return nil
    }
    return value * factor
  }

  /// The exponent that a text begins with (`e-3`), or an empty prefix.
  private static func exponent(_ text: Substring) -> Substring {
    var rest = text.dropFirst()
    guard text.first == "e" || text.first == "E" else { return text.prefix(0) }
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty ? text.prefix(0) : text[..<digits.endIndex]
  }
}
