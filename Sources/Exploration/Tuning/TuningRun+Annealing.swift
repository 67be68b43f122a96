internal import Statistics

extension TuningRun {
  /// What a broken limit costs beside the objective, for each whole of it.
  private static let penalty = 10.0

  /// One number to be made small: the objective, a fine for broken limits, and a little for output error
  /// that tells candidates of equal objective apart.
  private func cost(_ evaluation: Evaluation?) -> Double {
    guard let evaluation else { return .infinity }
    let score = score(evaluation)
    return score.objective + Self.penalty * score.violation + 1e-3 * min(score.noise, 1)
  }

  /// Simulated annealing from the baseline.
  ///
  /// The temperature starts where a rise of a twentieth of the objective is accepted four times of five, and
  /// ends where one of a thousandth is accepted once in a hundred.
  mutating func anneal(seed: UInt64) async throws(TuningError) {
    let steps = max(1, budget - 1)
    let schedule = AnnealingSchedule(
      start: AnnealingSchedule.temperature(accepting: 0.05, probability: 0.8),
      end: AnnealingSchedule.temperature(accepting: 0.001, probability: 0.01), steps: steps)
    var search = Annealing(
      space: space.genomes, start: space.baseline, cost: cost(baseline), schedule: schedule,
      seed: seed)
    // A genome that was seen costs no evaluation, so the steps are bounded by themselves.
    while !isExhausted, let genome = search.nextCandidate() {
      search.judge(cost: cost(try await evaluation(of: genome)))
    }
  }
}
