import Arithmetic
import Simulation
import Testing

@Suite struct ArithmeticChoiceTests {
  private static let narrow = Accumulator(bits: 17, overflow: .saturate)
  private static let device = ArithmeticSpec(
    accumulator: Accumulator(bits: 20, overflow: .saturate), order: .channelMajor, lanes: 4)

  @Test(
    "a preset replaces the device's arithmetic, a scheme and single choices replace the preset's")
  func precedence() {
    var choice = ArithmeticChoice()
    #expect(choice.resolved(scheme: nil, device: Self.device) == Self.device)
    choice.preset = .xnnpack
    #expect(
      choice.resolved(scheme: nil, device: Self.device) == ArithmeticPreset.xnnpack.spec)
    let scheme = Accumulator(bits: 24, overflow: .wrap)
    #expect(choice.resolved(scheme: scheme, device: Self.device).accumulator == scheme)
    choice.accumulator = Self.narrow
    choice.bias = .first
    let resolved = choice.resolved(scheme: scheme, device: Self.device)
    #expect(resolved.accumulator == Self.narrow && resolved.bias == .first)
    #expect(resolved.requantization == .float && resolved.order == .kernelMajor)
  }

  @Test("the accumulator is the outer one of two levels, unless the outer one is chosen too")
  func levels() {
    var choice = ArithmeticChoice()
    choice.preset = .ortAVX2
    choice.accumulator = Self.narrow
    var resolved = choice.resolved(scheme: nil, device: Self.device)
    #expect(resolved.outer?.accumulator == Self.narrow && resolved.accumulator.bits == 16)
    choice.outer = Accumulator(bits: 24, overflow: .wrap)
    choice.tile = 8
    resolved = choice.resolved(scheme: .unlimited, device: Self.device)
    #expect(resolved.accumulator == Self.narrow)
    #expect(
      resolved.outer
        == OuterAccumulator(tile: 8, accumulator: Accumulator(bits: 24, overflow: .wrap)))
    choice = ArithmeticChoice()
    choice.tile = 8
    #expect(choice.resolved(scheme: nil, device: Self.device).outer == nil)
  }

  @Test("the same requantization as the preset's changes nothing, another takes its sums along")
  func requantization() {
    var choice = ArithmeticChoice()
    choice.preset = .xnnpack
    choice.requantization = .float
    #expect(
      choice.resolved(scheme: nil, device: Self.device) == ArithmeticPreset.xnnpack.spec)
    choice.requantization = .gemmlowp
    #expect(choice.resolved(scheme: nil, device: Self.device).addition == .tflite)
  }

  @Test("the name of the preset stands in the result")
  func name() async throws {
    var options = SimulationOptions(device: try SmallWorkload.device())
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    #expect(try await simulator.result(options).preset == nil)
    options.choice.preset = .tflm
    let result = try await simulator.result(options)
    #expect(result.preset == "tflm" && result.arithmetic == ArithmeticPreset.tflm.spec)
  }
}
