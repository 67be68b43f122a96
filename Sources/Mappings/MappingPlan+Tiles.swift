import Devices
import Quantities

extension MappingPlan {
  /// The most combinations of extents that are tried for one level and order.
  private static var mostCombinations: Int { 1000 }

  /// The tiles of a level that fit and that cannot grow along any one axis.
  ///
  /// They are found twice, for outputs that are partial at the level and for finished ones: which
  /// holds depends on the order of the loops, and verifying the mapping decides.
  func largestTiles(at level: Int) -> [[Int]] {
    var choices = extents(at: level)
    while choices.reduce(1, { $0 * $1.count }) > Self.mostCombinations {
      guard let longest = choices.indices.max(by: { choices[$0].count < choices[$1].count }) else {
        break
      }
      choices[longest] = Self.thinned(choices[longest])
    }
    let partial = largestTiles(at: level, among: choices, arePartial: true)
    if level >= firstPerUnit { return partial }
    let finished = largestTiles(at: level, among: choices, arePartial: false)
    return partial + finished.filter { !partial.contains($0) }
  }

  private func largestTiles(
    at level: Int, among choices: [[Int]], arePartial: Bool
  ) -> [[Int]] {
    // The axis with the most choices is searched for its largest fit only.
    let last = choices.indices.max { choices[$0].count < choices[$1].count } ?? 0
    let held = work.operands.filter { device.memories[level].operands.contains($0) }
    let homes = held.filter { operand in
      device.memories.firstIndex { $0.operands.contains(operand) } == level
    }
    var tile = choices.map { $0[0] }
    var fitting: [[Int]] = []
    func descend(_ axis: Int) {
      if axis == last {
        descend(axis + 1)
      } else if axis < choices.count {
        for extent in choices[axis] {
          tile[axis] = extent
          descend(axis + 1)
        }
      } else {
        for extent in choices[last].reversed() {
          tile[last] = extent
          if fits(tile, at: level, held, homes, arePartial: arePartial) {
            fitting.append(tile)
            return
          }
        }
      }
    }
    descend(0)
    return fitting.filter { tile in
      !fitting.contains { other in
        other != tile && other.indices.allSatisfy { other[$0] >= tile[$0] }
      }
    }
  }

  /// Whether a tile fits its level, beside all of the operands that are at home there.
  private func fits(
    _ tile: [Int], at level: Int, _ held: [Operand], _ homes: [Operand], arePartial: Bool
  ) -> Bool {
    let memory = device.memories[level]
    let whole = tiles[0]
    var needed = 0
    for operand in held {
      let isHome = homes.contains(operand)
      var bits = work.tileBits(
        of: operand, extents: isHome ? whole : tile, isPartial: arePartial,
        isPerUnit: memory.isPerUnit)
      if memory.isDoubleBuffered, !isHome,
        LoopAxis.allCases.contains(where: {
          operand.depends(on: $0) && tile[$0.index] < whole[$0.index]
        })
      {
        bits *= 2
      }
      if let own = memory.operandCapacity[operand] {
        if bits > own.count { return false }
      } else {
        needed += bits
      }
    }
    return memory.capacity.map { needed <= $0.count } ?? true
  }

  /// The extents to try for each axis, ascending.
  private func extents(at level: Int) -> [[Int]] {
    let isUnit = level >= firstPerUnit
    let around: [Int]
    if isUnit, level == firstPerUnit {
      around = unitShare
    } else {
      around = tiles[level - 1]
    }
    let inner: [Int]
    if level + 1 < tiles.count, level + 1 != firstPerUnit {
      inner = tiles[level + 1]
    } else {
      inner = isUnit ? LoopAxis.allCases.map { _ in 1 } : arrayTile
    }
    return LoopAxis.allCases.map { axis in
      let most = around[axis.index]
      let least = min(inner[axis.index], most)
      var extents: Set<Int> = [most, least, isUnit ? 1 : least]
      var parts = 2
      while parts < most {
        let even = (most + parts - 1) / parts
        let rounded = (even + least - 1) / least * least
        extents.insert(min(rounded, most))
        parts *= 2
      }
      return extents.sorted()
    }
  }

  /// The largest tile that one unit may have: the tile of the last shared level shared out.
  private var unitShare: [Int] {
    var share = firstPerUnit > 0 ? tiles[firstPerUnit - 1] : tiles[0]
    for unrolling in rows + columns {
      let axis = unrolling.axis.index
      share[axis] = (share[axis] + unrolling.count - 1) / unrolling.count
    }
    return share
  }

  private static func thinned(_ extents: [Int]) -> [Int] {
    guard extents.count > 2 else { return Array(extents.suffix(1)) }
    return extents.indices.filter { $0 % 2 == 0 || $0 == extents.count - 1 }.map { extents[$0] }
  }
}
