package import Widthwise

/// Which network to run, on what, with which arithmetic.
package struct NetworkSource: Hashable, Sendable, Decodable {
  /// A workload, network or topology file, or a bundled name.
  package var network: String
  /// Inputs in place of the workload's, a NumPy file.
  package var inputs: String?
  /// Samples that choose scales, a NumPy file.
  package var calibration: String?
  /// Samples that choose scales.
  package var calibrationSamples: Int?
  /// The first samples only.
  package var samples: Int?
  /// The seed of the weights of a topology.
  package var randomWeights: UInt64?
  /// The bundled device whose arithmetic and costs are meant.
  package var device: String?
  /// The arithmetic of a runtime in place of the device's.
  package var arithmetic: String?
  /// The accumulator of every layer, such as `20:saturate`.
  package var accumulator: String?
  /// The format of the weights, such as `int4`.
  package var weights: String?
  /// The format of the activations, such as `uint4`.
  package var activations: String?
  /// What mappings are chosen for: `energy`, `latency` or `edp`.
  package var objective: String?
  /// `full` or `fast`.
  package var statistics: String?
  /// The threads that samples are spread over.
  package var threads: Int?
  /// The matrix products of systolic work, in place of a network.
  package var products: [MatrixShape]?

  /// A network with everything else by default.
  package init(network: String) { self.network = network }

  private static let bundled = BundledFiles(executable: nil, override: nil)

  /// How much is observed.
  package func observation() throws -> IntegerExecutor.Observation {
    guard let observation = IntegerExecutor.Observation(rawValue: statistics ?? "full") else {
      throw WorkProblem("statistics \(statistics ?? ""): write full or fast")
    }
    return observation
  }

  /// The workload.
  package func workload() throws -> Workload {
    var source = WorkloadSource(path: Self.bundled.networkPath(named: network) ?? network)
    source.inputs = inputs
    source.calibration = calibration
    source.calibrationSamples = calibrationSamples
    source.samples = samples
    source.randomWeights = randomWeights
    return try source.workload()
  }

  /// The options of a run.
  package func options() throws -> SimulationOptions {
    let name = device ?? "edge-npu"
    let path = Self.bundled.devicePath(named: name) ?? name
    var options = SimulationOptions(device: try DeviceFile.device(at: path))
    options.choice.preset = try arithmetic.map { try ArithmeticPreset(spelling: $0) }
    options.choice.accumulator = try accumulator.map { try Accumulator(spelling: $0) }
    if let weights { options.scheme.replaceWeights(with: try Self.format(weights)) }
    if let activations { options.scheme.replaceActivations(with: try Self.format(activations)) }
    options.observation = try observation()
    if let objective {
      guard let known = MappingObjective(rawValue: objective) else {
        throw WorkProblem("objective \(objective): write energy, latency or edp")
      }
      options.objective = known
    }
    return options
  }

  private static func format(_ text: String) throws -> NumberFormat {
    do throws(NumberFormat.SpellingError) {
      return try NumberFormat(spelling: text)
    } catch {
      throw WorkProblem("\(error)")
    }
  }

  /// The network made ready, with the codes of its samples.
  package func work() async throws -> NetworkWork {
    let (executor, codes) = try await prepared()
    return NetworkWork(executor, samples: codes, threads: threads ?? 1)
  }

  /// The first layer of the network alone.
  package func kernel() async throws -> KernelWork {
    let (executor, codes) = try await prepared()
    guard let first = codes.first, let arithmetic = executor.arithmetics.first else {
      throw WorkProblem("kernel: there is no layer or no sample")
    }
    return try KernelWork(
      firstLayerOf: executor.network, arithmetic: arithmetic, observation: try observation(),
      codes: first)
  }

  private func prepared() async throws -> (IntegerExecutor, [[Int32]]) {
    var workload = try workload()
    guard let evaluation = workload.evaluation else {
      throw WorkProblem("\(network): has no samples to run; give inputs")
    }
    if workload.quantized == nil {
      // The float reference is not what is measured: calibration alone, then all samples.
      workload.evaluation = evaluation.prefix(1)
    }
    workload.labels = nil
    let simulator = try await Simulator(workload, threads: 2)
    let options = try options()
    let executor = try simulator.executor(options)
    let input = executor.network.quantizations[0]
    let codes = (0..<evaluation.count).map { sample in
      evaluation.values(sample).map { value in
        workload.holdsCodes ? Int32(value) : Int32(input.code(Double(value)))
      }
    }
    return (executor, codes)
  }
}
