internal import Arithmetic
internal import Networks
internal import Quantization
public import Simulation

/// Finds the widths of operands that an accumulator bears, layer by layer.
///
/// Only pairs of widths that use the accumulator fully are tried: the activations of a value decide the
/// widest weights of every layer that reads it.
///
/// - Source: de Bruin, Zivkovic, Corporaal, Quantization of deep neural networks for
///   accumulator-constrained processors, Microprocessors and Microsystems 72:102872, 2020.
public struct AccumulatorSearch: Sendable {
  /// The tuner whose space has weights and activations alone, and whose baseline has the accumulator.
  public let tuner: Tuner
  /// What each layer needs.
  public let needs: AccumulatorNeeds
  /// When operands are held to fit.
  public let rule: AccumulatorRule
  /// The bits of the accumulator.
  public let accumulatorBits: Int
  /// The gene that decides the activations of each value.
  private let valueGenes: [Int: Int]
  /// The layers that read each value, with the gene of their weights.
  private let readers: [Int: [(layer: AccumulatorNeeds.Layer, gene: Int)]]
  /// What each value can have; one format where there is nothing to choose.
  private let valueFormats: [Int: [NumberFormat]]
  /// What each gene can have.
  private let formats: [[NumberFormat]]
  /// The choices of each gene from the widest to the narrowest, in whatever order they were given.
  private let widths: [[Int]]

  /// A search.
  ///
  /// - Precondition: the needs were found for all formats of the space.
  public init(
    _ tuner: Tuner, needs: AccumulatorNeeds, rule: AccumulatorRule, accumulatorBits: Int
  ) {
    self.tuner = tuner
    self.needs = needs
    self.rule = rule
    self.accumulatorBits = accumulatorBits
    let genes = tuner.space.genes
    let scheme = tuner.baseline.scheme
    let all = ValueFormats(tuner.simulator.workload.network.network, scheme: scheme)
    let formats = genes.map { gene in
      gene.choices.map { choice in
        choice.change.weights ?? choice.change.activations ?? Self.format(of: gene, in: all)
          ?? scheme.weights
      }
    }
    widths = genes.map { gene in
      gene.choices.indices.sorted {
        (-gene.choices[$0].bits, $0) < (-gene.choices[$1].bits, $1)
      }
    }
    var valueGenes: [Int: Int] = [:]
    var weightGenes: [Int: Int] = [:]
    for (number, gene) in genes.enumerated() {
      if gene.point.subject == .activations { valueGenes[(gene.point.index ?? -1) + 1] = number }
      if gene.point.subject == .weights, let index = gene.point.index {
        weightGenes[index] = number
      }
    }
    var readers: [Int: [(layer: AccumulatorNeeds.Layer, gene: Int)]] = [:]
    for layer in needs.layers {
      guard let gene = weightGenes[layer.index] else { continue }
      readers[layer.source, default: []].append((layer, gene))
    }
    var valueFormats: [Int: [NumberFormat]] = [:]
    for value in Set(valueGenes.keys).union(readers.keys) {
      valueFormats[value] = valueGenes[value].map { formats[$0] } ?? [all.values[value]]
    }
    self.formats = formats
    self.valueFormats = valueFormats
    self.valueGenes = valueGenes
    self.readers = readers
  }

  /// What the baseline has at a gene of weights or activations.
  private static func format(of gene: TuningGene, in formats: ValueFormats) -> NumberFormat? {
    switch gene.point.subject {
    case .weights: gene.point.index.flatMap { formats.weights[$0] }
    case .activations: formats.values[(gene.point.index ?? -1) + 1]
    case .accumulator: nil
    }
  }

  /// The layers that no choice of formats makes fit.
  public var impossibleLayers: [AccumulatorNeeds.Layer] {
    readers.keys.sorted().flatMap { value in
      (readers[value] ?? []).filter { reader in
        !(valueFormats[value] ?? []).indices.contains { widest(value, $0, reader) != nil }
      }.map(\.layer)
    }
  }

  /// Searches: the same width for all values first, then each value's own, in the order of the network, then
  /// weights one step wider and narrower, until nothing is better.
  ///
  /// Parameters as those of `Tuner.result`.
  public func result(
    resuming journal: [TuningRecord] = [],
    record: (@Sendable (TuningRecord) throws -> Void)? = nil,
    progress: SimulationProgress.Handler? = nil
  ) async throws(TuningError) -> TuningResult {
    var run = try await TuningRun(tuner, journal: journal, record: record, progress: progress)
    let values = valueFormats.keys.sorted()
    let most = valueFormats.values.map(\.count).max() ?? 0
    var best: (genome: [Int], score: TuningScore)?
    func consider(_ genome: [Int], _ run: inout TuningRun) async throws(TuningError) -> Bool {
      guard let evaluation = try await run.evaluation(of: genome) else { return false }
      let score = run.score(evaluation)
      guard best.map({ score < $0.score }) ?? true else { return false }
      best = (genome, score)
      return true
    }
    for choice in 0..<most {
      var genome = tuner.space.baseline
      for value in values {
        set(value, to: min(choice, (valueFormats[value]?.count ?? 1) - 1), in: &genome)
      }
      _ = try await consider(genome, &run)
    }
    var isBetter = true
    while isBetter, !run.isExhausted {
      isBetter = false
      for value in values {
        guard let gene = valueGenes[value] else { continue }
        for choice in tuner.space.genes[gene].choices.indices {
          guard var genome = best?.genome, genome[gene] != choice else { continue }
          set(value, to: choice, in: &genome)
          if try await consider(genome, &run) { isBetter = true }
        }
      }
      guard !isBetter else { continue }
      // Needs that were rescaled are estimates: a width beside may be better.
      for reader in readers.keys.sorted().flatMap({ readers[$0] ?? [] }) {
        for step in [-1, 1] {
          let widths = widths[reader.gene]
          guard var genome = best?.genome,
            let place = widths.firstIndex(of: genome[reader.gene]),
            widths.indices.contains(place + step)
          else { continue }
          genome[reader.gene] = widths[place + step]
          if try await consider(genome, &run) { isBetter = true }
        }
      }
    }
    return TuningResult(run, network: tuner.simulator.workload.network.network.name)
  }

  /// Gives a value a width, and the layers that read it the widest weights that fit.
  private func set(_ value: Int, to choice: Int, in genome: inout [Int]) {
    if let gene = valueGenes[value] { genome[gene] = choice }
    for reader in readers[value] ?? [] {
      // Where none fits, the narrowest come nearest.
      genome[reader.gene] = widest(value, choice, reader) ?? widths[reader.gene].last ?? 0
    }
  }

  private func widest(
    _ value: Int, _ choice: Int, _ reader: (layer: AccumulatorNeeds.Layer, gene: Int)
  ) -> Int? {
    guard let activations = valueFormats[value]?[choice] else { return nil }
    return widths[reader.gene].first { weights in
      needs.bits(
        reader.layer, activations: activations, weights: formats[reader.gene][weights], rule: rule
      ).map { $0 <= accumulatorBits } ?? false
    }
  }
}
