import Devices

extension DeviceReader {
  /// Reads what a family of hardware adds to the compute part: its name, law of widths, resources.
  mutating func families(_ map: YAMLMapping, into compute: inout Compute, from source: String?) {
    switch map["family"]?.choice(of: ComputeFamily.Name.self, &problems) {
    case nil, .array, .processor: break
    case .fusionArray: compute.family = .fusionArray
    case .pipeline: compute.family = .pipeline
    case .convolutionCore:
      _ = map.required("convolutionCore", example: "convolutionCore: …", &problems)
    }
    if let node = map["precision"], let scaling = precision(node, from: source) {
      compute.precision = scaling
    }
    if let node = map["pipeline"] { compute.pipeline = pipeline(node, from: source) }
  }

  /// A law of operand widths with its parameters, or nil (reported).
  private mutating func precision(
    _ node: YAMLNode, from outer: String?
  ) -> PrecisionScaling? {
    let parameters = [
      "weightBits", "fusedBits", "brickBits", "wordBits", "indexBits", "widePort", "narrowPort",
      "guardBits", "luts",
    ]
    guard let map = node.mapping(keys: ["source", "law"] + parameters, &problems) else {
      return nil
    }
    let source = self.source(map, around: outer)
    guard
      let law = map.required("law", example: "law: bit-fusion", &problems)?
        .choice(of: PrecisionScaling.Law.self, &problems)
    else { return nil }
    let known: [String]
    let scaling: PrecisionScaling
    switch law {
    case .table: (known, scaling) = ([], .table)
    case .bitSerialBoth: (known, scaling) = ([], .bitSerialBoth)
    case .bitSerialActivations:
      let width = integer(map, "weightBits", example: 16, from: source) ?? 16
      (known, scaling) = (["weightBits"], .bitSerialActivations(weightBits: width))
    case .bitFusion:
      let fused = integer(map, "fusedBits", example: 8, from: source) ?? 8
      let brick = integer(map, "brickBits", example: 2, from: source) ?? 2
      (known, scaling) = (
        ["fusedBits", "brickBits"], .bitFusion(fusedBits: fused, brickBits: brick)
      )
    case .popcount:
      let word = integer(map, "wordBits", example: 64, from: source) ?? 64
      (known, scaling) = (["wordBits"], .popcount(wordBits: word))
    case .lookupTable:
      let index = integer(map, "indexBits", example: 4, from: source) ?? 4
      (known, scaling) = (["indexBits"], .lookupTable(indexBits: index))
    case .dspPacking:
      (known, scaling) = (
        ["widePort", "narrowPort", "guardBits", "luts"], .dspPacking(packing(map, from: source))
      )
    }
    for key in parameters where !known.contains(key) {
      guard let node = map[key] else { continue }
      problems.add(
        node.place, "the law \(law.rawValue) has no \(key)",
        known.isEmpty ? "remove it" : "remove it; its keys are \(known.joined(separator: ", "))")
    }
    return scaling
  }

  /// The ports of a DSP slice; `luts` may be left out.
  private mutating func packing(_ map: YAMLMapping, from source: String?) -> DSPPacking {
    var packing = DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2)
    packing.widePort = integer(map, "widePort", example: 27, from: source) ?? 27
    packing.narrowPort = integer(map, "narrowPort", example: 18, from: source) ?? 18
    packing.guardBits = integer(map, "guardBits", example: 2, from: source) ?? 2
    if map["luts"] != nil {
      packing.luts = integer(map, "luts", example: 0, from: source) ?? 0
    }
    return packing
  }

  /// The fabric of a pipeline, or nil (reported).
  private mutating func pipeline(
    _ node: YAMLNode, from outer: String?
  ) -> PipelineResources? {
    let keys = [
      "source", "luts", "dsps", "blockRAMs", "lutOperandBits", "widePort", "narrowPort",
      "guardBits",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map, around: outer)
    let luts = integer(map, "luts", example: 53200, from: source)
    let dsps = integer(map, "dsps", example: 220, from: source)
    let blocks = integer(map, "blockRAMs", example: 280, from: source)
    let operands = integer(map, "lutOperandBits", example: 8, from: source)
    return PipelineResources(
      luts: luts ?? 1, dsps: dsps ?? 1, blockRAMs: blocks ?? 1, lutOperandBits: operands ?? 8,
      packing: packing(map, from: source))
  }
}
