internal import Costs
internal import Devices
internal import Execution
internal import Quantities

extension JSONReport {
  /// Exact counts of the operands of a layer, over all samples.
  static func operands(_ operands: OperandStatistics) -> JSONValue {
    var object = JSONObject()
    object.add("inputs", operands.inputs)
    object.add("zeroInputs", operands.zeroInputs)
    object.add("weights", operands.weights)
    object.add("zeroWeights", operands.zeroWeights)
    object.add("products", operands.products)
    object.add("paddingProducts", operands.paddingProducts)
    object.add("zeroInputProducts", operands.zeroInputProducts)
    object.add("zeroWeightProducts", operands.zeroWeightProducts)
    object.add("zeroProducts", operands.zeroProducts)
    object.add("inputToggles", operands.inputToggles)
    object.add("inputPairs", operands.inputPairs)
    object.add("weightToggles", operands.weightToggles)
    return object.value
  }

  static func range(_ range: EnergyRange) -> JSONValue {
    .array([.number(range.low.value), .number(range.high.value)])
  }
}
