internal import Arithmetic

extension JSONReport {
  /// An arithmetic: six keys always, the others where they differ from the usual ones.
  static func arithmetic(
    _ arithmetic: ArithmeticSpec, preset: String? = nil, followsMapping: Bool = false
  ) -> JSONValue {
    var object = JSONObject()
    object.add("preset", preset)
    object.add("accumulatorBits", arithmetic.accumulator.bits)
    if let float = arithmetic.accumulator.float {
      object.add("accumulator", float.description)
      object.add("overflow", float.overflow.rawValue)
    } else {
      object.add("overflow", arithmetic.accumulator.overflow.rawValue)
    }
    object.add("order", followsMapping ? "device" : arithmetic.order.rawValue)
    object.add("lanes", arithmetic.lanes)
    object.add("bias", arithmetic.bias.rawValue)
    object.add("requantization", arithmetic.requantization.rawValue)
    if let outer = arithmetic.outer {
      object.add("outerAccumulatorBits", outer.accumulator.bits)
      object.add("outerOverflow", outer.accumulator.overflow.rawValue)
      object.add("tile", outer.tile)
      object.add("innerScope", arithmetic.innerScope.rawValue)
    }
    let usual = ArithmeticSpec(requantization: arithmetic.requantization)
    object.add(
      "fullyConnectedRequantization", arithmetic.fullyConnectedRequantization?.rawValue)
    if arithmetic.wideBiasRequantization != usual.wideBiasRequantization {
      object.add("wideBiasRequantization", arithmetic.wideBiasRequantization.rawValue)
    }
    if arithmetic.floatMultiplier != usual.floatMultiplier {
      object.add("floatMultiplier", arithmetic.floatMultiplier.rawValue)
    }
    if let cast = arithmetic.productCast {
      object.add("productFractionBits", cast.fractionBits)
      object.add("productRounding", cast.rounding.rawValue)
    }
    if arithmetic.requantization == .cast {
      object.add("outputRounding", arithmetic.outputCast.rounding.rawValue)
      object.add("outputOverflow", arithmetic.outputCast.overflow.rawValue)
    }
    if arithmetic.zeroPoint != usual.zeroPoint {
      object.add("zeroPoint", arithmetic.zeroPoint.rawValue)
    }
    if arithmetic.addition != usual.addition {
      object.add("addition", arithmetic.addition.rawValue)
    }
    if arithmetic.average != usual.average {
      object.add("average", arithmetic.average.rawValue)
    }
    if arithmetic.softmax != usual.softmax {
      object.add("softmax", arithmetic.softmax.rawValue)
    }
    return object.value
  }
}
