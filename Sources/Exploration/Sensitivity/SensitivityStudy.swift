internal import Arithmetic
internal import Networks
internal import Quantization
public import Simulation

/// Each layer alone at each format and at each accumulator, all else as in a baseline.
///
/// - Source: the workflow of QUENN (de Prado, Denna, Benini, Pazos, arXiv 1811.05896): layers are
///   quantized one at a time to see which ones bear it.
public struct SensitivityStudy: Sendable {
  /// The workload with its float side.
  public let simulator: Simulator
  /// What all layers have that are not varied.
  public let baseline: SimulationOptions
  /// What is tried.
  public let axes: SensitivityAxes
  /// Where it is tried: subject by subject, in the order of the layers.
  public let points: [SensitivityPoint]

  /// A study of a workload.
  ///
  /// - Throws: `ExplorationError` for a layer that is not there or has nothing to vary, for formats of a
  ///   network that is integer already, and for a baseline whose choice of an accumulator overrules layers.
  public init(
    _ simulator: Simulator, baseline: SimulationOptions, axes: SensitivityAxes
  ) throws(ExplorationError) {
    self.simulator = simulator
    self.baseline = baseline
    self.axes = axes
    points = try Self.points(of: simulator.workload, baseline: baseline, axes: axes)
  }

  /// Where a study would try something, without running anything.
  ///
  /// - Throws: what the initializer throws.
  public static func points(
    of workload: Workload, baseline: SimulationOptions, axes: SensitivityAxes
  ) throws(ExplorationError) -> [SensitivityPoint] {
    let network = workload.network.network
    let subjects = axes.subjects
    let points = try points(of: workload, baseline: baseline, subjects: subjects)
    guard let wanted = axes.layers else { return points }
    try check(wanted, among: points, network, subjects.map(\.rawValue))
    return points.filter { wanted.contains($0.layer) }
  }

  /// Where something of the subjects can be varied.
  ///
  /// - Throws: what the initializer throws.
  static func points(
    of workload: Workload, baseline: SimulationOptions, subjects: [SensitivitySubject]
  ) throws(ExplorationError) -> [SensitivityPoint] {
    let name = workload.network.network.name
    if workload.quantized != nil, let format = subjects.first(where: { $0 != .accumulator }) {
      throw ExplorationError(place: name, reason: .integerNetwork(subject: format.rawValue))
    }
    if subjects.contains(.accumulator), baseline.choice.hasAccumulator {
      throw ExplorationError(place: name, reason: .fixedAccumulator)
    }
    let points = subjects.flatMap { SensitivityPoint.all(of: workload, baseline, subject: $0) }
    if points.isEmpty {
      throw ExplorationError(
        place: name, reason: .noPoints(subjects: subjects.map(\.rawValue)))
    }
    return points
  }

  /// Refuses layers of which nothing is varied.
  private static func check(
    _ wanted: [String], among points: [SensitivityPoint], _ network: Network, _ subjects: [String]
  ) throws(ExplorationError) {
    let inputName = QuantizationScheme.inputName
    for name in wanted where !points.contains(where: { $0.layer == name }) {
      guard let layer = network.layers.first(where: { $0.name == name }) else {
        guard name != inputName else {
          throw ExplorationError(
            place: name, reason: .nothingToVary(kind: name, subjects: subjects))
        }
        throw ExplorationError(
          place: name, reason: .unknownLayer(known: [inputName] + network.layers.map(\.name)))
      }
      throw ExplorationError(
        place: name, reason: .nothingToVary(kind: layer.operation.kind, subjects: subjects))
    }
  }

  /// The runs, the baseline included.
  public var evaluationCount: Int {
    points.reduce(1) { $0 + axes.changes(of: $1.subject).count }
  }

  /// Runs the baseline and every point.
  ///
  /// What the baseline computed is kept, so that a point costs its layer and those behind it.
  ///
  /// - Exactness: every row equals a run of its own.
  /// - Parameters:
  ///   - memoryLimit: the bytes of the baseline's layers and outputs that may be kept.
  ///   - progress: receives the runs done, as the stage `sensitivity`.
  public func result(
    memoryLimit: Int = 1 << 30, progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> SensitivityResult {
    let total = evaluationCount
    func report(_ done: Int) {
      progress?(SimulationProgress(stage: "sensitivity", done: done, total: total))
    }
    report(0)
    let workload = simulator.workload
    var evaluator = CandidateEvaluator(simulator, memoryLimit: memoryLimit)
    let whole = try await evaluator.result(baseline)
    var result = SensitivityResult(baseline: whole, of: workload)
    report(1)
    for point in points {
      for change in axes.changes(of: point.subject) {
        let options = change.candidate(layer: point.layer).options(over: baseline)
        let run = try await evaluator.result(options, keeps: false)
        result.rows.append(
          SensitivityRow(
            point: point, change: change, evaluation: Evaluation(run, of: workload),
            layerOverflow: point.index.flatMap { run.layers[$0].overflow.map(OverflowCount.init) },
            baseline: result.evaluation))
        report(result.rows.count + 1)
      }
    }
    result.reuse = evaluator.totalReuse
    return result
  }
}
