public import Quantities

extension Compute {
  /// The multiply-accumulates a cycle and unit at these operand widths, or nil when none is wide enough.
  ///
  /// The first row of `throughput` whose three widths are at least those asked for holds, times the
  /// factor of `precision`.
  ///
  /// - Units: widths in bits.
  public func macsPerCycle(weights: Int, activations: Int, accumulator: Int) -> Double? {
    throughput.first {
      $0.weightBits >= weights && $0.activationBits >= activations
        && $0.accumulatorBits >= accumulator
    }.map {
      $0.macsPerCycle * precision.products(weights: weights, activations: activations)
    }
  }

  /// The energy of one multiply-accumulate at these operand widths.
  ///
  /// - Units: widths in bits.
  /// - Model: under a law of widths a unit takes the same energy for every cycle of products, so that
  ///   a product costs its share of the unit's time: `multiply` is one of `multiplyBits`, and the
  ///   others scale as the law's products a cycle. Without a law as `MACEnergy.energy`.
  /// - Validity: `make validate` holds it against synthesized multipliers of 2 to 16 bits; parts of a
  ///   unit that idle are not gated.
  public func productEnergy(weights: Int, activations: Int, accumulator: Int) -> Picojoules {
    guard precision != .table else {
      return macEnergy.energy(
        weights: weights, activations: activations, accumulator: accumulator)
    }
    let bits = macEnergy.multiplyBits
    let share =
      precision.products(weights: bits, activations: bits)
      / precision.products(weights: weights, activations: activations)
    return Picojoules(
      macEnergy.multiply.value * share
        + macEnergy.addition(accumulator: accumulator).value)
  }
}

extension MACEnergy {
  /// The energy of one multiply-accumulate at these operand widths.
  ///
  /// `multiply * (w / multiplyBits) * (x / multiplyBits) + add * (P / addBits) + overhead`
  ///
  /// - Units: widths in bits.
  /// - Model: the multiplier grows with the product of the widths, adder and register with the
  ///   accumulator; toggling and zero operands are ignored.
  /// - Validity: the scaling is Accelergy's and QKeras's; published int8 multiplies differ by 4.5x.
  public func energy(weights: Int, activations: Int, accumulator: Int) -> Picojoules {
    let reference = Double(multiplyBits)
    let product = multiply.value * Double(weights) / reference * Double(activations) / reference
    return Picojoules(product + addition(accumulator: accumulator).value)
  }

  /// The energy of one operation without a multiplication: a comparison or an addition.
  ///
  /// `add * (P / addBits) + overhead`
  ///
  /// - Units: widths in bits.
  /// - Model: as `energy(weights:activations:accumulator:)` without its first term.
  /// - Validity: as there.
  public func addition(accumulator: Int) -> Picojoules {
    Picojoules(add.value * Double(accumulator) / Double(addBits) + overhead.value)
  }
}
