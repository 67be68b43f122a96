/// What hardware makes a product of a weight and an activation with.
///
/// Widths are those of the stored values, signs included, except those of significands, which have none. What
/// groups or blocks share is multiplied once a group, not here. Device cost models price each case.
public enum Multiplication: Hashable, Sendable {
  /// An integer multiplier.
  case integer(weightBits: Int, activationBits: Int)
  /// A shift of one operand by one of `places` distances, and a change of sign.
  case shift(operandBits: Int, places: Int)
  /// The sum of two exponents.
  case exponentSum(bits: Int)
  /// An integer multiplier of an integer and a significand, then a shift by one of `places` distances.
  case scaledInteger(integerBits: Int, significandBits: Int, places: Int)
  /// A multiplier of significands (with their hidden bits) and an adder of exponents.
  case floatingPoint(weightSignificandBits: Int, activationSignificandBits: Int, exponentBits: Int)
  /// The other operand itself or its negative; with a zero, nothing as well.
  case signSelection(operandBits: Int, hasZero: Bool)
  /// A bit operation whose ones are counted over many products; 1 bit is binary, 2 ternary.
  case popcount(weightBits: Int, activationBits: Int)
  /// A table of centroids is read, then the centroid is multiplied.
  indirect case lookup(indexBits: Int, centroidBits: Int, product: Multiplication)

  /// The product of a weight and an activation of these formats.
  public init(weights: NumberFormat, activations: NumberFormat) {
    self = Self.product(weights.operand, activations.operand)
  }

  private static func product(_ weight: Operand, _ activation: Operand) -> Multiplication {
    switch (weight, activation) {
    case (.index(let index), _):
      .lookup(
        indexBits: index.indexBits, centroidBits: index.centroidBits,
        product: product(.integer(bits: index.centroidBits), activation))
    case (_, .index(let index)):
      .lookup(
        indexBits: index.indexBits, centroidBits: index.centroidBits,
        product: product(weight, .integer(bits: index.centroidBits)))
    case (.sign(let first), .sign(let second)):
      .popcount(weightBits: first, activationBits: second)
    case (.sign(let bits), let other), (let other, .sign(let bits)):
      .signSelection(operandBits: other.bits, hasZero: bits == 2)
    case (.integer(let first), .integer(let second)):
      .integer(weightBits: first, activationBits: second)
    case (.integer(let bits), .power(let power)), (.power(let power), .integer(let bits)):
      .shift(operandBits: bits, places: power.exponents)
    case (.power(let first), .power(let second)):
      .exponentSum(bits: max(first.bits, second.bits) - 1)
    case (.integer(let bits), .float(let float)), (.float(let float), .integer(let bits)):
      .scaledInteger(
        integerBits: bits, significandBits: float.mantissaBits + 1, places: float.exponents)
    case (.float(let first), .float(let second)):
      .floatingPoint(
        weightSignificandBits: first.mantissaBits + 1,
        activationSignificandBits: second.mantissaBits + 1,
        exponentBits: max(first.exponentBits, second.exponentBits))
    case (.float(let float), .power(let power)):
      .floatingPoint(
        weightSignificandBits: float.mantissaBits + 1, activationSignificandBits: 1,
        exponentBits: max(float.exponentBits, power.bits - 1))
    case (.power(let power), .float(let float)):
      .floatingPoint(
        weightSignificandBits: 1, activationSignificandBits: float.mantissaBits + 1,
        exponentBits: max(float.exponentBits, power.bits - 1))
    }
  }
}

/// What a product sees of a format.
private enum Operand {
  case integer(bits: Int)
  case float(Minifloat)
  case power(PowerOfTwoFormat)
  /// Binary in 1 bit, ternary in 2.
  case sign(bits: Int)
  case index(CodebookFormat)

  /// The bits of the value that comes from memory or from a table.
  var bits: Int {
    switch self {
    case .integer(let bits), .sign(let bits): bits
    case .float(let format): format.bits
    case .power(let format): format.bits
    case .index(let format): format.centroidBits
    }
  }
}

extension NumberFormat {
  fileprivate var operand: Operand {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      .integer(bits: format.bits)
    case .minifloat(let format): .float(format)
    case .microscaling(let format):
      format.element.minifloat.map(Operand.float) ?? .integer(bits: format.element.bits)
    case .powerOfTwo(let format): .power(format)
    case .codebook(let format): .index(format)
    case .bipolar: .sign(bits: 1)
    case .ternary: .sign(bits: 2)
    case .float32: .float(.single)
    }
  }
}

extension Minifloat {
  /// How many powers of two the significands of finite numbers are multiplied by.
  fileprivate var exponents: Int { max(largestCode >> mantissaBits, 1) }
}
