public import Arithmetic
public import Tensors

/// The weights of a layer that share a scale, a codebook or the scale of a block.
///
/// - Shapes: weights OHWI: [outputChannels, kernelHeight, kernelWidth, inputChannels / groups]. Groups and
///   blocks lie along the input channels of one kernel position; where a channel reads one input channel
///   only (depthwise), along its kernel.
public struct WeightGroups: Hashable, Sendable {
  /// The output channels.
  public let channels: Int
  /// The weights of an output channel.
  public let depth: Int
  /// The weights that share, one range after the other, in the order of the weights.
  public let ranges: [Range<Int>]
  /// Whether one range is the whole tensor, so that all channels have one unit.
  public let isTensor: Bool
  /// Whether ranges are smaller than channels, so that each stores a scale of its own.
  public let areBlocks: Bool

  /// The groups of weights of a shape.
  public init(shape: Shape, format: NumberFormat, granularity: Granularity) {
    let channels = shape.rank > 0 ? shape[0] : 1
    let depth = channels > 0 ? shape.count / channels : 0
    let inputs = shape.rank > 0 ? shape[shape.rank - 1] : 1
    let row = shape.rank > 1 && inputs > 1 ? inputs : depth
    self.channels = channels
    self.depth = depth
    func blocks(_ size: Int) -> [Range<Int>] {
      stride(from: 0, to: channels * depth, by: max(row, 1)).flatMap { start in
        stride(from: start, to: start + row, by: size).map { $0..<min($0 + size, start + row) }
      }
    }
    if case .microscaling(let blocked) = format {
      (ranges, isTensor, areBlocks) = (blocks(blocked.blockSize), false, true)
      return
    }
    switch granularity {
    case .tensor: (ranges, isTensor, areBlocks) = ([0..<channels * depth], true, false)
    case .channel:
      ranges = (0..<channels).map { $0 * depth..<($0 + 1) * depth }
      (isTensor, areBlocks) = (false, false)
    case .group(let size): (ranges, isTensor, areBlocks) = (blocks(size), false, true)
    }
  }

  /// The output channel of a range; 0 for the whole tensor.
  public func channel(of range: Range<Int>) -> Int { depth > 0 ? range.lowerBound / depth : 0 }

  /// What weights in this format take in memory.
  ///
  /// The scale of a channel or of the tensor is part of the multiplier of its sums and not counted; those of
  /// groups and blocks are, and a codebook for each range.
  public func storage(of format: NumberFormat) -> StoredBits {
    let elements = channels * depth
    var stored = StoredBits(elements: elements * format.bits, scales: 0, codebooks: 0)
    if areBlocks { stored.scales = ranges.count * format.sharedScale.bits }
    if case .codebook(let table) = format {
      stored.codebooks = ranges.count * table.entries * table.centroidBits
    }
    return stored
  }
}
