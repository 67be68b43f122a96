internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// A layer of products of numbers of one or two bits, none of which can leave its accumulator: sums by
/// AND and popcount of planes of bits.
///
/// A number is the lowest one and its bits: {-1, +1} is -1 and one bit that counts 2. Which bits of the
/// input occur is seen in each sample, padding included.
struct PopcountProduct: Sendable {
  /// How the image with its border is made: bytes count from the lowest code of the input.
  let reader: PatchReader<UInt8>
  /// The byte of places outside of the image.
  let border: UInt8
  let accumulator: Accumulator
  /// The lowest weight, and what the bit of each plane of the weights counts.
  let lowestWeight: Int32
  let weightBits: [Int]
  /// [plane][block of 16 channels][word][16].
  let planes: [UInt32]
  /// The bits of the input's codes.
  let inputBits: Int
  /// The bias of each channel less what the zero point takes off, filled up to 16.
  let start: [Int32]

  /// The words of a row of one plane.
  var words: Int { (reader.depth + 31) / 32 }

  /// The layer for the kernels; nil when it is another kind of layer.
  init?(_ plan: LinearPlan) {
    let linear = plan.linear
    let operands = plan.operands
    let accumulator = plan.arithmetic.accumulator
    guard linear.groups == 1, plan.arithmetic.isPlain, plan.fits32, plan.scaling.keepsProducts,
      plan.input.codes.count <= 4, plan.input.codes.contains(plan.input.zeroPoint),
      plan.bounds.channels.allSatisfy({ accumulator.holds($0) }),
      let lowest = operands.weights.min(), let highest = operands.weights.max(),
      highest - lowest <= 3
    else { return nil }
    let code = plan.input.codes.lowerBound
    let zero = operands.multipliesBorder ? 0 : operands.zero - code
    let used = operands.weights.reduce(0) { $0 | ($1 - lowest) }
    let bits = [0, 1].filter { used >> $0 & 1 == 1 }
    let channels = linear.outputChannels
    let depth = linear.depth
    let filled = (channels + 15) / 16 * 16
    let words = (depth + 31) / 32
    var planes = [UInt32](repeating: 0, count: bits.count * filled * words)
    var start = [Int32](repeating: 0, count: filled)
    for channel in 0..<channels {
      let weights = operands.weights[channel * depth..<(channel + 1) * depth]
      let sum = plan.scaling.bias[channel] - zero * weights.reduce(0) { $0 + Int($1) }
      start[channel] = Int32(truncatingIfNeeded: sum)
      for (plane, bit) in bits.enumerated() {
        let block = (plane * filled + channel / 16 * 16) * words
        for (k, weight) in weights.enumerated() where (weight - lowest) >> bit & 1 == 1 {
          planes[block + k / 32 * 16 + channel % 16] |= 1 << (k % 32)
        }
      }
    }
    reader = PatchReader(
      window: linear.window, channels: linear.inputChannels, outputChannels: channels, groups: 1,
      depth: depth)
    border = UInt8(plan.input.zeroPoint - code)
    self.accumulator = accumulator
    lowestWeight = lowest
    weightBits = bits
    self.planes = planes
    inputBits = plan.input.codes.count <= 2 ? 1 : 2
    self.start = start
  }

  /// Whether popcounts are faster than products of bytes on this machine: AMX has no need of them, and with
  /// VNNI only single bits gain.
  var isFaster: Bool {
    let level = Int(ww_dispatch_level())
    let products = weightBits.count * inputBits
    return level < Int(WW_AMX) && products <= (level < Int(WW_VNNI) ? 2 : 1)
  }

  /// The bytes of the image.
  var imageCount: Int { reader.imageCount }

  /// Figures without outputs.
  var emptyFigures: ChannelFigures { ChannelFigures(filled: start.count) }

  /// Writes codes less the lowest one, [height, width, channels], into an image of `imageCount` bytes;
  /// the bits that occur in it.
  func fill(_ image: UnsafeMutablePointer<UInt8>, from codes: UnsafePointer<UInt8>) -> [Int] {
    reader.fill(image, from: codes, border: border) { $0 }
    var used: UInt8 = 0
    for index in 0..<reader.imageCount { used |= image[index] }
    return [0, 1].filter { used >> $0 & 1 == 1 }
  }

  /// Computes outputs: the contents of their accumulators [output][channel], not yet corrected for the
  /// zero point of the input.
  ///
  /// - Parameter bits: the bits that occur in the image.
  func run(
    _ image: UnsafePointer<UInt8>, bits: [Int], outputs: Range<Int>,
    _ contents: UnsafeMutablePointer<Int32>, _ figures: inout ChannelFigures
  ) {
    let (rows, depth) = (outputs.count, reader.depth)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rows * depth) { tile in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * rows * words) { inputs in
        guard let tile = tile.baseAddress, let inputs = inputs.baseAddress else { return }
        reader.gather(tile, from: image, first: outputs.lowerBound, count: rows, inputStart: 0)
        for (plane, bit) in bits.enumerated() {
          ww_popcount_pack(
            tile, Int64(rows), Int64(depth), Int64(depth), Int32(bit),
            inputs + plane * rows * words)
        }
        run(inputs, bits, rows, contents, &figures)
      }
    }
  }

  private func run(
    _ inputs: UnsafePointer<UInt32>, _ bits: [Int], _ rows: Int,
    _ contents: UnsafeMutablePointer<Int32>, _ figures: inout ChannelFigures
  ) {
    func counts(_ bits: [Int]) -> (Int32, Int32) {
      (bits.first.map { 1 << $0 } ?? 0, bits.count > 1 ? 1 << bits[1] : 0)
    }
    planes.withUnsafeBufferPointer { planes in
      start.withUnsafeBufferPointer { start in
        var product = ww_popcount(
          rows: Int64(rows), channels: Int64(reader.outputChannels), words: Int64(words),
          xPlanes: Int32(bits.count), wPlanes: Int32(weightBits.count), xWeights: counts(bits),
          wWeights: counts(weightBits), wLowest: lowestWeight, x: inputs, w: planes.baseAddress,
          start: start.baseAddress)
        figures.withRanges { ww_popcount_sums(&product, contents, $0, $1) }
      }
    }
  }
}
