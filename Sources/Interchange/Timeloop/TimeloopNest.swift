import Devices
import Mappings

/// The loops of a Timeloop mapping, laid out as one nest.
struct TimeloopNest {
  /// The mapping.
  private(set) var mapping = Mapping(loops: [], depths: [])
  /// The operands that each storage keeps, outermost first.
  private(set) var kept: [Set<Operand>]

  /// The factors of one target, outermost loop first.
  private struct Entry {
    var place: YAMLPlace
    var factors: [(axis: LoopAxis, count: Int)]
    /// How many of the factors, outermost ones, lie along the rows (meshY); nil for loops in time.
    var split: Int?
  }

  init(
    path: String, _ architecture: TimeloopArchitecture, _ problem: TimeloopProblem
  ) throws(YAMLError) {
    kept = architecture.storages.map(\.operands)
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    let nodes = root.value(of: "mapping")?.sequence(example: "[{target: …}]", &problems)
    if root.value(of: "mapping") == nil {
      problems.add(root.place, "there is no mapping", "add `mapping: [{target: …}]`")
    }
    var temporal = [Entry?](repeating: nil, count: architecture.storages.count)
    var spatial: Entry?
    for node in nodes ?? [] {
      let keys = ["target", "type", "factors", "permutation", "split", "keep", "bypass"]
      guard let map = node.mapping(keys: keys, &problems),
        let target = map.required("target", example: "target: buffer", &problems)?
          .text(example: "buffer", &problems),
        let type = map.required("type", example: "type: temporal", &problems)?
          .text(example: "temporal", &problems)
      else { continue }
      let level = architecture.storages.firstIndex { $0.name == target }
      switch type {
      case "datatype", "dataspace", "bypass":
        guard let level else { continue }
        kept[level] = Self.kept(map, among: kept[level], &problems)
      case "temporal":
        let entry = Self.entry(map, node, isSpatial: false, &problems)
        // A network between levels has no loops in time of its own.
        if let level { temporal[level] = entry }
      case "spatial":
        let entry = Self.entry(map, node, isSpatial: true, &problems)
        if entry?.factors.contains(where: { $0.count > 1 }) ?? false { spatial = entry }
      default:
        problems.add(
          node.place, "the type \(type) is not read", "write temporal, spatial or dataspace")
      }
    }
    try problems.check()
    lay(temporal, spatial, architecture, problem)
    if let axis = uncovered(problem.bounds) {
      problems.add(
        root.place,
        "the factors of \(axis.letter) do not multiply to its size \(problem.bounds[axis])",
        "check the factors of all targets")
    }
    try problems.check()
  }

  /// Lays the loops out, tiles from the innermost factor outwards.
  private mutating func lay(
    _ temporal: [Entry?], _ spatial: Entry?, _ architecture: TimeloopArchitecture,
    _ problem: TimeloopProblem
  ) {
    var factors: [(axis: LoopAxis, count: Int, place: LoopPlace)] = []
    var positions: [Int] = []
    let unit = architecture.storages.firstIndex(where: \.isPerUnit) ?? architecture.storages.count
    for level in 0...architecture.storages.count {
      if level == unit, let spatial {
        for (index, factor) in spatial.factors.enumerated() where factor.count > 1 {
          let isRow = index < spatial.split ?? 0
          factors.append((factor.axis, factor.count, isRow ? .rows : .columns))
        }
      }
      guard level < architecture.storages.count else { break }
      positions.append(factors.count)
      for factor in temporal[level]?.factors ?? [] where factor.count > 1 {
        factors.append((factor.axis, factor.count, .time))
      }
    }
    var inside: [LoopAxis: Int] = [:]
    var loops: [MappingLoop] = []
    for factor in factors.reversed() {
      let tile = inside[factor.axis, default: 1]
      loops.append(MappingLoop(factor.axis, tile: tile, place: factor.place))
      inside[factor.axis] = tile * factor.count
    }
    covered = inside
    let depths = zip(positions, kept).map { position, operands in
      var depth = PerOperand<Int?>(repeating: nil)
      for operand in operands { depth[operand] = position }
      return depth
    }
    mapping = Mapping(loops: loops.reversed(), depths: depths)
  }

  private var covered: [LoopAxis: Int] = [:]

  private func uncovered(_ bounds: LoopBounds) -> LoopAxis? {
    LoopAxis.allCases.first { covered[$0, default: 1] != bounds[$0] }
  }

  /// The operands that a block of `keep` and `bypass` leaves.
  static func kept(
    _ block: YAMLMapping, among operands: Set<Operand>, _ problems: inout YAMLProblems
  ) -> Set<Operand> {
    func spaces(_ key: String) -> Set<Operand>? {
      guard let node = block[key] else { return nil }
      let names = node.sequence(example: "[Weights]", &problems) ?? []
      return Set(
        names.compactMap { name in
          name.text(example: "Weights", &problems).flatMap { TimeloopProblem.operands[$0] }
        })
    }
    let keep = spaces("keep")
    let bypass = spaces("bypass") ?? []
    return (operands.union(keep ?? []).subtracting(bypass)).intersection(
      bypass.isEmpty && keep != nil ? keep ?? [] : Set(Operand.allCases))
  }

  /// The factors of an entry: `C=3 M4,P=1`, ordered by its permutation, innermost first.
  private static func entry(
    _ map: YAMLMapping, _ node: YAMLNode, isSpatial: Bool, _ problems: inout YAMLProblems
  ) -> Entry? {
    var words: [String] = []
    if let factors = map["factors"] {
      if case .sequence(let nodes) = factors.content {
        words = nodes.compactMap { $0.text(example: "C=3", &problems) }
      } else if let text = factors.text(example: "C=3 M=4", &problems) {
        words = text.split { $0 == " " || $0 == "," }.map(String.init)
      }
    }
    var counts: [(name: String, count: Int)] = []
    for word in words {
      let name = String(word.prefix { $0.isLetter })
      let digits = word.dropFirst(name.count).drop { $0 == "=" }
      guard TimeloopProblem.axes[name] != nil, let count = Int(digits), count > 0 else {
        problems.add(
          node.place, "\"\(word)\" is not a factor", "write a dimension and a count, e.g. C=3")
        return nil
      }
      counts.append((name, count))
    }
    var order: [String] = []
    if let permutation = map["permutation"] {
      if case .sequence(let nodes) = permutation.content {
        order = nodes.compactMap { $0.text(example: "C", &problems) }
      } else if let text = permutation.text(example: "CMP", &problems) {
        order = text.filter(\.isLetter).map(String.init)
      }
    }
    // Dimensions that the permutation leaves out are outermost.
    let inner = order.compactMap { name in counts.first { $0.name == name } }
    let outer = counts.filter { !order.contains($0.name) }
    let factors = (outer + inner.reversed()).compactMap { factor in
      TimeloopProblem.axes[factor.name].map { (axis: $0, count: factor.count) }
    }
    guard isSpatial else { return Entry(place: node.place, factors: factors, split: nil) }
    // The first `split` names of the permutation lie along meshX.
    let split = map["split"]?.integer(in: 0...16, example: 0, &problems) ?? 0
    let alongX = Set(order.prefix(split))
    let rows = counts.filter { !alongX.contains($0.name) }.map(\.name)
    let ordered = factors.filter { factor in
      rows.contains { TimeloopProblem.axes[$0] == factor.axis }
    }
    let rest = factors.filter { factor in
      !ordered.contains { $0.axis == factor.axis }
    }
    return Entry(place: node.place, factors: ordered + rest, split: ordered.count)
  }
}
