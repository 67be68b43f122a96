import Foundation
import Statistics
import Testing

@Suite struct AnnealingTests {
  /// A bumpy cost whose minimum is 0 at all threes.
  static func cost(_ genome: [Int]) -> Double {
    genome.reduce(0) { sum, gene in
      sum + Double((gene - 3) * (gene - 3)) + (gene % 2 == 0 ? 4 : 0)
    }
  }

  static func search(steps: Int, seed: UInt64, isAdjacent: Bool = false) -> Annealing {
    let space = GenomeSpace(choices: [Int](repeating: 8, count: 6))
    let start = [7, 7, 7, 7, 7, 7]
    return Annealing(
      space: space, start: start, cost: cost(start),
      schedule: AnnealingSchedule(start: 20, end: 0.1, steps: steps), seed: seed,
      isAdjacent: isAdjacent)
  }

  static func run(_ search: inout Annealing, steps: Int = .max) {
    var made = 0
    while made < steps, let candidate = search.nextCandidate() {
      search.judge(cost: cost(candidate))
      made += 1
    }
  }

  @Test("finds the minimum among 262,144 genomes in 3,000 steps", arguments: [false, true])
  func minimum(isAdjacent: Bool) {
    for seed in 1...5 as ClosedRange<UInt64> {
      var search = Self.search(steps: 3000, seed: seed, isAdjacent: isAdjacent)
      Self.run(&search)
      #expect(search.isFinished && search.steps == 3000)
      #expect(search.best == [3, 3, 3, 3, 3, 3] && search.bestCost == 0)
    }
  }

  @Test("a stored search goes on as if it had not stopped, also between a candidate and its cost")
  func resumed() throws {
    var whole = Self.search(steps: 500, seed: 9)
    Self.run(&whole)
    var first = Self.search(steps: 500, seed: 9)
    Self.run(&first, steps: 123)
    let waiting = first.nextCandidate()
    var second = try JSONDecoder().decode(Annealing.self, from: JSONEncoder().encode(first))
    let again = second.nextCandidate()
    #expect(again == waiting)
    Self.run(&second)
    #expect(second == whole)
    var other = Self.search(steps: 500, seed: 10)
    Self.run(&other)
    #expect(other != whole)
  }

  @Test("lower costs are always taken, higher ones less and less, costs without end never")
  func acceptance() {
    var search = Self.search(steps: 4000, seed: 2)
    var rises = [0, 0]
    while let candidate = search.nextCandidate() {
      let before = search.currentCost
      let step = search.steps
      let cost = step % 5 == 0 ? Double.infinity : Self.cost(candidate)
      let moved = search.judge(cost: cost)
      if cost <= before { #expect(moved) }
      if !cost.isFinite { #expect(!moved) }
      if moved && cost > before { rises[step / 2000] += 1 }
      #expect(search.bestCost <= search.currentCost)
    }
    #expect(rises[0] > 4 * rises[1])
  }

  @Test("the temperature falls by one factor a step")
  func schedule() {
    let schedule = AnnealingSchedule(start: 16, end: 1, steps: 5)
    for (step, temperature) in [16.0, 8, 4, 2, 1].enumerated() {
      #expect(abs(schedule.temperature(step) - temperature) < 1e-12)
    }
    let start = AnnealingSchedule.temperature(accepting: 3, probability: 0.8)
    #expect(abs(start - 13.4443) < 1e-3)
  }

  @Test("moves change one gene, and only to choices that exist")
  func moves() {
    let space = GenomeSpace(choices: [3, 1, 2, 5])
    #expect(space.size == 30)
    #expect(
      !space.contains([0, 1, 0, 0]) && !space.contains([0, 0]) && space.contains([2, 0, 1, 4]))
    var random = RandomSource(seed: 3)
    for _ in 0..<500 {
      let genome = space.random(using: &random)
      for isAdjacent in [false, true] {
        let next = space.neighbor(of: genome, isAdjacent: isAdjacent, using: &random)
        let distances = zip(genome, next).map { abs($0 - $1) }
        #expect(space.contains(next) && distances.count { $0 > 0 } == 1)
        #expect(!isAdjacent || distances.reduce(0, +) == 1)
      }
      let mutated = space.mutated(genome, rate: 0.5, using: &random)
      let same = space.mutated(genome, rate: 0, using: &random)
      #expect(space.contains(mutated) && same == genome)
    }
    let fixed = GenomeSpace(choices: [1, 1]).neighbor(
      of: [0, 0], isAdjacent: false, using: &random)
    #expect(fixed == [0, 0])
  }
}
