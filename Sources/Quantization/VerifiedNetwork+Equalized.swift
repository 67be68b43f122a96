public import Networks
internal import Tensors

extension VerifiedNetwork {
  /// The network with the channels between layers scaled so that both sides have equal ranges of weights.
  ///
  /// A pair is a convolution or fully connected layer without a clip of its output, or with ReLU, and the next
  /// such layer, when nothing else reads what lies between: maximum and average pools, a ReLU, a leaky ReLU,
  /// borders of zeros, and reshapes that keep the channels. A clip such as ReLU6 ends a pair. Pairs are
  /// balanced in turn until no scale moves by more than 1 %, at most twenty times; the scale of a channel stays
  /// between 1/1024 and 1024.
  ///
  /// - Exactness: the network computes the same up to the rounding of two float32 multiplications a weight.
  /// - Source: M. Nagel et al., Data-free quantization through weight equalization and bias correction,
  ///   ICCV 2019, section 4.1.
  public func equalized() -> VerifiedNetwork {
    let pairs = equalizedPairs
    guard !pairs.isEmpty else { return self }
    var state = Equalization(self, pairs: pairs)
    for _ in 0..<Equalization.passes {
      if state.balance() < 0.01 { break }
    }
    // Finite weights times bounded scales are finite unless they were at the end of float32.
    return (try? state.network.verified()) ?? self
  }

  /// The layers whose common channels can be scaled, by index.
  var equalizedPairs: [(first: Int, second: Int)] {
    let layers = network.layers
    var readers = [[Int]](repeating: [], count: shapes.count)
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { readers[input].append(index) }
    }
    return layers.indices.compactMap { first -> (first: Int, second: Int)? in
      guard layers[first].isScalable, layers[first].fusedActivation?.isHomogeneous ?? true else {
        return nil
      }
      var value = first + 1
      while value != network.output, readers[value].count == 1 {
        let reader = readers[value][0]
        if layers[reader].isScalable {
          return keepsChannels(first, second: reader) ? (first, reader) : nil
        }
        guard passesScales(reader) else { return nil }
        value = reader + 1
      }
      return nil
    }
  }

  /// Whether a layer gives a scaled output for a scaled input, channel by channel.
  private func passesScales(_ index: Int) -> Bool {
    let layer = network.layers[index]
    guard layer.fusedActivation?.isHomogeneous ?? true else { return false }
    switch layer.operation {
    case .pool: return true
    case .activation(let activation): return activation.isHomogeneous
    case .pad(let before, let after, let value):
      // A border around images, none of further channels.
      return value == 0 && before.count == 4 && before[1] == 0 && after[1] == 0
    case .reshape:
      let (before, after) = (shapes[layer.inputs[0]], shapes[index + 1])
      return before.channels == after.channels && before.count == before.channels
        && after.count == after.channels
    case .convolution, .fullyConnected, .binary, .channelAffine, .concatenation, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      return false
    }
  }

  private func keepsChannels(_ first: Int, second: Int) -> Bool {
    guard let one = network.layers[first].scaledLayout,
      let other = network.layers[second].scaledLayout
    else { return false }
    return one.outputs == other.inputs
  }
}

extension Shape {
  /// The extent of the channels: of images axis 1, else the last.
  fileprivate var channels: Int { rank == 4 ? extents[1] : extents.last ?? 1 }
}

extension Activation {
  /// Whether `f(s x) = s f(x)` for s above 0.
  fileprivate var isHomogeneous: Bool {
    switch self {
    case .clip(let low, let high): (low == 0 || low == -.infinity) && high == .infinity
    case .leakyRelu: true
    case .linear(_, let offset): offset == 0
    case .hardSigmoid, .hardSwish, .sigmoid, .tanh, .sign, .power, .reciprocal: false
    }
  }
}

extension Layer {
  /// Whether the layer's channels can be scaled through its weights.
  fileprivate var isScalable: Bool { scaledLayout != nil }

  /// Which weight joins which channels; nil for layers without weights of both sides.
  var scaledLayout: ChannelLayout? {
    switch operation {
    case .convolution(let convolution):
      convolution.weights.map { _ in
        ChannelLayout(
          outputs: convolution.outputChannels, inputs: convolution.inputChannels,
          groups: max(convolution.groups, 1),
          taps: convolution.window.kernelHeight * convolution.window.kernelWidth)
      }
    case .fullyConnected(let connected):
      connected.weights.map { _ in
        ChannelLayout(outputs: connected.outputFeatures, inputs: connected.inputFeatures)
      }
    case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      nil
    }
  }
}
