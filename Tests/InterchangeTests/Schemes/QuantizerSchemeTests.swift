import Arithmetic
import Devices
import Execution
import Foundation
import Interchange
import Networks
import Quantization
import Simulation
import Tensors
import TestRandomness
import Testing

/// Schemes of every quantizer, calibrated, written, read and run again.
@Suite struct QuantizerSchemeTests {
  private static func workload() throws -> Workload {
    var random = SeededGenerator(seed: 31)
    func convolution(_ inputs: Int, _ outputs: Int) -> Networks.Operation {
      var layer = Convolution(
        inputChannels: inputs, outputChannels: outputs,
        window: WindowGeometry(
          height: 6, width: 6, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
          padRight: 1))
      layer.weights = Tensor(
        shape: layer.weightShape,
        elements: random.floats(layer.weightShape.count).enumerated().map { $1 * Float(1 + $0 % 5) }
      )
      layer.bias = random.floats(outputs)
      return .convolution(layer)
    }
    let layers = [
      Layer(
        name: "first", operation: convolution(2, 12), inputs: [0], fusedActivation: .relu),
      Layer(
        name: "second", operation: convolution(12, 8), inputs: [1], fusedActivation: .relu),
      Layer(name: "flat", operation: .reshape(Shape([1, 288])), inputs: [2]),
      Layer(
        name: "fc",
        operation: .fullyConnected(
          FullyConnected(
            inputFeatures: 288, outputFeatures: 5,
            weights: Tensor(shape: Shape([5, 288]), elements: random.floats(1440)))), inputs: [3]),
    ]
    let network = try Network(
      name: "net", inputShape: Shape([1, 2, 6, 6]), layers: layers, output: 4
    ).verified()
    let samples = SampleSet(count: 12, source: "seeded") { sample in
      var random = SeededGenerator(seed: UInt64(sample) &+ 400)
      return random.floats(72)
    }
    return Workload(
      network: network, evaluation: samples, labels: (0..<12).map { $0 % 5 },
      calibration: samples.prefix(6))
  }

  static let changes: [(String, @Sendable (inout QuantizationScheme) -> Void)] = [
    ("weight calibrators", { $0.weightCalibrator = .kl }),
    ("mse", { $0.calibrator = .mse }),
    ("percentile", { $0.calibrator = .percentile }),
    ("kl", { $0.calibrator = .kl }),
    (
      "codebooks",
      {
        $0.weights = .codebook(CodebookFormat(indexBits: 3))
        $0.codebook = .gaussian
        $0.layers["fc", default: LayerScheme()].codebook = .lloydMax
      }
    ),
    ("bias correction", { $0.biasCorrection = true }),
    ("equalization", { $0.equalization = true }),
    ("l1", { $0.weightAdjustment = .l1 }),
    ("zero-centred", { $0.weightAdjustment = .zeroCentred }),
    (
      "everything",
      {
        $0.calibrator = .percentile
        $0.weightCalibrator = .mse
        $0.biasCorrection = true
        $0.equalization = true
        $0.weightAdjustment = .zeroCentred
        $0.layers["second", default: LayerScheme()].biasCorrection = false
        $0.layers["second", default: LayerScheme()].weightAdjustment = .l1
        $0.layers["fc", default: LayerScheme()].weightCalibrator = .percentile
      }
    ),
  ]

  private func read(_ text: String) throws -> QuantizationScheme {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("quantizer-\(UUID().uuidString).yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try SchemeFile.scheme(at: path)
  }

  @Test(
    "a calibrated scheme gives the identical network from its file, without samples",
    arguments: changes.indices)
  func roundTrip(index: Int) async throws {
    let workload = try Self.workload()
    var scheme = QuantizationScheme(accumulator: Accumulator(bits: 16, overflow: .saturate))
    let plain = try await Simulator(workload, threads: 1).quantized(scheme)
    Self.changes[index].1(&scheme)
    let simulator = try await Simulator(workload, threads: 2, schemes: [scheme])
    let network = try simulator.quantized(scheme)
    #expect(network != plain)
    let calibrated = try simulator.calibrated(scheme)
    let again = try read(SchemeFile.text(calibrated, order: []))
    #expect(again == calibrated)
    #expect(again.isCalibrated(for: workload.network.network))
    #expect(!scheme.isCalibrated(for: workload.network.network))
    let reader = try await Simulator(workload, threads: 1, calibrates: false)
    #expect(try reader.quantized(again) == network)
    #expect(try reader.calibrated(again) == again)
  }

  @Test("accumulator-aware rounding looks at the same samples for any number of threads")
  func accumulatorAware() async throws {
    let workload = try Self.workload()
    var scheme = QuantizationScheme(accumulator: Accumulator(bits: 15, overflow: .saturate))
    scheme.weightAdjustment = .accumulatorAware
    scheme.biasCorrection = true
    let one = try await Simulator(workload, threads: 1, schemes: [scheme])
    let five = try await Simulator(workload, threads: 5, schemes: [scheme])
    let network = try one.quantized(scheme)
    #expect(try five.quantized(scheme) == network)
    let calibrated = try read(SchemeFile.text(try one.calibrated(scheme), order: []))
    #expect(!calibrated.isCalibrated(for: workload.network.network))
    #expect(try five.quantized(calibrated) == network)
  }

  @Test("weights fit the accumulator that is executed, whoever chose it")
  func executed() async throws {
    let workload = try Self.workload()
    let device = try DeviceFile.device(
      "edge-npu", in: BundledFiles(executable: nil, override: nil))
    var options = SimulationOptions(device: device)
    options.scheme.weightAdjustment = .l1
    let simulator = try await Simulator(workload, threads: 1, schemes: [options.scheme])
    for bits in [13, 16] {
      options.choice.accumulator = Accumulator(bits: bits, overflow: .wrap)
      let result = try await simulator.result(options)
      #expect(result.totals.overflowedOutputs == 0)
      #expect(result.layers.compactMap { $0.overflow?.boundBits }.allSatisfy { $0 <= bits })
    }
    options.scheme.weightAdjustment = .unchanged
    #expect(try await simulator.result(options).totals.overflowedOutputs ?? 0 > 0)
  }

  @Test("what was not observed is told")
  func unobserved() async throws {
    let simulator = try await Simulator(try Self.workload(), threads: 1)
    var scheme = QuantizationScheme()
    scheme.equalization = true
    let error = #expect(throws: QuantizationError.self) { try simulator.quantized(scheme) }
    #expect(error?.reason == .notObserved("the equalized network"))
  }

  @Test("wrong words and numbers are told with their place")
  func problems() throws {
    let text = """
      schema: 1
      weightCalibrator: msee
      codebook: lloyd
      biasCorrection: yes
      equalization: 1
      weightAdjustment: zero
      layers:
        a: {codebook: means, weightAdjustment: L1, biasCorrection: maybe, inputMeans: [1, x, 1e31]}
        b: {inputMeans: []}
        c: {equalization: true}
      """
    let error = #expect(throws: YAMLError.self) { try read(text) }
    let problems = (error?.problems ?? []).map { problem in
      String(problem[(problem.range(of: ".yaml:")?.upperBound ?? problem.startIndex)...])
    }
    #expect(problems.count == 12)
    for (line, words) in [
      (2, "write one of minmax, percentile, mse, kl"), (3, "kmeans, gaussian, lloyd-max"),
      (4, "true or false"), (5, "true or false"),
      (6, "none, zero-centred, l1, accumulator-aware"), (8, "true or false"),
      (8, "a mean must lie between -1e30 and 1e30, not 1e+31"), (9, "the list is empty"),
      (10, "equalization"),
    ] {
      #expect(
        problems.contains { $0.hasPrefix("\(line):") && $0.contains(words) }, "\(line) \(words)")
    }
  }
}
