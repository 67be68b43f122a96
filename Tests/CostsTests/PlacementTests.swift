import Costs
import Testing

@Suite("Placement") struct PlacementTests {
  struct Random {
    var state: UInt64
    mutating func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  static func problem(seed: Int, isChain: Bool) -> PlacementProblem {
    var random = Random(state: UInt64(seed) &* 2 &+ 1)
    let devices = 2 + random.next(2)
    let count = 2 + random.next(6)
    let layers = (0..<count).map { _ in
      (0..<devices).map { _ in random.next(8) == 0 ? .infinity : Double(1 + random.next(20)) }
    }
    var values = [PlacementProblem.Value(producer: nil, consumers: [0])]
    for layer in 0..<count - 1 {
      var consumers = [layer + 1]
      if !isChain, layer + 2 < count, random.next(2) == 0 {
        consumers.append(layer + 2 + random.next(count - layer - 2))
      }
      values.append(PlacementProblem.Value(producer: layer, consumers: consumers))
    }
    let transfers = values.map { _ in
      (0..<devices).map { from in
        (0..<devices).map { from == $0 ? 0 : Double(1 + random.next(15)) }
      }
    }
    return PlacementProblem(layers: layers, values: values, transfers: transfers)
  }

  static func lowest(_ problem: PlacementProblem) -> Double {
    var lowest = Double.infinity
    func place(_ placement: [Int]) {
      if placement.count == problem.layers.count {
        lowest = min(lowest, problem.cost(of: placement))
        return
      }
      for device in problem.layers[0].indices { place(placement + [device]) }
    }
    place([])
    return lowest
  }

  @Test("A chain is placed as well as can be")
  func chains() {
    for seed in 0..<400 {
      let problem = Self.problem(seed: seed, isChain: true)
      #expect(problem.isChain)
      let fixed = [Int?](repeating: nil, count: problem.layers.count)
      guard let placement = problem.best(fixed: fixed) else {
        #expect(Self.lowest(problem) == .infinity)
        continue
      }
      #expect(problem.cost(of: placement) == Self.lowest(problem), "\(seed)")
    }
  }

  @Test("A graph is placed well: nearly always as well as can be, never 10 % worse")
  func graphs() {
    var solved = 0
    var optimal = 0
    for seed in 0..<400 {
      let problem = Self.problem(seed: seed, isChain: false)
      let fixed = [Int?](repeating: nil, count: problem.layers.count)
      guard let placement = problem.best(fixed: fixed) else { continue }
      let lowest = Self.lowest(problem)
      solved += 1
      if problem.cost(of: placement) == lowest { optimal += 1 }
      #expect(problem.cost(of: placement) <= 1.1 * lowest, "\(seed)")
    }
    #expect(solved > 100)
    #expect(Double(optimal) >= 0.97 * Double(solved))
  }

  @Test("Layers placed by hand stay there, and a layer that runs nowhere has no placement")
  func fixed() {
    var problem = Self.problem(seed: 5, isChain: true)
    problem.layers[1] = problem.layers[1].map { _ in 3 }
    var fixed = [Int?](repeating: nil, count: problem.layers.count)
    for device in problem.layers[0].indices {
      fixed[1] = device
      #expect(problem.best(fixed: fixed).map { $0[1] } ?? device == device)
    }
    fixed[1] = 0
    problem.layers[1][0] = .infinity
    #expect(problem.best(fixed: fixed) == nil)
  }

  @Test("A value goes to another device once, whoever needs it there")
  func onceEach() {
    let problem = PlacementProblem(
      layers: [[1, 1], [1, 1], [1, 1]],
      values: [
        PlacementProblem.Value(producer: nil, consumers: [0]),
        PlacementProblem.Value(producer: 0, consumers: [1, 2]),
      ],
      transfers: [[[0, 5], [5, 0]], [[0, 7], [7, 0]]])
    #expect(problem.cost(of: [0, 1, 1]) == 3 + 7)
    #expect(problem.cost(of: [1, 1, 1]) == 3 + 5)
  }
}
