/// The parts of a layer's weights that share a scale, as ranges of positions.
///
/// - Shapes: weights [channels, depth], the depth innermost: OHWI is [channels, kernel taps · inputs].
public enum WeightSlices: Hashable, Sendable {
  /// All weights share one.
  case tensor
  /// The weights of an output channel share one.
  case channel
  /// So many neighbouring weights of an output channel share one; its last group may be shorter.
  case group(Int)

  /// The ranges, in the order of the weights: they cover each weight once.
  ///
  /// - Precondition: a group has a weight.
  public func ranges(channels: Int, depth: Int) -> [Range<Int>] {
    switch self {
    case .tensor: return [0..<channels * depth]
    case .channel: return (0..<channels).map { $0 * depth..<($0 + 1) * depth }
    case .group(let size):
      precondition(size > 0, "a group has a weight")
      return (0..<channels).flatMap { channel in
        stride(from: 0, to: depth, by: size).map { start in
          channel * depth + start..<channel * depth + min(start + size, depth)
        }
      }
    }
  }
}
