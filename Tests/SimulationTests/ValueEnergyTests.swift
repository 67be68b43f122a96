import Costs
import Devices
import Execution
import Quantities
import Simulation
import Testing

@Suite("Energy by executed values") struct ValueEnergyTests {
  /// The device of other tests with half of a multiply-accumulate saved by a zero operand.
  private static func device(gating: Double = 0.5) throws -> Device {
    var device = try SmallWorkload.device()
    device.compute.macEnergy.values.zeroGating = gating
    return device
  }

  @Test("The saving is the share of products with a zero operand times what one saves")
  func gated() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 2)
    let plain = try await simulator.result(
      SimulationOptions(device: try SmallWorkload.device()))
    let gated = try await simulator.result(SimulationOptions(device: try Self.device()))
    #expect(plain.totals.fixedEnergy == nil)
    let fixed = try #require(gated.totals.fixedEnergy)
    #expect(abs(fixed.value - plain.totals.energy.value) < 1e-9 * fixed.value)
    #expect(gated.totals.energy < plain.totals.energy)
    for (before, after) in zip(plain.layers, gated.layers) {
      guard let operands = after.operands else {
        #expect(before.cost == after.cost)
        continue
      }
      // The products that were executed are the multiply-accumulates that are paid for.
      #expect(operands.products == operands.samples * after.cost.macs)
      #expect(before.operands == operands)
      let share = Double(operands.zeroProducts) / Double(operands.products)
      let compute = before.cost.energy[0].energy.value
      let saved = compute - after.cost.energy[0].energy.value
      #expect(abs(saved - compute * share * 0.5) < 1e-9 * compute)
    }
  }

  @Test("Nothing is saved when nothing is executed or looked at, and the report says so")
  func blind() async throws {
    var workload = try SmallWorkload.workload()
    var options = SimulationOptions(device: try Self.device(), observation: .fast)
    let fast = try await Simulator(workload, threads: 1).result(options)
    #expect(fast.totals.fixedEnergy == nil)
    #expect(fast.layers.allSatisfy { $0.operands == nil })
    #expect(fast.warnings.contains { $0.contains("depend on values") && $0.contains("fast") })
    workload.evaluation = nil
    options.observation = .full
    let counted = try await Simulator(workload, threads: 1).result(options)
    #expect(counted.totals.energy == fast.totals.energy)
    #expect(counted.warnings.contains { $0.hasSuffix("nothing was executed") })
    options.device = try Self.device(gating: 0)
    let plain = try await Simulator(workload, threads: 1).result(options)
    #expect(!plain.warnings.contains { $0.contains("depend on values") })
  }

  @Test("The range of the total is that of the multipliers of all layers")
  func range() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device())
    let range = try #require(try await simulator.result(options).totals.energyRange)
    // edge-npu: 0.2 pJ, up to 0.91 pJ for 8 x 8 bit.
    let macs = Double(6 * 6 * 20 * 18 + 140)
    #expect(abs(range.high.value - range.low.value - 0.71 * macs) < 1e-6 * macs)
    options.device.compute.macEnergy.multiplyRange = nil
    #expect(try await simulator.result(options).totals.energyRange == nil)
  }

  @Test("Leakage is shared by the inferences of a batch")
  func batch() async throws {
    var workload = try SmallWorkload.workload()
    workload.evaluation = nil
    let simulator = try await Simulator(workload, threads: 1)
    var options = SimulationOptions(device: try SmallWorkload.device(), batch: 4)
    options.device.compute.leakage = Milliwatts(10)
    let result = try await simulator.result(options)
    // 10 mW at 500 MHz are 20 pJ a cycle; cycles of an inference are rounded up.
    for layer in result.layers where layer.cost.cycles > .zero {
      let share = try #require(layer.cost.energy.last)
      #expect(share.component == "leakage")
      let cycles = Double(layer.cost.cycles.count)
      #expect(share.energy.value <= 20 * cycles * (1 + 1e-12))
      #expect(share.energy.value > 20 * (cycles - 8))
    }
  }
}
