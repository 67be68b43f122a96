/// The largest magnitude that the cell of each LSTM layer took over the calibration samples.
public struct CellMagnitudes: Hashable, Sendable {
  private var largest: [Int: Float] = [:]

  /// Nothing seen yet.
  public init() {}

  /// Takes a magnitude in; one that is not finite is passed over.
  public mutating func add(_ magnitude: Float, ofLayer index: Int) {
    guard magnitude.isFinite else { return }
    largest[index] = max(largest[index] ?? 0, magnitude)
  }

  /// Takes in what another saw.
  public mutating func merge(_ other: CellMagnitudes) {
    largest.merge(other.largest) { max($0, $1) }
  }

  /// What was seen of a layer; nil of one that was not seen.
  public subscript(layer index: Int) -> Double? { largest[index].map(Double.init) }
}
