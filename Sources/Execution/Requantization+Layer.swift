internal import Arithmetic

extension Requantization {
  /// The rescaling of a layer by a real multiplier.
  ///
  /// - Throws: an error at the layer when the flavour shifts and the multiplier is no power of two, or
  ///   when the multiplier is no positive number.
  init(_ real: Double, flavour: RequantizationFlavour, layer: String) throws(ExecutionError) {
    guard real > 0 && real.isFinite else {
      throw ExecutionError(layer: layer, reason: .unsupported("rescaling by \(real)"))
    }
    switch flavour {
    case .shift, .cast:
      guard real.significand == 1 else {
        throw ExecutionError(layer: layer, reason: .multiplierNotPowerOfTwo(real))
      }
    case .gemmlowp, .ruy, .single, .float, .reduced, .floor, .thresholds: break
    }
    self.init(real, flavour: flavour)
  }
}
