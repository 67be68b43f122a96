internal import Networks
internal import Tensors

extension LinearKernel {
  /// Computes one sample with the kernels for depthwise layers of bytes; nil where they do not apply.
  ///
  /// Only final sums are observed. Outputs are computed in tiles.
  ///
  /// - Parameter tile: the outputs computed at a time, 1 or more.
  public func depthwiseOutcome(_ codes: [Int32], tile: Int) -> LinearReference.Outcome? {
    guard let layer = ByteDepthwise(plan) else { return nil }
    var figures = layer.emptyFigures
    return outcome(codes, tile: tile, imageCount: layer.imageCount, &figures) {
      layer.fill($0, from: $1)
    } run: { image, outputs, contents, figures in
      layer.run(image, outputs: outputs, contents, &figures)
    }
  }

  /// Computes one sample with popcounts of planes of bits; nil where they do not apply.
  ///
  /// Only final sums are observed. Outputs are computed in tiles.
  ///
  /// - Parameter tile: the outputs computed at a time, 1 or more.
  public func popcountOutcome(_ codes: [Int32], tile: Int) -> LinearReference.Outcome? {
    guard let layer = PopcountProduct(plan) else { return nil }
    var figures = layer.emptyFigures
    var bits: [Int] = []
    return outcome(codes, tile: tile, imageCount: layer.imageCount, &figures) {
      bits = layer.fill($0, from: $1)
    } run: { image, outputs, contents, figures in
      layer.run(image, bits: bits, outputs: outputs, contents, &figures)
    }
  }

  private func outcome(
    _ codes: [Int32], tile: Int, imageCount: Int, _ figures: inout ChannelFigures,
    fill: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) -> Void,
    run: (
      UnsafeMutablePointer<UInt8>, Range<Int>, UnsafeMutablePointer<Int32>, inout ChannelFigures
    ) -> Void
  ) -> LinearReference.Outcome {
    let outputs = plan.outputsPerChannel
    let channels = plan.linear.outputChannels
    let lowest = Int32(plan.input.codes.lowerBound)
    let bytes = codes.map { UInt8(truncatingIfNeeded: $0 - lowest) }
    var image = [UInt8](repeating: 0, count: imageCount)
    var contents = [Int32](repeating: 0, count: outputs * channels)
    bytes.withUnsafeBufferPointer { bytes in
      image.withUnsafeMutableBufferPointer { image in
        contents.withUnsafeMutableBufferPointer { contents in
          guard let bytes = bytes.baseAddress, let image = image.baseAddress,
            let contents = contents.baseAddress
          else { return }
          fill(image, bytes)
          for first in stride(from: 0, to: outputs, by: tile) {
            run(
              image, first..<min(first + tile, outputs), contents + first * channels, &figures)
          }
        }
      }
    }
    var overflow = plan.emptyOverflow(observesPrefixes: false)
    figures.record(plan, in: &overflow)
    let sums = contents.enumerated().map { plan.corrected(Int($1), channel: $0 % channels) }
    return LinearReference.Outcome(
      contents: sums,
      codes: sums.enumerated().map { plan.code(of: $1, channel: $0 % channels) },
      overflow: overflow)
  }
}
