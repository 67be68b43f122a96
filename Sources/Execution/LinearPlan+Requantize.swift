internal import Arithmetic
internal import Networks

extension LinearPlan {
  /// Turns the contents of a block's accumulators into output codes.
  func requantize<T: TileElement>(
    _ sums: borrowing TileSums<T>, rows: Int, block: Block,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    switch linear.outputStage {
    case .rescaled where !output.format.isUneven: rescale(sums, rows, block, results)
    case .rescaled, .thresholds, .accumulator:
      for row in 0..<rows {
        for lane in 0..<block.channels {
          results[row * linear.outputChannels + lane] = code(
            of: Int(sums.finals[16 * row + lane]), channel: block.start + lane)
        }
      }
    }
  }

  /// The output code of a final content.
  func code(of content: Int, channel: Int) -> Int32 {
    let code: Int
    switch linear.outputStage {
    case .rescaled where !floats.isEmpty && content.magnitude == UInt(FloatRegister.infinity):
      code = content < 0 ? clamp.lowerBound : clamp.upperBound
    case .accumulator: code = content
    case .thresholds(let tables): code = Int(tables[channel].code(of: content))
    case .rescaled where output.format.isUneven:
      code = nearestCode(of: content, channel: channel)
    case .rescaled where scaling.flavour == .cast:
      code = cast(content, scaling.rescales[channel])
    case .rescaled: code = scaling.rescales[channel].rescaled(content) &+ output.zeroPoint
    }
    return Int32(truncatingIfNeeded: min(max(code, clamp.lowerBound), clamp.upperBound))
  }

  /// R10: a content cast to the output's format.
  ///
  /// A clamp that starts at zero is a rectifier before the cast, as a separate layer would be on an
  /// accumulator: a negative sum does not wrap to a positive code.
  private func cast(_ content: Int, _ rescale: Requantization) -> Int {
    let cast = arithmetic.outputCast
    let sum = clamp.lowerBound >= 0 ? max(content, 0) : content
    // Left shifts lose high bits only, which wrapping loses anyway; rescaling would clip them.
    let value =
      rescale.shift < 0 && (cast.overflow == .wrap || cast.overflow == .wrapSignMagnitude)
      ? sum << -rescale.shift : rescale.rescaled(sum)
    return cast.code(value, in: output.format.integer)
  }

  private func rescale<T: TileElement>(
    _ sums: borrowing TileSums<T>, _ rows: Int, _ block: Block,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    switch scaling.flavour {
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
    case .cast: write(sums, rows, block, results) { cast($0, $1) }
    case .ruy, .reduced, .shift, .floor, .thresholds:
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
        let rescale = scaling.rescales[block.start + lane]
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
