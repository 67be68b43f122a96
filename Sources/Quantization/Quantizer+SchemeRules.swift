internal import Arithmetic
internal import Networks

extension Quantizer {
  /// Throws unless every entry of the scheme belongs to a layer and says something of it.
  func verifyScheme() throws(QuantizationError) {
    let layers = network.network.layers
    let names = layers.map(\.name) + [QuantizationScheme.inputName]
    for name in scheme.layers.keys.sorted() where !names.contains(name) {
      throw QuantizationError(layer: name, reason: .unknownLayer(known: names))
    }
    if let own = scheme.layers[QuantizationScheme.inputName],
      !layers.contains(where: { $0.name == QuantizationScheme.inputName })
    {
      try Self.verifyWithoutProducts(own, name: QuantizationScheme.inputName, kind: "input")
    }
    for layer in layers {
      guard let own = scheme.layers[layer.name] else { continue }
      try verifyCell(own, of: layer)
      switch layer.operation {
      case .convolution, .fullyConnected, .channelAffine:
        try verifyScales(own, name: layer.name)
      case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
        .matrixProduct, .constant, .slice:
        try Self.verifyWithoutProducts(own, name: layer.name, kind: layer.operation.kind)
      case .lstm: break
      }
    }
  }

  /// Throws unless scales of fixed-point weights are powers of two.
  private func verifyScales(_ own: LayerScheme, name: String) throws(QuantizationError) {
    guard case .fixedPoint = own.weights ?? scheme.weights else { return }
    for scale in own.weightScales ?? [] where scale.significand != 1 {
      throw QuantizationError(layer: name, reason: .fixedPointScale("\(scale)"))
    }
  }

  /// Throws when an entry says something of products, which the layer does not have.
  private static func verifyWithoutProducts(
    _ own: LayerScheme, name: String, kind: String
  ) throws(QuantizationError) {
    let entries = [
      ("weights", own.weights != nil), ("weightScales", own.weightScales != nil),
      ("accumulator", own.accumulator != nil), ("weightCalibrator", own.weightCalibrator != nil),
      ("codebook", own.codebook != nil), ("biasCorrection", own.biasCorrection != nil),
      ("weightAdjustment", own.weightAdjustment != nil), ("inputMeans", own.inputMeans != nil),
    ]
    guard own.cellScale == nil else {
      throw QuantizationError(layer: name, reason: .withoutCell(kind))
    }
    for (entry, isThere) in entries where isThere {
      throw QuantizationError(layer: name, reason: .withoutProducts(entry: entry, kind: kind))
    }
  }
}
