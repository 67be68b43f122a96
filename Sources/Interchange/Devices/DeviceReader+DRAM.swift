import Devices
import Quantities

extension DeviceReader {
  /// Reads `dram:`, a standard or a block that narrows one; the prices of a bit come from it.
  mutating func readDRAM(
    _ node: YAMLNode, _ map: YAMLMapping, into level: inout MemoryLevel, from outer: String?
  ) {
    for key in ["readEnergy", "writeEnergy"] {
      guard let price = map[key] else { continue }
      problems.add(
        price.place, "the energy of a dynamic memory comes from its standard",
        "remove \(key), or dram")
    }
    guard var memory = standard(node) else {
      for operand in level.operands {
        level.readEnergy[operand] = PicojoulesPerBit(0)
        level.writeEnergy[operand] = PicojoulesPerBit(0)
      }
      return
    }
    if node.isMapping,
      let block = node.mapping(keys: ["standard", "width", "ranks", "source"], &problems)
    {
      let source = self.source(block, around: outer)
      if block["width"] != nil,
        let width = whole(
          number(block, "width", .width, example: "width: 16 bit", from: source), "bits",
          at: block["width"])
      {
        memory.busBits = width
        if width <= 0 || width % memory.chipBits != 0 || width > 512 {
          problems.add(
            node.place,
            "a channel of \(width) bits does not consist of chips of \(memory.chipBits)",
            "write a multiple of \(memory.chipBits) bit, e.g. \(memory.chipBits) bit")
          memory.busBits = memory.chipBits
        }
      }
      if block["ranks"] != nil {
        let ranks = integer(block, "ranks", example: 1, from: source) ?? 1
        if !(1...8).contains(ranks) {
          problems.add(node.place, "a channel has 1 to 8 ranks", "write e.g. ranks: 1")
        }
        memory.ranks = min(max(ranks, 1), 8)
      }
    }
    level.dram = memory
    // A bit of a burst; rows and standing by come on top of it when a layer is priced.
    let bits = Double(memory.burstBytes * 8)
    for operand in level.operands {
      level.readEnergy[operand] = PicojoulesPerBit(memory.readEnergy / bits)
      level.writeEnergy[operand] = PicojoulesPerBit(memory.writeEnergy / bits)
    }
    sources[node.place.path] = memory.source
  }

  /// The standard that a node names, or nil (reported).
  private mutating func standard(_ node: YAMLNode) -> DRAMStandard? {
    var name = node
    if node.isMapping {
      guard let inner = node.value(of: "standard") else {
        problems.add(node.place, "the key standard is missing", "add e.g. `standard: lpddr4-2400`")
        return nil
      }
      name = inner
    }
    guard let text = name.text(example: "lpddr4-2400", &problems) else { return nil }
    guard let known = DRAMStandard.all.first(where: { $0.name == text }) else {
      problems.add(
        name.place, "\"\(text)\" is not known here",
        Suggestion.remedy(
          for: text, among: DRAMStandard.all.map(\.name), listing: "write one of"))
      return nil
    }
    return known
  }
}
