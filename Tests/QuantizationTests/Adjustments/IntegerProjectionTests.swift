import Arithmetic
import Quantization
import TestRandomness
import Testing

@Suite struct IntegerProjectionTests {
  static func distance(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// All vectors of integers from -reach to reach.
  static func vectors(_ count: Int, reach: Int) -> [[Int]] {
    count == 0
      ? [[]]
      : vectors(count - 1, reach: reach).flatMap { rest in
        (-reach...reach).map { rest + [$0] }
      }
  }

  @Test("the real projection is the nearest of all supports, and keeps the radius")
  func simplex() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<300 {
      let count = Int.random(in: 1...6, using: &random)
      let numbers = random.floats(count).map { Double($0) * 5 }
      let radius = Double.random(in: 0...8, using: &random)
      let found = SimplexProjection.projected(numbers, radius: radius)
      #expect(found.reduce(0) { $0 + abs($1) } <= radius + 1e-12)
      let magnitudes = numbers.map(abs)
      if magnitudes.reduce(0, +) <= radius {
        #expect(found == numbers)
        continue
      }
      // The best point has some support, and a common decrease over it.
      var best = Double.infinity
      for support in 1..<1 << count {
        let members = (0..<count).filter { support >> $0 & 1 == 1 }
        let decrease = (members.reduce(0) { $0 + magnitudes[$1] } - radius) / Double(members.count)
        let point = (0..<count).map { members.contains($0) ? magnitudes[$0] - decrease : 0 }
        if point.allSatisfy({ $0 >= -1e-12 }) { best = min(best, Self.distance(point, magnitudes)) }
      }
      #expect(abs(Self.distance(found, numbers) - best) < 1e-9)
    }
  }

  @Test("no integers within the limit are nearer, and the limit is never exceeded")
  func magnitudeLimit() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<150 {
      let count = Int.random(in: 1...4, using: &random)
      let steps = random.floats(count).map { Double($0) * 3.4 }
      let limit = Int.random(in: 0...9, using: &random)
      let found = IntegerProjection.codes(of: steps, limit: limit, largest: 7)
      #expect(SignedSums(found).magnitude <= limit)
      let best = Self.vectors(count, reach: 4)
        .filter { SignedSums($0).magnitude <= limit }
        .reduce(Double.infinity) { min($0, Self.distance($1.map(Double.init), steps)) }
      #expect(abs(Self.distance(found.map(Double.init), steps) - best) < 1e-9)
    }
  }

  @Test("limits by sign: no integers within both are nearer")
  func signLimits() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<150 {
      let count = Int.random(in: 1...4, using: &random)
      let steps = random.floats(count).map { Double($0) * 3.4 }
      let limits = SignedSums(
        positive: Int.random(in: 0...5, using: &random),
        negative: Int.random(in: 0...5, using: &random))
      let found = IntegerProjection.codes(of: steps, limits: limits, largest: 7)
      let best = Self.vectors(count, reach: 4)
        .filter {
          let sums = SignedSums($0)
          return sums.positive <= limits.positive && sums.negative <= limits.negative
        }
        .reduce(Double.infinity) { min($0, Self.distance($1.map(Double.init), steps)) }
      let sums = SignedSums(found)
      #expect(sums.positive <= limits.positive && sums.negative <= limits.negative)
      #expect(abs(Self.distance(found.map(Double.init), steps) - best) < 1e-9)
    }
  }

  @Test("many weights: exact integers, exact halves and weights beyond the largest code")
  func large() {
    var random = SeededGenerator(seed: 4)
    for trial in 0..<100 {
      let steps: [Double] = random.floats(500).map {
        trial % 3 == 0 ? (Double($0) * 20).rounded() / 2 : Double($0) * 150
      }
      let limit = Int.random(in: 0...30_000, using: &random)
      let found = IntegerProjection.codes(of: steps, limit: limit, largest: 127)
      #expect(SignedSums(found).magnitude <= limit)
      #expect(found.allSatisfy { abs($0) <= 127 })
      let free = steps.map { min(max($0.rounded(.toNearestOrEven), -127), 127) }
      if free.reduce(0, { $0 + abs($1) }) <= Double(limit) {
        #expect(found.map(Double.init) == free)
      } else if trial % 3 != 0 {
        #expect(SignedSums(found).magnitude == limit)
      }
    }
    #expect(IntegerProjection.codes(of: [0.4, -0.4], limit: 5, largest: 1) == [0, 0])
    #expect(IntegerProjection.codes(of: [], limit: 5, largest: 1) == [])
    #expect(IntegerProjection.codes(of: [9, -9], limit: -1, largest: 7) == [0, 0])
  }
}
