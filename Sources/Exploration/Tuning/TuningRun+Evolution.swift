internal import Statistics

extension TuningRun {
  /// The genomes of a generation.
  private static let populationSize = 24
  /// Generations without a new genome after which a search has nothing left to find.
  private static let mostIdleGenerations = 20

  /// NSGA-II for the objective and what is lost, from uniform genomes and random ones.
  mutating func evolve(seed: UInt64) async throws(TuningError) {
    var search = EvolutionarySearch(
      space: space.genomes, populationSize: Self.populationSize, seeds: uniformGenomes,
      seed: seed)
    var idle = 0
    while !isExhausted, idle < Self.mostIdleGenerations {
      let before = records.count
      for _ in 0..<search.pending.count where !isExhausted {
        guard let evaluation = try await evaluation(of: search.pending[0]) else {
          search.record(objectives: [.infinity, .infinity], violation: .infinity)
          continue
        }
        let score = score(evaluation)
        search.record(
          objectives: [score.objective, evaluation.loss], violation: score.violation)
      }
      idle = records.count == before ? idle + 1 : 0
    }
  }

  /// The genomes in which every gene has the choice of the same number, as far as it has one.
  private var uniformGenomes: [[Int]] {
    let most = space.genes.map(\.choices.count).max() ?? 1
    var genomes: [[Int]] = []
    for choice in 0..<most {
      let genome = space.genes.map { min(choice, $0.choices.count - 1) }
      if !genomes.contains(genome) { genomes.append(genome) }
    }
    return genomes
  }
}
