internal import Arithmetic
internal import Networks
internal import Quantization
internal import Tensors

extension LSTM {
  /// The multipliers of the integer form apart from those of weights: into the cell twice, and out of it.
  static let stateMultipliers = 3

  /// What the weights take in memory, each of the eight matrices a tensor of its own.
  ///
  /// - Units: bits.
  func weightStorage(of format: NumberFormat, granularity: Granularity) -> StoredBits {
    var sum = StoredBits(elements: 0, scales: 0, codebooks: 0)
    for columns in [inputs, units] {
      let one = format.weightStorage(shape: Shape([units, columns]), granularity: granularity)
      sum.elements += 4 * one.elements
      sum.scales += 4 * one.scales
      sum.codebooks += 4 * one.codebooks
    }
    return sum
  }
}

extension Operation {
  /// The multipliers that sums are rescaled by: one for each scale of weights, and those of an LSTM's cell.
  func multiplierCount(_ granularity: Granularity, channels: Int) -> Int {
    guard case .lstm(let lstm) = self else { return granularity == .tensor ? 1 : channels }
    return 8 * (granularity == .tensor ? 1 : lstm.units) + LSTM.stateMultipliers
  }
}
