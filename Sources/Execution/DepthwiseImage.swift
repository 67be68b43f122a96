internal import CKernels
internal import Networks
internal import Tensors

/// A depthwise layer with windows of 3 by 3 of which no sum can leave the accumulator, from the bytes of
/// its input to those of its output in one go.
struct DepthwiseImage: Sendable {
  let window: WindowGeometry
  let channels: Int
  /// The byte of places outside of the image.
  let border: UInt8
  /// The weights as `ww_depthwise_image` wants them.
  let weights: AlignedArray<Int8>
  /// What the sum of each channel starts with, filled up to a block.
  let start: [Int32]

  /// The layer; nil where windows are others.
  ///
  /// - Parameter bias: the bias of each channel, filled up to a block.
  init?(_ plan: LinearPlan, border: UInt8, bias: [Int32]) {
    let linear = plan.linear
    let window = linear.window
    guard window.kernelHeight == 3, window.kernelWidth == 3, window.dilationY == 1,
      window.dilationX == 1, window.upsampleY == 1, window.upsampleX == 1, window.padTop >= 0,
      window.padLeft >= 0
    else { return nil }
    let channels = linear.outputChannels
    let operands = plan.operands
    let block = ByteDepthwise.block
    let zero = operands.multipliesBorder ? 0 : Int(border)
    let weights = AlignedArray<Int8>(repeating: 0, count: bias.count * 12)
    var start = bias
    for channel in 0..<channels {
      let own = operands.weights[channel * 9..<channel * 9 + 9]
      start[channel] = Int32(
        truncatingIfNeeded: Int(bias[channel]) - zero * own.reduce(0) { $0 + Int($1) })
    }
    for place in 0..<bias.count {
      let channel = place / block * block + Int(ww_unpacked_channel(Int32(place % block)))
      guard channel < channels else { continue }
      for tap in 0..<9 {
        let target = place / block * 12 * block + tap % 3 * 4 * block + place % block * 4 + tap / 3
        weights[target] = Int8(truncatingIfNeeded: operands.weights[channel * 9 + tap])
      }
    }
    self.window = window
    self.channels = channels
    self.border = border
    self.weights = weights
    self.start = start
  }

  /// Computes one sample; false where the processor has no instructions for it.
  func run(
    _ codes: UnsafePointer<UInt8>, _ requantize: RequantizeKernel, to results: MutableStoredCodes,
    _ figures: inout ChannelFigures
  ) -> Bool {
    guard case .bytes(let bytes, _) = results else { return false }
    var isDone = false
    weights.withUnsafeBufferPointer { weights in
      start.withUnsafeBufferPointer { start in
        var layer = ww_depthwise_image(
          image: codes, height: Int64(window.height), width: Int64(window.width),
          channels: Int64(channels), outputHeight: Int64(window.outputHeight),
          outputWidth: Int64(window.outputWidth), strideY: Int64(window.strideY),
          strideX: Int64(window.strideX), padTop: Int64(window.padTop),
          padLeft: Int64(window.padLeft), border: Int32(border), weights: weights.baseAddress,
          start: start.baseAddress)
        figures.withPointers { pointers in
          requantize.withForm(from: 0) { rescaling in
            isDone =
              ww_depthwise_codes(&layer, &rescaling, pointers.lowest, pointers.highest, bytes) != 0
          }
        }
      }
    }
    return isDone
  }
}
