internal import Networks
internal import Tensors

extension Pool {
  /// The pool of one float image [height, width, channels].
  func run(
    _ input: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, channels: Int
  ) {
    var sums = [Double](repeating: 0, count: channels)
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        let target = results + (y * window.outputWidth + x) * channels
        target.update(repeating: kind == .max ? -.infinity : 0, count: channels)
        for channel in 0..<channels { sums[channel] = 0 }
        var taps = 0
        for ky in 0..<window.kernelHeight {
          let row = y * window.strideY + ky * window.dilationY - window.padTop
          guard row >= 0 && row < window.height else { continue }
          for kx in 0..<window.kernelWidth {
            let column = x * window.strideX + kx * window.dilationX - window.padLeft
            guard column >= 0 && column < window.width else { continue }
            let source = input + (row * window.width + column) * channels
            taps += 1
            switch kind {
            case .max:
              // Every channel is written, so that the loop becomes vectors; what is no number is passed over.
              for channel in 0..<channels {
                target[channel] =
                  source[channel] > target[channel] ? source[channel] : target[channel]
              }
            case .average:
              for channel in 0..<channels { sums[channel] += Double(source[channel]) }
            }
          }
        }
        if taps == 0 { target.update(repeating: 0, count: channels) }
        guard kind == .average else { continue }
        let area = window.kernelHeight * window.kernelWidth
        let divisor = Double(countsPadding ? area : max(taps, 1))
        for channel in 0..<channels { target[channel] = Float(sums[channel] / divisor) }
      }
    }
  }
}
