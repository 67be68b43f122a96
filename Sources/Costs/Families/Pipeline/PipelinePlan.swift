import Devices
import Mappings
import Quantities

/// The engines of a network with the foldings that balance them on a fabric.
///
/// - Model: the slowest engine sets the interval. It is the least one for which the smallest engines
///   that are as fast fit the fabric together, but never less than the port of the outer memory takes
///   for the first input, the last output and streamed weights. While even the slowest engines do not
///   fit, the weights that are used least often are streamed.
struct PipelinePlan {
  var engines: [PipelineEngine]
  var foldings: [EngineFolding] = []
  /// The cycles of a batch at the port of the outer memory.
  var portCycles = 0
  private let fabric: PipelineResources

  init(
    _ network: [LayerWork], fabric: PipelineResources, bandwidth: Double
  ) throws(MappingError) {
    self.fabric = fabric
    engines = network.map(PipelineEngine.init)
    var smallest = Self.smallest(engines)
    while let shortage = Self.use(engines, smallest, fabric).shortage(in: fabric) {
      let resident = engines.indices.filter {
        engines[$0].work.kind == .products && !engines[$0].isStreamed && engines[$0].isActive
      }
      let next = resident.min {
        (engines[$0].vectors, -engines[$0].weightBits)
          < (engines[$1].vectors, -engines[$1].weightBits)
      }
      guard let next, shortage.name == "blockRAMs" else {
        throw MappingError(
          layer: network.last?.name ?? "",
          reason: .fabric(
            resource: shortage.name, needed: shortage.needed, available: shortage.available))
      }
      engines[next].isStreamed = true
      smallest = Self.smallest(engines)
    }
    portCycles = Int((Double(outerBits) / bandwidth).rounded(.up))
    foldings = balanced() ?? smallest
  }

  /// The place of the first and of the last engine with something to do.
  var ends: (first: Int, last: Int) {
    let active = engines.indices.filter { engines[$0].isActive }
    return (active.first ?? 0, active.last ?? 0)
  }

  /// The cycles of each engine for a batch.
  var cycles: [Int] { zip(engines, foldings).map { $0.cycles($1) } }

  /// The bits that cross the port of the outer memory for a batch.
  private var outerBits: Int {
    engines.indices.reduce(0) { $0 + outer($1).reduce(0) { $0 + $1.bits } }
  }

  /// What one engine moves over the port: streamed weights, the first input, the last output.
  func outer(_ index: Int) -> [(operand: Operand, elements: Int, bits: Int)] {
    let work = engines[index].work
    var moved: [(operand: Operand, elements: Int, bits: Int)] = []
    guard engines[index].isActive else { return moved }
    if engines[index].isStreamed {
      let batch = work.bounds.batch
      moved.append(
        (
          .weights, batch * (work.elements(of: .weights) + work.biasCount),
          batch * engines[index].weightBits
        ))
    }
    if index == ends.first {
      let count = work.elements(of: .inputs)
      moved.append((.inputs, count, count * work.widths.inputs))
    }
    if index == ends.last {
      let count = work.elements(of: .outputs)
      moved.append((.outputs, count, count * work.widths.outputs))
    }
    return moved
  }

  /// The smallest engines that reach the least interval that fits.
  private func balanced() -> [EngineFolding]? {
    let options = engines.map { engine in
      engine.foldings
        .map { ($0, engine.cycles($0), engine.use($0, of: fabric)) }
        .filter { $0.2.shortage(in: fabric) == nil }
    }
    func choice(_ interval: Int) -> [EngineFolding]? {
      var chosen: [EngineFolding] = []
      var use = FabricUse()
      for (engine, options) in zip(engines, options) {
        guard engine.isActive else {
          chosen.append(EngineFolding(elements: 1, lanes: 1))
          continue
        }
        let fast = options.filter { $0.1 <= interval }
        let best = fast.min {
          ($0.2.share(of: fabric), -$0.0.lanes) < ($1.2.share(of: fabric), -$1.0.lanes)
        }
        guard let best else { return nil }
        chosen.append(best.0)
        use = use + best.2
      }
      return use.shortage(in: fabric) == nil ? chosen : nil
    }
    let intervals = Set(options.flatMap { $0.map(\.1) }).sorted()
    var (low, high) = (0, intervals.count)
    while low < high {
      let middle = (low + high) / 2
      if choice(intervals[middle]) == nil { low = middle + 1 } else { high = middle }
    }
    guard low < intervals.count else { return nil }
    return choice(max(intervals[low], portCycles))
  }

  private static func smallest(_ engines: [PipelineEngine]) -> [EngineFolding] {
    engines.map { _ in EngineFolding(elements: 1, lanes: 1) }
  }

  private static func use(
    _ engines: [PipelineEngine], _ foldings: [EngineFolding], _ fabric: PipelineResources
  ) -> FabricUse {
    zip(engines, foldings).reduce(FabricUse()) { $0 + $1.0.use($1.1, of: fabric) }
  }

  /// Interval and latency of a batch.
  ///
  /// - Model: an engine begins when its first window is complete, which comes at the pace of the
  ///   slowest engine so far. Branches count as if they followed each other.
  func timing(port: String) -> NetworkTiming {
    var pace = 0.0
    var fill = 0.0
    var slowest = (name: port, cycles: portCycles)
    for (engine, cycles) in zip(engines, cycles) where engine.isActive {
      let bounds = engine.work.bounds
      if cycles > slowest.cycles { slowest = (engine.work.name, cycles) }
      pace = max(pace, Double(cycles))
      let lines = max(0, (bounds.kernelRows - 1) * bounds.dilationY - bounds.padTop)
      let window = lines * bounds.inputWidth + (bounds.kernelColumns - 1) * bounds.dilationX + 1
      let image = max(bounds.inputHeight * bounds.inputWidth, 1)
      fill += min(1, Double(window) / Double(image)) * pace / Double(max(bounds.batch, 1))
    }
    let interval = slowest.cycles
    return NetworkTiming(
      interval: Cycles(interval),
      latency: Cycles(Int(fill.rounded(.up)) + interval), slowest: slowest.name)
  }
}
