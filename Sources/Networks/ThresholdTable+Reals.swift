extension ThresholdTable {
  /// The place of a real number in the order of all float32 numbers: what thresholds of float values
  /// are compared with.
  ///
  /// `key(x) >= key(t)` exactly when `x >= t`; both zeros have key 0, infinity the largest key of a number.
  ///
  /// - Exactness: exact for every number; a NaN lies beyond the infinity of its sign.
  @inlinable
  public static func key(of real: Float) -> Int {
    let magnitude = Int(real.bitPattern & 0x7FFF_FFFF)
    return real.sign == .minus ? -magnitude : magnitude
  }

  /// The real number of a key.
  ///
  /// - Precondition: the key is that of a number.
  @inlinable
  public static func real(ofKey key: Int) -> Float {
    let magnitude = Float(bitPattern: UInt32(abs(key)))
    return key < 0 ? -magnitude : magnitude
  }
}
