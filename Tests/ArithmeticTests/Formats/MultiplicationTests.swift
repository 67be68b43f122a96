import Arithmetic
import Testing

@Suite struct MultiplicationTests {
  private static let cases: [(String, String, Multiplication)] = [
    ("int8", "uint4", .integer(weightBits: 8, activationBits: 4)),
    ("fixed4", "dfp8", .integer(weightBits: 4, activationBits: 8)),
    ("mxint8", "mxint8", .integer(weightBits: 8, activationBits: 8)),
    ("pow2-4", "int8", .shift(operandBits: 8, places: 7)),
    ("int4", "pow2-5", .shift(operandBits: 4, places: 15)),
    ("pow2-4", "pow2-5", .exponentSum(bits: 4)),
    ("binary", "int8", .signSelection(operandBits: 8, hasZero: false)),
    ("int6", "ternary", .signSelection(operandBits: 6, hasZero: true)),
    ("ternary", "fp8-e4m3", .signSelection(operandBits: 8, hasZero: true)),
    ("binary", "binary", .popcount(weightBits: 1, activationBits: 1)),
    ("ternary", "binary", .popcount(weightBits: 2, activationBits: 1)),
    (
      "fp8-e4m3", "fp8-e5m2",
      .floatingPoint(weightSignificandBits: 4, activationSignificandBits: 3, exponentBits: 5)
    ),
    (
      "mxfp4", "bf16",
      .floatingPoint(weightSignificandBits: 2, activationSignificandBits: 8, exponentBits: 8)
    ),
    (
      "pow2-4", "fp16",
      .floatingPoint(weightSignificandBits: 1, activationSignificandBits: 11, exponentBits: 5)
    ),
    ("fp8-e4m3", "int8", .scaledInteger(integerBits: 8, significandBits: 4, places: 15)),
    ("int8", "fp4-e2m1", .scaledInteger(integerBits: 8, significandBits: 2, places: 3)),
    (
      "kmeans4.6", "uint8",
      .lookup(
        indexBits: 4, centroidBits: 6, product: .integer(weightBits: 6, activationBits: 8))
    ),
    (
      "kmeans2", "binary",
      .lookup(
        indexBits: 2, centroidBits: 8, product: .signSelection(operandBits: 8, hasZero: false))
    ),
    (
      "int4", "kmeans3",
      .lookup(
        indexBits: 3, centroidBits: 8, product: .integer(weightBits: 4, activationBits: 8))
    ),
  ]

  @Test("Formats decide how a product is made", arguments: cases)
  func products(weights: String, activations: String, wanted: Multiplication) throws {
    let product = Multiplication(
      weights: try NumberFormat(spelling: weights),
      activations: try NumberFormat(spelling: activations))
    #expect(product == wanted)
  }

  @Test("Every pair of formats has a product, by table where either is a codebook")
  func everyPair() throws {
    let formats = try NumberFormat.spellings.map(NumberFormat.init(spelling:))
    for weights in formats {
      for activations in formats {
        let product = Multiplication(weights: weights, activations: activations)
        #expect(product.isLookup != (weights.isForActivations && activations.isForActivations))
      }
    }
  }
}

extension Multiplication {
  fileprivate var isLookup: Bool { if case .lookup = self { true } else { false } }
}
