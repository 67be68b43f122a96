public import Devices
public import Quantities

extension OperandWidths {
  /// The bits of a weight that the rates and energies of a device go by; `weights` are moved.
  public func multipliedWeights(on compute: Compute) -> Int {
    if let decodedWeights, compute.decodesOperands { return decodedWeights }
    return multiplication.map { compute.weightOperandBits($0, stored: weights) } ?? weights
  }

  /// The bits of an input that the rates and energies of a device go by; `inputs` are moved.
  ///
  /// - Model: on devices that multiply integers that of the decoded one, 16 at most.
  /// - Validity: what decodes to more than 16 bits takes more than one pass: its cost is a lower bound.
  public func multipliedInputs(on compute: Compute) -> Int {
    guard let decodedInputs, compute.decodesOperands else { return inputs }
    return decodedInputs
  }

  /// The energy of one multiply-accumulate of these operands.
  ///
  /// - Model: `Compute.productEnergy` of the product that the formats of the operands need.
  public func productEnergy(on compute: Compute) -> Picojoules {
    if let multiplication, decodedWeights == nil || compute.multiplier == .formats {
      return compute.productEnergy(
        multiplication, stored: weights, activations: multipliedInputs(on: compute),
        accumulator: partialSums)
    }
    return compute.productEnergy(
      weights: multipliedWeights(on: compute), activations: multipliedInputs(on: compute),
      accumulator: partialSums)
  }
}
