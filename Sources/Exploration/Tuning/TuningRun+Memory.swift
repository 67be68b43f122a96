internal import Arithmetic
internal import Networks
internal import Quantization
internal import Quantities
internal import Simulation

extension TuningRun {
  /// The baseline with activations narrowed until the live ones fit their memory.
  ///
  /// As long as some layer's values do not fit, the choice that takes most of what is too much is made; it
  /// stops where none does.
  ///
  /// - Source: the rule of Rusci, Capotondi, Benini, MLSys 2020, section 4 (cut the larger of the values that
  ///   do not fit), for graphs with branches.
  func fittedActivations() -> [Int] {
    var genome = space.baseline
    let limits = problem.constraints.compactMap { constraint -> Int? in
      if case .liveActivations(let limit) = constraint { limit.count } else { nil }
    }
    guard let limit = limits.min() else { return genome }
    var excess = excess(of: genome, over: limit)
    while excess > 0 {
      var best: (genome: [Int], excess: Int)?
      for (gene, entry) in space.genes.enumerated() where entry.point.subject == .activations {
        let bits = entry.choices[genome[gene]].bits
        let narrower = entry.choices.indices.filter { entry.choices[$0].bits < bits }
        guard let next = narrower.max(by: { entry.choices[$0].bits < entry.choices[$1].bits })
        else { continue }
        var other = genome
        other[gene] = next
        let left = self.excess(of: other, over: limit)
        if left < best?.excess ?? excess { best = (other, left) }
      }
      guard let best else { return genome }
      (genome, excess) = best
    }
    return genome
  }

  /// The bits of live activations beyond a limit, summed over the layers.
  private func excess(of genome: [Int], over limit: Int) -> Int {
    let scheme = space.candidate(genome).scheme(over: baselineOptions.scheme)
    let formats = ValueFormats(workload.network.network, scheme: scheme)
    return LiveActivations(workload.network, widths: formats.values.map(\.bits))
      .excess(over: limit)
  }
}
