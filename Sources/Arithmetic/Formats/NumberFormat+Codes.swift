extension NumberFormat {
  /// What a code stands for, without anything that is shared; bits above the format's are ignored.
  ///
  /// Affine: the integer of the code, from which the zero point is taken elsewhere. The ternary code 2
  /// and an index behind the last centroid are not used: no number.
  ///
  /// - Precondition: at most 32 bits; a codebook format comes with a codebook of that format.
  public func decode(_ code: UInt32, codebook: Codebook? = nil) -> DecodedValue {
    switch self {
    case .affine(let format), .dynamicFixedPoint(let format):
      return .exact(format.integer(ofPattern: code), 0)
    case .fixedPoint(let format, let fraction):
      return .exact(format.integer(ofPattern: code), -(fraction ?? 0))
    case .minifloat(let format): return format.decode(Int(code))
    case .microscaling(let format): return format.element.decode(code)
    case .powerOfTwo(let format): return format.minifloat.decode(Int(code))
    case .codebook(let format): return table(codebook, format).decode(code)
    case .bipolar: return .exact(code & 1 == 1 ? 1 : -1, 0)
    case .ternary:
      let integer = IntegerFormat(bits: 2, isSigned: true).integer(ofPattern: code)
      return integer == -2 ? .notANumber : .exact(integer, 0)
    case .float32: return Minifloat.single.decode(Int(code))
    }
  }

  /// The code of the nearest value; `NumberFormat` has the rules for ties, overflow and NaN.
  ///
  /// The value is already divided by whatever is shared.
  ///
  /// - Precondition: at most 32 bits; a codebook format comes with a codebook of that format.
  public func encode(_ value: Double, codebook: Codebook? = nil) -> UInt32 {
    switch self {
    case .affine(let format), .dynamicFixedPoint(let format):
      return format.pattern(nearest: value)
    case .fixedPoint(let format, let fraction):
      let step = Double(sign: .plus, exponent: fraction ?? 0, significand: 1)
      return format.pattern(nearest: value * step)
    case .minifloat(let format): return UInt32(format.code(value))
    case .microscaling(let format): return format.element.encode(value)
    case .powerOfTwo(let format):
      let code = format.minifloat.code(value)
      return code == 1 << (format.bits - 1) ? 0 : UInt32(code)
    case .codebook(let format): return table(codebook, format).encode(value)
    case .bipolar: return value >= 0 ? 1 : 0
    case .ternary: return value > 0.5 ? 1 : value >= -0.5 ? 0 : 3
    case .float32: return Float(value).bitPattern
    }
  }

  /// The distinct finite values in rising order.
  ///
  /// - Precondition: at most 16 bits; a codebook format comes with a codebook of that format.
  public func finiteValues(codebook: Codebook? = nil) -> [Double] {
    precondition(bits <= 16, "the values of a format of up to 16 bits can be listed")
    let values = (0..<UInt32(1) << UInt32(bits)).map { decode($0, codebook: codebook) }
    return Set(values.filter(\.isFinite).map(\.double)).sorted()
  }

  /// The integer of every code, in multiples of `2^unit`; nil where a code is no number.
  ///
  /// For a codebook the multiples are of `2^codebook.exponent`.
  ///
  /// - Precondition: at most 16 bits and a `decodedRange`; a codebook format comes with its codebook.
  public func decodedIntegers(codebook: Codebook? = nil) -> [Int64?] {
    precondition(bits <= 16, "the values of a format of up to 16 bits can be listed")
    precondition(decodedRange != nil, "the values of the format fit 63 bits")
    let unit = codebook?.exponent ?? unit
    return (0..<UInt32(1) << UInt32(bits)).map {
      decode($0, codebook: codebook).integer(unit: unit)
    }
  }

  private func table(_ codebook: Codebook?, _ format: CodebookFormat) -> Codebook {
    guard let codebook, codebook.format == format else {
      preconditionFailure("a codebook format comes with a codebook of that format")
    }
    return codebook
  }
}

extension IntegerFormat {
  /// The integer whose bits a pattern holds.
  func integer(ofPattern pattern: UInt32) -> Int64 {
    precondition(bits <= 32, "a code has at most 32 bits")
    let shift = Int64(64 - bits)
    let high = Int64(pattern) << shift
    return isSigned ? high >> shift : Int64(UInt64(bitPattern: high) >> UInt64(shift))
  }

  /// The bits of the nearest integer, ties to even, saturated; NaN gives the lowest.
  func pattern(nearest value: Double) -> UInt32 {
    precondition(bits <= 32, "a code has at most 32 bits")
    let rounded = value.rounded(.toNearestOrEven)
    let integer =
      rounded >= Double(highest) ? highest : rounded > Double(lowest) ? Int(rounded) : lowest
    return UInt32(truncatingIfNeeded: integer) & (~0 >> UInt32(32 - bits))
  }
}
