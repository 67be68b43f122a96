import Arithmetic
import Costs
import Devices
import Execution
import Quantization
import Networks
import Quantities
import Simulation
import Testing

@Suite struct SimulatorTests {
  @Test("a run is the same for any number of threads")
  func threads() async throws {
    let options = SimulationOptions(device: try SmallWorkload.device())
    var results: [SimulationResult] = []
    for threads in [1, 2, 5] {
      let simulator = try await Simulator(try SmallWorkload.workload(), threads: threads)
      results.append(try await simulator.result(options))
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
    #expect(results[0].accuracy?.samples == 30)
  }

  @Test("without samples only costs are counted, and they are those of the executed run")
  func costOnly() async throws {
    let options = SimulationOptions(device: try SmallWorkload.device())
    var workload = try SmallWorkload.workload()
    let executed = try await Simulator(workload, threads: 1).result(options)
    workload.evaluation = nil
    let counted = try await Simulator(workload, threads: 1).result(options)
    #expect(counted.accuracy == nil)
    #expect(counted.fidelity == nil)
    #expect(counted.layers.allSatisfy { $0.overflow == nil })
    #expect(counted.layers.map(\.cost) == executed.layers.map(\.cost))
    #expect(counted.totals.macs == 6 * 6 * 20 * 18 + 140)
  }

  @Test("the command line wins over the scheme, the scheme over the device")
  func precedence() throws {
    let scheme = Accumulator(bits: 24, overflow: .wrap)
    let device = try SmallWorkload.device().arithmetic
    var choice = ArithmeticChoice()
    #expect(choice.resolved(scheme: nil, device: device).accumulator == device.accumulator)
    #expect(choice.resolved(scheme: scheme, device: device).accumulator == scheme)
    choice.accumulator = Accumulator(bits: 12, overflow: .saturate)
    choice.requantization = .float
    let resolved = choice.resolved(scheme: scheme, device: device)
    #expect(resolved.accumulator.bits == 12)
    #expect(resolved.requantization == .float)
    #expect(resolved.order == device.order)
  }

  @Test("a layer of a scheme has its own accumulator, unless the user chose one for all")
  func ownAccumulators() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device())
    var own = LayerScheme()
    own.accumulator = Accumulator(bits: 9, overflow: .wrap)
    options.scheme.layers["conv"] = own
    let result = try await simulator.result(options)
    #expect(result.layers[0].overflow?.accumulator.bits == 9)
    #expect(result.layers.last?.overflow?.accumulator.bits == 20)
    #expect(result.warnings.contains { $0.contains("layer 'conv'") && $0.contains("narrower") })
    options.choice.accumulator = .unlimited
    let wide = try await simulator.result(options)
    #expect(wide.layers[0].overflow?.accumulator == .unlimited)
    #expect(wide.totals.overflowedOutputs == 0)
  }

  @Test("a calibrated scheme gives the identical run without calibration")
  func calibratedScheme() async throws {
    var options = SimulationOptions(device: try SmallWorkload.device())
    options.scheme.calibrator = .mse
    let workload = try SmallWorkload.workload()
    let simulator = try await Simulator(workload, threads: 1)
    let first = try await simulator.result(options)
    options.scheme = try simulator.calibrated(options.scheme)
    #expect(options.scheme.isCalibrated(for: workload.network.network))
    let again = try await Simulator(workload, threads: 1, calibrates: false).result(options)
    #expect(again.accuracy == first.accuracy)
    #expect(again.layers.map(\.overflow) == first.layers.map(\.overflow))
  }

  @Test("calibration samples that are simulated too are told")
  func sharedSamples() async throws {
    var workload = try SmallWorkload.workload()
    workload.calibration = workload.evaluation?.prefix(8)
    let result = try await Simulator(workload, threads: 1)
      .result(SimulationOptions(device: try SmallWorkload.device()))
    #expect(result.input?.sharedSamples == 8)
    #expect(result.warnings.contains { $0.hasPrefix("8 calibration samples are among the 30") })
  }

  @Test("a batch shares weights: fewer cycles, bits and picojoules for each inference")
  func batch() async throws {
    var workload = try SmallWorkload.workload()
    workload.evaluation = nil
    let simulator = try await Simulator(workload, threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device())
    let single = try await simulator.result(options).totals
    options.batch = 16
    let shared = try await simulator.result(options).totals
    #expect(shared.macs == single.macs)
    #expect(shared.energy < single.energy)
    #expect(shared.cycles < single.cycles)
    #expect(shared.accessBits < single.accessBits)
  }

  @Test("storage counts weights, biases and scales")
  func storage() async throws {
    var workload = try SmallWorkload.workload()
    workload.evaluation = nil
    var options = SimulationOptions(device: try SmallWorkload.device())
    options.scheme.weights = .affine(IntegerFormat(bits: 4, isSigned: true))
    let storage = try await Simulator(workload, threads: 1).result(options).totals.storage
    #expect(storage.weights == Bits(4 * 500))
    #expect(storage.biases == Bits(32 * 20))
    #expect(storage.scales == Bits(40 * 27))
  }

  @Test("random weights are the same for the same seed and other for another")
  func randomWeights() throws {
    var network = try SmallWorkload.network().network
    #expect(!network.lacksWeights)
    guard case .convolution(var convolution) = network.layers[0].operation else {
      Issue.record("the first layer is a convolution")
      return
    }
    convolution.weights = nil
    network.layers[0].operation = .convolution(convolution)
    #expect(network.lacksWeights)
    #expect(network.withRandomWeights(seed: 3) == network.withRandomWeights(seed: 3))
    #expect(network.withRandomWeights(seed: 3) != network.withRandomWeights(seed: 4))
    #expect(!network.withRandomWeights(seed: 3).lacksWeights)
  }
}
