import Devices
import Testing

@Suite("Products a cycle by operand width")
struct PrecisionScalingTests {
  @Test("Bit-serial activations take a cycle a bit, and wide weights several passes")
  func bitSerialActivations() {
    let law = PrecisionScaling.bitSerialActivations(weightBits: 8)
    #expect(law.products(weights: 2, activations: 5) == 1.0 / 5)
    #expect(law.products(weights: 8, activations: 1) == 1)
    #expect(law.products(weights: 9, activations: 4) == 1.0 / 8)
  }

  @Test("Bit-serial operands take a cycle for each pair of bits")
  func bitSerialBoth() {
    #expect(PrecisionScaling.bitSerialBoth.products(weights: 3, activations: 5) == 1.0 / 15)
    #expect(PrecisionScaling.bitSerialBoth.products(weights: 1, activations: 1) == 1)
  }

  @Test(
    "Sixteen bricks compose as Bit Fusion's table says",
    arguments: [
      (1, 1, 16.0), (2, 2, 16), (2, 4, 8), (4, 4, 4), (3, 8, 2), (8, 8, 1), (8, 16, 0.5),
      (16, 16, 0.25), (2, 16, 2),
    ])
  func bitFusion(weights: Int, activations: Int, products: Double) {
    let law = PrecisionScaling.bitFusion(fusedBits: 8, brickBits: 2)
    #expect(law.products(weights: weights, activations: activations) == products)
  }

  @Test("A word of 64 bits has 64 bipolar products, and fewer the more bit planes there are")
  func popcount() {
    let law = PrecisionScaling.popcount(wordBits: 64)
    #expect(law.products(weights: 1, activations: 1) == 64)
    #expect(law.products(weights: 2, activations: 2) == 16)
    #expect(law.products(weights: 8, activations: 8) == 1)
  }

  @Test("A lookup has as many products as its index has pairs; wider operands are split")
  func lookupTable() {
    let law = PrecisionScaling.lookupTable(indexBits: 4)
    #expect(law.products(weights: 1, activations: 1) == 2)
    #expect(law.products(weights: 2, activations: 2) == 1)
    #expect(law.products(weights: 4, activations: 4) == 0.25)
    // Three bits of an activation at a time and one of the weight.
    #expect(law.products(weights: 1, activations: 6) == 0.5)
  }

  @Test(
    "Products share a DSP48E2 as Xilinx's white papers have them",
    arguments: [(16, 16, 1.0), (8, 8, 2), (6, 6, 2), (4, 4, 4), (2, 2, 6), (4, 8, 2)])
  func packing(weights: Int, activations: Int, products: Double) {
    let slice = DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2)
    #expect(slice.products(weights: weights, activations: activations) == products)
    #expect(slice.products(weights: activations, activations: weights) == products)
  }

  @Test("Older slices of 25 x 18 bits cannot share 8-bit products, and LUTs add whole ones")
  func smallPorts() {
    let slice = DSPPacking(widePort: 25, narrowPort: 18, guardBits: 2)
    #expect(slice.products(weights: 8, activations: 8) == 1)
    let helped = DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2, luts: 40)
    #expect(helped.products(weights: 4, activations: 4) == 6)
    #expect(helped.products(weights: 8, activations: 8) == 2)
    #expect(slice.products(weights: 32, activations: 8) == 0.5)
  }

  @Test("Packed products never overlap", arguments: 1...16)
  func packingFits(bits: Int) {
    let slice = DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2)
    let spacing = 2 * bits + 2
    let products = Int(slice.products(weights: bits, activations: bits))
    #expect(products * spacing <= 27 + 18 + 2)
  }

  @Test("No law is faster with wider operands")
  func monotonous() {
    let laws: [PrecisionScaling] = [
      .table, .bitSerialActivations(weightBits: 8), .bitSerialBoth,
      .bitFusion(fusedBits: 8, brickBits: 2), .popcount(wordBits: 32),
      .lookupTable(indexBits: 6),
      .dspPacking(DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2)),
    ]
    for law in laws {
      for weights in 1...16 {
        for activations in 1...15 {
          #expect(
            law.products(weights: weights, activations: activations)
              >= law.products(weights: weights, activations: activations + 1),
            "\(law.text): \(weights) x \(activations)")
          #expect(
            law.products(weights: activations, activations: weights)
              >= law.products(weights: activations + 1, activations: weights),
            "\(law.text): \(activations) x \(weights)")
        }
      }
    }
  }
}
