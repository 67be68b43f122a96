import Devices
import Mappings

/// The loop nest that the software of a processor fixes, and the tiles that its memories hold under it.
///
/// Products: samples, groups, then tiles for a scratchpad, rows, columns and channels outside, the
/// cores, the products of an output, the register tile. A level holds its tile as far out in the nest as
/// it fits; a level in which nothing fits is passed by. Activations that fit whole into a level
/// stay there when the processor keeps them.
struct ProcessorMapping {
  private let work: LayerWork
  private let processor: VectorProcessor
  private let device: Device
  private let outline: DeviceOutline

  init(
    _ work: LayerWork, processor: VectorProcessor, device: Device, outline: DeviceOutline
  ) {
    self.outline = outline
    self.work = work
    self.processor = processor
    self.device = device
  }

  /// The mapping of a layer; a schedule for one with products.
  func mapping(_ schedule: ProcessorSchedule?) throws(MappingError) -> LegalMapping {
    guard let schedule else {
      let axes: [LoopAxis] = [
        .batch, .groups, .outputRows, .outputColumns, .kernelRows, .kernelColumns,
        .outputChannels, .inputChannels,
      ]
      let loops = axes.map { MappingLoop($0, tile: 1) }
      return try placed(loops, cores: loops.count..<loops.count)
    }
    guard device.memories.dropFirst().contains(where: { !$0.isPerUnit && $0.isDoubleBuffered })
    else { return try placed(schedule, channels: nil, rows: nil) }
    var channels = work.bounds[schedule.channelAxis]
    var rows = work.bounds.outputRows
    let least = schedule.tile(schedule.channelAxis)
    let cores = schedule.cores.first { $0.axis == schedule.channelAxis }?.count ?? 1
    while true {
      let mapping = try placed(schedule, channels: channels, rows: rows)
      if isTiled(mapping) || (rows == 1 && channels <= least) { return mapping }
      // The inputs of a depthwise layer are split with its channels, which saves the halo of rows.
      let isDivisible = channels > least * cores
      if isDivisible && (schedule.isDepthwise || isWeightBound(schedule, channels, rows)) {
        channels = max(least * cores, (channels + 1) / 2)
      } else if rows > 1 {
        rows = (rows + 1) / 2
      } else {
        channels = max(least, (channels + 1) / 2)
      }
    }
  }

  /// Whether the weights of some channels are more than the inputs of some rows.
  private func isWeightBound(
    _ schedule: ProcessorSchedule, _ channels: Int, _ rows: Int
  ) -> Bool {
    let weights = work.elements(of: .weights) * work.widths.weights
    let inputs = work.elements(of: .inputs) * work.widths.inputs
    let all = max(work.bounds[schedule.channelAxis], 1)
    return weights / all * channels > inputs / max(work.bounds.outputRows, 1) * rows
  }

  /// Whether the scratchpad holds its tile outside the kernel.
  private func isTiled(_ mapping: LegalMapping) -> Bool {
    device.memories.indices.dropFirst().allSatisfy { level in
      let memory = device.memories[level]
      guard memory.isDoubleBuffered && !memory.isPerUnit else { return true }
      let depths = mapping.mapping.depths[level]
      return work.operands.filter(memory.operands.contains).allSatisfy {
        depths[$0].map { $0 <= Self.tileLoops } ?? false
      }
    }
  }

  /// The loops outside a call of the kernel: samples, groups, channels and rows of the scratchpad.
  private static let tileLoops = 4

  private func placed(
    _ schedule: ProcessorSchedule, channels: Int?, rows: Int?
  ) throws(MappingError) -> LegalMapping {
    let bounds = work.bounds
    let channelAxis = schedule.channelAxis
    var loops = [MappingLoop(.batch, tile: 1)]
    if schedule.isDepthwise {
      loops.append(MappingLoop(.outputChannels, tile: 1))
    } else {
      loops.append(MappingLoop(.groups, tile: 1))
    }
    loops.append(MappingLoop(channelAxis, tile: max(1, channels ?? bounds[channelAxis])))
    loops.append(MappingLoop(.outputRows, tile: max(1, rows ?? bounds.outputRows)))
    let tiled = loops
    func around(_ axis: LoopAxis) -> Int {
      tiled.last { $0.axis == axis }?.tile ?? max(1, bounds[axis])
    }
    let walked: [LoopAxis] = [.outputRows, .outputColumns, channelAxis]
    var spatial: [MappingLoop] = []
    for axis in walked {
      let tile = min(schedule.tile(axis), around(axis))
      let cores = schedule.cores.first { $0.axis == axis }?.count ?? 1
      loops.append(MappingLoop(axis, tile: min(around(axis), tile * cores)))
      if cores > 1 { spatial.append(MappingLoop(axis, tile: tile, place: .columns)) }
    }
    let limit = loops.count
    loops += spatial
    loops += [MappingLoop(.kernelRows, tile: 1), MappingLoop(.kernelColumns, tile: 1)]
    let unroll = min(schedule.kernel.unroll, max(1, bounds.inputChannels))
    loops += [
      MappingLoop(.inputChannels, tile: unroll), MappingLoop(.inputChannels, tile: 1),
    ]
    loops += walked.map { MappingLoop($0, tile: 1) }
    return try placed(
      loops,
      cores: spatial.isEmpty ? loops.count..<loops.count : limit..<limit + spatial.count)
  }

  /// The nest with each level at the outermost position where its tile fits.
  ///
  /// Registers come first: while they hold no sums, outputs would count as partial in the levels
  /// around them, four times as wide as they are there.
  ///
  /// - Parameter cores: where the loops over the cores are; behind all loops when there are none.
  private func placed(
    _ loops: [MappingLoop], cores: Range<Int>
  ) throws(MappingError) -> LegalMapping {
    var mapping = Mapping(
      loops: loops,
      depths: device.memories.map { _ in PerOperand<Int?>(repeating: nil) })
    for operand in work.operands { mapping.depths[0][operand] = 0 }
    var legal = try LegalMapping(mapping, of: work, on: outline)
    let levels = device.memories.indices.dropFirst()
    let registers = levels.filter { device.memories[$0].isPerUnit }
    for level in registers + levels.filter({ !device.memories[$0].isPerUnit }) {
      let memory = device.memories[level]
      if memory.isPerUnit && work.kind != .products { continue }
      let operands = work.operands.filter(memory.operands.contains)
      if operands.isEmpty { continue }
      let outer = operands.compactMap { operand in
        mapping.depths[..<level].compactMap { $0[operand] }.max()
      }
      let isInside = memory.isPerUnit && !cores.isEmpty
      let first = max(outer.max() ?? 0, isInside ? cores.upperBound : 0)
      let last = memory.isPerUnit ? loops.count : cores.lowerBound
      if first > last { continue }
      for depth in stride(from: first, through: last, by: 1) {
        var candidate = mapping
        for operand in operands { candidate.depths[level][operand] = depth }
        guard let found = try? LegalMapping(candidate, of: work, on: outline) else { continue }
        (mapping, legal) = (candidate, found)
        break
      }
    }
    guard processor.keepsActivations else { return legal }
    for (level, memory) in device.memories.enumerated().dropFirst() where !memory.isPerUnit {
      let depths = mapping.depths[level]
      guard depths.inputs == 0, depths.outputs == 0 else { continue }
      for outer in 0..<level {
        mapping.depths[outer].inputs = nil
        mapping.depths[outer].outputs = nil
      }
      return try LegalMapping(mapping, of: work, on: outline)
    }
    return legal
  }
}
