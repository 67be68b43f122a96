internal import Networks
internal import Tensors

extension Pool {
  /// The pool of one float image [height, width, channels].
  func run(
    _ input: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, channels: Int
  ) {
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        for channel in 0..<channels {
          var largest = -Float.infinity
          var sum = 0.0
          var taps = 0
          for ky in 0..<window.kernelHeight {
            let row = y * window.strideY + ky * window.dilationY - window.padTop
            guard row >= 0 && row < window.height else { continue }
            for kx in 0..<window.kernelWidth {
              let column = x * window.strideX + kx * window.dilationX - window.padLeft
              guard column >= 0 && column < window.width else { continue }
              let value = input[(row * window.width + column) * channels + channel]
              largest = max(largest, value)
              sum += Double(value)
              taps += 1
            }
          }
          let divisor = countsPadding ? window.kernelHeight * window.kernelWidth : max(taps, 1)
          results[(y * window.outputWidth + x) * channels + channel] =
            kind == .max ? (taps == 0 ? 0 : largest) : Float(sum / Double(divisor))
        }
      }
    }
  }
}
