internal import Arithmetic
package import Networks
internal import Tensors

/// A pool of codes over images [height, width, channels].
package struct PoolPlan: Sendable {
  let pool: Pool
  let channels: Int
  /// The zero point of the input, which padding stands for.
  let zeroPoint: Int
  let clamp: ClosedRange<Int>
  /// How averages become codes.
  let average: AveragePlan

  /// A pool of images of `channels`.
  package init(
    pool: Pool, channels: Int, zeroPoint: Int, clamp: ClosedRange<Int>, average: AveragePlan
  ) {
    self.pool = pool
    self.channels = channels
    self.zeroPoint = zeroPoint
    self.clamp = clamp
    self.average = average
  }

  /// Computes one sample.
  ///
  /// - Exactness: integers throughout but for `halfEven` averages, which follow ONNX Runtime's float32;
  ///   with `countsPadding` the padding counts as the zero point.
  /// - Source: TFLite reference kernels; `numerics.md` section 2.
  package func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    let window = pool.window
    var sums = [Int](repeating: 0, count: channels)
    var floats = [Float](repeating: 0, count: channels)
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        let isMax = pool.kind == .max
        for channel in 0..<channels {
          sums[channel] = isMax ? .min : 0
          floats[channel] = 0
        }
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
            } else if average.sumsFloats {
              for channel in 0..<channels {
                floats[channel] += average.real(Int(source[channel]))
              }
            } else {
              for channel in 0..<channels { sums[channel] += Int(source[channel]) }
            }
          }
        }
        let target = results + (y * window.outputWidth + x) * channels
        let area = window.kernelHeight * window.kernelWidth
        let count = pool.countsPadding ? area : taps
        let padding = pool.countsPadding ? (area - taps) * zeroPoint : 0
        for channel in 0..<channels {
          let code: Int
          if isMax {
            code = taps == 0 ? zeroPoint : sums[channel]
          } else if average.sumsFloats {
            code = average.code(floatSum: floats[channel], count: count)
          } else {
            code = average.code(sum: sums[channel] + padding, count: count)
          }
          target[channel] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
        }
      }
    }
  }
}
