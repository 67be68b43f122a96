import Devices

/// All mappings of a small space.
extension MappingSpace {
  /// The most mappings that are all tried.
  static var mostMappings: Int { 1000 }

  /// The tiles of one axis at one place after the other: level by level, the array after the shared ones.
  private typealias Chain = [Int]

  /// Every mapping of the space but for those that differ in the places of loops that may change them
  /// without changing an access; nil when there are too many.
  func allMappings() -> [Mapping]? {
    guard !work.operands.isEmpty, fewestTilings <= Self.mostMappings else { return nil }
    var combinations = 1
    var chains: [[Chain]] = []
    for axis in LoopAxis.allCases {
      guard let all = self.chains(of: axis, most: Self.mostMappings) else { return nil }
      combinations *= all.count
      guard combinations <= Self.mostMappings else { return nil }
      chains.append(all)
    }
    var mappings: [Mapping] = []
    var chosen: [Chain] = []
    func choose() -> Bool {
      if chosen.count < chains.count {
        for chain in chains[chosen.count] {
          chosen.append(chain)
          defer { chosen.removeLast() }
          guard choose() else { return false }
        }
        return true
      }
      if let more = self.mappings(chosen) { mappings += more }
      return mappings.count <= Self.mostMappings
    }
    return choose() ? mappings : nil
  }

  /// The places where tiles are chosen: all levels, and the array before the first level of the units.
  private var isArrayUsed: Bool { work.kind == .products }

  /// How many tilings there are at least, found without making one: those with one unit, or a number above
  /// `mostMappings`.
  private var fewestTilings: Int {
    let hasUnits = isArrayUsed && levels > firstPerUnit
    let free = max(hasUnits ? levels - 1 : firstPerUnit - 1, 0)
    var tilings = 1
    for axis in LoopAxis.allCases {
      // Falling sequences of `free` tiles up to the extent.
      var sequences = 1
      for index in 0..<free where sequences <= Self.mostMappings {
        sequences = sequences * (whole[axis] + index) / (index + 1)
      }
      tilings *= sequences
      if tilings > Self.mostMappings { break }
    }
    return tilings
  }

  /// All falling chains of tiles of an axis; nil for more than `most`.
  ///
  /// A chain has the tile of each level, of the array after the shared levels, and of nothing after the
  /// last.
  private func chains(of axis: LoopAxis, most: Int) -> [Chain]? {
    let compute = device.compute
    let units =
      !isArrayUsed
      ? 1
      : compute.rowAxes.contains(axis)
        ? compute.rows : compute.columnAxes.contains(axis) ? compute.columns : 1
    let last = isArrayUsed ? levels : firstPerUnit
    var chains: [Chain] = []
    func extend(_ chain: Chain) -> Bool {
      guard let around = chain.last else { return true }
      // Positions: shared levels, the array, levels of the units.
      let position = chain.count
      if position == firstPerUnit + 1 {
        // From the array to its units.
        let isLast = last == firstPerUnit
        for tile in (isLast ? 1...1 : 1...around) where (around + tile - 1) / tile <= units {
          if isLast {
            chains.append(chain)
          } else if !extend(chain + [tile]) {
            return false
          }
        }
        return chains.count <= most
      }
      if position == last + 1 {
        chains.append(chain)
        return chains.count <= most
      }
      // What one unit cannot share out ends before the array.
      let isSingle = position == firstPerUnit && last == firstPerUnit && units == 1
      for tile in 1...(isSingle ? 1 : around) where !extend(chain + [tile]) { return false }
      return true
    }
    return extend([whole[axis]]) ? chains : nil
  }

  /// The mappings with these tiles, in every order that matters; nil when the units do not suffice.
  private func mappings(_ chains: [Chain]) -> [Mapping]? {
    let unit = firstPerUnit
    func spatial(_ axes: [LoopAxis], _ most: Int) -> [MappingLoop]? {
      var loops: [MappingLoop] = []
      var units = 1
      for axis in axes where isArrayUsed {
        let chain = chains[axis.index]
        let inner = unit + 1 < chain.count ? chain[unit + 1] : 1
        guard inner < chain[unit] else { continue }
        units *= (chain[unit] + inner - 1) / inner
        loops.append(MappingLoop(axis, tile: inner))
      }
      return units <= most ? loops : nil
    }
    guard let rows = spatial(device.compute.rowAxes, device.compute.rows),
      let columns = spatial(device.compute.columnAxes, device.compute.columns)
    else { return nil }
    var orders: [[[MappingLoop]]] = [[]]
    for level in 0..<levels {
      var loops: [MappingLoop] = []
      for axis in LoopAxis.allCases {
        let chain = chains[axis.index]
        let outer = level < unit ? level : level + 1
        guard outer < chain.count else { continue }
        let inner = outer + 1 < chain.count ? chain[outer + 1] : 1
        // Layers without products have no loops in the units.
        guard inner < chain[outer], level < unit || isArrayUsed else { continue }
        loops.append(MappingLoop(axis, tile: inner))
      }
      let arrangements = self.arrangements(loops, at: level)
      orders = orders.flatMap { before in arrangements.map { before + [$0] } }
      if orders.count > Self.mostMappings { break }
    }
    return orders.map { Mapping(temporal: $0, rows: rows, columns: columns, on: device) }
  }

  /// The orders of the loops of a level that matter.
  private func arrangements(_ loops: [MappingLoop], at level: Int) -> [[MappingLoop]] {
    var arrangements: [[MappingLoop]] = []
    var arranged: [MappingLoop] = []
    func arrange(_ rest: [MappingLoop]) {
      if rest.isEmpty { arrangements.append(arranged) }
      for (index, loop) in rest.enumerated() {
        if let before = arranged.last {
          // Of neighbours that may change places, one order is enough.
          if movesLike(before.axis, loop.axis), loop.axis.index < before.axis.index { continue }
          // The operand of the dataflow stays longest.
          let staysBefore = !stationary.depends(on: before.axis)
          if isFeeding(level), staysBefore, stationary.depends(on: loop.axis) { continue }
        }
        arranged.append(loop)
        var others = rest
        others.remove(at: index)
        arrange(others)
        arranged.removeLast()
      }
    }
    arrange(loops)
    return arrangements
  }

  /// Whether loops over two axes next to each other may change places.
  private func movesLike(_ one: LoopAxis, _ other: LoopAxis) -> Bool {
    // A level that keeps what its next tile needs too sees every change of order.
    if device.compute.dataflow == .rowStationary { return false }
    if device.memories.contains(where: \.keepsHalo) { return false }
    return Operand.allCases.allSatisfy { $0.depends(on: one) == $0.depends(on: other) }
  }
}
