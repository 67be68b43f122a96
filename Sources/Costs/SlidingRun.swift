import Devices
import Mappings

/// A run of tiles of inputs that slide: the first is loaded as a whole, each of the others only as far as
/// it is new.
///
/// - Model: the innermost loop in time that inputs depend on moves a window along rows or columns; when it
///   starts again nothing of the window is left. Padding counts as positions, and the last tile of a run as
///   full.
struct SlidingRun {
  /// The tiles of a run.
  var tiles: Int
  /// The positions that a tile touches in the direction in which it slides.
  var window: Int
  /// The positions by which it moves from tile to tile.
  var step: Int

  /// How the tiles of a level slide that lies inside `depth` loops; nil when they share nothing.
  init?(of mapping: LegalMapping, depth: Int) {
    let loops = mapping.mapping.loops
    let bounds = mapping.work.bounds
    func extent(_ axis: LoopAxis, inside position: Int) -> Int {
      loops[..<position].last { $0.axis == axis }?.tile ?? max(bounds[axis], 1)
    }
    let turning = loops[..<depth].indices.last { position in
      let loop = loops[position]
      return !loop.place.isSpatial && Operand.inputs.depends(on: loop.axis)
        && extent(loop.axis, inside: position) > loop.tile
    }
    guard let turning else { return nil }
    let loop = loops[turning]
    let taps: LoopAxis
    let stride: Int
    let dilation: Int
    switch loop.axis {
    case .outputRows: (taps, stride, dilation) = (.kernelRows, bounds.strideY, bounds.dilationY)
    case .outputColumns:
      (taps, stride, dilation) = (.kernelColumns, bounds.strideX, bounds.dilationX)
    case .outputChannels, .inputChannels, .groups, .kernelRows, .kernelColumns, .batch: return nil
    }
    window =
      (extent(loop.axis, inside: depth) - 1) * stride
      + (extent(taps, inside: depth) - 1) * dilation + 1
    step = loop.tile * stride
    tiles = (extent(loop.axis, inside: turning) + loop.tile - 1) / loop.tile
    guard window > step else { return nil }
  }

  /// The share of the first tile in what `runs` runs move, rounded up.
  func first(of total: Int, runs: Int) -> Int {
    let positions = (window + (tiles - 1) * step) * max(runs, 1)
    return scaled(total, by: window, over: positions) + 1
  }
}

extension MemoryLevel {
  /// Whether an instance loads of its next tile of inputs only what is new.
  func slides(_ work: LayerWork, on device: Device) -> Bool {
    keepsHalo
      || work.kind == .products && device.compute.dataflow == .rowStationary && isPerUnit
  }
}
