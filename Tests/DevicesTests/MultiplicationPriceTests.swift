import Arithmetic
import Devices
import Quantities
import Testing

@Suite struct MultiplicationPriceTests {
  private let prices = MACEnergy(
    multiply: Picojoules(0.2), multiplyBits: 8, add: Picojoules(0.1), addBits: 32,
    overhead: Picojoules(0.5))

  private func product(_ weights: String) throws -> Multiplication {
    Multiplication(
      weights: try NumberFormat(spelling: weights),
      activations: .affine(IntegerFormat(bits: 8, isSigned: false)))
  }

  @Test(
    "decoded weights by hand",
    arguments: [
      ("int8", 8), ("kmeans4", 8), ("kmeans4.6", 6), ("pow2-4", 8), ("pow2-8", 16),
      ("fp4-e2m1", 5), ("fp8-e4m3", 16), ("mxfp4", 5), ("mxint8", 8), ("binary", 1),
      ("ternary", 2), ("dfp5", 5),
    ])
  func decoded(spelling: String, bits: Int) throws {
    #expect(try product(spelling).decodedWeightBits == bits)
  }

  @Test(
    "units made for a format by hand",
    arguments: [
      ("int8", 0.2), ("int4", 0.1), ("pow2-4", 0.025), ("binary", 0), ("ternary", 0.025),
      ("kmeans4", 0.225), ("fp4-e2m1", 0.08125),
    ] as [(String, Double)])
  func units(spelling: String, energy: Double) throws {
    #expect(abs(prices.energy(of: try product(spelling)).value - energy) < 1e-12)
  }

  @Test("a device multiplies decoded integers, unless its tables or units take the codes")
  func operands() throws {
    var compute = Compute(
      dataflow: .weightStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      isSystolic: false, throughput: [], macEnergy: prices, cyclesPerOutput: 0,
      cyclesPerElement: 0, cyclesPerLayer: 0)
    let shift = try product("pow2-4")
    #expect(compute.weightOperandBits(shift, stored: 4) == 8)
    let decoded = compute.productEnergy(shift, stored: 4, activations: 8, accumulator: 32)
    #expect(abs(decoded.value - (0.2 + 0.1 + 0.5)) < 1e-12)
    compute.multiplier = .formats
    #expect(compute.weightOperandBits(shift, stored: 4) == 4)
    let shifted = compute.productEnergy(shift, stored: 4, activations: 8, accumulator: 32)
    #expect(abs(shifted.value - (0.025 + 0.1 + 0.5)) < 1e-12)
    compute.multiplier = .integer
    compute.precision = .lookupTable(indexBits: 8)
    #expect(compute.weightOperandBits(shift, stored: 4) == 4)
  }
}
