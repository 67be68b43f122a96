import Devices
import Quantities

/// Energies that are worked out from others: scaled from another node, or from a model of a memory.
extension DeviceReader {
  /// What sources of SRAM figures say.
  private static let sramSource =
    "fit to 468 runs of CACTI 7.0 (Accelergy's defaults), Sources/Devices/SRAMModel.swift"

  /// An energy with a unit, scaled to the node of the device where the file says so.
  mutating func energy(_ node: YAMLNode, _ units: YAMLUnits, from source: String?) -> Double? {
    let value = figure(node, kind: .energy, from: source)?.quantity(units, &problems)
    return value.map { $0 * scale(of: node) }
  }

  /// The factor of `scaledFrom:` in a figure; 1 without it.
  private mutating func scale(of node: YAMLNode) -> Double {
    guard case .mapping(let entries) = node.content,
      let inner = entries.first(where: { $0.key == "scaledFrom" })?.value,
      let map = inner.mapping(keys: ["node", "voltage", "to"], &problems)
    else { return 1 }
    let length = map.required("node", example: "node: 65 nm", &problems)?
      .quantity(.length, &problems)
    let before = map.required("voltage", example: "voltage: 1 V", &problems)?
      .quantity(.voltage, &problems)
    let after = map["to"].map { $0.quantity(.voltage, &problems) } ?? before
    guard let nanometres = whole(length, "nm", at: map["node"]), let before, let after,
      let technology
    else { return 1 }
    guard
      let factor = TechnologyScaling.factor(
        from: (nanometres, before), to: (technology, after))
    else {
      problems.add(
        inner.place,
        "energies can be scaled from 130 to 7 nm (the device has \(technology) nm) at 0.5 to 1.2 V",
        "scale the value yourself and say how in its source")
      return 1
    }
    let supply = before == after ? "" : " at \(after) V"
    sources[node.place.path, default: ""] +=
      "; scaled from \(nanometres) nm at \(before) V to \(technology) nm\(supply) by Stillmaker and "
      + "Baas, 2017"
    return factor
  }

  /// `multiply:`, one energy or a block with the ends of the published ones.
  mutating func multiply(_ node: YAMLNode, into energy: inout MACEnergy, from source: String?) {
    guard node.hasKey("low") || node.hasKey("high") else {
      if let value = self.energy(node, .energy, from: source) {
        energy.multiply = Picojoules(value)
      }
      return
    }
    let keys = ["value", "low", "high", "source", "scaledFrom"]
    guard let map = node.mapping(keys: keys, &problems) else { return }
    record(self.source(map, around: source), for: node, kind: .energy)
    let scale = scale(of: node)
    func end(_ reader: inout DeviceReader, _ key: String) -> Picojoules? {
      map.required(key, example: "\(key): 0.2 pJ", &reader.problems)?
        .quantity(.energy, &reader.problems).map { Picojoules($0 * scale) }
    }
    let value = end(&self, "value")
    let low = end(&self, "low")
    let high = end(&self, "high")
    guard let value, let low, let high else { return }
    energy.multiply = value
    energy.multiplyRange = EnergyRange(low: low, high: high)
  }

  /// The keys that make an energy depend on values.
  mutating func valueDependence(_ map: YAMLMapping, from source: String?) -> ValueDependence {
    var values = ValueDependence()
    func share(_ reader: inout DeviceReader, _ key: String, _ example: String) -> Double? {
      map[key].flatMap { reader.figure($0, kind: .energy, from: source) }?
        .number(example: example, &reader.problems)
    }
    values.zeroGating = share(&self, "zeroGating", "0.45") ?? 0
    values.toggleShare = share(&self, "toggleShare", "0.6") ?? 0
    values.referenceActivity = share(&self, "referenceActivity", "0.5") ?? 0.5
    if let watched = map["zeroOperand"]?.choice(of: ValueDependence.Watched.self, &problems) {
      values.watched = watched
    }
    for (key, needed) in [("zeroOperand", "zeroGating"), ("referenceActivity", "toggleShare")] {
      guard let node = map[key], map[needed] == nil else { continue }
      problems.add(
        node.place, "says nothing without \(needed)", "add \(needed), or remove \(key)")
    }
    return values
  }

  /// The price of a bit of an SRAM, from `{model: cacti7, flavour: lstp, bank: 16 KiB, port: 64 bit}`.
  mutating func modelEnergy(
    _ node: YAMLNode, of level: MemoryLevel, isWrite: Bool
  ) -> Double? {
    guard let memory = sram(node, of: level) else { return nil }
    let energy = memory.model.energy(
      isWrite: isWrite, capacity: memory.bank, width: memory.port)
    return energy.map { $0.value / Double(memory.port) }
  }

  /// `leakage:` of a level, a power or the model's for all of its banks.
  mutating func leakage(
    _ node: YAMLNode, of level: MemoryLevel, from source: String?
  ) -> Milliwatts? {
    guard node.hasKey("model") else {
      return figure(node, kind: .energy, from: source)?.quantity(.power, &problems)
        .map(Milliwatts.init)
    }
    guard let memory = sram(node, of: level) else { return nil }
    let power = memory.model.leakage(capacity: memory.bank, width: memory.port)
    return power.map { $0 * memory.banks }
  }

  /// The model of an SRAM level with the bank and port it is asked for; nil (reported) outside of it.
  private mutating func sram(
    _ node: YAMLNode, of level: MemoryLevel
  ) -> (model: SRAMModel, bank: Bits, port: Int, banks: Int)? {
    let keys = ["model", "flavour", "bank", "port"]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let name = map.required("model", example: "model: cacti7", &problems)?
      .choice(of: MemoryModel.self, &problems)
    let flavour = map.required("flavour", example: "flavour: lstp", &problems)?
      .choice(of: SRAMModel.Flavour.self, &problems)
    let all = level.totalCapacity
    let bank =
      map["bank"].map {
        whole($0.quantity(.capacity, &problems), "bits", at: $0).map(Bits.init)
      } ?? all
    let port =
      map["port"].map { whole($0.quantity(.width, &problems), "bits", at: $0) } ?? level.wordBits
    guard name != nil, let flavour, let port, let technology else { return nil }
    guard let model = SRAMModel(flavour, technology: technology) else {
      problems.add(
        node.place, "the model of SRAM covers 45 to 22 nm, not \(technology) nm",
        "write {value: …, source: …, scaledFrom: {node: 45 nm, voltage: 0.9 V}}")
      return nil
    }
    guard let bank, model.value(.read, capacity: bank, width: port) != nil else {
      problems.add(
        node.place,
        "the model of SRAM covers banks of 1 KiB to 2 MiB with ports of 8 to 256 bits",
        "add e.g. bank: 64 KiB, port: 64 bit; smaller memories are registers")
      return nil
    }
    let banks = max(1, ((all ?? bank).count + bank.count - 1) / max(bank.count, 1))
    sources[node.place.path] =
      "\(Self.sramSource): \(technology) nm itrs-\(flavour.rawValue), "
      + "\(Self.text(bank)) with a port of \(port) bit" + (banks > 1 ? ", \(banks) banks" : "")
    return (model, bank, port, banks)
  }

  private static func text(_ capacity: Bits) -> String {
    capacity.count % 8192 == 0 ? "\(capacity.count / 8192) KiB" : "\(capacity.count) bit"
  }
}

/// The models of memories by their names in hwconfigs.
private enum MemoryModel: String, CaseIterable {
  case cacti7
}

extension MemoryLevel {
  /// All that one instance holds; nil when it holds anything.
  fileprivate var totalCapacity: Bits? {
    capacity.map { operandCapacity.values.reduce($0, +) }
  }
}
