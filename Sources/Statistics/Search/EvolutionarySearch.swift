/// The evolutionary search NSGA-II over genomes with several objectives, stepped from outside.
///
/// `pending` holds the genomes of one generation that wait for their objectives; `record` takes them
/// in that order (they may be computed in any order, or in parallel). When none is left the better half
/// of parents and offspring becomes the population and the next generation is drawn. The whole search
/// is this value: stored and taken up again it goes on as if it had never stopped.
///
/// - Source: K. Deb et al., A fast and elitist multiobjective genetic algorithm: NSGA-II, IEEE Trans.
///   Evolutionary Computation 6, 2002. For choices instead of real numbers: uniform crossover, and a
///   mutation of each gene at `mutationRate`; offspring that exist already are drawn again.
public struct EvolutionarySearch: Hashable, Codable, Sendable {
  /// A genome and what was found of it.
  public struct Individual: Hashable, Codable, Sendable {
    /// The choices.
    public let genome: [Int]
    /// The objectives, all to be made small, and finite.
    public let objectives: [Double]
    /// How far constraints are broken; 0 if they hold.
    public let violation: Double
  }

  /// What is searched.
  public let space: GenomeSpace
  /// The individuals that survive a generation, and that are drawn for the next.
  public let populationSize: Int
  /// The probability that a gene of an offspring mutates.
  public let mutationRate: Double
  /// The survivors, best first: by rank, then the least crowded.
  public private(set) var population: [Individual] = []
  /// The genomes of this generation that wait for their objectives.
  public private(set) var pending: [[Int]]
  /// The completed generations.
  public private(set) var generation = 0
  /// The individuals recorded.
  public private(set) var evaluations = 0
  private var offspring: [Individual] = []
  private var random: RandomSource

  /// A search whose first generation is the given genomes and random ones.
  ///
  /// - Parameter mutationRate: one gene an offspring unless said.
  /// - Precondition: a population of two or more, and genomes of the space.
  public init(
    space: GenomeSpace, populationSize: Int, seeds: [[Int]] = [], mutationRate: Double? = nil,
    seed: UInt64
  ) {
    precondition(populationSize > 1, "a population has two individuals or more")
    precondition(seeds.allSatisfy(space.contains), "the search starts inside its space")
    self.space = space
    self.populationSize = populationSize
    self.mutationRate = mutationRate ?? 1 / Double(space.choices.count)
    random = RandomSource(seed: seed)
    pending = Array(seeds.prefix(populationSize))
    var known = Set(pending)
    while pending.count < populationSize {
      let genome = fresh(&known) { space, random in space.random(using: &random) }
      pending.append(genome)
    }
  }

  /// Takes the objectives of `pending[0]`; those that are not finite count as the largest number.
  ///
  /// - Precondition: every call gives as many objectives.
  public mutating func record(objectives: [Double], violation: Double = 0) {
    let genome = pending.removeFirst()
    offspring.append(
      Individual(
        genome: genome, objectives: objectives.map(Self.finite),
        violation: max(0, Self.finite(violation))))
    evaluations += 1
    if pending.isEmpty { advance() }
  }

  /// The individuals that break no constraint and that no other of the population dominates.
  public var front: [Individual] {
    let feasible = population.filter { $0.violation == 0 }
    return feasible.filter { one in
      !feasible.contains { Dominance.dominates($0.objectives, one.objectives) }
    }
  }

  /// Selects the survivors and draws the next generation.
  private mutating func advance() {
    let candidates = population + offspring
    offspring = []
    population = Self.ordered(candidates, limit: populationSize)
    generation += 1
    var known = Set(population.map(\.genome))
    for _ in 0..<populationSize {
      let survivors = population
      let rate = mutationRate
      let genome = fresh(&known) { space, random in
        let child = space.crossed(
          Self.winner(survivors, &random), Self.winner(survivors, &random), using: &random)
        return space.mutated(child, rate: rate, using: &random)
      }
      pending.append(genome)
    }
  }

  /// A genome that is not known yet, if a few draws find one.
  private mutating func fresh(
    _ known: inout Set<[Int]>, draw: (GenomeSpace, inout RandomSource) -> [Int]
  ) -> [Int] {
    var genome = draw(space, &random)
    for _ in 0..<16 where known.contains(genome) { genome = draw(space, &random) }
    known.insert(genome)
    return genome
  }

  /// The genome of the better of two: the population is in the order of rank and crowding.
  private static func winner(_ population: [Individual], _ random: inout RandomSource) -> [Int] {
    let first = random.index(below: population.count)
    let second = random.index(below: population.count)
    return population[min(first, second)].genome
  }

  /// The best individuals, each genome once as long as there are enough.
  private static func ordered(_ candidates: [Individual], limit: Int) -> [Individual] {
    let ranks = Dominance.ranks(candidates.map { ($0.objectives, $0.violation) })
    var result: [Individual] = []
    for rank in ranks {
      let distances = Dominance.crowdingDistances(rank.map { candidates[$0].objectives })
      let order = rank.indices.sorted {
        distances[$0] == distances[$1] ? $0 < $1 : distances[$0] > distances[$1]
      }
      result += order.map { candidates[rank[$0]] }
      if result.count >= limit { break }
    }
    return Array(result.prefix(limit))
  }

  private static func finite(_ number: Double) -> Double {
    number.isFinite ? number : .greatestFiniteMagnitude
  }
}
