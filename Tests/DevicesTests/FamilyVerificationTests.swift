import Arithmetic
import Devices
import Quantities
import Testing

@Suite("The verifier of families and laws of widths")
struct FamilyVerificationTests {
  private static let fabric = PipelineResources(
    luts: 1000, dsps: 10, blockRAMs: 10, lutOperandBits: 8,
    packing: DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2))

  private static func device() -> Device {
    let energy = Dictionary(
      uniqueKeysWithValues: Operand.allCases.map { ($0, PicojoulesPerBit(1)) })
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
    var device = Self.device()
    change(&device)
    return device.problems.map(\.path)
  }

  @Test("Each parameter of a law has its range")
  func laws() {
    func path(_ law: PrecisionScaling) -> [String] { paths { $0.compute.precision = law } }
    #expect(path(.bitSerialBoth).isEmpty)
    #expect(path(.bitSerialActivations(weightBits: 0)) == ["compute.precision.weightBits"])
    #expect(path(.bitFusion(fusedBits: 8, brickBits: 2)).isEmpty)
    #expect(path(.bitFusion(fusedBits: 12, brickBits: 2)) == ["compute.precision.fusedBits"])
    #expect(path(.bitFusion(fusedBits: 8, brickBits: 0)).contains("compute.precision.brickBits"))
    #expect(path(.popcount(wordBits: 0)) == ["compute.precision.wordBits"])
    #expect(path(.lookupTable(indexBits: 1)) == ["compute.precision.indexBits"])
    #expect(path(.lookupTable(indexBits: 25)) == ["compute.precision.indexBits"])
    let packing = DSPPacking(widePort: 18, narrowPort: 27, guardBits: -1, luts: -1)
    #expect(
      path(.dspPacking(packing)) == [
        "compute.precision.narrowPort", "compute.precision.guardBits", "compute.precision.luts",
      ])
  }

  @Test("A pipeline has resources, and only a pipeline")
  func pipeline() {
    #expect(paths { $0.compute.family = .pipeline } == ["compute.pipeline"])
    #expect(paths { $0.compute.pipeline = Self.fabric } == ["compute.pipeline"])
    #expect(
      paths {
        $0.compute.family = .pipeline
        $0.compute.pipeline = Self.fabric
      }.isEmpty)
    #expect(
      paths {
        $0.compute.family = .pipeline
        $0.compute.pipeline = Self.fabric
        $0.compute.pipeline?.luts = 0
        $0.compute.pipeline?.lutOperandBits = 1
      } == ["compute.pipeline.luts", "compute.pipeline.lutOperandBits"])
  }

  @Test("A fusion array has a buffer for each operand")
  func buffers() {
    #expect(
      paths { $0.compute.family = .fusionArray } == ["memories", "memories", "memories"])
  }
}
