internal import Networks
internal import Quantization
public import Simulation
public import Statistics

/// All candidates of a search: one choice for each gene.
public struct TuningSpace: Hashable, Sendable {
  /// The decisions.
  public let genes: [TuningGene]

  /// The space of a workload: what the axes offer, for each layer that has it.
  ///
  /// - Throws: `ExplorationError` where nothing can be varied; see `SensitivityStudy.points`.
  public init(
    of workload: Workload, baseline: SimulationOptions, axes: TuningAxes
  ) throws(ExplorationError) {
    let points = try SensitivityStudy.points(
      of: workload, baseline: baseline, subjects: axes.subjects)
    genes = points.map { point in
      var choices = [TuningChoice.baseline(point)]
      for choice in axes.choices(of: point.subject)
      where !choices.contains(where: { $0.description == choice.description }) {
        choices.append(choice)
      }
      return TuningGene(point: point, choices: choices)
    }.filter { $0.choices.count > 1 }
    if genes.isEmpty {
      throw ExplorationError(
        place: workload.network.network.name,
        reason: .noPoints(subjects: axes.subjects.map(\.rawValue)))
    }
  }

  /// The numbers of choices.
  public var genomes: GenomeSpace { GenomeSpace(choices: genes.map(\.choices.count)) }

  /// The genome that changes nothing.
  public var baseline: [Int] { [Int](repeating: 0, count: genes.count) }

  /// What a genome stands for.
  ///
  /// - Precondition: the genome is in the space.
  public func candidate(_ genome: [Int]) -> Candidate {
    precondition(genomes.contains(genome), "the genome is in the space")
    var candidate = Candidate()
    for (gene, choice) in zip(genes, genome) where choice != 0 {
      candidate.layers[gene.point.layer, default: .init()].take(gene.choices[choice].change)
    }
    return candidate
  }
}
