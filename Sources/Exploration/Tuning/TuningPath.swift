/// What one choice of one gene does when all else stays.
struct ChoiceEffect: Hashable, Sendable {
  /// The share of the objective that it saves.
  let saved: Double
  /// The output error that it adds, as a share of the signal's power.
  let noise: Double
}

/// What each choice of each gene does alone; nil for choices that save nothing or are impossible.
struct ChoiceEffects {
  /// Where the search starts: what all genes have when one is changed.
  let start: [Int]
  /// The effects by gene and choice; that of the start is nothing saved and nothing lost.
  var table: [[ChoiceEffect?]]

  /// The sums over a genome, as if effects added up; nil where one is not known.
  func sum(_ genome: [Int]) -> ChoiceEffect? {
    var saved = 0.0
    var noise = 0.0
    for (gene, choice) in genome.enumerated() {
      guard let effect = table[gene][choice] else { return nil }
      saved += effect.saved
      noise += effect.noise
    }
    return ChoiceEffect(saved: saved, noise: noise)
  }

  /// The steps of one gene that lose least for what they save, each saving more than the one before: the
  /// lower convex hull of its choices, with what each step loses for what it saves.
  func steps(of gene: Int) -> [(choice: Int, slope: Double)] {
    var result: [(choice: Int, slope: Double)] = []
    var here = ChoiceEffect(saved: 0, noise: 0)
    while true {
      var best: (choice: Int, slope: Double, effect: ChoiceEffect)?
      for (choice, effect) in table[gene].enumerated() {
        guard let effect, effect.saved > here.saved else { continue }
        let slope = (effect.noise - here.noise) / (effect.saved - here.saved)
        if best.map({ slope < $0.slope || (slope == $0.slope && effect.saved > $0.effect.saved) })
          ?? true
        {
          best = (choice, slope, effect)
        }
      }
      guard let best else { return result }
      result.append((best.choice, best.slope))
      here = best.effect
    }
  }

  /// The genomes from the start to the one that saves most: at each one gene makes the step that loses
  /// least for what it saves.
  var path: [[Int]] {
    var steps: [(gene: Int, choice: Int, slope: Double)] = []
    for gene in table.indices {
      steps += self.steps(of: gene).map { (gene, $0.choice, $0.slope) }
    }
    let order = steps.enumerated().sorted {
      ($0.element.slope, $0.offset) < ($1.element.slope, $1.offset)
    }
    var genome = start
    return [start]
      + order.map { step in
        genome[step.element.gene] = step.element.choice
        return genome
      }
  }
}
