extension PlacementProblem {
  /// The most consecutive layers that move together.
  private static var longestRun: Int { 24 }

  /// The best placement of a chain, or a good one of a graph.
  ///
  /// A chain is solved exactly by dynamic programming. A graph starts from that solution along its layers
  /// in order and from all layers on one device each; from each start single layers and runs of
  /// consecutive layers move to another device as long as that lowers the cost.
  ///
  /// - Parameter fixed: the devices of layers placed by hand; nil for the others.
  /// - Returns: the device of each layer; nil when some layer runs nowhere.
  /// - Complexity: layers x devices^2 for a chain; a graph takes up to layers^2 x devices evaluations a round.
  public func best(fixed: [Int?]) -> [Int]? {
    guard !layers.isEmpty else { return [] }
    let allowed = layers.indices.map { layer in
      layers[layer].indices.filter { device in
        layers[layer][device].isFinite && (fixed[layer].map { $0 == device } ?? true)
      }
    }
    guard allowed.allSatisfy({ !$0.isEmpty }) else { return nil }
    let along = alongLayers(allowed)
    if isChain { return along }
    var starts = [along]
    for device in layers[0].indices {
      starts.append(allowed.map { $0.contains(device) ? device : $0[0] })
    }
    return starts.map { improved($0, allowed) }.min { cost(of: $0) < cost(of: $1) }
  }

  /// The best placement when only data between neighbours in the order of layers counted.
  private func alongLayers(_ allowed: [[Int]]) -> [Int] {
    let devices = layers[0].indices
    // The transfer into each layer from the one before it; other data are left out.
    func transfer(into layer: Int, _ from: Int, _ to: Int) -> Double {
      guard from != to else { return 0 }
      var cost = 0.0
      for (index, value) in values.enumerated()
      where (value.producer ?? -1) == layer - 1 && value.consumers.contains(layer) {
        cost += transfers[index][from][to]
      }
      return cost
    }
    var costs = [[Double]](
      repeating: [Double](repeating: .infinity, count: devices.count), count: layers.count)
    var before = [[Int]](
      repeating: [Int](repeating: 0, count: devices.count), count: layers.count)
    for layer in layers.indices {
      for device in allowed[layer] {
        let origins = layer == 0 ? [0] : allowed[layer - 1]
        for origin in origins {
          let past = layer == 0 ? 0 : costs[layer - 1][origin]
          let cost = past + transfer(into: layer, origin, device) + layers[layer][device]
          if cost < costs[layer][device] {
            costs[layer][device] = cost
            before[layer][device] = origin
          }
        }
      }
    }
    let last = layers.count - 1
    var device = allowed[last].min { costs[last][$0] < costs[last][$1] } ?? allowed[last][0]
    var placement: [Int] = []
    for layer in layers.indices.reversed() {
      placement.append(device)
      device = before[layer][device]
    }
    return placement.reversed()
  }

  /// Moves single layers and runs of layers while that lowers the cost.
  private func improved(_ start: [Int], _ allowed: [[Int]]) -> [Int] {
    var best = start
    var lowest = cost(of: best)
    var isBetter = true
    while isBetter {
      isBetter = false
      for first in layers.indices {
        for last in first..<min(first + Self.longestRun, layers.count) {
          for device in layers[0].indices {
            var candidate = best
            for layer in first...last where allowed[layer].contains(device) {
              candidate[layer] = device
            }
            if candidate == best { continue }
            let cost = cost(of: candidate)
            if cost < lowest {
              (best, lowest) = (candidate, cost)
              isBetter = true
            }
          }
        }
      }
    }
    return best
  }
}
