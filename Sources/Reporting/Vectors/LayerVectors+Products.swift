internal import Arithmetic
internal import Execution
internal import Networks
internal import Tensors

extension LayerVectors {
  /// The registers that products go through, and how sums become codes.
  func addProducts(_ linear: QuantizedLinear, to object: inout JSONObject) {
    let arithmetic = executor.arithmetics[index]
    addWindow(linear.window, to: &object)
    object.add("groups", linear.groups)
    object.add("weightFormat", linear.weightFormat.description)
    object.add("weightLayout", layer.kind == "fc" ? "oi" : (isPerChannel ? "1hwc" : "ohwi"))
    object.add("weightScales", .array(linear.weightScales.map(JSONValue.number)))
    object.add("weightZeroPoints", Self.list(linear.weightZeroPoints))
    object.add("accumulatorBits", arithmetic.accumulator.bits)
    object.add("overflow", arithmetic.accumulator.overflow.rawValue)
    let isMapped = addOrder(to: &object)
    if !isMapped {
      object.add("order", arithmetic.order.rawValue)
      object.add("lanes", arithmetic.lanes)
    }
    if let outer = arithmetic.outer {
      object.add("outerAccumulatorBits", outer.accumulator.bits)
      object.add("outerOverflow", outer.accumulator.overflow.rawValue)
      if !isMapped { object.add("tile", outer.tile) }
    }
    if arithmetic.zeroPoint == .corrected {
      object.add("zeroPoint", arithmetic.zeroPoint.rawValue)
      object.add("inputLowest", inputs.first?.codes.lowerBound)
    }
    object.add("biasPosition", constants.biasPosition.rawValue)
    addCasts(linear, to: &object)
    switch linear.outputStage {
    case .rescaled:
      addPreload(to: &object)
      addRescales(to: &object)
    case .thresholds(let tables):
      object.add("outputStage", "thresholds")
      object.add("thresholdCounts", Self.list(tables.map(\.thresholds.count)))
    case .accumulator: object.add("outputStage", "accumulator")
    }
  }

  /// The additions that a mapping implies, product by product; false where the stated order holds.
  private func addOrder(to object: inout JSONObject) -> Bool {
    guard let order = executor.orders[layer.name],
      let sequence = executor.sequence(ofLayer: index)
    else { return false }
    object.add("order", "mapping")
    object.add("mappedOrder", order.description)
    object.add("places", Self.list(sequence.places))
    object.add("ends", Self.list(sequence.ends))
    guard !sequence.storages.isEmpty else { return true }
    object.add("spills", Self.list(sequence.spills))
    object.add("storageBits", Self.list(sequence.storages.map(\.bits)))
    object.add(
      "storageOverflow", .array(sequence.storages.map { .string($0.overflow.rawValue) }))
    return true
  }

  /// What fixed-point registers round away, where products or sums are cast.
  private func addCasts(_ linear: QuantizedLinear, to object: inout JSONObject) {
    let arithmetic = executor.arithmetics[index]
    if let cast = arithmetic.productCast, let input = inputs.first {
      // The products have power-of-two scales, or there would be no plan.
      let drops = linear.weightScales.map { -Int((input.scale * $0).exponent) - cast.fractionBits }
      object.add("castFractionBits", cast.fractionBits)
      object.add("castRounding", cast.rounding.rawValue)
      object.add("castDroppedBits", Self.list(drops))
    }
    guard constants.rescales.first?.flavour == .cast else { return }
    let format = executor.network.quantizations[index + 1].format.integer
    object.add("outputBits", format.bits)
    object.add("outputIsSigned", format.isSigned)
    object.add("outputRounding", arithmetic.outputCast.rounding.rawValue)
    object.add("outputOverflow", arithmetic.outputCast.overflow.rawValue)
  }
}
