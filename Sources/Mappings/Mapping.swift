public import Devices

/// Where a loop runs: one iteration after the other, or side by side along a dimension of the array.
public enum LoopPlace: String, Hashable, Sendable, CaseIterable {
  /// One iteration after the other.
  case time
  /// Side by side along the rows of the array.
  case rows
  /// Side by side along the columns of the array.
  case columns
  /// Side by side on the multipliers of one unit.
  case lanes

  /// Whether the iterations run side by side.
  public var isSpatial: Bool { self != .time }

  /// The dimension of the array along which the iterations lie; nil in time.
  public var dimension: ArrayDimension? {
    switch self {
    case .time: nil
    case .rows: .rows
    case .columns: .columns
    case .lanes: .lanes
    }
  }
}

/// One loop of a mapping: it walks the tile around it in blocks of `tile` iterations.
///
/// A tile of extent e gives `ceil(e / tile)` iterations; the last block may be smaller.
public struct MappingLoop: Hashable, Sendable {
  /// The axis of the nest.
  public var axis: LoopAxis
  /// The iterations of the axis that remain inside one iteration of this loop.
  public var tile: Int
  /// Where it runs.
  public var place: LoopPlace

  /// A loop.
  public init(_ axis: LoopAxis, tile: Int, place: LoopPlace = .time) {
    self.axis = axis
    self.tile = tile
    self.place = place
  }
}

/// How a layer runs on a device: one nest of loops, and where in it each memory level holds its tiles.
///
/// Loops in space may lie anywhere in the nest. A level has as many instances as the loops in space outside
/// its tile have iterations, those along dimensions that share it aside: the tile of a shared instance is
/// what all of its units need.
///
/// `depths[l][operand] = d` says that level l holds of this operand what the loops from position d on
/// need: the outermost d loops lie outside its tile. Levels may differ by operand (uneven mappings);
/// an operand without a depth passes by the level.
public struct Mapping: Hashable, Sendable {
  /// The loops of the nest, outermost first.
  public var loops: [MappingLoop]
  /// For each memory level, outermost first: the loops outside the tile that it holds of an operand.
  public var depths: [PerOperand<Int?>]

  /// A mapping.
  public init(loops: [MappingLoop], depths: [PerOperand<Int?>]) {
    self.loops = loops
    self.depths = depths
  }

  /// An even mapping: each level holds tiles of all its operands at one position of the nest.
  ///
  /// The nest is, outermost first: the loops of each shared level, the loops along rows and along
  /// columns, the loops of each per-unit level. The loops of a level walk the tile that it holds.
  ///
  /// - Parameter temporal: the loops of each memory level; as many as `device.memories`, or the mapping
  ///   is not legal.
  public init(
    temporal: [[MappingLoop]], rows: [MappingLoop] = [], columns: [MappingLoop] = [],
    on device: Device
  ) {
    var loops: [MappingLoop] = []
    var depths: [PerOperand<Int?>] = []
    let unit = device.memories.firstIndex(where: \.isPerUnit) ?? temporal.count
    for level in 0...temporal.count {
      if level == min(unit, temporal.count) {
        loops += rows.map { MappingLoop($0.axis, tile: $0.tile, place: .rows) }
        loops += columns.map { MappingLoop($0.axis, tile: $0.tile, place: .columns) }
      }
      guard level < temporal.count else { break }
      var depth = PerOperand<Int?>(repeating: nil)
      if device.memories.indices.contains(level) {
        for operand in device.memories[level].operands { depth[operand] = loops.count }
      }
      depths.append(depth)
      loops += temporal[level]
    }
    self.init(loops: loops, depths: depths)
  }
}
