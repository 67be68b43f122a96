import Foundation
import Statistics
import Testing

@Suite struct EvolutionarySearchTests {
  /// The problem ZDT1 of Zitzler, Deb and Thiele, with genes of eleven choices.
  static func zdt(_ genome: [Int]) -> [Double] {
    let numbers = genome.map { Double($0) / 10 }
    let rest = numbers.dropFirst().reduce(0, +) / Double(numbers.count - 1)
    let g = 1 + 9 * rest
    return [numbers[0], g * (1 - (numbers[0] / g).squareRoot())]
  }

  static func run(
    _ search: inout EvolutionarySearch, generations: Int,
    objectives: ([Int]) -> [Double], violation: ([Int]) -> Double = { _ in 0 }
  ) {
    while search.generation < generations {
      let genome = search.pending[0]
      search.record(objectives: objectives(genome), violation: violation(genome))
    }
  }

  @Test("ranks and crowding distances of a worked example")
  func ranks() {
    let points: [[Double]] = [[1, 5], [2, 3], [4, 1], [3, 4], [5, 5], [2, 6]]
    #expect(Dominance.ranks(points.map { ($0, 0) }) == [[0, 1, 2], [3, 5], [4]])
    // A violation comes after whatever breaks less.
    #expect(
      Dominance.ranks([([0, 0], 2), ([9, 9], 0), ([5, 5], 1)]) == [[1], [2], [0]])
    let distances = Dominance.crowdingDistances([[0, 10], [1, 6], [4, 4], [10, 0]])
    #expect(distances[0] == .infinity && distances[3] == .infinity)
    #expect(abs(distances[1] - (0.4 + 0.6)) < 1e-12)
    #expect(abs(distances[2] - (0.9 + 0.6)) < 1e-12)
  }

  @Test("the whole front of a discrete ZDT1: eleven of 161,051 genomes")
  func wholeFront() {
    let space = GenomeSpace(choices: [Int](repeating: 11, count: 5))
    for seed in 1...3 as ClosedRange<UInt64> {
      var search = EvolutionarySearch(space: space, populationSize: 40, seed: seed)
      Self.run(&search, generations: 60, objectives: Self.zdt)
      #expect(search.evaluations == 2400)
      #expect(Set(search.front.map(\.genome)) == Set((0...10).map { [$0, 0, 0, 0, 0] }))
    }
  }

  @Test("a constrained front equals that of trying every genome")
  func exhaustive() {
    let space = GenomeSpace(choices: [6, 6, 6])
    func objectives(_ genome: [Int]) -> [Double] {
      [
        Double(genome[0] + 2 * genome[1] + 3 * genome[2]),
        Double((5 - genome[0]) * (5 - genome[0]) + (5 - genome[1]) * 4 + (5 - genome[2]) * 7),
      ]
    }
    func violation(_ genome: [Int]) -> Double { Double(max(0, 4 - genome[0] - genome[2])) }
    var expected = ParetoFront<[Int]>()
    for code in 0..<216 {
      let genome = [code / 36, code / 6 % 6, code % 6]
      if violation(genome) == 0 { expected.insert(objectives(genome), genome) }
    }
    var search = EvolutionarySearch(
      space: space, populationSize: 40, seeds: [[0, 0, 0], [5, 5, 5]], seed: 8)
    #expect(Array(search.pending.prefix(2)) == [[0, 0, 0], [5, 5, 5]])
    Self.run(&search, generations: 25, objectives: objectives, violation: violation)
    #expect(
      Set(search.front.map(\.objectives)) == Set(expected.points.map(\.objectives)))
    #expect(search.front.allSatisfy { violation($0.genome) == 0 })
  }

  @Test("a stored search goes on as if it had not stopped")
  func resumed() throws {
    let space = GenomeSpace(choices: [11, 11, 11])
    var whole = EvolutionarySearch(space: space, populationSize: 12, seed: 5)
    var part = whole
    Self.run(&whole, generations: 9, objectives: Self.zdt)
    for _ in 0..<37 { part.record(objectives: Self.zdt(part.pending[0])) }
    var stored = try JSONDecoder().decode(
      EvolutionarySearch.self, from: JSONEncoder().encode(part))
    Self.run(&stored, generations: 9, objectives: Self.zdt)
    #expect(stored == whole)
    #expect(whole.population.count == 12 && Set(whole.population.map(\.genome)).count == 12)
  }

  @Test("objectives that are no numbers are the worst, and can be stored")
  func infinite() throws {
    var search = EvolutionarySearch(
      space: GenomeSpace(choices: [2]), populationSize: 2, seed: 1)
    Self.run(
      &search, generations: 3, objectives: { $0 == [0] ? [.nan] : [1] },
      violation: { $0 == [0] ? .infinity : 0 })
    #expect(search.front.allSatisfy { $0.genome == [1] } && !search.front.isEmpty)
    _ = try JSONEncoder().encode(search)
  }
}
