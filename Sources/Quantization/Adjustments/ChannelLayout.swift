/// Which weight of a layer joins which channels.
///
/// - Shapes: weights [outputs, taps, inputs / groups], OHWI with both kernel axes as taps. A fully
///   connected layer has one tap and one group, a depthwise convolution as many groups as inputs.
public struct ChannelLayout: Hashable, Sendable {
  /// The output channels.
  public let outputs: Int
  /// The input channels of all groups.
  public let inputs: Int
  /// The groups.
  public let groups: Int
  /// The places of the kernel.
  public let taps: Int

  /// A layout.
  ///
  /// - Precondition: groups divide the inputs and the outputs.
  public init(outputs: Int, inputs: Int, groups: Int = 1, taps: Int = 1) {
    precondition(
      groups > 0 && outputs % groups == 0 && inputs % groups == 0 && taps > 0,
      "groups divide the inputs and the outputs")
    self.outputs = outputs
    self.inputs = inputs
    self.groups = groups
    self.taps = taps
  }

  /// The weights of an output channel.
  public var depth: Int { taps * (inputs / groups) }

  /// The number of weights.
  public var count: Int { outputs * depth }

  /// The input channel of a position in the depth of an output channel.
  public func input(output: Int, position: Int) -> Int {
    let width = inputs / groups
    return output / (outputs / groups) * width + position % width
  }
}
