import Devices
import Mappings

/// The convolutions of AlexNet as the Eyeriss chip ran them, with the mapping of each.
///
/// A mapping is the seven numbers of the row-stationary dataflow (JSSC 2017, Table II): n images and e output
/// rows at a time; p filters and q channels in a unit; r and t sets of units side by side for other
/// channels and other filters; m filters while partial sums stay in the buffer.
struct EyerissLayer {
  var name: String
  var bounds: LoopBounds
  /// Images and output rows of a pass.
  var n, e: Int
  /// Filters and channels of a unit.
  var p, q: Int
  /// Sets of units for other channels and other filters.
  var r, t: Int
  /// Filters whose partial sums stay in the buffer.
  var m: Int
  /// Whether the output rows are folded onto two sets of rows: there are more than columns.
  var isFolded: Bool { e > 14 }

  /// The layers, batch 4.
  ///
  /// Zero padding is stored with the images, as the chip's figures count it.
  static func layers(_ table: [ValidationRecord]) throws -> [EyerissLayer] {
    let shapes: [(groups: Int, filters: Int, channels: Int, size: Int, kernel: Int, step: Int)] = [
      (1, 96, 3, 55, 11, 4), (2, 128, 48, 27, 5, 1), (1, 384, 256, 13, 3, 1),
      (2, 192, 192, 13, 3, 1), (2, 128, 192, 13, 3, 1),
    ]
    return try zip(shapes, table).map { shape, record in
      var bounds = LoopBounds()
      bounds.batch = 4
      bounds.groups = shape.groups
      bounds.outputChannels = shape.filters
      bounds.inputChannels = shape.channels
      bounds.outputRows = shape.size
      bounds.outputColumns = shape.size
      bounds.kernelRows = shape.kernel
      bounds.kernelColumns = shape.kernel
      bounds.strideY = shape.step
      bounds.strideX = shape.step
      bounds.inputHeight = (shape.size - 1) * shape.step + shape.kernel
      bounds.inputWidth = bounds.inputHeight
      return EyerissLayer(
        name: try record.text("layer"), bounds: bounds, n: try record.integer("n"),
        e: try record.integer("e"), p: try record.integer("p"), q: try record.integer("q"),
        r: try record.integer("r"), t: try record.integer("t"), m: try record.integer("m"))
    }
  }

  /// The layer with 16-bit operands.
  var work: LayerWork {
    LayerWork(
      name: name, kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 16, inputs: 16, outputs: 16, partialSums: 16, bias: 0))
  }

  /// The mapping as one nest: passes over the buffer, sets of units, the work of a unit.
  var mapping: Mapping {
    var loops: [MappingLoop] = [
      MappingLoop(.groups, tile: 1), MappingLoop(.batch, tile: n),
      MappingLoop(.outputRows, tile: e),
      MappingLoop(.outputChannels, tile: min(m, bounds.outputChannels)),
      MappingLoop(.inputChannels, tile: q * r),
    ]
    let images = loops.count
    loops.append(MappingLoop(.outputChannels, tile: p * t))
    let filters = loops.count
    // Kernel rows, then sets of channels and filters up the rows; output rows along the columns.
    loops.append(MappingLoop(.kernelRows, tile: 1, place: .rows))
    loops.append(MappingLoop(.inputChannels, tile: q, place: .rows))
    if isFolded { loops.append(MappingLoop(.outputRows, tile: (e + 1) / 2, place: .rows)) }
    let isFilterBeside = bounds.kernelRows * r * t > 12
    loops.append(
      MappingLoop(.outputChannels, tile: p, place: isFilterBeside ? .columns : .rows))
    loops.append(MappingLoop(.outputRows, tile: 1, place: .columns))
    let units = loops.count
    loops += [MappingLoop(.batch, tile: 1), MappingLoop(.outputColumns, tile: 1)]
    let window = loops.count
    loops += [
      MappingLoop(.outputChannels, tile: 1), MappingLoop(.inputChannels, tile: 1),
      MappingLoop(.kernelColumns, tile: 1),
    ]
    return Mapping(
      loops: loops,
      depths: [
        PerOperand(repeating: 0), PerOperand(weights: filters, inputs: images, outputs: images),
        PerOperand(weights: units, inputs: window, outputs: window),
      ])
  }
}
