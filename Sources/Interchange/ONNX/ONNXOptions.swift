/// How an ONNX file is read as a network of one input and one output.
public struct ONNXOptions: Sendable {
  /// What the first axis of the graph's input counts.
  public enum FirstAxis: Hashable, Sendable {
    /// Samples: the network is for one, so the axis becomes 1 whatever the file says.
    case samples
    /// Data of one sample: the network's input gets an axis of 1 in front of the axes of the file.
    case data
  }

  /// Values of graph inputs, by their names: these inputs become constants.
  ///
  /// One input must remain.
  public var constants: [String: ONNXTensor]
  /// What the first axis of the input counts.
  public var firstAxis: FirstAxis
  /// The graph output that is computed; the first one when nil.
  public var output: String?

  /// Choices; without any, the only input has a batch axis and the first output is computed.
  public init(
    constants: [String: ONNXTensor] = [:], firstAxis: FirstAxis = .samples, output: String? = nil
  ) {
    self.constants = constants
    self.firstAxis = firstAxis
    self.output = output
  }
}
