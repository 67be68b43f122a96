internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// A depthwise layer on bytes: one input channel for each output channel, weights of 8 bits, one
/// narrow accumulator whose exact sums fit 32 bits.
///
/// Bit-identical to `LinearReference`, values and counts.
struct ByteDepthwise: Sendable {
  /// How the image with its border is made: bytes count from the lowest code of the input.
  let reader: PatchReader<UInt8>
  /// The byte of places outside of the image.
  let border: UInt8
  /// The byte that stands for a factor of 0.
  let zero: UInt8
  let accumulator: Accumulator
  let lanes: Int
  let isBiasFirst: Bool
  /// The distance in the image of each product's operand from the first channel of an output.
  let offsets: [Int64]
  /// The weights [product][channel filled up to a block].
  let weights: AlignedArray<Int8>
  /// The bias of each channel, filled up to a block.
  let bias: [Int32]
  /// Whether no channel of a block can leave the accumulator's range.
  let proved: [UInt8]
  /// The layer as a kernel that makes codes without a bordered image; nil where there is none.
  let image: DepthwiseImage?

  /// The channels of a block of the kernels.
  static let block = Int(WW_DEPTHWISE_BLOCK)

  /// The layer for the kernels; nil when it is another kind of layer.
  init?(_ plan: LinearPlan) {
    let linear = plan.linear
    let channels = linear.outputChannels
    let operands = plan.operands
    let accumulator = plan.arithmetic.accumulator
    guard linear.groups == channels, linear.inputChannels == channels,
      plan.arithmetic.isPlain, plan.fits32, plan.scaling.keepsProducts,
      plan.input.codes.count <= 256, plan.input.codes.contains(plan.input.zeroPoint),
      operands.weights.allSatisfy({ Int32(Int8.min)...Int32(Int8.max) ~= $0 }),
      plan.scaling.bias.allSatisfy({ Int32(exactly: $0) != nil })
    else { return nil }
    let reader = PatchReader<UInt8>(
      window: linear.window, channels: channels, outputChannels: channels, groups: channels,
      depth: plan.depth, places: plan.layout.places)
    let filled = (channels + Self.block - 1) / Self.block * Self.block
    let weights = AlignedArray<Int8>(repeating: 0, count: plan.depth * filled)
    for (product, place) in plan.layout.places.enumerated() where place >= 0 {
      for channel in 0..<channels {
        weights[product * filled + channel] = Int8(
          truncatingIfNeeded: operands.weights[channel * linear.depth + place])
      }
    }
    self.reader = reader
    border = UInt8(plan.input.zeroPoint - plan.input.codes.lowerBound)
    zero = operands.multipliesBorder ? 0 : border
    self.accumulator = accumulator
    lanes = plan.arithmetic.lanes
    isBiasFirst = plan.scaling.biasPosition == .first
    offsets = reader.taps.map { $0 < 0 ? 0 : Int64(reader.tapOffsets[$0]) }
    self.weights = weights
    let bias = (0..<filled).map { $0 < channels ? Int32(plan.scaling.bias[$0]) : 0 }
    self.bias = bias
    let proved: [UInt8] = stride(from: 0, to: channels, by: Self.block).map { start in
      let block = plan.bounds.channels[start..<min(start + Self.block, channels)]
      return block.allSatisfy { accumulator.holds($0) } ? 1 : 0
    }
    self.proved = proved
    image =
      proved.contains(0)
      ? nil
      : DepthwiseImage(
        plan, border: UInt8(plan.input.zeroPoint - plan.input.codes.lowerBound), bias: bias)
  }

  /// The bytes of the image, with those behind it that the kernels may read.
  var imageCount: Int { reader.imageCount + Int(WW_DEPTHWISE_SLACK) }

  var channels: Int { reader.channels }

  /// Figures without outputs.
  var emptyFigures: ChannelFigures { ChannelFigures(filled: bias.count) }

  /// Whether no channel can leave the accumulator's range.
  var isProved: Bool { proved.allSatisfy { $0 != 0 } }

  /// Writes codes less the lowest one, [height, width, channels], into an image of `imageCount` bytes.
  func fill(_ image: UnsafeMutablePointer<UInt8>, from codes: UnsafePointer<UInt8>) {
    reader.fill(image, from: codes, border: border) { $0 }
  }

  /// Computes outputs: the contents of their accumulators [output][channel], not yet corrected for the
  /// zero point of the input.
  ///
  /// Good tiles are short enough for their contents to stay in the second cache, and 16 outputs or more.
  func run(
    _ image: UnsafePointer<UInt8>, outputs: Range<Int>, _ contents: UnsafeMutablePointer<Int32>,
    _ figures: inout ChannelFigures
  ) {
    offsets.withUnsafeBufferPointer { offsets in
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          var layer = ww_depthwise(
            image: image, columns: Int64(reader.columns), channels: Int64(channels),
            outputWidth: Int64(reader.window.outputWidth), strideY: Int64(reader.window.strideY),
            strideX: Int64(reader.window.strideX), zero: Int32(zero),
            products: Int32(offsets.count), lanes: Int32(lanes), biasFirst: isBiasFirst ? 1 : 0,
            offsets: offsets.baseAddress, weights: weights.baseAddress, bias: bias.baseAddress)
          run(&layer, outputs, contents, &figures)
        }
      }
    }
  }

  private func run(
    _ layer: UnsafePointer<ww_depthwise>, _ outputs: Range<Int>,
    _ contents: UnsafeMutablePointer<Int32>, _ figures: inout ChannelFigures
  ) {
    let (first, count) = (Int64(outputs.lowerBound), Int64(outputs.count))
    figures.withPointers { pointers in
      if isProved {
        ww_depthwise_wide(layer, first, count, contents, pointers.lowest, pointers.highest)
      } else {
        proved.withUnsafeBufferPointer { proved in
          ww_depthwise_checked(
            layer, proved.baseAddress, Int32(accumulator.bits),
            Int32(accumulator.overflow == .saturate ? WW_SATURATE : WW_WRAP), first, count,
            contents, &pointers)
        }
      }
    }
  }
}
