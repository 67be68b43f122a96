import Devices
import Mappings

/// A loop around the tiles of a fusion array.
enum FusionLoop: Int, CaseIterable {
  case batch
  case rows
  case columns
  case inputs
  case outputs

  /// Whether a step of the loop changes the tile of an operand.
  func moves(_ operand: Operand) -> Bool {
    switch (self, operand) {
    case (.batch, .weights), (.rows, .weights), (.columns, .weights): false
    case (.inputs, .outputs), (.outputs, .inputs): false
    default: true
    }
  }
}

/// One group of a layer as a fusion array sees it: five loops around whole kernels.
struct FusionShape {
  /// The extents of the five loops, by `FusionLoop.rawValue`.
  var extents: [Int]
  var kernelRows: Int
  var kernelColumns: Int
  var strideY: Int
  var strideX: Int
  /// Whether the host lays out each window as a column, so that taps count as input channels.
  var isUnfolded: Bool
  var widths: OperandWidths
  /// The rows and columns of the array.
  var rows: Int
  var columns: Int
  /// The products that a unit adds up in a cycle, 1 or more.
  var depth: Int
  /// The cycles of one such sum, 1 or more.
  var passes: Int

  /// One group of a layer on a device at a peak rate.
  ///
  /// Layers with fewer input channels than the array has rows are unfolded.
  init(_ work: LayerWork, on compute: Compute, rate: Double) {
    let bounds = work.bounds
    extents = [
      bounds.batch, bounds.outputRows, bounds.outputColumns, bounds.inputChannels,
      bounds.outputChannels,
    ]
    kernelRows = (bounds.kernelRows - 1) * bounds.dilationY + 1
    kernelColumns = (bounds.kernelColumns - 1) * bounds.dilationX + 1
    taps = bounds.kernelRows * bounds.kernelColumns
    strideY = bounds.strideY
    strideX = bounds.strideX
    isUnfolded = bounds.inputChannels < compute.rows
    widths = work.widths
    rows = compute.rows
    columns = compute.columns
    depth = max(1, Int(rate))
    passes = rate < 1 ? Int((1 / rate).rounded(.up)) : 1
  }

  /// The products of an output and an input channel.
  var taps: Int

  /// The extents of the tiles to try for each loop, ascending: doublings, and the whole extent.
  func choices(_ loop: FusionLoop) -> [Int] {
    let extent = extents[loop.rawValue]
    var size = loop == .outputs && !isUnfolded ? columns : 1
    var sizes: [Int] = []
    while size < extent {
      sizes.append(size)
      size *= 2
    }
    return sizes + [extent]
  }
}

/// The tile that a fusion array works on at a time.
struct FusionTile {
  /// The extents, by `FusionLoop.rawValue`.
  var extents: [Int]
  /// How many tiles each loop has; the last one is computed and moved whole.
  var trips: [Int]
  /// The bits of each operand, by `Operand.index`; outputs are sums.
  var bits: [Int]
  /// The cycles of one tile.
  var cycles: Int
  /// How often the reduction of an output comes back to the array within a tile.
  var folds: Int

  init(_ extents: [Int], of shape: FusionShape) {
    func parts(_ whole: Int, _ part: Int) -> Int { (whole + part - 1) / part }
    self.extents = extents
    trips = zip(shape.extents, extents).map(parts)
    let (batch, rows, columns) = (extents[0], extents[1], extents[2])
    let (inputs, outputs) = (extents[3], extents[4])
    let depth = shape.rows * shape.depth
    let outputFolds = parts(outputs, shape.columns)
    let pixels = batch * rows * columns
    folds =
      shape.isUnfolded
      ? parts(shape.taps * inputs, depth) : shape.taps * parts(inputs, depth)
    cycles = pixels * outputFolds * folds * shape.passes
    let window =
      shape.isUnfolded
      ? rows * columns * shape.taps
      : (shape.kernelRows + (rows - 1) * shape.strideY)
        * (shape.kernelColumns + (columns - 1) * shape.strideX)
    bits = [
      parts(shape.taps * inputs, depth) * depth * outputs * shape.widths.weights,
      window * inputs * batch * shape.widths.inputs,
      pixels * outputFolds * shape.columns * shape.widths.partialSums,
    ]
  }

  /// The cycles of all tiles.
  var allCycles: Int { trips.reduce(cycles, *) }
}
