import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Energy: leakage, values, ranges, explanations") struct EnergyProvenanceTests {
  static let activity = OperandActivity(
    zeroInputs: 0.5, zeroWeights: 0.125, zeroProducts: 0.5625, toggles: 0.25)

  /// A device on which everything that this suite is about has a price.
  static func full() -> Device {
    var device = SampleDevices.npu()
    device.compute.leakage = Milliwatts(2)
    device.compute.cyclesPerLayer = 10
    device.compute.cyclesPerOutput = 0.5
    device.compute.macEnergy.busyCycle = Picojoules(0.5)
    device.compute.macEnergy.overhead = Picojoules(0.01)
    device.memories[1].leakage = Milliwatts(1)
    device.memories[2].leakage = Milliwatts(0.25)
    device.compute.macEnergy.multiplyRange = EnergyRange(
      low: Picojoules(0.1), high: Picojoules(0.9))
    device.compute.macEnergy.values.zeroGating = 0.5
    device.compute.macEnergy.values.toggleShare = 0.5
    device.memories[2].zeroGating = 1
    return device
  }

  @Test("Leakage is power times time, stalls included, one instance for each unit")
  func leakage() throws {
    // 2 mW + 1 mW + 256 x 0.25 mW = 67 mW; a cycle is 5 ns.
    let device = Self.full()
    #expect(device.leakage == Milliwatts(67))
    var model = CostModel(device: device)
    for layer in CostModelTests.layers {
      let cost = try model.cost(of: layer)
      let share = try #require(cost.energy.last)
      #expect(share.component == "leakage")
      #expect(abs(share.energy.value - 335 * Double(cost.cycles.count)) < 1e-6 * share.energy.value)
      #expect(cost.energy.count { $0.component == "leakage" } == 1)
    }
    var silent = CostModel(device: SampleDevices.npu())
    #expect(
      try silent.cost(of: CostModelTests.layers[0]).energy.allSatisfy {
        $0.component != "leakage"
      })
  }

  @Test("Zero operands and changing bits lower the energy as the device says")
  func values() throws {
    let device = Self.full()
    var model = CostModel(device: device)
    let fixed = try model.cost(of: CostModelTests.layers[0])
    var cost = fixed
    cost.price(Self.activity, on: device)
    // 1 - 0.5625 * 0.5 of the gating, times 1 - 0.5 * (1 - 0.25 / 0.5) of the changing bits.
    let factor = 0.71875 * 0.75
    // 8 x 8 bits at 0.2 pJ, 32 bits at 0.1 pJ, 0.01 pJ overhead.
    let macs = 0.31 * Double(cost.macs)
    let compute = fixed.energy[0].energy.value - macs * (1 - factor)
    #expect(abs(cost.energy[0].energy.value - compute) < 1e-6 * compute)
    let reads = try #require(
      fixed.accesses.first { $0.level == "register" && $0.operand == .weights })
    let saved = Double(reads.readBits.count) * 0.01 * 0.5
    let register = try #require(fixed.energy.firstIndex { $0.component == "register" })
    #expect(
      abs(fixed.energy[register].energy.value - cost.energy[register].energy.value - saved)
        < 1e-6 * saved)
    let effect = try #require(cost.values)
    #expect(
      abs(cost.totalEnergy.value + effect.total.value - fixed.totalEnergy.value)
        < 1e-9 * fixed.totalEnergy.value)
    #expect(cost.accesses == fixed.accesses && cost.cycles == fixed.cycles)
    // Once is enough.
    var twice = cost
    twice.price(Self.activity, on: device)
    #expect(twice == cost)
    // Which zeros are watched decides.
    var watching = device
    watching.compute.macEnergy.values.watched = .weights
    var less = fixed
    less.price(Self.activity, on: watching)
    #expect(less.totalEnergy > cost.totalEnergy)
  }

  @Test("Nothing changes without products or on a device that does not care")
  func indifferent() throws {
    var model = CostModel(device: Self.full())
    var pool = try model.cost(of: CostModelTests.layers[4])
    let before = pool
    pool.price(Self.activity, on: Self.full())
    #expect(pool == before)
    var plain = CostModel(device: SampleDevices.npu())
    var cost = try plain.cost(of: CostModelTests.layers[0])
    let unpriced = cost
    cost.price(Self.activity, on: SampleDevices.npu())
    #expect(cost == unpriced)
    #expect(cost.energyRange == nil)
  }

  @Test("The range is that of the multiplier")
  func range() throws {
    let device = Self.full()
    var model = CostModel(device: device)
    var cost = try model.cost(of: CostModelTests.layers[0])
    let range = try #require(cost.energyRange)
    let macs = Double(cost.macs)
    #expect(abs(cost.totalEnergy.value - range.low.value - 0.1 * macs) < 1e-6 * macs)
    #expect(abs(range.high.value - cost.totalEnergy.value - 0.7 * macs) < 1e-6 * macs)
    cost.price(Self.activity, on: device)
    let gated = try #require(cost.energyRange)
    #expect(gated.low < cost.totalEnergy && cost.totalEnergy < gated.high)
    #expect(gated.high.value - gated.low.value < range.high.value - range.low.value)
  }

  @Test(
    "The lines of an explanation add up to the cost",
    arguments: CostModelTests.devices + [Self.full()])
  func explanation(device: Device) throws {
    var model = CostModel(device: device)
    for layer in CostModelTests.layers {
      var cost = try model.cost(of: layer)
      cost.price(Self.activity, on: device)
      let explanation = LayerExplanation(cost, on: device)
      for part in CycleLine.Part.allCases {
        let sum = explanation.cycles.filter { $0.part == part }.reduce(0) { $0 + $1.cycles.count }
        switch part {
        case .compute: #expect(sum == cost.computeCycles.count)
        case .overhead: #expect(sum == cost.overheadCycles.count)
        case .stall: #expect(sum == cost.stallCycles.count)
        }
      }
      for share in cost.energy {
        let lines = explanation.energy.filter { $0.component == share.component }
        let sum = lines.reduce(0) { $0 + $1.energy.value }
        #expect(abs(sum - share.energy.value) <= 1e-9 * max(share.energy.value, 1))
        // Nothing is left unexplained.
        #expect(lines.allSatisfy { $0.amount != nil || $0.reason.hasPrefix("saved") })
      }
    }
  }
}
