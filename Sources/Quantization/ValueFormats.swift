public import Arithmetic
public import Networks

/// The format of every value and the weights of every layer that a scheme gives a network, without
/// calibration: what costs depend on.
public struct ValueFormats: Hashable, Sendable {
  /// The format of each value: 0 is the input, `i + 1` the output of layer `i`.
  public let values: [NumberFormat]
  /// The format of each layer's weights; nil for layers without.
  public let weights: [NumberFormat?]

  /// The formats of a fused network.
  public init(_ network: Network, scheme: QuantizationScheme) {
    func chosen(_ name: String) -> NumberFormat {
      let own = scheme.layers[name]
      return own?.activations ?? own?.output?.format ?? scheme.activations
    }
    var values = [chosen(QuantizationScheme.inputName)]
    var weights: [NumberFormat?] = []
    for layer in network.layers {
      switch layer.operation {
      case .pool, .pad, .reshape, .transpose, .slice: values.append(values[layer.inputs[0]])
      case .convolution, .fullyConnected, .channelAffine, .binary, .activation, .concatenation,
        .softmax, .matrixProduct, .constant, .lstm:
        values.append(chosen(layer.name))
      }
      switch layer.operation {
      case .convolution, .fullyConnected, .channelAffine, .lstm:
        weights.append(scheme.layers[layer.name]?.weights ?? scheme.weights)
      case .pool, .pad, .reshape, .transpose, .binary, .activation, .concatenation, .softmax,
        .matrixProduct, .constant, .slice:
        weights.append(nil)
      }
    }
    self.values = values
    self.weights = weights
  }
}
