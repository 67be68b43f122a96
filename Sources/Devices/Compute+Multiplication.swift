public import Arithmetic
public import Quantities

/// Which operands the multipliers of a device are made for.
public enum MultiplierKind: String, Hashable, Sendable, CaseIterable {
  /// Integers: weights in other formats are decoded before they are multiplied.
  case integer
  /// The formats themselves: a shifter for powers of two, a sign for binary weights, a table beside the
  /// multiplier for codebooks, significands for floating point.
  case formats
}

extension Multiplication {
  /// The bits of the weight that an integer multiplier sees, decoded: 16 at most, the widest that devices
  /// state rates and energies for.
  ///
  /// - Units: bits.
  /// - Model: an integer its own; a centroid its own; a power of two of n places n + 1 bits; a significand
  ///   the places that it is shifted by beside its own and a sign; binary and ternary 1 and 2.
  /// - Validity: weights that decode to more than 16 bits (E4M3 takes 19) take more than one pass of such a
  ///   multiplier: their cost is a lower bound.
  public var decodedWeightBits: Int {
    let bits =
      switch self {
      case .integer(let weight, _): weight
      case .shift(_, let places): places + 1
      case .exponentSum(let bits): 1 << bits
      case .scaledInteger(_, let significand, let places): significand + places
      case .floatingPoint(let significand, _, let exponent): significand + 1 << min(exponent, 5)
      case .signSelection(_, let hasZero): hasZero ? 2 : 1
      case .popcount(let weight, _): weight
      case .lookup(_, let centroid, _): centroid
      }
    return min(bits, Device.widestOperandBits)
  }
}

extension Compute {
  /// The bits of a weight that rates and energies of this device go by.
  ///
  /// - Units: bits.
  /// - Model: devices whose tables are looked up by the codes themselves, and those with multipliers for
  ///   the formats, take the stored code; all others the decoded integer.
  /// - Validity: decoding is free: a table read or a shift on the way in is not priced.
  public func weightOperandBits(_ multiplication: Multiplication, stored: Int) -> Int {
    decodesOperands ? multiplication.decodedWeightBits : stored
  }

  /// Whether codes are decoded to integers before they are multiplied.
  public var decodesOperands: Bool {
    if multiplier == .formats { return false }
    if case .lookupTable = precision { return false }
    return true
  }

  /// The energy of one multiply-accumulate whose product is of that kind.
  ///
  /// - Units: widths in bits.
  /// - Model: with `multiplier` `formats` the unit that the format needs (`MACEnergy.energy(of:)`) and an
  ///   addition; otherwise a product of decoded integers, as `productEnergy(weights:activations:accumulator:)`.
  public func productEnergy(
    _ multiplication: Multiplication, stored: Int, activations: Int, accumulator: Int
  ) -> Picojoules {
    if multiplier == .formats {
      return macEnergy.energy(of: multiplication) + macEnergy.addition(accumulator: accumulator)
    }
    return productEnergy(
      weights: weightOperandBits(multiplication, stored: stored), activations: activations,
      accumulator: accumulator)
  }
}

extension MACEnergy {
  /// The energy of a product by the unit that its formats need, without the accumulation.
  ///
  /// - Model: integers and significands as multipliers, `multiply * (w / multiplyBits) * (x / multiplyBits)`;
  ///   a shift, a sum of exponents and a change of sign with zero each as an addition of the width that
  ///   passes, `add * bits / addBits`; a mere sign is part of the accumulation; a bit operation as a product
  ///   of its widths; a table read as an addition of the centroid's width, on top of the product.
  /// - Validity: a barrel shifter of 8 bits is of the size of an adder of two to three times its width; the table
  ///   is small enough to be registers. No published figures for the whole list.
  public func energy(of multiplication: Multiplication) -> Picojoules {
    func product(_ weight: Int, _ activation: Int) -> Picojoules {
      let reference = Double(multiplyBits)
      return Picojoules(
        multiply.value * Double(weight) / reference * Double(activation) / reference)
    }
    func pass(_ bits: Int) -> Picojoules {
      Picojoules(add.value * Double(bits) / Double(addBits))
    }
    switch multiplication {
    case .integer(let weight, let activation), .popcount(let weight, let activation):
      return product(weight, activation)
    case .shift(let operand, _): return pass(operand)
    case .exponentSum(let bits): return pass(bits)
    case .scaledInteger(let integer, let significand, _):
      return product(significand, integer) + pass(significand + integer)
    case .floatingPoint(let weight, let activation, let exponent):
      return product(weight, activation) + pass(exponent)
    case .signSelection(let operand, let hasZero): return hasZero ? pass(operand) : .zero
    case .lookup(_, let centroid, let inner): return energy(of: inner) + pass(centroid)
    }
  }
}
