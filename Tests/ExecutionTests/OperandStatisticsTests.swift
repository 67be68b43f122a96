import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite("Zeros and changing bits of operands") struct OperandStatisticsTests {
  /// A count of every product, one by one.
  private static func counted(_ layer: RandomLayer) -> OperandStatistics {
    let linear = layer.linear
    let window = linear.window
    let (zero, border): (Int, Int) =
      switch layer.arithmetic.zeroPoint {
      case .subtracted: (layer.input.zeroPoint, 0)
      case .corrected:
        (layer.input.codes.lowerBound, layer.input.zeroPoint - layer.input.codes.lowerBound)
      }
    let weights = linear.weightOffsets
    let perGroup = linear.inputChannels / linear.groups
    var result = OperandStatistics()
    for channel in 0..<linear.outputChannels {
      let first = channel / (linear.outputChannels / linear.groups) * perGroup
      for index in 0..<window.outputHeight * window.outputWidth {
        let (y, x) = index.quotientAndRemainder(dividingBy: window.outputWidth)
        for k in 0..<linear.depth {
          let (tap, c) = k.quotientAndRemainder(dividingBy: perGroup)
          let (ky, kx) = tap.quotientAndRemainder(dividingBy: window.kernelWidth)
          let row = y * window.strideY + ky * window.dilationY - window.padTop
          let column = x * window.strideX + kx * window.dilationX - window.padLeft
          let isInside =
            row >= 0 && column >= 0 && row % window.upsampleY == 0
            && column % window.upsampleX == 0 && row / window.upsampleY < window.height
            && column / window.upsampleX < window.width
          let place =
            (row / window.upsampleY * window.width + column / window.upsampleX)
            * linear.inputChannels + first + c
          let input = isInside ? Int(layer.codes[place]) - zero : border
          let weight = weights[channel * linear.depth + k]
          result.products += 1
          result.paddingProducts += isInside ? 0 : 1
          result.zeroInputProducts += input == 0 ? 1 : 0
          result.zeroWeightProducts += weight == 0 ? 1 : 0
          result.zeroProducts += input == 0 || weight == 0 ? 1 : 0
        }
      }
    }
    result.zeroInputs = layer.codes.count { Int($0) == zero }
    for (one, next) in zip(layer.codes, layer.codes.dropFirst()) {
      for bit in 0..<layer.input.format.integer.bits where (one ^ next) >> Int32(bit) & 1 == 1 {
        result.inputToggles += 1
      }
      result.inputPairs += 1
    }
    return result
  }

  @Test("The counts are those of every product, one by one, for random layers")
  func bruteForce() throws {
    var gated = 0
    for seed in 0..<300 as Range<UInt64> {
      let layer = RandomLayer(seed: seed)
      // Twice the same sample gives twice the counts.
      let kernel = try LinearKernel(
        layer: "random", linear: layer.linear, arithmetic: layer.arithmetic, input: layer.input,
        output: layer.output, clamp: layer.clamp, isFullyConnected: layer.isFullyConnected)
      let statistics = kernel.operands(of: [layer.codes, layer.codes])
      let expected = Self.counted(layer)
      #expect(statistics.samples == 2)
      #expect(statistics.products == 2 * expected.products, "seed \(seed)")
      #expect(statistics.paddingProducts == 2 * expected.paddingProducts, "seed \(seed)")
      #expect(statistics.zeroInputs == 2 * expected.zeroInputs, "seed \(seed)")
      #expect(statistics.zeroInputProducts == 2 * expected.zeroInputProducts, "seed \(seed)")
      #expect(statistics.zeroWeightProducts == 2 * expected.zeroWeightProducts, "seed \(seed)")
      #expect(statistics.zeroProducts == 2 * expected.zeroProducts, "seed \(seed)")
      #expect(statistics.inputToggles == 2 * expected.inputToggles, "seed \(seed)")
      #expect(statistics.inputPairs == 2 * expected.inputPairs, "seed \(seed)")
      #expect(statistics.zeroWeights == layer.linear.weightOffsets.count { $0 == 0 })
      gated += statistics.zeroProducts > 0 ? 1 : 0
    }
    #expect(gated > 100)
  }
}
