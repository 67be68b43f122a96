public import Devices
public import Quantities

extension OperandWidths {
  /// The bits of a weight that the rates and energies of a device go by; `weights` are moved.
  public func multipliedWeights(on compute: Compute) -> Int {
    multiplication.map { compute.weightOperandBits($0, stored: weights) } ?? weights
  }

  /// The energy of one multiply-accumulate of these operands.
  ///
  /// - Model: `Compute.productEnergy` of the product that the formats of the operands need.
  public func productEnergy(on compute: Compute) -> Picojoules {
    multiplication.map {
      compute.productEnergy(
        $0, stored: weights, activations: inputs, accumulator: partialSums)
    }
      ?? compute.productEnergy(
        weights: weights, activations: inputs, accumulator: partialSums)
  }
}
