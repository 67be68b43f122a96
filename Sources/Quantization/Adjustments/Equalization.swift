internal import Networks
internal import Tensors

/// The scales of channels between pairs of layers on their way to balance.
struct Equalization {
  /// The most times that all pairs are balanced.
  static let passes = 20

  /// The scales that a channel can have.
  static let limits = 1.0 / 1024...1024

  private let source: Network
  private let pairs: [(first: Int, second: Int)]
  /// What the output channels of a layer were divided by, by layer.
  private var scales: [Int: [Double]]
  /// The network with the scales of the last pass.
  private(set) var network: Network

  /// Pairs of a network, not yet balanced.
  init(_ verified: VerifiedNetwork, pairs: [(first: Int, second: Int)]) {
    source = verified.network
    network = source
    self.pairs = pairs
    scales = [:]
    for pair in pairs {
      let channels = source.layers[pair.first].scaledLayout?.outputs ?? 0
      scales[pair.first] = [Double](repeating: 1, count: channels)
    }
  }

  /// Balances each pair once.
  ///
  /// - Returns: the largest relative move of a scale.
  mutating func balance() -> Double {
    var largest = 0.0
    for pair in pairs {
      guard let first = weights(pair.first), let second = weights(pair.second) else { continue }
      let moves = ChannelEqualization.scales(
        first: ChannelEqualization.outputRanges(first.values, layout: first.layout),
        second: ChannelEqualization.inputRanges(second.values, layout: second.layout))
      let old = scales[pair.first] ?? moves.map { _ in 1 }
      let new = zip(old, moves).map {
        min(max($0 * $1, Self.limits.lowerBound), Self.limits.upperBound)
      }
      for (one, other) in zip(old, new) { largest = max(largest, abs(other / one - 1)) }
      scales[pair.first] = new
      rescale(pair.first)
      rescale(pair.second)
    }
    return largest
  }

  private func weights(_ index: Int) -> (values: [Float], layout: ChannelLayout)? {
    let layer = network.layers[index]
    guard let layout = layer.scaledLayout else { return nil }
    switch layer.operation {
    case .convolution(let convolution): return convolution.weights.map { ($0.elements, layout) }
    case .fullyConnected(let connected): return connected.weights.map { ($0.elements, layout) }
    case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      return nil
    }
  }

  /// Puts the scales of both sides of a layer into its own weights, anew from the source.
  private mutating func rescale(_ index: Int) {
    guard let layout = source.layers[index].scaledLayout else { return }
    let outputs = scales[index]
    let inputs = pairs.first { $0.second == index }.flatMap { scales[$0.first] }
    func scaled(_ tensor: Tensor<Float>?) -> Tensor<Float>? {
      tensor.map { tensor in
        var elements = tensor.elements
        if let outputs {
          elements = ChannelEqualization.dividingOutputs(elements, by: outputs, layout: layout)
        }
        if let inputs {
          elements = ChannelEqualization.multiplyingInputs(elements, by: inputs, layout: layout)
        }
        return Tensor(shape: tensor.shape, elements: elements)
      }
    }
    func scaled(_ bias: [Float]?) -> [Float]? {
      guard let bias, let outputs else { return bias }
      return zip(bias, outputs).map { Float(Double($0) / $1) }
    }
    switch source.layers[index].operation {
    case .convolution(var convolution):
      convolution.weights = scaled(convolution.weights)
      convolution.bias = scaled(convolution.bias)
      network.layers[index].operation = .convolution(convolution)
    case .fullyConnected(var connected):
      connected.weights = scaled(connected.weights)
      connected.bias = scaled(connected.bias)
      network.layers[index].operation = .fullyConnected(connected)
    case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      break
    }
  }
}
