/// A network and the data that drives it, as a workload file names them; paths are resolved.
public struct WorkloadFile: Hashable, Sendable {
  /// The order of the axes of the arrays.
  public enum Layout: String, Hashable, Sendable, CaseIterable {
    /// Samples, height, width, channels.
    case nhwc
    /// Samples, channels, height, width.
    case nchw
  }

  /// What the numbers of the input array are.
  public enum Encoding: String, Hashable, Sendable, CaseIterable {
    /// Values that are preprocessed and, for an integer network, quantized.
    case values
    /// The integer network's own input codes.
    case codes
  }

  /// One line for lists; empty when the file has none.
  public var summary: String
  /// The network file.
  public var network: String
  /// The array of inputs, samples on the first axis.
  public var inputs: String?
  /// The array of labels.
  public var labels: String?
  /// The array of calibration inputs; by default the first 64 inputs are used.
  public var calibration: String?
  /// The order of the axes; by default that of the network.
  public var layout: Layout?
  /// How array elements become the network's input values.
  public var preprocessing: Preprocessing
  /// What the numbers of the arrays are.
  public var encoding: Encoding
  /// What is added to each label.
  public var labelOffset: Int

  /// A workload of these parts.
  public init(
    summary: String = "", network: String, inputs: String? = nil, labels: String? = nil,
    calibration: String? = nil, layout: Layout? = nil,
    preprocessing: Preprocessing = Preprocessing(), encoding: Encoding = .values,
    labelOffset: Int = 0
  ) {
    self.summary = summary
    self.network = network
    self.inputs = inputs
    self.labels = labels
    self.calibration = calibration
    self.layout = layout
    self.preprocessing = preprocessing
    self.encoding = encoding
    self.labelOffset = labelOffset
  }
}

/// How an element of an input array becomes a value: `((x - offset) * scale - mean) / std`.
///
/// Each list has one number for all channels or one a channel.
public struct Preprocessing: Hashable, Sendable {
  /// Subtracted first.
  public var offset: [Double]
  /// Multiplied then.
  public var scale: [Double]
  /// Subtracted after scaling.
  public var mean: [Double]
  /// Divided by at last; never zero.
  public var std: [Double]

  /// A preprocessing; the defaults change nothing.
  public init(
    offset: [Double] = [0], scale: [Double] = [1], mean: [Double] = [0], std: [Double] = [1]
  ) {
    precondition(
      ![offset, scale, mean, std].contains { $0.isEmpty }, "a preprocessing list needs a number")
    self.offset = offset
    self.scale = scale
    self.mean = mean
    self.std = std
  }

  /// Whether values stay what they are.
  public var isIdentity: Bool { self == Preprocessing() }

  /// The channels that the lists are for, or nil when one number holds for all.
  public var channelCount: Int? {
    [offset, scale, mean, std].map(\.count).first { $0 > 1 }
  }

  /// The value of an element of a channel: `((x - offset) * scale - mean) / std`.
  ///
  /// - Precondition: The channel is below `channelCount` if there is one.
  public func value(_ element: Double, channel: Int) -> Double {
    func number(_ list: [Double]) -> Double { list.count == 1 ? list[0] : list[channel] }
    return ((element - number(offset)) * number(scale) - number(mean)) / number(std)
  }
}
