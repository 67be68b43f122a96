/// What a run took over from earlier runs, and what it did anew; numbers of layers.
public struct ReuseCounts: Hashable, Sendable {
  /// Layers that were prepared: weights packed, sums bounded.
  public var preparedLayers = 0
  /// Layers whose preparation was there.
  public var reusedPreparations = 0
  /// Layers that were computed, on every sample.
  public var computedLayers = 0
  /// Layers whose outputs were read back instead.
  public var restoredLayers = 0
  /// Layers that had nothing to do: nobody reads them any more, and their figures were there.
  public var skippedLayers = 0

  /// Nothing done yet.
  public init() {}

  /// Adds the counts of another run.
  public static func += (sum: inout ReuseCounts, other: ReuseCounts) {
    sum.preparedLayers += other.preparedLayers
    sum.reusedPreparations += other.reusedPreparations
    sum.computedLayers += other.computedLayers
    sum.restoredLayers += other.restoredLayers
    sum.skippedLayers += other.skippedLayers
  }
}
