import Devices

extension DeviceReader {
  /// The block that makes a device a convolution core, or nil (reported).
  mutating func convolutionCore(_ node: YAMLNode, from outer: String?) -> ConvolutionCore? {
    let keys = [
      "source", "atoms", "outputAtom", "rowAtom", "columnAtom", "storageAtom", "weightAtom",
      "weightHold",
      "foldsStrides", "packsGroups", "winograd", "transformsWeights", "fusesPools", "cyclesPerTap",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map, around: outer)
    var core = ConvolutionCore(
      atoms: atoms(map, from: source),
      outputAtom: integer(map, "outputAtom", example: 16, from: source) ?? 1,
      storageAtom: integer(map, "storageAtom", example: 16, from: source) ?? 1,
      cyclesPerTap: number(map, "cyclesPerTap", example: "0.25", from: source) ?? 0)
    if map["rowAtom"] != nil {
      core.rowAtom = integer(map, "rowAtom", example: 1, from: source) ?? 1
    }
    if map["columnAtom"] != nil {
      core.columnAtom = integer(map, "columnAtom", example: 1, from: source) ?? 1
    }
    if map["weightAtom"] != nil {
      core.weightAtom = integer(map, "weightAtom", example: 1, from: source) ?? 1
    }
    if map["weightHold"] != nil {
      core.weightHold = integer(map, "weightHold", example: 32, from: source) ?? 0
    }
    core.foldsStrides = map["foldsStrides"]?.flag(&problems) ?? false
    core.packsGroups = map["packsGroups"]?.flag(&problems) ?? false
    core.hasWinograd = map["winograd"]?.flag(&problems) ?? false
    core.transformsWeights = map["transformsWeights"]?.flag(&problems) ?? false
    core.fusesPools = map["fusesPools"]?.flag(&problems) ?? false
    return core
  }

  private mutating func atoms(_ map: YAMLMapping, from outer: String?) -> [ProductAtom] {
    let example = "[{channels: 16, taps: 1}]"
    guard let node = map.required("atoms", example: "atoms: \(example)", &problems),
      let rows = node.sequence(example: example, &problems)
    else { return [ProductAtom(channels: 1, taps: 1)] }
    return rows.compactMap { row in
      guard let map = row.mapping(keys: ["channels", "taps", "source"], &problems) else {
        return nil
      }
      let source = self.source(map, around: outer)
      let channels = integer(map, "channels", example: 16, from: source)
      let taps = integer(map, "taps", example: 1, from: source)
      guard let channels, let taps else { return nil }
      return ProductAtom(channels: channels, taps: taps)
    }
  }
}
