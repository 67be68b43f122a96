import Devices
import Quantities

extension DeviceReader {
  /// The memory levels of a device, or nil (reported).
  mutating func memories(_ node: YAMLNode, clock: Hertz) -> [MemoryLevel]? {
    let example = "[{name: dram, …}, {name: buffer, …}]"
    guard let nodes = node.sequence(example: example, &problems) else { return nil }
    return nodes.compactMap { memory($0, clock: clock) }
  }

  private mutating func memory(_ node: YAMLNode, clock: Hertz) -> MemoryLevel? {
    let keys = [
      "name", "source", "operands", "capacity", "perUnit", "sharedAlong", "keepsHalo",
      "doubleBuffered", "queues", "word", "wholeWords", "readBandwidth", "writeBandwidth", "ports",
      "readEnergy", "writeEnergy", "leakage", "zeroGating", "partialSums", "dram",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    let name = map.required("name", example: "name: buffer", &problems)?
      .text(example: "buffer", &problems)
    let operands = map.required("operands", example: "operands: [weights, inputs]", &problems)?
      .choices(of: Operand.self, &problems)
    let word = number(map, "word", .width, example: "word: 64 bit", from: source)
    let wordBits = whole(word, "bits", at: map["word"]) ?? 1
    let bandwidth = YAMLUnits.bandwidth(
      clock: Device.clocks.contains(clock.value) ? clock.value : 1e6)
    let ports = ports(map, bandwidth, kept: Set(operands ?? Operand.allCases), from: source)
    let (read, write) = bandwidths(map, ports, bandwidth, from: source)
    let isPerUnit = map["perUnit"]?.flag(&problems) ?? false
    let isDoubleBuffered = map["doubleBuffered"]?.flag(&problems) ?? false
    var level = MemoryLevel(
      name: name ?? node.place.path, capacity: nil, operands: Set(operands ?? Operand.allCases),
      isPerUnit: isPerUnit, isDoubleBuffered: isDoubleBuffered, wordBits: wordBits,
      readBandwidth: BitsPerCycle(read ?? 1), writeBandwidth: BitsPerCycle(write ?? 1),
      readEnergy: [:], writeEnergy: [:])
    level.ports = ports
    level.hasQueues = map["queues"]?.flag(&problems) ?? false
    level.movesWholeWords = map["wholeWords"]?.flag(&problems) ?? false
    readSharing(map, into: &level)
    readCapacity(map, into: &level, from: source)
    if let node = map["partialSums"] {
      level.partialSums = figure(node, kind: .architecture, from: source)
        .flatMap { accumulator($0) }
    }
    let units = YAMLUnits.accessEnergy(wordBits: max(wordBits, 1))
    if let node = map["dram"] {
      readDRAM(node, map, into: &level, from: source)
    } else {
      level.readEnergy = energies(map, "readEnergy", level, units, from: source)
      level.writeEnergy = energies(map, "writeEnergy", level, units, from: source)
    }
    if let node = map["leakage"], let power = leakage(node, of: level, from: source) {
      level.leakage = power
    }
    if let node = map["zeroGating"] {
      level.zeroGating =
        figure(node, kind: .energy, from: source)?.number(example: "1", &problems) ?? 0
    }
    return level
  }

  /// Reads `sharedAlong:`, which only a level inside the array has, and `keepsHalo:`.
  private mutating func readSharing(_ map: YAMLMapping, into level: inout MemoryLevel) {
    level.keepsHalo = map["keepsHalo"]?.flag(&problems) ?? false
    guard let node = map["sharedAlong"] else { return }
    if !level.isPerUnit {
      problems.add(
        node.place, "a level that is not perUnit is shared by the whole array",
        "write perUnit: true, or remove sharedAlong")
    } else if let dimensions = node.choices(of: ArrayDimension.self, &problems) {
      level.sharedAlong = Set(dimensions)
      if !level.isPerUnit {
        problems.add(
          node.place, "a level shared along all dimensions is not perUnit",
          "write perUnit: false without sharedAlong")
      }
    }
  }

  /// Reads `capacity:`, one amount for all operands or a block with one for each.
  private mutating func readCapacity(
    _ map: YAMLMapping, into level: inout MemoryLevel, from source: String?
  ) {
    guard let node = map.required("capacity", example: "capacity: 128 KiB", &problems) else {
      return
    }
    guard node.isMapping, !node.hasKey("value") else {
      level.capacity = capacity(node, from: source)
      return
    }
    let keys = Operand.allCases.map(\.rawValue) + ["shared", "source"]
    guard let block = node.mapping(keys: keys, &problems) else { return }
    let inner = self.source(block, around: source)
    for operand in Operand.allCases {
      guard let node = block[operand.rawValue] else { continue }
      level.operandCapacity[operand] = capacity(node, from: inner) ?? Bits(1)
    }
    level.capacity = .zero
    if let shared = block["shared"] {
      level.capacity = capacity(shared, from: inner)
      if level.operands.isSubset(of: level.operandCapacity.keys) {
        problems.add(
          shared.place, "every operand of the level has a capacity of its own",
          "remove shared, or the capacity of an operand")
      }
    } else if !level.operands.isSubset(of: level.operandCapacity.keys) {
      problems.add(
        node.place, "some operands of the level have no capacity",
        "add \"shared: 64 KiB\" for those that share one")
    }
  }

  /// An amount of storage; nil for `unlimited` and for what is wrong (reported).
  private mutating func capacity(_ node: YAMLNode, from source: String?) -> Bits? {
    if case .scalar("unlimited", _) = node.content { return nil }
    let value = figure(node, kind: .architecture, from: source)
    return whole(value?.quantity(.capacity, &problems), "bits", at: value).map(Bits.init)
  }

  /// The energies of access of a level: one for all its operands or a block with one for each.
  private mutating func energies(
    _ map: YAMLMapping, _ key: String, _ level: MemoryLevel, _ units: YAMLUnits,
    from source: String?
  ) -> [Operand: PicojoulesPerBit] {
    let operands = level.operands
    let example = "\(key): {value: 0.5 pJ/bit, source: \"…\"}"
    guard let node = map.required(key, example: example, &problems) else { return [:] }
    var energies: [Operand: PicojoulesPerBit] = [:]
    guard node.isMapping, !node.hasKey("value") else {
      let value = energy(node, units, from: source)
      for operand in operands {
        energies[operand] = PicojoulesPerBit(value ?? 0)
      }
      return energies
    }
    if node.hasKey("model") {
      let price = modelEnergy(node, of: level, isWrite: key == "writeEnergy") ?? 0
      for operand in operands { energies[operand] = PicojoulesPerBit(price) }
      return energies
    }
    let keys = Operand.allCases.map(\.rawValue) + ["source"]
    guard let block = node.mapping(keys: keys, &problems) else { return [:] }
    let inner = self.source(block, around: source)
    for operand in Operand.allCases {
      guard let node = block[operand.rawValue] else { continue }
      let value = energy(node, units, from: inner)
      energies[operand] = PicojoulesPerBit(value ?? 0)
    }
    return energies
  }
}
