internal import Networks
internal import Tensors

/// The quantized layers of products of one network and its calibration, kept from scheme to scheme.
///
/// A layer is quantized anew only where the scheme says something else of its weights, or where its input
/// has another scale. When there is no room for a new layer, all are forgotten.
public struct QuantizedLayerCache: Sendable {
  /// What decides the integers of a layer.
  private struct Key: Hashable, Sendable {
    let index: Int
    let input: ActivationQuantization
    /// What the scheme says of this layer, and its defaults.
    let scheme: QuantizationScheme
  }

  /// The bytes that may be kept.
  public let memoryLimit: Int
  /// The bytes that are kept, as far as codes, scales and biases go.
  public private(set) var keptBytes = 0
  private var layers: [Key: QuantizedLinear] = [:]

  /// A cache that holds nothing.
  public init(memoryLimit: Int) { self.memoryLimit = memoryLimit }

  /// A layer: what is kept, or what is made anew.
  mutating func layer(
    _ index: Int, name: String, input: ActivationQuantization, scheme: QuantizationScheme,
    make: () throws(QuantizationError) -> QuantizedLinear
  ) throws(QuantizationError) -> QuantizedLinear {
    guard memoryLimit > 0 else { return try make() }
    let key = Key(
      index: index, input: input, scheme: scheme.ofWeights(inLayer: name))
    if let known = layers[key] {
      return known
    }
    let layer = try make()
    let size = layer.byteCount + Self.keyBytes(key)
    guard size <= memoryLimit else { return layer }
    if size > memoryLimit - keptBytes {
      layers = [:]
      keptBytes = 0
    }
    layers[key] = layer
    keptBytes += size
    return layer
  }

  private static func keyBytes(_ key: Key) -> Int {
    512
      + key.scheme.layers.values.reduce(0) {
        $0 + 8 * (($1.weightScales?.count ?? 0) + ($1.inputMeans?.count ?? 0))
      }
  }
}

extension QuantizedLinear {
  /// The bytes of codes, scales and biases, about.
  fileprivate var byteCount: Int {
    storedWeights.byteCount
      + 8 * (weightScales.count + weightZeroPoints.count + (bias?.count ?? 0))
      + 8 * ((encoding?.units.count ?? 0) + (encoding?.codeCounts.count ?? 0))
  }
}

extension QuantizationScheme {
  /// What decides the weights of one layer: the defaults, and what the layer has instead but for its output.
  fileprivate func ofWeights(inLayer name: String) -> QuantizationScheme {
    var result = self
    result.layers = [:]
    guard var own = layers[name] else { return result }
    own.activations = nil
    own.output = nil
    own.cellScale = nil
    if weightAdjustment(of: name) == .unchanged { own.accumulator = nil }
    if own != LayerScheme() { result.layers[name] = own }
    return result
  }
}
