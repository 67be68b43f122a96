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
    case .ruy, .reduced, .shift, .floor, .thresholds, .cast:
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
    let (lowest, highest) = (clamp.lowerBound, clamp.upperBound)
    sums.finals.withUnsafeBufferPointer { finals in
      guard let finals = finals.baseAddress else { return }
      for lane in 0..<block.channels {
        let rescale = rescales[block.start + lane]
        var source = finals + lane
        var target = results + lane
        for _ in 0..<rows {
          // Rescaled numbers are within 2^62, so the zero point cannot overflow them.
          let code = rescaled(Int(source.pointee), rescale) &+ zeroPoint
          target.pointee = Int32(truncatingIfNeeded: min(max(code, lowest), highest))
          source += 16
          target += stride
        }
      }
    }
  }
}
