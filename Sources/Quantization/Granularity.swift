/// Which weights share one scale.
public enum Granularity: Hashable, Sendable, RawRepresentable, CaseIterable {
  /// One scale for the whole tensor.
  case tensor
  /// One scale for each output channel.
  case channel
  /// One scale for so many neighbouring input channels of one output channel and kernel position, where
  /// the format shares powers of two.
  case group(Int)

  /// The sizes a group can have.
  public static let groupSizes = 2...1024

  /// The choices that every format has.
  public static let allCases = [Granularity.tensor, .channel]

  /// The spelling people type: `tensor`, `channel` or `group32`.
  public var rawValue: String {
    switch self {
    case .tensor: "tensor"
    case .channel: "channel"
    case .group(let size): "group\(size)"
    }
  }

  /// The choice of a spelling, or nil.
  public init?(rawValue: String) {
    switch rawValue {
    case "tensor": self = .tensor
    case "channel": self = .channel
    default:
      guard rawValue.hasPrefix("group"), let size = Int(rawValue.dropFirst(5)),
        Self.groupSizes.contains(size), rawValue == "group\(size)"
      else { return nil }
      self = .group(size)
    }
  }
}
