internal import Costs
internal import Mappings
internal import Quantities

extension PlatformPrices {
  /// The most weighted sums that are tried for a product.
  private static var mostSums: Int { 64 }

  /// A placement and what it takes.
  private struct Solution {
    var placement: [Int]
    var totals: PlatformTotals
  }

  /// The best placement found, and whether it is proved to be the best.
  ///
  /// - Model: time and energy add up, so that `PlacementProblem` solves either, or a weighted sum of both.
  ///   Their product does not. The placement with the lowest product is a corner of the convex hull of
  ///   (time, energy), since the product is quasiconcave, and each corner has the lowest weighted sum
  ///   for some weights: between two corners the sum that is equal on both finds the next one or none.
  /// - Validity: the best one of a chain (for the product unless there are more than 64 corners); a good
  ///   one of a graph.
  /// - Returns: nil when there is no placement.
  func best(
    _ objective: MappingObjective, fixed: [Int?]
  ) -> (placement: [Int], isProven: Bool)? {
    let isChain = problem(time: 1, energy: 0).isChain
    switch objective {
    case .latency:
      return solution(time: 1, energy: 0, fixed).map { ($0.placement, isChain) }
    case .energy:
      return solution(time: 0, energy: 1, fixed).map { ($0.placement, isChain) }
    case .product:
      guard let fast = solution(time: 1, energy: 0, fixed),
        let frugal = solution(time: 0, energy: 1, fixed)
      else { return nil }
      let (corners, isComplete) = corners(between: fast, and: frugal, fixed)
      let best = (corners + uniform(fixed)).reduce(fast) { best, corner in
        corner.totals.value(objective) < best.totals.value(objective) ? corner : best
      }
      return (best.placement, isChain && isComplete)
    }
  }

  /// The placements with all layers on one device, but for those placed by hand.
  private func uniform(_ fixed: [Int?]) -> [Solution] {
    members.indices.compactMap { member in
      let placement = fixed.map { $0 ?? member }
      return totals(of: placement).map { Solution(placement: placement, totals: $0) }
    }
  }

  /// The corners of the convex hull from one end to the other, and whether these are all.
  private func corners(
    between fast: Solution, and frugal: Solution, _ fixed: [Int?]
  ) -> (corners: [Solution], isComplete: Bool) {
    var corners = [fast, frugal]
    var open = [(fast, frugal)]
    while let (left, right) = open.popLast() {
      let time = left.totals.energy.value - right.totals.energy.value
      let energy = right.totals.seconds.value - left.totals.seconds.value
      guard time > 0, energy > 0 else { continue }
      guard corners.count < Self.mostSums else { return (corners, false) }
      guard let between = solution(time: time, energy: energy, fixed) else { continue }
      func sum(_ solution: Solution) -> Double {
        time * solution.totals.seconds.value + energy * solution.totals.energy.value
      }
      // Equal but for rounding: nothing lies below the line.
      guard sum(between) < sum(left) * (1 - 1e-12) else { continue }
      corners.append(between)
      open += [(left, between), (between, right)]
    }
    return (corners, true)
  }

  /// The placement with the lowest weighted sum of seconds and picojoules.
  private func solution(time: Double, energy: Double, _ fixed: [Int?]) -> Solution? {
    guard let placement = problem(time: time, energy: energy).best(fixed: fixed),
      let totals = totals(of: placement)
    else { return nil }
    return Solution(placement: placement, totals: totals)
  }

  /// The problem with a weighted sum as its cost; infinite where something is impossible.
  private func problem(time: Double, energy: Double) -> PlacementProblem {
    func weighted(_ totals: PlatformTotals?) -> Double {
      totals.map { time * $0.seconds.value + energy * $0.energy.value } ?? .infinity
    }
    return PlacementProblem(
      layers: layers.indices.map { layer in
        members.indices.map { weighted(totals(ofLayer: layer, on: $0)) }
      },
      values: values,
      transfers: transfers.map { matrix in
        matrix.enumerated().map { from, row in
          row.enumerated().map { to, move in from == to ? 0 : weighted(move?.all) }
        }
      })
  }
}
