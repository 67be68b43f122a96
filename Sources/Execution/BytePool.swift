package import Arithmetic
internal import CKernels
package import Networks
internal import Tensors

/// A pool over images [height, width, channels] of bytes, each its code less the lowest of its format.
///
/// - Exactness: bit-identical to `PoolPlan` for every rounding, on every instruction set.
package struct BytePool: Sendable {
  private let form: ww_pool

  /// The pool of a plan; nil where codes are no bytes or the window is larger than 2^15 taps.
  init?(_ plan: PoolPlan) {
    self.init(
      plan.pool, channels: plan.channels, rounding: plan.average.rounding,
      input: plan.average.input, output: plan.average.output, clamp: plan.clamp)
  }

  /// A pool between these quantizations; nil where codes are no bytes, the window is larger than 2^15
  /// taps or a scale is extreme.
  package init?(
    _ pool: Pool, channels: Int, rounding: AverageRounding, input: ActivationQuantization,
    output: ActivationQuantization, clamp: ClosedRange<Int>
  ) {
    let window = pool.window
    let area = window.kernelHeight * window.kernelWidth
    guard input.codes.count <= 256, output.codes.count <= 256,
      output.codes.contains(clamp.lowerBound), output.codes.contains(clamp.upperBound),
      area < 1 << 15, window.upsampleY == 1, window.upsampleX == 1,
      [input.scale, output.scale].allSatisfy({ (1e-15...1e15).contains($0) })
    else { return nil }
    let average = AveragePlan(rounding, pool: pool, input: input, output: output)
    let lowest = output.codes.lowerBound
    var form = ww_pool()
    form.countsPadding = pool.countsPadding ? 1 : 0
    form.height = Int32(window.height)
    form.width = Int32(window.width)
    form.channels = Int32(channels)
    form.outputHeight = Int32(window.outputHeight)
    form.outputWidth = Int32(window.outputWidth)
    form.kernelHeight = Int32(window.kernelHeight)
    form.kernelWidth = Int32(window.kernelWidth)
    form.strideY = Int32(window.strideY)
    form.strideX = Int32(window.strideX)
    form.dilationY = Int32(window.dilationY)
    form.dilationX = Int32(window.dilationX)
    form.padTop = Int32(window.padTop)
    form.padLeft = Int32(window.padLeft)
    form.lowest = Int32(input.codes.lowerBound)
    form.padding = Int32(input.zeroPoint)
    form.zero = Int32(input.zeroPoint)
    form.floats = (Float(input.scale), Float(output.scale))
    // The number that clamp and offset refer to: the code less this.
    var origin = 0
    if pool.kind == .max {
      form.kind = Int32(WW_POOL_MAX)
      origin = input.codes.lowerBound
    } else {
      switch rounding {
      case .halfAway: form.kind = Int32(WW_POOL_HALF_AWAY)
      case .truncate: form.kind = Int32(WW_POOL_TRUNCATE)
      case .halfEven where average.sumsFloats:
        form.kind = Int32(WW_POOL_REAL_TAPS)
        form.zero -= form.lowest
        form.start = Float(output.zeroPoint - lowest)
        origin = lowest
      case .halfEven:
        form.kind = Int32(WW_POOL_REAL)
        origin = output.zeroPoint
      }
    }
    form.low = Int32(clamp.lowerBound - origin)
    form.high = Int32(clamp.upperBound - origin)
    form.offset = Int32(origin - lowest)
    let empty = pool.kind == .max ? input.zeroPoint : output.zeroPoint
    form.empty = Int32(min(max(empty, clamp.lowerBound), clamp.upperBound) - lowest)
    self.form = form
  }

  /// Computes one sample.
  package func run(_ image: UnsafePointer<UInt8>, to bytes: UnsafeMutablePointer<UInt8>) {
    var form = form
    ww_pool_bytes(&form, image, bytes)
  }
}
