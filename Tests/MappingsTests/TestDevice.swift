import Arithmetic
import Devices
import Quantities

/// Devices made in code for the tests of mappings.
enum TestDevice {
  static func memory(
    _ name: String, operands: Set<Operand>, isPerUnit: Bool = false, capacity: Bits? = nil,
    isDoubleBuffered: Bool = false
  ) -> MemoryLevel {
    let prices = Dictionary(
      uniqueKeysWithValues: Operand.allCases.map { ($0, PicojoulesPerBit(1)) })
    return MemoryLevel(
      name: name, capacity: capacity, operands: operands, isPerUnit: isPerUnit,
      isDoubleBuffered: isDoubleBuffered, wordBits: 64, readBandwidth: BitsPerCycle(64),
      writeBandwidth: BitsPerCycle(64), readEnergy: prices, writeEnergy: prices)
  }

  static func device(
    dataflow: Dataflow, rows: Int, columns: Int, memories: [MemoryLevel],
    rowAxes: [LoopAxis] = [], columnAxes: [LoopAxis] = []
  ) -> Device {
    let compute = Compute(
      dataflow: dataflow, rows: rows, columns: columns, rowAxes: rowAxes, columnAxes: columnAxes,
      isSystolic: false,
      throughput: [
        MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 1)
      ],
      macEnergy: MACEnergy(
        multiply: Picojoules(0.2), multiplyBits: 8, add: Picojoules(0.1), addBits: 32,
        overhead: .zero),
      cyclesPerOutput: 0, cyclesPerElement: 1, cyclesPerLayer: 0)
    return Device(
      name: "test", summary: "a device for tests", technology: 45, clock: .megahertz(100),
      arithmetic: ArithmeticSpec(), compute: compute, memories: memories, sources: [:])
  }
}
