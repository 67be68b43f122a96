internal import Glibc

/// Ratios of powers in dB.
enum Decibels {
  /// The power of the noise over that of the signal.
  static func noise(signalToNoise ratio: Double) -> Double { pow(10, -ratio / 10) }
}
