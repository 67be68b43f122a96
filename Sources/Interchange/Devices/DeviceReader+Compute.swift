import Devices
import Quantities

extension Compute {
  /// What stands for a compute part that could not be read.
  static let standIn = Compute(
    dataflow: .registerTile, rows: 1, columns: 1, rowAxes: [], columnAxes: [], isSystolic: false,
    throughput: [], macEnergy: .standIn, cyclesPerOutput: 0, cyclesPerElement: 0, cyclesPerLayer: 0)
}

extension MACEnergy {
  /// What stands for an energy that could not be read.
  static let standIn = MACEnergy(
    multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero)
}

extension DeviceReader {
  /// The compute part of a device, or nil (reported).
  mutating func compute(_ node: YAMLNode) -> Compute? {
    if Self.isProcessor(node) { return processorCompute(node) }
    let keys = [
      "source", "dataflow", "rows", "columns", "rowAxes", "columnAxes", "systolic", "throughput",
      "depthwiseRate", "energy", "cyclesPerOutput", "cyclesPerElement", "cyclesPerLayer",
      "family", "precision", "multiplier", "pipeline", "convolutionCore", "leakage",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    var compute = Compute.standIn
    if let dataflow = map.required("dataflow", example: "dataflow: weight-stationary", &problems)?
      .choice(of: Dataflow.self, &problems)
    {
      compute.dataflow = dataflow
    }
    compute.rows = integer(map, "rows", example: 16, from: source) ?? 1
    compute.columns = integer(map, "columns", example: 16, from: source) ?? 1
    compute.rowAxes = axes(map, "rowAxes")
    compute.columnAxes = axes(map, "columnAxes")
    compute.isSystolic = map["systolic"]?.flag(&problems) ?? false
    compute.throughput = throughput(map, from: source)
    families(map, into: &compute, from: source)
    compute.depthwiseRate =
      optionalNumber(map, "depthwiseRate", example: "0.2", from: source) ?? 1
    if let node = map.required("energy", example: "energy: …", &problems) {
      compute.macEnergy = macEnergy(node, from: source)
    }
    if let choice = map["multiplier"]?.choice(of: MultiplierKind.self, &problems) {
      compute.multiplier = choice
    }
    if let node = map["leakage"] {
      let power = figure(node, kind: .energy, from: source)?.quantity(.power, &problems)
      compute.leakage = Milliwatts(power ?? 0)
    }
    compute.cyclesPerOutput = number(map, "cyclesPerOutput", example: "0", from: source) ?? 0
    compute.cyclesPerElement = number(map, "cyclesPerElement", example: "1", from: source) ?? 0
    compute.cyclesPerLayer = integer(map, "cyclesPerLayer", example: 0, from: source) ?? 0
    if let core = map["convolutionCore"].flatMap({ convolutionCore($0, from: source) }) {
      compute.family = .convolutionCore(core)
    }
    return compute
  }

  private mutating func axes(_ map: YAMLMapping, _ key: String) -> [LoopAxis] {
    let node = map.required(key, example: "\(key): [outputChannels]", &problems)
    return node?.choices(of: LoopAxis.self, &problems) ?? []
  }

  mutating func throughput(
    _ map: YAMLMapping, from outer: String?
  ) -> [MACThroughput] {
    let row = "{weightBits: 8, activationBits: 8, accumulatorBits: 32, macsPerCycle: 1}"
    guard let node = map.required("throughput", example: "throughput: [\(row)]", &problems),
      let rows = node.sequence(example: "[\(row)]", &problems)
    else { return [] }
    let keys = ["weightBits", "activationBits", "accumulatorBits", "macsPerCycle", "source"]
    return rows.compactMap { row in
      guard let map = row.mapping(keys: keys, &problems) else { return nil }
      let source = self.source(map, around: outer)
      let weightBits = integer(map, "weightBits", example: 8, from: source)
      let activationBits = integer(map, "activationBits", example: 8, from: source)
      let accumulatorBits = integer(map, "accumulatorBits", example: 32, from: source)
      let macsPerCycle = number(map, "macsPerCycle", example: "1", from: source)
      guard let weightBits, let activationBits, let accumulatorBits, let macsPerCycle else {
        return nil
      }
      return MACThroughput(
        weightBits: weightBits, activationBits: activationBits, accumulatorBits: accumulatorBits,
        macsPerCycle: macsPerCycle)
    }
  }

  mutating func macEnergy(_ node: YAMLNode, from outer: String?) -> MACEnergy {
    let keys = [
      "source", "multiply", "multiplyBits", "add", "addBits", "overhead", "busyCycle",
      "zeroGating", "zeroOperand", "toggleShare", "referenceActivity",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return .standIn }
    let source = self.source(map, around: outer)
    var energy = MACEnergy.standIn
    if let node = map.required("multiply", example: "multiply: 0.2 pJ", &problems) {
      multiply(node, into: &energy, from: source)
    }
    if let value = picojoules(map, "add", from: source) { energy.add = value }
    if let value = picojoules(map, "overhead", from: source) { energy.overhead = value }
    if map["busyCycle"] != nil, let value = picojoules(map, "busyCycle", from: source) {
      energy.busyCycle = value
    }
    if let bits = integer(map, "multiplyBits", example: 8, from: source) {
      energy.multiplyBits = bits
    }
    if let bits = integer(map, "addBits", example: 32, from: source) {
      energy.addBits = bits
    }
    energy.values = valueDependence(map, from: source)
    return energy
  }

  private mutating func picojoules(
    _ map: YAMLMapping, _ key: String, from source: String?
  ) -> Picojoules? {
    map.required(key, example: "\(key): 0.2 pJ", &problems)
      .flatMap { energy($0, .energy, from: source) }.map(Picojoules.init)
  }
}
