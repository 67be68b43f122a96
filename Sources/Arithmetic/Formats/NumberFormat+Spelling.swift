extension NumberFormat: CustomStringConvertible {
  /// Examples of every form that people can type, in the order of lists.
  public static let spellings = [
    "int8", "uint4", "fixed8", "ufixed8", "fixed8.5", "ufixed8.5", "dfp8", "udfp8", "fp8-e4m3",
    "fp8-e5m2", "fp16", "bf16", "fp6-e3m2", "fp6-e2m3", "fp4-e2m1", "fp-e3m4", "fp-e3m4b5",
    "mxint8", "mxfp8-e4m3", "mxfp8-e5m2", "mxfp6-e3m2", "mxfp6-e2m3", "mxfp4", "pow2-4", "kmeans4",
    "kmeans4.6", "binary", "ternary",
  ]

  /// Why a spelling is no number format.
  public enum SpellingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It has none of the forms.
    case unknown(String)
    /// It has a form, but breaks a rule.
    case rule(String, String, example: String)

    /// The rule that is broken.
    public var rule: String {
      switch self {
      case .unknown(let text): "\"\(text)\" is not a number format"
      case .rule(let text, let rule, _): "\"\(text)\" is not a number format: \(rule)"
      }
    }

    /// What to write instead.
    public var remedy: String {
      switch self {
      case .unknown: "write e.g. " + NumberFormat.spellings.joined(separator: ", ")
      case .rule(_, _, let example): "write e.g. \(example)"
      }
    }

    /// The rule and the remedy; the caller writes the place in front.
    public var description: String { "\(rule); \(remedy)" }
  }

  /// The spelling people type: `int8`, `ufixed8.5`, `fp8-e4m3`, `kmeans4`; `spellings` has them all.
  public var description: String {
    switch self {
    case .affine(let format): return format.description
    case .fixedPoint(let format, let fraction):
      let width = (format.isSigned ? "fixed" : "ufixed") + String(format.bits)
      return fraction.map { "\(width).\($0)" } ?? width
    case .dynamicFixedPoint(let format):
      return (format.isSigned ? "dfp" : "udfp") + String(format.bits)
    case .minifloat(let format): return format.description
    case .microscaling(let format):
      let block = format.blockSize == 32 ? "" : "-b\(format.blockSize)"
      return "mx\(format.element.rawValue)\(block)"
    case .powerOfTwo(let format): return "pow2-\(format.bits)"
    case .codebook(let format):
      let centroid = format.centroidBits == 8 ? "" : ".\(format.centroidBits)"
      return "kmeans\(format.indexBits)\(centroid)"
    case .bipolar: return "binary"
    case .ternary: return "ternary"
    case .float32: return "float32"
    }
  }

  /// The format of a spelling such as `int8` or `mxfp4`; `float32` is none, layers run in float or do not.
  ///
  /// - Throws: The rule that a spelling breaks, and what can be written instead.
  public init(spelling: String) throws(SpellingError) {
    var reader = SpellingReader(spelling)
    if spelling == "binary" {
      self = .bipolar
    } else if spelling == "ternary" {
      self = .ternary
    } else if let integer = try Self.integer(spelling) {
      self = integer
    } else if reader.take("mx") {
      self = .microscaling(try MicroscalingFormat(&reader, spelling))
    } else if reader.take("pow2-") {
      let bits = try reader.width(PowerOfTwoFormat.widths, "a power of two", spelling, "pow2-4")
      guard reader.isAtEnd else { throw .unknown(spelling) }
      self = .powerOfTwo(PowerOfTwoFormat(bits: bits))
    } else if reader.take("kmeans") {
      let bits = try reader.width(CodebookFormat.indexWidths, "an index", spelling, "kmeans4")
      let centroid =
        reader.take(".")
        ? try reader.width(CodebookFormat.centroidWidths, "a centroid", spelling, "kmeans4.6") : 8
      guard reader.isAtEnd else { throw .unknown(spelling) }
      self = .codebook(CodebookFormat(indexBits: bits, centroidBits: centroid))
    } else {
      self = .minifloat(try Minifloat(spelling: spelling))
    }
  }

  /// The fractions that fixed-point spellings can have.
  public static let fractions = -64...64

  /// The format of `int8`, `ufixed8.5`, `dfp8`; nil for a spelling that starts otherwise.
  private static func integer(_ text: String) throws(SpellingError) -> NumberFormat? {
    var reader = SpellingReader(text)
    let isSigned = !reader.take("u")
    let families = ["int", "fixed", "dfp"]
    guard let family = families.first(where: { reader.take($0) }) else { return nil }
    let example = (isSigned ? "" : "u") + family + "8"
    let bits = try reader.width(1...62, "a code", text, example)
    let format = IntegerFormat(bits: bits, isSigned: isSigned)
    var result = NumberFormat.affine(format)
    if family == "dfp" { result = .dynamicFixedPoint(format) }
    if family == "fixed" {
      var fraction: Int?
      if reader.take(".") {
        let isNegative = reader.take("-")
        guard let places = reader.number() else { throw .unknown(text) }
        fraction = isNegative ? -places : places
        guard places <= fractions.upperBound else {
          throw .rule(text, "a fraction has -64 to 64 bits", example: example + ".5")
        }
      }
      result = .fixedPoint(format, fraction: fraction)
    }
    guard reader.isAtEnd else { throw .unknown(text) }
    return result
  }
}

extension MicroscalingFormat {
  /// The format of what follows `mx`: an element, and perhaps a block size such as `-b16`.
  fileprivate init(
    _ reader: inout SpellingReader, _ text: String
  ) throws(NumberFormat.SpellingError) {
    guard let element = Element.allCases.first(where: { reader.take($0.rawValue) }) else {
      throw .unknown(text)
    }
    let size =
      reader.take("-b")
      ? try reader.width(Self.blockSizes, "a block", text, "mxfp4-b16", "elements") : 32
    guard reader.isAtEnd else { throw .unknown(text) }
    self.init(element: element, blockSize: size)
  }
}

extension SpellingReader {
  /// A number within a range.
  fileprivate mutating func width(
    _ range: ClosedRange<Int>, _ subject: String, _ text: String, _ example: String,
    _ things: String = "bits"
  ) throws(NumberFormat.SpellingError) -> Int {
    guard let number = number() else { throw .unknown(text) }
    guard range.contains(number) else {
      throw .rule(
        text, "\(subject) has \(range.lowerBound) to \(range.upperBound) \(things), not \(number)",
        example: example)
    }
    return number
  }
}
