import Devices
import Foundation
import Mappings
import Quantities

/// One recorded run of ZigZag: the layer, the mapping and what it said.
struct ZigZagCase: Decodable {
  struct Latency: Decodable {
    var data_onloading: Double
    var computation: Double
    var data_offloading: Double
  }

  struct Layer: Decodable {
    var equation_relations: [String]
    var loop_dimensions: [String: Int]
    var operand_precision: [String: Int]
  }

  struct Words: Decodable {
    var rd_out_to_low: Int
  }

  var tag: String
  var layer: String
  var latency: Latency
  var layer_in: Layer
  var word_accesses: [String: [Words]]
  /// The loops in space of each operand and level, innermost level first: `(K, 32)`.
  var spatial_mapping: [String: [[String]]]
  /// The loops in time, likewise.
  var temporal_mapping: [String: [[String]]]

  /// All recorded runs.
  static func all(_ data: ValidationData) throws -> [ZigZagCase] {
    try JSONDecoder().decode([ZigZagCase].self, from: data.bytes("costs/zigzag/vectors.json"))
  }

  /// The accelerator: the first part of the tag.
  var accelerator: String { tag.components(separatedBy: "__").first ?? tag }

  /// The loops of a list such as `["(D2, 8)"]`.
  private func loops(_ list: [String]) throws -> [(axis: LoopAxis, trips: Int)] {
    try list.map { text in
      let parts = text.split { "(,) ".contains($0) }
      guard parts.count == 2, let trips = Int(parts[1]) else {
        throw ValidationProblem("costs/zigzag/vectors.json: \(layer): \(text) is no loop")
      }
      return (try axis(String(parts[0])), trips)
    }
  }

  private func axis(_ name: String) throws -> LoopAxis {
    switch name {
    case "D0", "D", "OY": .outputRows
    case "D1", "K": .outputChannels
    case "D2", "C": .inputChannels
    case "G": .groups
    case "B": .batch
    case "OX": .outputColumns
    case "FY": .kernelRows
    case "FX": .kernelColumns
    default: throw ValidationProblem("costs/zigzag/vectors.json: \(layer): no loop \(name)")
    }
  }

  /// The layer.
  ///
  /// The padding is not recorded; the words of inputs that ZigZag loads from the outermost level are,
  /// which give the square image.
  func work() throws -> LayerWork {
    var bounds = LoopBounds()
    for (name, extent) in layer_in.loop_dimensions {
      switch try axis(name) {
      case .outputChannels: bounds.outputChannels = extent
      case .inputChannels: bounds.inputChannels = extent
      case .groups: bounds.groups = extent
      case .outputRows: bounds.outputRows = extent
      case .outputColumns: bounds.outputColumns = extent
      case .kernelRows: bounds.kernelRows = extent
      case .kernelColumns: bounds.kernelColumns = extent
      case .batch: bounds.batch = extent
      }
    }
    let stride =
      layer_in.equation_relations.first.flatMap { relation in
        relation.split { "=*".contains($0) }.dropFirst().first.flatMap {
          Int($0.trimmingCharacters(in: .whitespaces))
        }
      } ?? 1
    bounds.strideX = stride
    bounds.strideY = stride
    func reach(_ outputs: Int, _ taps: Int) -> Int { (outputs - 1) * stride + taps }
    bounds.inputHeight = reach(bounds.outputRows, bounds.kernelRows)
    bounds.inputWidth = reach(bounds.outputColumns, bounds.kernelColumns)
    if bounds.kernelRows > 1, let words = word_accesses["I"]?.last?.rd_out_to_low {
      let elements = Double(words * 64 / 8) / Double(bounds.groups * bounds.inputChannels)
      let side = min(Int(elements.squareRoot().rounded()), bounds.inputHeight)
      bounds.padTop = (bounds.inputHeight - side + 1) / 2
      bounds.padLeft = bounds.padTop
      bounds.inputHeight = side
      bounds.inputWidth = side
    }
    let bits = layer_in.operand_precision
    return LayerWork(
      name: layer, kind: .products, bounds: bounds,
      widths: OperandWidths(
        weights: bits["W"] ?? 8, inputs: bits["I"] ?? 8, outputs: bits["O_final"] ?? 8,
        partialSums: bits["O"] ?? 32, bias: 0))
  }

  /// The mapping: the loops in space outside those in time, or inside of them when all registers are
  /// shared by the array.
  ///
  /// - Parameters:
  ///   - names: The levels of the device, outermost first, that each operand of ZigZag has.
  ///   - isSpaceInside: Whether the loops in space are the innermost ones.
  ///   - places: The dimension of the array along which an axis is unrolled.
  func mapping(
    of work: LayerWork, on device: Device, isSpaceInside: Bool, places: [LoopAxis: LoopPlace]
  ) throws -> Mapping {
    let space = try loops((spatial_mapping["I"] ?? []).flatMap { $0 })
    let time = try loops((temporal_mapping["I"] ?? []).flatMap { $0 }.reversed())
    var extents: [LoopAxis: Int] = [:]
    for axis in LoopAxis.allCases { extents[axis] = work.bounds[axis] }
    func mapped(_ loop: (axis: LoopAxis, trips: Int), _ place: LoopPlace) -> MappingLoop {
      let tile = ((extents[loop.axis] ?? 1) + loop.trips - 1) / loop.trips
      extents[loop.axis] = tile
      return MappingLoop(loop.axis, tile: tile, place: place)
    }
    var nest: [MappingLoop] = []
    if !isSpaceInside {
      // A recorded 31 of 1000 channels is 31.25: the last of 32 units has less.
      nest += space.map { loop in
        let tile = time.filter { $0.axis == loop.axis }.reduce(1) { $0 * $1.trips }
        extents[loop.axis] = tile
        return MappingLoop(loop.axis, tile: tile, place: places[loop.axis] ?? .rows)
      }
    }
    let outside = nest.count
    nest += time.map { mapped($0, .time) }
    if isSpaceInside { nest += space.map { mapped($0, places[$0.axis] ?? .rows) } }
    var depths = [PerOperand<Int?>](
      repeating: PerOperand(repeating: nil), count: device.memories.count)
    for (operand, name) in [(Operand.weights, "W"), (.inputs, "I"), (.outputs, "O")] {
      // ZigZag lists levels innermost first.
      let levels = device.memories.indices.filter { device.memories[$0].operands.contains(operand) }
      var inner = 0
      for (level, list) in zip(levels.reversed(), temporal_mapping[name] ?? []) {
        inner += list.count
        let isHome = level == levels.first
        depths[level][operand] = isHome ? 0 : outside + time.count - inner
        if !device.memories[level].isPerUnit, inner == time.count {
          depths[level][operand] = 0
        }
      }
    }
    return Mapping(loops: nest, depths: depths)
  }
}
