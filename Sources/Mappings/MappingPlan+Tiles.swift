import Devices

extension MappingPlan {
  /// The most combinations of extents that are tried for one level and order.
  private static var mostCombinations: Int { 1000 }

  /// The tiles of a level that fit and that cannot grow along any one axis.
  func largestTiles(at level: Int) -> [[Int]] {
    var choices = extents(at: level)
    while choices.reduce(1, { $0 * $1.count }) > Self.mostCombinations {
      guard let longest = choices.indices.max(by: { choices[$0].count < choices[$1].count }) else {
        break
      }
      choices[longest] = Self.thinned(choices[longest])
    }
    // The axis with the most choices is searched for its largest fit only.
    let last = choices.indices.max { choices[$0].count < choices[$1].count } ?? 0
    var fitting: [[Int]] = []
    func descend(_ axis: Int, _ picks: [Int]) {
      guard axis < choices.count else {
        var picks = picks
        for pick in choices[last].indices.reversed() {
          picks[last] = pick
          let tile = picks.indices.map { choices[$0][picks[$0]] }
          if tiled(tile, at: level).fits {
            fitting.append(picks)
            return
          }
        }
        return
      }
      for pick in axis == last ? 0..<1 : choices[axis].indices {
        descend(axis + 1, picks + [pick])
      }
    }
    descend(0, [])
    let largest = fitting.filter { picks in
      !fitting.contains { other in
        other != picks && zip(other, picks).allSatisfy { $0 >= $1 }
      }
    }
    return largest.map { picks in picks.indices.map { choices[$0][picks[$0]] } }
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
