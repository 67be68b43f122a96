internal import Networks
internal import Tensors

/// A pool of codes over images [height, width, channels].
struct PoolPlan: Sendable {
  let pool: Pool
  let channels: Int
  let zeroPoint: Int
  let clamp: ClosedRange<Int>

  /// Computes one sample.
  ///
  /// - Exactness: averages are sums of codes over the valid taps divided by their number, rounded half
  ///   away from zero; with `countsPadding` the padding counts as the zero point.
  /// - Source: TFLite reference kernels; `numerics.md` section 2.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    let window = pool.window
    var sums = [Int](repeating: 0, count: channels)
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        let isMax = pool.kind == .max
        for channel in 0..<channels { sums[channel] = isMax ? .min : 0 }
        var taps = 0
        for ky in 0..<window.kernelHeight {
          let row = y * window.strideY + ky * window.dilationY - window.padTop
          guard row >= 0 && row < window.height else { continue }
          for kx in 0..<window.kernelWidth {
            let column = x * window.strideX + kx * window.dilationX - window.padLeft
            guard column >= 0 && column < window.width else { continue }
            taps += 1
            let source = codes + (row * window.width + column) * channels
            if isMax {
              for channel in 0..<channels {
                sums[channel] = max(sums[channel], Int(source[channel]))
              }
            } else {
              for channel in 0..<channels { sums[channel] += Int(source[channel]) }
            }
          }
        }
        let target = results + (y * window.outputWidth + x) * channels
        for channel in 0..<channels {
          let code = isMax ? (taps == 0 ? zeroPoint : sums[channel]) : mean(sums[channel], taps)
          target[channel] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
        }
      }
    }
  }

  private func mean(_ sum: Int, _ taps: Int) -> Int {
    let area = pool.window.kernelHeight * pool.window.kernelWidth
    let count = pool.countsPadding ? area : taps
    guard count > 0 else { return zeroPoint }
    let total = pool.countsPadding ? sum + (area - taps) * zeroPoint : sum
    return (total > 0 ? total + count / 2 : total - count / 2) / count
  }
}
