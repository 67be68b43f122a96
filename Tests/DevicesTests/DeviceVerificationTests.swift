import Arithmetic
import Devices
import Quantities
import Testing

@Suite("The verifier of devices")
struct DeviceVerificationTests {
  /// A device of one unit and one level that breaks no rule.
  private var small: Device {
    let energy: [Operand: PicojoulesPerBit] = [
      .weights: PicojoulesPerBit(1), .inputs: PicojoulesPerBit(1), .outputs: PicojoulesPerBit(1),
    ]
    let level = MemoryLevel(
      name: "dram", capacity: nil, operands: Set(Operand.allCases), isPerUnit: false,
      isDoubleBuffered: false, wordBits: 64, readBandwidth: BitsPerCycle(64),
      writeBandwidth: BitsPerCycle(64), readEnergy: energy, writeEnergy: energy)
    let compute = Compute(
      dataflow: .registerTile, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      isSystolic: false,
      throughput: [
        MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 1)
      ],
      macEnergy: MACEnergy(
        multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero),
      cyclesPerOutput: 0, cyclesPerElement: 1, cyclesPerLayer: 0)
    return Device(
      name: "small", summary: "", technology: 45, clock: .megahertz(100),
      arithmetic: ArithmeticSpec(), compute: compute, memories: [level], sources: [:])
  }

  private func paths(_ change: (inout Device) -> Void) -> [String] {
    var device = small
    change(&device)
    return device.problems.map(\.path)
  }

  @Test("A right device has no problem")
  func right() {
    #expect(small.problems.isEmpty)
  }

  @Test("Each broken rule is reported with its path")
  func broken() {
    #expect(paths { $0.clock = Hertz(0) } == ["clock"])
    #expect(paths { $0.clock = Hertz(.nan) } == ["clock"])
    #expect(paths { $0.technology = 0 } == ["technology"])
    #expect(paths { $0.memories = [] } == ["memories"])
    #expect(paths { $0.compute.rows = 0 } == ["compute.rows"])
    #expect(paths { $0.compute.columns = 1 << 40 }.contains("compute.columns"))
    #expect(paths { $0.compute.cyclesPerOutput = -1 } == ["compute.cyclesPerOutput"])
    #expect(paths { $0.compute.throughput = [] } == ["compute.throughput"])
    #expect(
      paths { $0.compute.macEnergy.add = Picojoules(-0.1) } == ["compute.energy.add"])
    #expect(paths { $0.memories[0].wordBits = 0 } == ["memories[0].word"])
    #expect(
      paths { $0.memories[0].readBandwidth = BitsPerCycle(0) } == ["memories[0].readBandwidth"])
    #expect(
      paths { $0.memories[0].readEnergy[.inputs] = nil } == ["memories[0].readEnergy"])
    #expect(
      paths { $0.memories[0].writeEnergy[.inputs] = PicojoulesPerBit(.infinity) }
        == ["memories[0].writeEnergy"])
    #expect(
      paths { $0.memories[0].capacity = Bits(8) } == ["memories[0].capacity"])
    #expect(paths { $0.memories[0].isPerUnit = true } == ["memories[0].perUnit"])
    #expect(paths { $0.memories[0].partialSums = .unlimited } == [])
    #expect(
      paths {
        $0.memories.append($0.memories[0])
        $0.memories[1].name = "registers"
        $0.memories[1].isPerUnit = true
        $0.memories[1].partialSums = .unlimited
      } == ["memories[1].partialSums"])
  }

  @Test("Figures beyond any hardware are refused, those at the limits are not")
  func limits() {
    for rate in [1e-300, 0.9e-3, 1.1e9, .infinity, .nan] {
      #expect(
        paths { $0.compute.throughput[0].macsPerCycle = rate }
          == ["compute.throughput[0].macsPerCycle"])
      #expect(
        paths { $0.memories[0].readBandwidth = BitsPerCycle(rate) }
          == ["memories[0].readBandwidth"])
      #expect(
        paths { $0.memories[0].writeBandwidth = BitsPerCycle(rate) }
          == ["memories[0].writeBandwidth"])
    }
    for cycles in [1e19, 1.1e6, .infinity, .nan] {
      #expect(paths { $0.compute.cyclesPerOutput = cycles } == ["compute.cyclesPerOutput"])
      #expect(paths { $0.compute.cyclesPerElement = cycles } == ["compute.cyclesPerElement"])
    }
    #expect(
      paths { $0.compute.cyclesPerLayer = 1_000_000_001 } == ["compute.cyclesPerLayer"])
    for energy in [1e308, 1.1e9, .nan] {
      #expect(
        paths { $0.compute.macEnergy.multiply = Picojoules(energy) }
          == ["compute.energy.multiply"])
      #expect(
        paths { $0.memories[0].readEnergy[.weights] = PicojoulesPerBit(energy) }
          == ["memories[0].readEnergy"])
    }
    #expect(paths { $0.technology = 1001 } == ["technology"])
    #expect(paths { $0.memories[0].wordBits = 65_537 } == ["memories[0].word"])
    #expect(
      paths { device in
        device.technology = 1000
        device.compute.throughput[0].macsPerCycle = 1e-3
        device.compute.cyclesPerOutput = 1e6
        device.compute.cyclesPerLayer = 1_000_000_000
        device.compute.macEnergy.overhead = Picojoules(1e9)
        device.memories[0].wordBits = 65_536
        device.memories[0].readBandwidth = BitsPerCycle(1e9)
      } == [])
  }

  @Test("A capacity is below 2^50 bit, shared or of an operand")
  func largeCapacity() {
    func inner(_ capacity: Int, _ own: Int) -> [String] {
      paths { device in
        var level = device.memories[0]
        level.name = "buffer"
        level.capacity = Bits(capacity)
        level.operandCapacity = [.weights: Bits(own)]
        device.memories.append(level)
      }
    }
    #expect(inner(1 << 50, 1 << 50) == ["memories[1].capacity", "memories[1].capacity.weights"])
    #expect(inner((1 << 50) - 1, (1 << 50) - 1) == [])
  }

  @Test(
    "A level is not named like a key of the energies in reports", arguments: ["total", "compute"])
  func reservedName(name: String) {
    #expect(paths { $0.memories[0].name = name } == ["memories[0].name"])
  }

  @Test("An axis of several units needs loops, each at one place")
  func axes() {
    #expect(paths { $0.compute.rows = 4 } == ["compute.rowAxes"])
    #expect(
      paths {
        $0.compute.rowAxes = [.inputChannels]
        $0.compute.columnAxes = [.inputChannels]
      } == ["compute.columnAxes"])
    #expect(
      paths { $0.compute.rowAxes = [.groups, .groups] } == ["compute.rowAxes"])
  }

  @Test("A row of the throughput table that is never used is reported")
  func throughput() {
    let narrow = MACThroughput(
      weightBits: 8, activationBits: 8, accumulatorBits: 32, macsPerCycle: 2)
    #expect(paths { $0.compute.throughput.append(narrow) } == ["compute.throughput[1]"])
    #expect(paths { $0.compute.throughput.insert(narrow, at: 0) } == [])
  }

  @Test("Names of levels are unique, and shared levels lie outside the units")
  func levels() {
    #expect(
      paths { $0.memories.append($0.memories[0]) } == ["memories[1].name"])
    #expect(
      paths { device in
        var inner = device.memories[0]
        inner.name = "registers"
        inner.isPerUnit = true
        var innermost = inner
        innermost.name = "latches"
        innermost.isPerUnit = false
        device.memories += [inner, innermost]
      } == ["memories[2].perUnit"])
  }

  @Test("A capacity of its own is for an operand of the level")
  func operandCapacity() {
    #expect(
      paths { device in
        var inner = device.memories[0]
        inner.name = "buffer"
        inner.operands = [.inputs]
        inner.capacity = .zero
        inner.operandCapacity = [.inputs: Bits(64), .weights: Bits(64)]
        inner.readEnergy = [.inputs: PicojoulesPerBit(1)]
        inner.writeEnergy = [.inputs: PicojoulesPerBit(1)]
        device.memories.append(inner)
      } == ["memories[1].capacity.weights"])
  }
}
