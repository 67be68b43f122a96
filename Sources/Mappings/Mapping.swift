public import Devices

/// One loop of a mapping: it walks the tile around it in blocks of `tile` iterations.
///
/// A tile of extent e gives `ceil(e / tile)` iterations; the last block may be smaller.
public struct MappingLoop: Hashable, Sendable {
  /// The axis of the nest.
  public var axis: LoopAxis
  /// The iterations of the axis that remain inside one iteration of this loop.
  public var tile: Int

  /// A loop.
  public init(_ axis: LoopAxis, tile: Int) {
    self.axis = axis
    self.tile = tile
  }
}

/// How a layer runs on a device: which loops run where, and in which order.
///
/// The nest is, outermost first: the loops of each shared level, the loops in space, the loops of each
/// per-unit level. The loops of a level walk the tile that it holds; what is inside them is the tile of
/// the next level.
public struct Mapping: Hashable, Sendable {
  /// The loops in time of each memory level, outermost level and outermost loop first.
  public var temporal: [[MappingLoop]]
  /// The loops unrolled along the rows of the array.
  public var rows: [MappingLoop]
  /// The loops unrolled along the columns of the array.
  public var columns: [MappingLoop]

  /// A mapping.
  public init(temporal: [[MappingLoop]], rows: [MappingLoop] = [], columns: [MappingLoop] = []) {
    self.temporal = temporal
    self.rows = rows
    self.columns = columns
  }
}
