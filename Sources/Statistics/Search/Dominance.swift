/// Comparisons of points with several objectives, all to be made small.
///
/// - Source: K. Deb et al., A fast and elitist multiobjective genetic algorithm: NSGA-II, IEEE Trans.
///   Evolutionary Computation 6, 2002, sections III and VI.
public enum Dominance {
  /// Whether a point is as good in every objective as another and better in one.
  public static func dominates(_ first: [Double], _ second: [Double]) -> Bool {
    var isBetter = false
    for (one, other) in zip(first, second) {
      // What is no number is never as good.
      guard one <= other else { return false }
      if one < other { isBetter = true }
    }
    return isBetter
  }

  /// Whether a point dominates another under constraints: the smaller violation first, then the
  /// objectives.
  public static func dominates(
    _ first: (objectives: [Double], violation: Double),
    _ second: (objectives: [Double], violation: Double)
  ) -> Bool {
    first.violation == second.violation
      ? dominates(first.objectives, second.objectives) : first.violation < second.violation
  }

  /// The points by rank: those that no point dominates, those that only these dominate, and so on.
  ///
  /// - Returns: the indices of each rank, rising.
  /// - Complexity: O(objectives · points²).
  public static func ranks(_ points: [(objectives: [Double], violation: Double)]) -> [[Int]] {
    var beaten = [[Int]](repeating: [], count: points.count)
    var beaters = [Int](repeating: 0, count: points.count)
    for one in points.indices {
      for other in points.indices where dominates(points[one], points[other]) {
        beaten[one].append(other)
        beaters[other] += 1
      }
    }
    var ranks: [[Int]] = []
    var rank = points.indices.filter { beaters[$0] == 0 }
    while !rank.isEmpty {
      ranks.append(rank)
      var next: [Int] = []
      for one in rank {
        for other in beaten[one] {
          beaters[other] -= 1
          if beaters[other] == 0 { next.append(other) }
        }
      }
      rank = next.sorted()
    }
    return ranks
  }

  /// How far apart the neighbours of each point are, summed over the objectives, each in units of its
  /// range; infinite for the outermost points.
  public static func crowdingDistances(_ points: [[Double]]) -> [Double] {
    var distances = [Double](repeating: 0, count: points.count)
    for objective in 0..<(points.first?.count ?? 0) {
      let order = points.indices.sorted {
        (points[$0][objective], $0) < (points[$1][objective], $1)
      }
      let range = points[order[order.count - 1]][objective] - points[order[0]][objective]
      distances[order[0]] = .infinity
      distances[order[order.count - 1]] = .infinity
      guard range > 0 else { continue }
      for place in order.indices.dropFirst().dropLast() {
        distances[order[place]] +=
          (points[order[place + 1]][objective] - points[order[place - 1]][objective]) / range
      }
    }
    return distances
  }
}
