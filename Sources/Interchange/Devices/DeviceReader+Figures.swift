/// Numbers with sources. A figure is a plain value that the nearest block with a `source:` around it
/// covers, or `{value: …, source: "…"}`.
extension DeviceReader {
  /// What is said in place of evidence for a figure that the designer of the file chose.
  static let designChoice = "design choice"

  /// The kinds of figures; they differ in what may be their source.
  enum FigureKind {
    /// A size, width, count or speed; may be a design choice.
    case architecture
    /// An energy or a power; needs evidence.
    case energy
  }

  /// The source that a block gives to the figures in it, or the one around it.
  mutating func source(_ map: YAMLMapping, around outer: String? = nil) -> String? {
    guard let node = map["source"] else { return outer }
    return node.text(example: "\"the paper, table or tool\"", &problems) ?? outer
  }

  /// The value of a figure that must be there, its source recorded.
  mutating func figure(
    _ map: YAMLMapping?, _ key: String, example: String, kind: FigureKind = .architecture,
    from source: String?
  ) -> YAMLNode? {
    guard let node = map?.required(key, example: example, &problems) else { return nil }
    return figure(node, kind: kind, from: source)
  }

  /// The value inside a figure, its source recorded.
  mutating func figure(
    _ node: YAMLNode, kind: FigureKind, from outer: String?
  ) -> YAMLNode? {
    guard node.isMapping else {
      record(outer, for: node, kind: kind)
      return node
    }
    let keys = ["value", "source"] + (kind == .energy ? ["scaledFrom"] : [])
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    record(source(map, around: outer), for: node, kind: kind)
    guard var value = map.required("value", example: "value: …", &problems) else { return nil }
    value.place.path = node.place.path
    return value
  }

  /// A figure with a unit that must be there, in the base unit.
  mutating func number(
    _ map: YAMLMapping?, _ key: String, _ units: YAMLUnits, example: String,
    kind: FigureKind = .architecture, from source: String?
  ) -> Double? {
    figure(map, key, example: example, kind: kind, from: source)?.quantity(units, &problems)
  }

  /// A figure without unit that must be there.
  mutating func integer(
    _ map: YAMLMapping?, _ key: String, example: Int, from source: String?
  ) -> Int? {
    figure(map, key, example: "\(key): \(example)", from: source)?
      .integer(in: -1_000_000_000...1_000_000_000, example: example, &problems)
  }

  /// A figure without unit, fractions allowed, that must be there.
  mutating func number(
    _ map: YAMLMapping?, _ key: String, example: String, from source: String?
  ) -> Double? {
    figure(map, key, example: "\(key): \(example)", from: source)?
      .number(example: example, &problems)
  }

  /// A figure without unit, fractions allowed, that may be left out.
  mutating func optionalNumber(
    _ map: YAMLMapping, _ key: String, example: String, from source: String?
  ) -> Double? {
    guard let node = map[key] else { return nil }
    return figure(node, kind: .architecture, from: source)?.number(example: example, &problems)
  }

  /// A number of units that must be whole and not absurd, or nil (reported).
  mutating func whole(_ value: Double?, _ unit: String, at node: YAMLNode?) -> Int? {
    guard let value, let node else { return nil }
    guard value.rounded() == value, abs(value) < 0x1p53 else {
      problems.add(
        node.place, "must be a whole number of \(unit) below 2^53", "round it, or check the unit")
      return nil
    }
    return Int(value)
  }

  mutating func record(_ source: String?, for node: YAMLNode, kind: FigureKind) {
    guard let source else {
      problems.add(
        node.place, "a number needs a source",
        "write {value: …, source: \"…\"}, or give the block around it a source")
      return
    }
    sources[node.place.path] = source
    switch kind {
    case .architecture: break
    case .energy:
      if source.lowercased().hasPrefix(Self.designChoice) {
        problems.add(
          node.place, "an energy cannot be a design choice",
          "write {value: …, source: \"the paper, table or tool it comes from\"}")
      }
    }
  }
}
