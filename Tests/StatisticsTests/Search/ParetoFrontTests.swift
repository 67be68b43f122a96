import Foundation
import Statistics
import Testing

@Suite struct ParetoFrontTests {
  @Test("dominated points are kept out or dropped, equal ones come once")
  func insertion() {
    var front = ParetoFront<String>()
    let points: [([Double], String)] = [
      ([2, 2], "a"), ([2, 3], "b"), ([2, 2], "c"), ([1, 4], "d"), ([3, 1], "e"), ([1, 2], "f"),
      ([.nan, 0], "g"),
    ]
    let isTaken = points.map { front.insert($0.0, $0.1) }
    #expect(isTaken == [true, false, false, true, true, true, false])
    #expect(front.points.map(\.payload) == ["f", "e"])
    #expect(front.covers([1, 2]) && front.covers([4, 4]) && !front.covers([0, 9]))
  }

  @Test("the front of random points is what comparing all pairs finds, in any order")
  func brute() throws {
    var random = RandomSource(seed: 4)
    for objectives in [2, 3] {
      let points = (0..<200).map { _ in
        (0..<objectives).map { _ in Double(random.index(below: 20)) }
      }
      var front = ParetoFront<Int>()
      var backwards = ParetoFront<Int>()
      for (index, point) in points.enumerated() { front.insert(point, index) }
      for (index, point) in points.enumerated().reversed() { backwards.insert(point, index) }
      let expected = Set(
        points.filter { one in !points.contains { Dominance.dominates($0, one) } })
      #expect(Set(front.points.map(\.objectives)) == expected)
      #expect(front.points.map(\.objectives) == backwards.points.map(\.objectives))
      let stored = try JSONDecoder().decode(
        ParetoFront<Int>.self, from: JSONEncoder().encode(front))
      #expect(stored == front)
    }
  }

  @Test("the area of steps, and of a front counted cell by cell")
  func hypervolume() {
    var front = ParetoFront<Int>()
    front.insert([1, 3], 0)
    front.insert([2, 1], 1)
    front.insert([9, 0], 2)
    #expect(front.hypervolume(reference: (4, 4)) == 3 + 4)
    #expect(front.hypervolume(reference: (1, 1)) == 0)
    var random = RandomSource(seed: 5)
    var steps = ParetoFront<Int>()
    for index in 0..<30 {
      steps.insert([Double(random.index(below: 20)), Double(random.index(below: 20))], index)
    }
    var cells = 0
    for x in 0..<16 {
      for y in 0..<16 where steps.covers([Double(x), Double(y)]) { cells += 1 }
    }
    #expect(steps.hypervolume(reference: (16, 16)) == Double(cells))
  }
}
