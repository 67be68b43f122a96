internal import Arithmetic
internal import Networks

extension LinearPlan {
  /// Rescales the contents of a block's accumulators to output codes.
  func requantize<T: TileElement>(
    _ sums: borrowing TileSums<T>, rows: Int, block: Block,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    switch arithmetic.requantization {
    case .gemmlowp:
      write(sums, rows, block, results) { content, rescale in
        Requantization.doubleRounded(
          content, Int(rescale.quantized.mantissa), rescale.quantized.exponent)
      }
    case .single:
      write(sums, rows, block, results) { content, rescale in
        Requantization.singleRounded(
          content, Int(rescale.quantized.mantissa), rescale.quantized.exponent)
      }
    case .float:
      write(sums, rows, block, results) { content, rescale in
        Requantization.saturating((Float(content) * rescale.float).rounded(.toNearestOrEven))
      }
    case .shift, .floor:
      write(sums, rows, block, results) { content, rescale in rescale.rescaled(content) }
    }
  }

  @inline(__always)
  private func write<T: TileElement>(
    _ sums: borrowing TileSums<T>, _ rows: Int, _ block: Block,
    _ results: UnsafeMutablePointer<Int32>, _ rescaled: (Int, Requantization) -> Int
  ) {
    let zeroPoint = output.zeroPoint
    let stride = linear.outputChannels
    sums.finals.withUnsafeBufferPointer { finals in
      for lane in 0..<block.channels {
        let rescale = rescales[block.start + lane]
        for row in 0..<rows {
          let code = rescaled(Int(finals[16 * row + lane]), rescale) + zeroPoint
          results[row * stride + lane] = Int32(
            truncatingIfNeeded: min(max(code, clamp.lowerBound), clamp.upperBound))
        }
      }
    }
  }
}
