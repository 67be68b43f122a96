internal import Arithmetic
internal import Networks
internal import Tensors

/// A product of two activations made ready to run: wide sums, rescaled.
///
/// `code = clamp(R(sum of (a - z_a)(b - z_b)) + z_y)`, `M = s_a * s_b / s_y`.
///
/// - Exactness: operands of at most 8 bits are summed in wrapping int32 and rescaled as the arithmetic
///   does; wider ones in int64 and rescaled as layers with a 64-bit bias are (R5).
/// - Source: TFLite reference BATCH_MATMUL; CMSIS-NN `arm_batch_matmul_s8`, `arm_batch_matmul_s16`.
struct MatrixProductPlan: Sendable {
  let rescale: Requantization
  /// The real number of one of the sums over one step of the output.
  let multiplier: Double
  /// The integer of each code of the operands, lowest first, where codes are not integers themselves.
  let firstIntegers: [Int64]?
  let secondIntegers: [Int64]?
  /// Whether sums wrap in 32 bits.
  let wraps: Bool
  let first: ActivationQuantization
  let second: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  /// The stored places of the operands as [outer][row][depth] and [outer][column][depth].
  let firstPlaces: [Int]
  let secondPlaces: [Int]
  /// The stored places of the results as [outer][row][column].
  let resultPlaces: [Int]
  let rows: Int
  let columns: Int
  let depth: Int

  init(
    layer: QuantizedLayer, product: MatrixProduct, inputs: [ActivationQuantization],
    shapes: [Shape], output: ActivationQuantization, shape: Shape, arithmetic: ArithmeticSpec
  ) throws(ExecutionError) {
    first = inputs[0]
    second = inputs[1]
    self.output = output
    clamp = layer.clamp
    firstIntegers = first.decodedIntegers
    secondIntegers = second.decodedIntegers
    let isDecoded = inputs.contains { $0.format.hasRanks }
    wraps = !isDecoded && inputs.allSatisfy { $0.format.integer.bits <= 8 }
    multiplier =
      (isDecoded
        ? first.integerScale * second.integerScale : Self.product(first.scale, second.scale))
      / output.scale
    let flavour = wraps ? arithmetic.requantization : arithmetic.wideBiasRequantization
    rescale = try Requantization(
      output.format.isUneven ? 1 : multiplier, flavour: flavour, layer: layer.name)
    rows = shape[shape.rank - 2]
    columns = shape[shape.rank - 1]
    depth = shapes[0][shapes[0].rank - (product.transposesFirst ? 2 : 1)]
    try Self.checkSums(layer, [firstIntegers, secondIntegers], inputs, depth: depth)
    let outer = Shape(Array(shape.extents.dropLast(2)))
    firstPlaces = Self.places(
      shapes[0], outer: outer, rows: rows, depth: depth, isDepthFirst: product.transposesFirst)
    secondPlaces = Self.places(
      shapes[1], outer: outer, rows: columns, depth: depth, isDepthFirst: !product.transposesSecond)
    resultPlaces = StorageOrder.storedIndices(shape)
  }

  /// The product of two scales: of float32 numbers in float32, as TFLite's `Prepare` does.
  private static func product(_ first: Double, _ second: Double) -> Double {
    let areFloats = Double(Float(first)) == first && Double(Float(second)) == second
    let short = Double(Float(first) * Float(second))
    return areFloats && short > 0 && short.isFinite ? short : first * second
  }

  /// Throws unless sums of decoded integers fit 62 bits.
  private static func checkSums(
    _ layer: QuantizedLayer, _ integers: [[Int64]?], _ inputs: [ActivationQuantization], depth: Int
  ) throws(ExecutionError) {
    guard inputs.contains(where: { $0.format.hasRanks }) else { return }
    let largest = zip(integers, inputs).map { integers, input in
      integers?.map { Double($0.magnitude) }.max()
        ?? Double(max(-input.offsets.lowerBound, input.offsets.upperBound))
    }
    let sum = largest.reduce(Double(depth), *)
    guard zip(integers, inputs).allSatisfy({ $0 != nil || !$1.format.hasRanks }),
      sum < Double(1 << 61)
    else {
      throw ExecutionError(layer: layer.name, reason: .sumsTooWide(bits: Int(sum.exponent) + 2))
    }
  }

  /// The integers of one operand's codes.
  private static func integers(
    _ codes: UnsafePointer<Int32>, _ places: [Int], _ input: ActivationQuantization,
    _ decoded: [Int64]?
  ) -> [Int] {
    guard let decoded else { return places.map { Int(codes[$0]) - input.zeroPoint } }
    let lowest = input.codes.lowerBound
    return places.map { Int(decoded[Int(codes[$0]) - lowest]) }
  }

  /// The stored places of one operand as [outer][rows][depth], broadcast over the leading axes.
  private static func places(
    _ shape: Shape, outer: Shape, rows: Int, depth: Int, isDepthFirst: Bool
  ) -> [Int] {
    let stored = StorageOrder.storedIndices(shape)
    let own = Shape(Array(shape.extents.dropLast(2)))
    return IndexTable.broadcast(own, to: outer).flatMap { matrix in
      (0..<rows * depth).map { index in
        let (row, place) = index.quotientAndRemainder(dividingBy: depth)
        return stored[matrix * rows * depth + (isDepthFirst ? place * rows + row : index)]
      }
    }
  }

  /// Computes one sample.
  func run(
    _ left: UnsafePointer<Int32>, _ right: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    let a = Self.integers(left, firstPlaces, first, firstIntegers)
    let b = Self.integers(right, secondPlaces, second, secondIntegers)
    for (index, place) in resultPlaces.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      let start = row * depth
      let other = (row / rows * columns + column) * depth
      var sum = 0
      for step in 0..<depth { sum &+= a[start + step] &* b[other + step] }
      if wraps { sum = Int(Int32(truncatingIfNeeded: sum)) }
      let code =
        output.format.isUneven
        ? output.format.rank(nearest: Double(sum) * multiplier, codebook: output.codebook)
        : rescale.rescaled(sum + rescale.preloadedRounding) + output.zeroPoint
      results[place] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
    }
  }
}
