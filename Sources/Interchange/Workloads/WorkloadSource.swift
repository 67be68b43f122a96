internal import Arithmetic
internal import Foundation
internal import Networks
public import Simulation
internal import Tensors

/// Which network to run and on what: a workload or network file, with what the user said instead.
public struct WorkloadSource: Sendable {
  /// The samples that choose the scales unless a number is given: one batch is enough.
  public static let defaultCalibrationCount = 64

  /// The most weights that are drawn for a topology: 1 GiB of float32.
  public static let mostRandomWeights = 1 << 28

  /// The workload file, network file or topology.
  public var path: String
  /// Inputs instead of the workload's.
  public var inputs: String?
  /// Labels instead of the workload's.
  public var labels: String?
  /// Calibration inputs instead of the workload's.
  public var calibration: String?
  /// The samples to simulate; all when nil.
  public var samples: Int?
  /// The samples to calibrate with; the first 64 when nil.
  public var calibrationSamples: Int?
  /// The seed of Gaussian weights for a topology, which then runs on random inputs.
  public var randomWeights: UInt64?
  /// The seed of random inputs.
  public var seed: UInt64 = 1

  /// A source of a file.
  public init(path: String) { self.path = path }

  /// The file with its data bound and checked.
  ///
  /// - Throws: `YAMLError`, `ONNXError`, `TopologyError`, `NumPyError`, `NetworkError` or
  ///   `WorkloadError`, each one clear line.
  public func workload() throws -> Workload {
    guard FileManager.default.fileExists(atPath: path) else {
      throw WorkloadError(file: path, problem: "there is no such file; check the path")
    }
    let isWorkload = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
    var file =
      isWorkload ? try WorkloadFile.workload(at: path) : WorkloadFile(network: path)
    if let inputs { file.inputs = inputs }
    if let labels { file.labels = labels }
    if let calibration { file.calibration = calibration }
    if isWorkload && inputs != nil && labels == nil { file.labels = nil }
    var network: Network
    switch try NetworkFile.network(at: file.network) {
    case .float(let float): network = float
    case .quantized(let quantized): return try workload(of: quantized, file)
    }
    // Check before fusing: the layer that the user named is the one that the message names.
    _ = try network.verified()
    if let seed = randomWeights {
      guard network.lacksWeights else {
        throw WorkloadError(
          file: file.network, problem: "it has weights; leave out --random-weights")
      }
      let count = network.weightCount
      guard count <= Self.mostRandomWeights else {
        throw WorkloadError(
          file: file.network,
          problem: "it has \(count) weights, \(Self.mostRandomWeights) can be drawn; "
            + "run it without --random-weights")
      }
      network = network.withRandomWeights(seed: seed)
    }
    let verified = try network.fused().verified()
    var workload = Workload(network: verified)
    guard file.inputs != nil || randomWeights != nil else {
      if let labels = file.labels {
        throw WorkloadError(file: labels, problem: "labels need inputs; give --inputs too")
      }
      if file.calibration != nil && !network.lacksWeights {
        workload.calibration = try calibration(file, verified, nil)
      }
      return workload
    }
    guard !network.lacksWeights else {
      throw WorkloadError(
        file: file.network,
        problem: "it has shapes but no weights, so inputs cannot be run through it; "
          + "add --random-weights SEED, or leave out --inputs")
    }
    guard file.encoding == .values else {
      throw WorkloadError(
        file: path,
        problem: "encoding: codes needs an integer network, \(Self.name(file.network)) is a float "
          + "one; write encoding: values and a preprocess")
    }
    let evaluation = try evaluation(file, verified)
    workload.evaluation = samples.map { evaluation.prefix($0) } ?? evaluation
    workload.labels = try labels(file, of: evaluation, verified).map {
      Array($0.prefix(workload.evaluation?.count ?? 0))
    }
    workload.calibration = try calibration(file, verified, evaluation)
    return workload
  }

  private func evaluation(_ file: WorkloadFile, _ network: VerifiedNetwork) throws -> SampleSet {
    guard let inputs = file.inputs else {
      return SampleSet.random(
        count: samples ?? 1, elements: network.shapes[0].count, seed: seed)
    }
    return try SampleArray(
      path: inputs, shape: network.shapes[0], layout: file.layout,
      preprocessing: file.preprocessing
    ).samples
  }

  private func labels(
    _ file: WorkloadFile, of evaluation: SampleSet, _ network: VerifiedNetwork
  ) throws -> [Int]? {
    try file.labels.map {
      try Self.labels(
        at: $0, offset: file.labelOffset, inputs: evaluation.count,
        classes: network.shapes[network.network.output].count)
    }
  }

  /// The workload of a network that is integer already: no calibration, values or codes as inputs.
  private func workload(of quantized: QuantizedNetwork, _ file: WorkloadFile) throws -> Workload {
    guard randomWeights == nil else {
      throw WorkloadError(
        file: file.network, problem: "it has weights; leave out --random-weights")
    }
    guard calibration == nil && calibrationSamples == nil else {
      throw WorkloadError(
        file: file.network,
        problem: "it is integer already and keeps its own scales; leave out --calibration and "
          + "--calibration-samples")
    }
    var workload = Workload(quantized: quantized, holdsCodes: file.encoding == .codes)
    guard file.inputs != nil else {
      if let labels = file.labels {
        throw WorkloadError(file: labels, problem: "labels need inputs; give --inputs too")
      }
      return workload
    }
    var file = file
    if file.network.hasSuffix(".tflite") && file.layout == nil { file.layout = .nhwc }
    var evaluation = try evaluation(file, workload.network)
    if workload.holdsCodes {
      guard quantized.quantizations[0].format != .float32 else {
        throw WorkloadError(
          file: path,
          problem:
            "encoding: codes, but \(Self.name(file.network)) takes real numbers and quantizes "
            + "them itself; write encoding: values and a preprocess")
      }
      try Self.check(codes: evaluation, of: quantized.quantizations[0].codes)
    }
    let labels = try labels(file, of: evaluation, workload.network)
    if let samples { evaluation = evaluation.prefix(samples) }
    workload.labels = labels.map { Array($0.prefix(evaluation.count)) }
    workload.evaluation = evaluation
    return workload
  }

  /// Throws when an array of codes holds something that is not a code of the network's input.
  private static func check(codes: SampleSet, of range: ClosedRange<Int>) throws {
    let limits = Float(range.lowerBound)...Float(range.upperBound)
    for sample in 0..<codes.count {
      let values = codes.values(sample)
      if let wrong = values.first(where: { !limits.contains($0) || $0 != $0.rounded() }) {
        throw WorkloadError(
          file: codes.source,
          problem: "sample \(sample) holds \(wrong), which is no code of the network's input "
            + "(\(range.lowerBound) to \(range.upperBound)); write encoding: values, or convert it")
      }
    }
  }

  private func calibration(
    _ file: WorkloadFile, _ network: VerifiedNetwork, _ evaluation: SampleSet?
  ) throws -> SampleSet? {
    guard let calibration = file.calibration else {
      return evaluation?.prefix(calibrationSamples ?? Self.defaultCalibrationCount)
    }
    let set = try SampleArray(
      path: calibration, shape: network.shapes[0], layout: file.layout,
      preprocessing: file.preprocessing
    ).samples
    return set.prefix(calibrationSamples ?? Self.defaultCalibrationCount)
  }

  private static func name(_ path: String) -> String {
    URL(fileURLWithPath: path).lastPathComponent
  }

  /// The labels of a file, offset added, each one of the classes.
  private static func labels(at path: String, offset: Int, inputs: Int, classes: Int) throws
    -> [Int]
  {
    let array = try NumPyFile.array(at: path)
    guard array.count == array.sampleCount, array.count == inputs else {
      throw WorkloadError(
        file: path,
        problem: "\(array.count) labels for \(inputs) inputs; give exactly one for each input")
    }
    guard array.holdsIntegers(0..<array.count) else {
      throw WorkloadError(
        file: path, problem: "labels are whole numbers, these have fractions; convert them")
    }
    let labels = array.integers(0..<array.count).map { $0 + offset }
    if let wrong = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw WorkloadError(
        file: path,
        problem: "label \(labels[wrong]) of sample \(wrong) (offset \(offset) included) is none of "
          + "the network's \(classes) outputs; check labelOffset")
    }
    return labels
  }
}
