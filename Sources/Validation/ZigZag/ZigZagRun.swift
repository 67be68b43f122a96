import Arithmetic
import Devices
import Mappings
import Quantities

/// Our counts for one of ZigZag's runs.
struct ZigZagRun {
  private let vector: ZigZagVector
  private let hardware: ZigZagHardware
  /// The accesses with padding as in the network, and with the padding as elements of the input.
  private let counts: (network: AccessCounts, padded: AccessCounts)

  init(_ vector: ZigZagVector) throws {
    self.vector = vector
    hardware = try ZigZagHardware.hardware(of: vector.tag)
    let device = try Self.device(hardware)
    let mapping = try Self.mapping(vector, hardware)
    counts = (
      try LegalMapping(mapping, of: Self.work(vector, isPadded: false), on: device).accesses,
      try LegalMapping(mapping, of: Self.work(vector, isPadded: true), on: device).accesses
    )
  }

  /// The words that an operand moves through a port of a level, as ZigZag counts them.
  ///
  /// `floor(transfers * ceil(bits of a transfer / least) * least / most)`
  func words(
    _ operand: Operand, level: Int, _ direction: ZigZagHardware.Direction
  ) throws -> Double {
    let isInside = direction == .readToLow || direction == .writtenByLow
    let isMultiplier = hardware.holders(of: operand).first == level
    // The array asks for padding too; the memories outside do not have it.
    let links = isMultiplier && isInside ? counts.padded.links : counts.network.links
    let link = links.first {
      $0.operand == operand && (isInside ? $0.parent == level : $0.child == level)
    }
    guard let link else { return 0 }
    let bits = try bits(of: operand, link)
    let isPartial = link.parentReads > 0
    let moved: Int
    switch (direction, operand) {
    case (.readToLow, .outputs): moved = isPartial ? link.parentWrites : 0
    case (.readToLow, _): moved = link.parentReads
    case (.writtenByLow, .outputs): moved = link.parentWrites
    case (.readToHigh, .outputs): moved = link.childReads
    case (.writtenByHigh, .outputs): moved = isPartial ? link.childReads : 0
    case (.writtenByHigh, _): moved = link.childWrites
    case (.writtenByLow, _), (.readToHigh, _): moved = 0
    }
    if moved == 0 { return 0 }
    let port = hardware.levels[level].ports(operand, direction)
    // Every instance has a port of its own.
    let isOne = hardware.levels[level].sharedAlong == MemoryLevel.wholeArray
    let transfers = isOne ? link.transfers : moved
    let least = (Double(moved * bits) / Double(transfers * port.least)).rounded(.up)
    return (Double(transfers) * least * Double(port.least) / Double(port.most)).rounded(.down)
  }

  /// The bits of an element: sums that come back are as wide as the accumulator throughout.
  private func bits(of operand: Operand, _ link: OperandLink) throws -> Int {
    let key =
      switch operand {
      case .weights: "W"
      case .inputs: "I"
      case .outputs: link.parentReads > 0 ? "O" : "O_final"
      }
    guard let bits = vector.layer.operandPrecision[key] else {
      throw ValidationProblem("costs/zigzag/vectors.json: \(vector.name): no precision of \(key)")
    }
    return bits
  }
}

extension ZigZagRun {
  /// The operand by ZigZag's letter.
  static let letters: [(operand: Operand, letter: String)] = [
    (.weights, "W"), (.inputs, "I"), (.outputs, "O"),
  ]

  private static func axis(_ dimension: String) throws -> LoopAxis {
    switch dimension {
    case "B": .batch
    case "G": .groups
    case "K", "D1": .outputChannels
    case "C", "D2": .inputChannels
    case "OX": .outputColumns
    case "OY", "D0", "D": .outputRows
    case "FX": .kernelColumns
    case "FY": .kernelRows
    default: throw ValidationProblem("costs/zigzag/vectors.json: unknown loop \(dimension)")
    }
  }

  /// The layer; the recorded runs do not say how it is padded.
  private static func work(_ vector: ZigZagVector, isPadded: Bool) throws -> LayerWork {
    var bounds = LoopBounds()
    for (dimension, count) in vector.layer.loopDimensions {
      switch try axis(dimension) {
      case .batch: bounds.batch = count
      case .groups: bounds.groups = count
      case .outputChannels: bounds.outputChannels = count
      case .inputChannels: bounds.inputChannels = count
      case .outputRows: bounds.outputRows = count
      case .outputColumns: bounds.outputColumns = count
      case .kernelRows: bounds.kernelRows = count
      case .kernelColumns: bounds.kernelColumns = count
      }
    }
    bounds.strideY = try vector.layer.stride("OY")
    bounds.strideX = try vector.layer.stride("OX")
    // AlexNet's first layer has no padding, the others (F - 1) / 2.
    let isValid = isPadded || bounds.kernelRows == 11
    let reachY = (bounds.outputRows - 1) * bounds.strideY + bounds.kernelRows
    let reachX = (bounds.outputColumns - 1) * bounds.strideX + bounds.kernelColumns
    bounds.padTop = isValid ? 0 : (bounds.kernelRows - 1) / 2
    bounds.padLeft = isValid ? 0 : (bounds.kernelColumns - 1) / 2
    bounds.inputHeight = isValid ? reachY : bounds.outputRows * bounds.strideY
    bounds.inputWidth = isValid ? reachX : bounds.outputColumns * bounds.strideX
    return LayerWork(
      name: vector.name, kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
  }

  /// A device with these levels, and a register in each multiplier for weights and inputs that do not
  /// change, whose accesses ZigZag does not count.
  private static func device(_ hardware: ZigZagHardware) throws -> Device {
    let latch = ZigZagHardware.Level(
      name: "latch", operands: [.weights, .inputs], sharedAlong: [], ports: { _, _ in (1, 1) })
    let memories = (hardware.levels + [latch]).map { level in
      var memory = MemoryLevel(
        name: level.name, capacity: nil, operands: level.operands, isPerUnit: true,
        isDoubleBuffered: false, wordBits: 8, readBandwidth: BitsPerCycle(1),
        writeBandwidth: BitsPerCycle(1), readEnergy: [:], writeEnergy: [:])
      memory.sharedAlong = level.sharedAlong
      return memory
    }
    var compute = Compute(
      dataflow: .weightStationary, rows: 32, columns: 32, rowAxes: [], columnAxes: [],
      isSystolic: false, throughput: [],
      macEnergy: MACEnergy(
        multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero),
      cyclesPerOutput: 0, cyclesPerElement: 0, cyclesPerLayer: 0)
    compute.lanes = 8
    return Device(
      name: "zigzag", summary: "", technology: 45, clock: .megahertz(100),
      arithmetic: ArithmeticSpec(), compute: compute, memories: memories, sources: [:])
  }

  /// The loops in space outermost, then those in time; each level of an operand holds the tile inside the
  /// loops that ZigZag gives to the levels further out.
  private static func mapping(
    _ vector: ZigZagVector, _ hardware: ZigZagHardware
  ) throws -> Mapping {
    func loops(_ table: [String: [[ZigZagVector.Loop]]], _ letter: String) throws
      -> [[ZigZagVector.Loop]]
    {
      guard let loops = table[letter] else {
        throw ValidationProblem("costs/zigzag/vectors.json: \(vector.name): no loops of \(letter)")
      }
      return loops
    }
    let spatial = try loops(vector.spatial, "W").flatMap { $0 }
    let temporal = try loops(vector.temporal, "W").flatMap { $0 }.reversed()
    var left: [LoopAxis: Int] = [:]
    for (dimension, count) in vector.layer.loopDimensions { left[try axis(dimension)] = count }
    var nest: [MappingLoop] = []
    func append(_ loop: ZigZagVector.Loop, _ place: LoopPlace, _ blocks: Int) throws {
      let axis = try axis(loop.dimension)
      let tile = ((left[axis] ?? 1) + blocks - 1) / blocks
      left[axis] = tile
      nest.append(MappingLoop(axis, tile: tile, place: place))
    }
    for loop in spatial {
      guard let place = hardware.places[loop.dimension] else {
        throw ValidationProblem("costs/zigzag/vectors.json: \(loop.dimension) along what?")
      }
      // A factor of 31.25 is written as 31: the loops in time say how much one unit does.
      let share = temporal.filter { $0.dimension == loop.dimension }.reduce(1) { $0 * $1.count }
      let whole = left[try axis(loop.dimension)] ?? 1
      try append(loop, place, (whole + share - 1) / share)
    }
    for loop in temporal { try append(loop, .time, loop.count) }
    var depths = [PerOperand<Int?>](
      repeating: PerOperand(repeating: nil), count: hardware.levels.count + 1)
    for (operand, letter) in letters {
      // From the multipliers outwards: the loops inside the tile of each level.
      var inside = 0
      for (level, held) in zip(hardware.holders(of: operand), try loops(vector.temporal, letter)) {
        inside += held.count
        let isHome =
          inside == temporal.count && hardware.levels[level].sharedAlong == MemoryLevel.wholeArray
        depths[level][operand] = isHome ? 0 : nest.count - inside
      }
      if operand != .outputs { depths[hardware.levels.count][operand] = nest.count }
    }
    return Mapping(loops: nest, depths: depths)
  }
}
