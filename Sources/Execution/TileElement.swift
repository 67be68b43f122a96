internal import CKernels

/// The integer type of exact sums in a tile: 32 bits where that is proved to be enough, else 64.
protocol TileElement: FixedWidthInteger, SignedInteger, Sendable {
  /// Exact sums of a tile.
  static func wide(_ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Self>)

  /// Exact sums of a tile with their smallest and largest prefixes.
  static func track(
    _ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Self>,
    _ lowest: UnsafeMutablePointer<Self>, _ highest: UnsafeMutablePointer<Self>)

  /// One row stepped through a narrow accumulator.
  static func step(
    _ tile: UnsafePointer<ww_tile>, bits: Int32, saturates: Bool,
    _ contents: UnsafeMutablePointer<Self>, _ events: UnsafeMutablePointer<Int32>,
    _ biasEvents: UnsafeMutablePointer<Int32>, _ first: UnsafeMutablePointer<Int32>)

  /// One row stepped through registers of any kind.
  static func step(
    _ tile: UnsafePointer<ww_tile>, through registers: UnsafePointer<ww_registers>,
    _ figures: UnsafeMutablePointer<Int64>, _ first: UnsafeMutablePointer<Int32>)

  /// The fraction bits that a cast can drop: dropping more gives the same.
  static var mostDroppedBits: Int { get }

  /// What a tracked tile shows, added to running figures; the number of rows with an overflow.
  static func observe(
    _ sums: UnsafePointer<Self>, _ lowest: UnsafePointer<Self>, _ highest: UnsafePointer<Self>,
    rows: Int, channels: Int, low: Int, high: Int, _ figures: TileFigures
  ) -> Int
}

/// Running figures of the 16 channels of a block, as `ww_observe` updates them.
struct TileFigures {
  var lowest: UnsafeMutablePointer<Int64>
  var highest: UnsafeMutablePointer<Int64>
  var touched: UnsafeMutablePointer<Int64>
  var persistent: UnsafeMutablePointer<Int64>
  var histogram: UnsafeMutablePointer<Int64>
  var flags: UnsafeMutablePointer<UInt8>
}

extension Int32: TileElement {
  static func wide(_ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Int32>) {
    ww_wide_i32(tile, sums)
  }

  static func track(
    _ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Int32>,
    _ lowest: UnsafeMutablePointer<Int32>, _ highest: UnsafeMutablePointer<Int32>
  ) {
    ww_track_i32(tile, sums, lowest, highest)
  }

  static func step(
    _ tile: UnsafePointer<ww_tile>, bits: Int32, saturates: Bool,
    _ contents: UnsafeMutablePointer<Int32>, _ events: UnsafeMutablePointer<Int32>,
    _ biasEvents: UnsafeMutablePointer<Int32>, _ first: UnsafeMutablePointer<Int32>
  ) {
    ww_step_i32(tile, bits, saturates ? 1 : 0, contents, events, biasEvents, first)
  }

  static func step(
    _ tile: UnsafePointer<ww_tile>, through registers: UnsafePointer<ww_registers>,
    _ figures: UnsafeMutablePointer<Int64>, _ first: UnsafeMutablePointer<Int32>
  ) {
    ww_registers_i32(tile, registers, figures, first)
  }

  static var mostDroppedBits: Int { 30 }

  static func observe(
    _ sums: UnsafePointer<Int32>, _ lowest: UnsafePointer<Int32>,
    _ highest: UnsafePointer<Int32>,
    rows: Int, channels: Int, low: Int, high: Int, _ figures: TileFigures
  ) -> Int {
    Int(
      ww_observe_i32(
        sums, lowest, highest, Int64(rows), Int32(channels), Int64(low), Int64(high),
        figures.lowest, figures.highest, figures.touched, figures.persistent,
        figures.histogram, figures.flags))
  }
}

extension Int64: TileElement {
  static func wide(_ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Int64>) {
    ww_wide_i64(tile, sums)
  }

  static func track(
    _ tile: UnsafePointer<ww_tile>, _ sums: UnsafeMutablePointer<Int64>,
    _ lowest: UnsafeMutablePointer<Int64>, _ highest: UnsafeMutablePointer<Int64>
  ) {
    ww_track_i64(tile, sums, lowest, highest)
  }

  static func step(
    _ tile: UnsafePointer<ww_tile>, bits: Int32, saturates: Bool,
    _ contents: UnsafeMutablePointer<Int64>, _ events: UnsafeMutablePointer<Int32>,
    _ biasEvents: UnsafeMutablePointer<Int32>, _ first: UnsafeMutablePointer<Int32>
  ) {
    ww_step_i64(tile, bits, saturates ? 1 : 0, contents, events, biasEvents, first)
  }

  static func step(
    _ tile: UnsafePointer<ww_tile>, through registers: UnsafePointer<ww_registers>,
    _ figures: UnsafeMutablePointer<Int64>, _ first: UnsafeMutablePointer<Int32>
  ) {
    ww_registers_i64(tile, registers, figures, first)
  }

  static var mostDroppedBits: Int { 62 }

  static func observe(
    _ sums: UnsafePointer<Int64>, _ lowest: UnsafePointer<Int64>,
    _ highest: UnsafePointer<Int64>,
    rows: Int, channels: Int, low: Int, high: Int, _ figures: TileFigures
  ) -> Int {
    Int(
      ww_observe_i64(
        sums, lowest, highest, Int64(rows), Int32(channels), Int64(low), Int64(high),
        figures.lowest, figures.highest, figures.touched, figures.persistent,
        figures.histogram, figures.flags))
  }
}
