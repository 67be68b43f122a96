internal import Simulation
internal import Statistics

extension TuningRun {
  /// The search that the sensitivity of each layer guides.
  ///
  /// 1. Activations are narrowed until they fit their memory, if it is limited. Accumulators are all as wide
  ///    as they can be where that is better: one narrow one is enough to spoil what comes after it.
  /// 2. Each choice that saves something is tried alone.
  /// 3. The genomes on the lower convex hull of what is lost and saved are followed as far as the limits
  ///    allow, by bisection.
  /// 4. Single changes, then pairs, as long as they make it better.
  mutating func searchGreedily(seed: UInt64) async throws(TuningError) {
    var start = fittedActivations()
    guard var first = try await evaluation(of: start) else { return }
    let wide = widestAccumulators(start)
    if seeksAccuracy, wide != start, let other = try await evaluation(of: wide),
      score(other) < score(first)
    {
      (start, first) = (wide, other)
    }
    let effects = try await effects(from: start, first)
    try await follow(effects.path)
    try await changeSingly(effects)
    try await changeInPairs(effects, seed: seed)
  }

  /// A genome with the widest choice of every accumulator.
  private func widestAccumulators(_ genome: [Int]) -> [Int] {
    zip(space.genes, genome).map { gene, choice in
      guard gene.point.subject == .accumulator else { return choice }
      return gene.choices.indices.max { gene.choices[$0].bits < gene.choices[$1].bits } ?? choice
    }
  }

  /// What a genome costs on the way: the objective, or what of it needs no execution, or storage.
  private var pathObjective: Objective {
    let terms = problem.objective.terms.filter(\.figure.isCost)
    return terms.isEmpty ? Objective(.size) : Objective(terms: terms)
  }

  /// Whether something better may cost more: accuracy is sought, or no candidate keeps the limits yet.
  private var seeksAccuracy: Bool { !problem.isCost || bestScore.map { !$0.isFeasible } ?? false }

  /// What each choice does alone.
  private mutating func effects(from start: [Int], _ first: Evaluation) async throws(TuningError)
    -> ChoiceEffects
  {
    let objective = pathObjective
    var table = space.genes.map { [ChoiceEffect?](repeating: nil, count: $0.choices.count) }
    for gene in space.genes.indices {
      table[gene][start[gene]] = ChoiceEffect(saved: 0, noise: 0)
    }
    guard let startCosts = await costs(of: start) else {
      return ChoiceEffects(start: start, table: table)
    }
    let whole = objective.value(of: startCosts, baseline: baseline)
    for (gene, entry) in space.genes.enumerated() {
      let limit = entry.choices[start[gene]].bits
      for choice in entry.choices.indices where choice != start[gene] {
        // What does not fit its memory is not tried again.
        if start[gene] != 0, entry.choices[choice].bits > limit { continue }
        var genome = start
        genome[gene] = choice
        guard let costs = await costs(of: genome) else { continue }
        let saved = whole - objective.value(of: costs, baseline: baseline)
        guard saved > 0 || seeksAccuracy else { continue }
        guard let found = try await evaluation(of: genome, keeps: false) else { continue }
        table[gene][choice] = ChoiceEffect(
          saved: saved, noise: added(found, first, entry, choice, start[gene]))
      }
    }
    return ChoiceEffects(start: start, table: table)
  }

  /// The output error that a choice adds; where nothing is executed what rounding to fewer bits adds to its
  /// own tensor, so that large tensors are narrowed first.
  private func added(
    _ found: Evaluation, _ first: Evaluation, _ gene: TuningGene, _ choice: Int, _ start: Int
  ) -> Double {
    let least = seeksAccuracy ? -Double.infinity : 0
    if let noise = found.noise, let before = first.noise { return max(least, noise - before) }
    if found.top1 != nil { return max(least, found.loss - first.loss) }
    func rounding(_ bits: Int) -> Double {
      Double(sign: .plus, exponent: -2 * bits, significand: 1)
    }
    return max(0, rounding(gene.choices[choice].bits) - rounding(gene.choices[start].bits))
  }

  /// Goes along a path as far as limits on costs ask, and, where the objective is a cost, as far as the others
  /// allow.
  private mutating func follow(_ path: [[Int]]) async throws(TuningError) {
    var first = path.count - 1
    for (place, genome) in path.enumerated() {
      guard let costs = await costs(of: genome), costScore(costs).violation == 0 else { continue }
      first = place
      break
    }
    guard try await keepsLimits(path[first]), problem.isCost else { return }
    var (good, bad) = (first, path.count)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if try await keepsLimits(path[middle]) { good = middle } else { bad = middle }
      if isExhausted { return }
    }
  }

  private mutating func keepsLimits(_ genome: [Int]) async throws(TuningError) -> Bool {
    guard let evaluation = try await evaluation(of: genome) else { return false }
    return score(evaluation).isFeasible
  }

  /// One gene at a time, what promises most first, until nothing makes it better.
  private mutating func changeSingly(_ effects: ChoiceEffects) async throws(TuningError) {
    var isBetter = true
    while isBetter, !isExhausted {
      isBetter = false
      for (gene, choice) in singleChanges(effects) {
        guard var genome = best?.genome, genome[gene] != choice else { continue }
        genome[gene] = choice
        if try await improves(genome) { isBetter = true }
        if isExhausted { return }
      }
    }
  }

  /// The changes of one gene of the best genome, what promises most first.
  private func singleChanges(_ effects: ChoiceEffects) -> [(gene: Int, choice: Int)] {
    guard let genome = best?.genome else { return [] }
    var changes: [(gene: Int, choice: Int, rank: Double)] = []
    for gene in genome.indices {
      guard let here = effects.table[gene][genome[gene]] else { continue }
      for (choice, effect) in effects.table[gene].enumerated() where choice != genome[gene] {
        guard let effect else { continue }
        let saved = effect.saved - here.saved
        let noise = effect.noise - here.noise
        if !seeksAccuracy {
          if saved > 0 { changes.append((gene, choice, noise / saved)) }
        } else if noise < 0 {
          changes.append((gene, choice, noise))
        }
      }
    }
    return changes.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }.map { ($0.element.gene, $0.element.choice) }
  }

  /// Two genes at a time, drawn at random among the pairs whose effects alone promise something.
  private mutating func changeInPairs(
    _ effects: ChoiceEffects, seed: UInt64
  ) async throws(TuningError) {
    guard space.genes.count > 1 else { return }
    var random = RandomSource(seed: seed)
    let patience = max(40, budget / 5)
    var idle = 0
    for _ in 0..<40 * budget where !isExhausted && idle < patience {
      guard var genome = best?.genome, let here = effects.sum(genome) else { return }
      for _ in 0..<2 {
        let gene = random.index(below: genome.count)
        genome[gene] = random.index(below: space.genes[gene].choices.count)
      }
      guard let there = effects.sum(genome), there != here else { continue }
      // Effects do not quite add up: what seems a little worse is tried, too.
      guard there.noise <= 1.25 * here.noise else { continue }
      let count = records.count
      if try await improves(genome) {
        idle = 0
      } else {
        idle += records.count - count
      }
    }
  }

  /// Whether a genome is better than the best one; those that its costs rule out are not executed.
  private mutating func improves(_ genome: [Int]) async throws(TuningError) -> Bool {
    guard let bestScore, let costs = await costs(of: genome) else { return false }
    let known = costScore(costs)
    if known.violation > bestScore.violation { return false }
    if bestScore.isFeasible, let objective = known.objective, objective > bestScore.objective {
      return false
    }
    guard let evaluation = try await evaluation(of: genome) else { return false }
    return score(evaluation) < bestScore
  }
}
