import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// Layers whose activations are in formats other than integers with a real scale, held to real arithmetic on the
/// values that the definitions of the formats list.
@Suite struct ActivationFormatTests {
  /// A layer of products that sums without limits, from and to activations of two formats.
  private func layer(
    seed: UInt64, _ input: String, _ output: String, _ random: inout SeededGenerator
  ) throws -> RandomLayer {
    var layer = RandomLayer(seed: seed)
    layer.linear.outputStage = .rescaled
    layer.linear.biasBits = 32
    layer.arithmetic = ArithmeticSpec(accumulator: .unlimited, requantization: .gemmlowp)
    layer.input = try ActivationFormats.quantization(input, &random)
    // Sums of 33 bits times 17 would need more than 62.
    if layer.input.format.integer.bits > 32 { layer.linear.weightZeroPoints = [] }
    layer.output = try ActivationFormats.quantization(output, &random)
    let codes = ListedValues(layer.input).codes
    layer.codes = layer.codes.map { _ in Int32(codes.randomElement(using: &random) ?? 0) }
    let results = ListedValues(layer.output).codes
    let lowest = results.randomElement(using: &random) ?? 0
    layer.clamp =
      Bool.random(using: &random)
      ? results[0]...results[results.count - 1] : lowest...max(lowest, results[results.count - 1])
    if let bias = layer.linear.bias { layer.linear.bias = bias.map { $0 % 100_000 } }
    return layer
  }

  /// The output code of every sum, by real numbers.
  private func expected(_ layer: RandomLayer) -> [Int32] {
    let (inputs, outputs) = (ListedValues(layer.input), ListedValues(layer.output))
    let linear = layer.linear
    let window = linear.window
    let perGroup = linear.inputChannels / linear.groups
    let values = Dictionary(uniqueKeysWithValues: inputs.codes.map { ($0, inputs.value($0)) })
    let unit = layer.input.integerScale / layer.input.scale
    var results: [Int32] = []
    for place in 0..<window.outputHeight * window.outputWidth {
      let (y, x) = place.quotientAndRemainder(dividingBy: window.outputWidth)
      for channel in 0..<linear.outputChannels {
        let group = channel / (linear.outputChannels / linear.groups)
        let zero = linear.weightZeroPoints.isEmpty ? 0 : linear.weightZeroPoints[channel]
        // In multiples of the unit of the input: integers below 2^53, so that doubles are exact.
        var sum = Double(linear.bias?[channel] ?? 0)
        for ky in 0..<window.kernelHeight {
          for kx in 0..<window.kernelWidth {
            let row = y * window.strideY + ky * window.dilationY - window.padTop
            let column = x * window.strideX + kx * window.dilationX - window.padLeft
            guard (0..<window.spreadHeight).contains(row),
              (0..<window.spreadWidth).contains(column), row % window.upsampleY == 0,
              column % window.upsampleX == 0
            else { continue }
            for c in 0..<perGroup {
              let source =
                (row / window.upsampleY * window.width + column / window.upsampleX)
                * linear.inputChannels + group * perGroup + c
              let weight =
                ((channel * window.kernelHeight + ky) * window.kernelWidth + kx) * perGroup + c
              let value = values[Int(layer.codes[source])] ?? .nan
              sum += value / unit * Double(Int(linear.storedWeights[weight]) - zero)
            }
          }
        }
        let multiplier =
          layer.input.integerScale * linear.weightScales[channel] / layer.output.scale
        let code = outputs.code(sum * multiplier * layer.output.scale)
        results.append(Int32(min(max(code, layer.clamp.lowerBound), layer.clamp.upperBound)))
      }
    }
    return results
  }

  private static let uneven = ActivationFormats.narrow.filter {
    (try? NumberFormat(spelling: $0).isUneven) ?? false
  }

  @Test("products round to the nearest value of each format", arguments: uneven)
  func products(spelling: String) throws {
    var random = SeededGenerator(seed: 7)
    for seed in UInt64(0)..<24 {
      let other = ActivationFormats.narrow[Int(seed) % ActivationFormats.narrow.count]
      let layer = try layer(seed: seed, seed % 3 == 0 ? spelling : other, spelling, &random)
      let reference = try layer.reference()
      #expect(reference.codes == expected(layer), "seed \(seed): \(layer) to \(layer.output)")
      for observes in [true, false] {
        let fast = try layer.fast(observesPrefixes: observes)
        #expect(fast.codes == reference.codes, "seed \(seed): \(layer) to \(layer.output)")
        #expect(fast.contents == reference.contents)
      }
    }
  }

  @Test("narrow accumulators of decoded integers: kernels equal the reference", arguments: uneven)
  func accumulators(spelling: String) throws {
    var random = SeededGenerator(seed: 11)
    for seed in UInt64(100)..<116 {
      let arithmetic = RandomLayer(seed: seed).arithmetic
      var layer = try layer(seed: seed, spelling, "kmeans4", &random)
      layer.arithmetic.accumulator = arithmetic.accumulator
      layer.arithmetic.lanes = arithmetic.lanes
      layer.arithmetic.order = arithmetic.order
      layer.arithmetic.bias = arithmetic.bias
      layer.arithmetic.zeroPoint = arithmetic.zeroPoint
      let reference = try layer.reference()
      var fast = try layer.fast(observesPrefixes: true)
      #expect(fast.contents == reference.contents, "seed \(seed): \(layer)")
      #expect(fast.codes == reference.codes, "seed \(seed): \(layer)")
      fast.overflow.paths = reference.overflow.paths
      #expect(fast.overflow == reference.overflow, "seed \(seed): \(layer)")
      #expect(try layer.fast(observesPrefixes: false).codes == reference.codes)
    }
  }

  @Test("sums, differences, products and extremes of all pairs of codes", arguments: uneven)
  func pairs(spelling: String) throws {
    var random = SeededGenerator(seed: 3)
    let first = try ActivationFormats.quantization(spelling, &random)
    let second = try ActivationFormats.quantization("pow2-4", &random)
    let output = try ActivationFormats.quantization(spelling, &random)
    let (a, b, y) = (ListedValues(first), ListedValues(second), ListedValues(output))
    let pairs = a.codes.flatMap { x in b.codes.map { (x, $0) } }
    let shape = Shape([1, pairs.count])
    let operands = [
      OperatorNetwork.Operand(
        codes: pairs.map { Int32($0.0) }, shape: shape, quantization: first),
      OperatorNetwork.Operand(
        codes: pairs.map { Int32($0.1) }, shape: shape, quantization: second),
    ]
    let functions: [(BinaryKind, (Double, Double) -> Double)] = [
      (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }),
      (.maximum, { max($0, $1) }), (.minimum, { min($0, $1) }),
    ]
    for (kind, function) in functions {
      let results = try OperatorNetwork.result(
        .binary(kind), of: operands, output: output, shape: shape)
      let expected = pairs.map { x, z in
        Int32(y.code(function(first.scale * a.value(x), second.scale * b.value(z))))
      }
      #expect(results == expected, "\(kind)")
    }
  }

  @Test("pools: the largest code, and means rounded to the nearest value", arguments: uneven)
  func pools(spelling: String) throws {
    var random = SeededGenerator(seed: 5)
    for countsPadding in [false, true] {
      let quantization = try ActivationFormats.quantization(spelling, &random)
      let values = ListedValues(quantization)
      let window = WindowGeometry(
        height: 5, width: 7, kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 1, padTop: 1,
        padLeft: 1, padBottom: 1, padRight: 0)
      let codes = (0..<35).map { _ in Int32(values.codes.randomElement(using: &random) ?? 0) }
      for kind in [Pool.Kind.max, .average] {
        let results = try OperatorNetwork.result(
          .pool(Pool(kind: kind, window: window, countsPadding: countsPadding)),
          of: [.init(codes: codes, shape: Shape([1, 1, 5, 7]), quantization: quantization)],
          output: quantization, shape: Shape([1, 1, window.outputHeight, window.outputWidth]))
        var expected: [Int32] = []
        for y in 0..<window.outputHeight {
          for x in 0..<window.outputWidth {
            var taps: [Double] = []
            for row in y * 2 - 1..<y * 2 + 2 where (0..<5).contains(row) {
              for column in x - 1..<x + 1 where (0..<7).contains(column) {
                taps.append(values.value(Int(codes[row * 7 + column])))
              }
            }
            let count = countsPadding ? 6 : taps.count
            let real =
              kind == .max
              ? taps.max() ?? 0
              : taps.reduce(0, +) * quantization.scale / Double(count) / quantization.scale
            expected.append(Int32(values.code(real * quantization.scale)))
          }
        }
        #expect(results == expected, "\(kind)")
      }
    }
  }

  @Test("concatenation, softmax and products of activations", arguments: uneven)
  func others(spelling: String) throws {
    var random = SeededGenerator(seed: 8)
    let first = try ActivationFormats.quantization(spelling, &random)
    let second = try ActivationFormats.quantization("fixed8.5", &random)
    let output = try ActivationFormats.quantization(spelling, &random)
    let (a, b, y) = (ListedValues(first), ListedValues(second), ListedValues(output))
    let left = a.codes.map { Int32($0) }
    let right = b.codes.map { Int32($0) }
    let joined = try OperatorNetwork.result(
      .concatenation(axis: 1),
      of: [
        .init(codes: left, shape: Shape([1, left.count]), quantization: first),
        .init(codes: right, shape: Shape([1, right.count]), quantization: second),
      ], output: output, shape: Shape([1, left.count + right.count]))
    #expect(
      joined == a.codes.map { Int32(y.code(first.scale * a.value($0))) }
        + b.codes.map { Int32(y.code(second.scale * b.value($0))) })
    let sum = try OperatorNetwork.result(
      .matrixProduct(MatrixProduct()),
      of: [
        .init(codes: left, shape: Shape([left.count, 1]), quantization: first),
        .init(codes: [3, -7], shape: Shape([1, 2]), quantization: second),
      ], output: output, shape: Shape([left.count, 2]))
    #expect(
      sum
        == a.codes.flatMap { code in
          [3.0, -7.0].map { Int32(y.code(first.scale * a.value(code) * $0 / 32)) }
        })
    let shares = try OperatorNetwork.result(
      .softmax(axis: 1),
      of: [.init(codes: left, shape: Shape([1, left.count]), quantization: first)],
      output: output, shape: Shape([1, left.count]))
    #expect(shares.count == left.count)
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test(
    "reals become codes by the nearest value, and codes reals", arguments: ActivationFormats.narrow)
  func codes(spelling: String) throws {
    var random = SeededGenerator(seed: 21)
    let quantization = try ActivationFormats.quantization(spelling, &random)
    guard quantization.format.isUneven else { return }
    let values = ListedValues(quantization)
    #expect(quantization.codes.lowerBound == values.codes.first)
    #expect(quantization.codes.upperBound == values.codes.last)
    for code in values.codes {
      #expect(quantization.real(code) == quantization.scale * values.value(code))
      #expect(quantization.code(quantization.real(code)) == code)
    }
    let ends = [values.values.first?.value ?? 1, values.values.last?.value ?? 1].map(abs)
    let largest = 1.5 * quantization.scale * (ends.max() ?? 1)
    for _ in 0..<200 {
      let real = Double.random(in: -largest...largest, using: &random)
      #expect(quantization.code(real) == values.code(real), "\(real)")
    }
    #expect(quantization.code(.infinity) == values.codes.last)
    #expect(quantization.code(-.infinity) == values.codes.first)
    #expect(quantization.code(.nan) == values.codes.first)
  }
}
