import Devices
import Quantities

extension VectorProcessor {
  /// What stands for a processor that could not be read.
  fileprivate static let standIn = VectorProcessor(
    cores: 1, instructionsPerCycle: 1, loadsPerCycle: 1, loadBits: 32, kernels: [], pool: 0,
    element: 0, move: 0, call: 0)
}

extension ProcessorKernel {
  /// What stands for a kernel that could not be read.
  fileprivate static let standIn = ProcessorKernel(
    layers: Set(ProcessorLayer.allCases), channels: 1, pixels: 1, unroll: 1)
}

extension DeviceReader {
  /// Whether a compute part names the family of processors.
  static func isProcessor(_ node: YAMLNode) -> Bool {
    guard case .mapping(let entries) = node.content,
      let family = entries.first(where: { $0.key == "family" })?.value,
      case .scalar("processor", _) = family.content
    else { return false }
    return true
  }

  /// The compute part of a processor, or nil (reported).
  mutating func processorCompute(_ node: YAMLNode) -> Compute? {
    let keys = ["source", "family", "throughput", "energy", "processor", "kernels"]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    let throughput = throughput(map, from: source)
    var energy = MACEnergy.standIn
    if let node = map.required("energy", example: "energy: …", &problems) {
      energy = macEnergy(node, from: source)
    }
    var processor =
      map.required("processor", example: "processor: {cores: 1, …}", &problems)
      .flatMap { self.processor($0, from: source) } ?? .standIn
    let example = "[{layers: [convolution, pointwise, depthwise, connected], …}]"
    if let nodes = map.required("kernels", example: "kernels: \(example)", &problems)?
      .sequence(example: example, &problems)
    {
      processor.kernels = nodes.compactMap { kernel($0, from: source) }
      // What one that could not be read would run is not known.
      if processor.kernels.count < nodes.count { processor.kernels = [.standIn] }
    } else {
      processor.kernels = [.standIn]
    }
    return .processor(processor, throughput: throughput, macEnergy: energy)
  }

  private mutating func processor(_ node: YAMLNode, from outer: String?) -> VectorProcessor? {
    let keys = [
      "source", "cores", "instructionsPerCycle", "loadsPerCycle", "loadBits", "keepsActivations",
      "instructions", "waitCycle",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map, around: outer)
    var processor = VectorProcessor(
      cores: integer(map, "cores", example: 1, from: source) ?? 1,
      instructionsPerCycle: number(map, "instructionsPerCycle", example: "1", from: source) ?? 1,
      loadsPerCycle: number(map, "loadsPerCycle", example: "1", from: source) ?? 1,
      loadBits: integer(map, "loadBits", example: 32, from: source) ?? 32,
      keepsActivations: map["keepsActivations"]?.flag(&problems) ?? false,
      kernels: [], pool: 0, element: 0, move: 0, call: 0)
    let counts = instructions(
      map, keys: ["pool", "element", "move", "call"], isComplete: true, from: source)
    processor.pool = counts["pool"] ?? 0
    processor.element = counts["element"] ?? 0
    processor.move = counts["move"] ?? 0
    processor.call = counts["call"] ?? 0
    if map["waitCycle"] != nil,
      let value = number(
        map, "waitCycle", .energy, example: "waitCycle: 100 pJ", kind: .energy, from: source)
    {
      processor.waitCycle = Picojoules(value)
    }
    return processor
  }

  private mutating func kernel(_ node: YAMLNode, from outer: String?) -> ProcessorKernel? {
    let keys = [
      "source", "layers", "mostInputChannels", "channels", "pixels", "unroll", "inputBits",
      "packed",
      "padded", "parallel", "instructions", "reorderCycles",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map, around: outer)
    let layers = map.required("layers", example: "layers: [convolution]", &problems)?
      .choices(of: ProcessorLayer.self, &problems)
    let channels = integer(map, "channels", example: 2, from: source)
    let pixels = integer(map, "pixels", example: 2, from: source)
    let unroll = integer(map, "unroll", example: 4, from: source)
    guard let layers, let channels, let pixels, let unroll else { return nil }
    var kernel = ProcessorKernel(
      layers: Set(layers), channels: channels, pixels: pixels, unroll: unroll)
    if map["mostInputChannels"] != nil {
      kernel.mostInputChannels = integer(map, "mostInputChannels", example: 3, from: source)
    }
    if map["inputBits"] != nil {
      kernel.inputBits = integer(map, "inputBits", example: 16, from: source)
    }
    kernel.packed = Set(map["packed"]?.choices(of: Operand.self, &problems) ?? [])
    kernel.isPadded = map["padded"]?.flag(&problems) ?? false
    kernel.parallel = map["parallel"]?.choices(of: LoopAxis.self, &problems) ?? []
    kernel.reorderCycles =
      optionalNumber(map, "reorderCycles", example: "2", from: source) ?? 0
    let names = ["weightLoad", "inputLoad", "loop", "output", "pixel", "tap", "copy"]
    let counts = instructions(map, keys: names, isComplete: false, from: source)
    kernel.weightLoad = counts["weightLoad"] ?? 0
    kernel.inputLoad = counts["inputLoad"] ?? 0
    kernel.loop = counts["loop"] ?? 0
    kernel.output = counts["output"] ?? 0
    kernel.pixel = counts["pixel"] ?? 0
    kernel.tap = counts["tap"] ?? 0
    kernel.copy = counts["copy"] ?? 0
    return kernel
  }

  /// The block of instruction counts; keys that are left out are 0 unless all are needed.
  private mutating func instructions(
    _ map: YAMLMapping, keys: [String], isComplete: Bool, from outer: String?
  ) -> [String: Double] {
    let example = "instructions: {\(keys[0]): 2}"
    guard let node = map.required("instructions", example: example, &problems),
      let block = node.mapping(keys: keys + ["source"], &problems)
    else { return [:] }
    let source = self.source(block, around: outer)
    var counts: [String: Double] = [:]
    for key in keys {
      counts[key] =
        isComplete
        ? number(block, key, example: "8", from: source)
        : optionalNumber(block, key, example: "8", from: source)
    }
    return counts
  }
}
