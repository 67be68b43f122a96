import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

extension DispatchedKernels {
  /// Layers of products in floating-point accumulators: the reference held to scalar float additions, the kernels
  /// to the reference.
  @Suite struct FloatAccumulatorLayerTests {
    static let spellings = [
      "fp16", "bf16", "fp32", "fp-e8m13", "fp-e5m4", "fp-e6m2:saturate", "fp16:saturate",
    ]

    #if DEBUG
      static let seeds: Range<UInt64> = 0..<12
    #else
      static let seeds: Range<UInt64> = 0..<150
    #endif

    /// A random layer with a float accumulator and nothing that does not go with one.
    private func layer(
      seed: UInt64, _ spelling: String, input: String? = nil
    ) throws -> RandomLayer {
      var random = SeededGenerator(seed: seed)
      var layer = RandomLayer(seed: seed)
      layer.arithmetic.outer = nil
      layer.arithmetic.productCast = nil
      layer.arithmetic.accumulator = try Accumulator(spelling: spelling)
      if let bias = layer.linear.bias {
        let limit = [10, 1 << 10, 1 << 20, 1 << 30].randomElement(using: &random) ?? 1
        layer.linear.bias = bias.map { $0 % limit }
      }
      guard let input else { return layer }
      layer.linear.outputStage = .rescaled
      layer.arithmetic.requantization = .float
      layer.arithmetic.fullyConnectedRequantization = nil
      layer.linear.biasBits = 32
      layer.input = try ActivationFormats.quantization(input, &random)
      // Sums of 33 bits times 17 would need more than 62.
      if layer.input.format.integer.bits > 32 { layer.linear.weightZeroPoints = [] }
      let codes = ListedValues(layer.input).codes
      layer.codes = layer.codes.map { _ in Int32(codes.randomElement(using: &random) ?? 0) }
      return layer
    }

    /// The content of each accumulator by `FloatAccumulator.add` of doubles, in units of a product.
    private func expected(_ layer: RandomLayer, _ accumulator: FloatAccumulator) -> [Double] {
      let linear = layer.linear
      let window = linear.window
      let perGroup = linear.inputChannels / linear.groups
      let area = window.kernelHeight * window.kernelWidth
      let integers = layer.input.decodedIntegers
      let unit = Double(sign: .plus, exponent: layer.input.format.unit, significand: 1)
      let isMajor = layer.arithmetic.order == .kernelMajor
      let lanes = layer.arithmetic.lanes
      var contents: [Double] = []
      for place in 0..<window.outputHeight * window.outputWidth {
        let (y, x) = place.quotientAndRemainder(dividingBy: window.outputWidth)
        for channel in 0..<linear.outputChannels {
          let group = channel / (linear.outputChannels / linear.groups)
          let zero = linear.weightZeroPoints.isEmpty ? 0 : linear.weightZeroPoints[channel]
          let products = (0..<linear.depth).map { step -> Double in
            let (tap, c) =
              isMajor ? (step / perGroup, step % perGroup) : (step % area, step / area)
            let (ky, kx) = (tap / window.kernelWidth, tap % window.kernelWidth)
            let row = y * window.strideY + ky * window.dilationY - window.padTop
            let column = x * window.strideX + kx * window.dilationX - window.padLeft
            guard (0..<window.spreadHeight).contains(row),
              (0..<window.spreadWidth).contains(column), row % window.upsampleY == 0,
              column % window.upsampleX == 0
            else { return 0 }
            let source =
              (row / window.upsampleY * window.width + column / window.upsampleX)
              * linear.inputChannels + group * perGroup + c
            let code = Int(layer.codes[source])
            let value =
              integers.map { Int($0[code - layer.input.codes.lowerBound]) }
              ?? code - layer.input.zeroPoint
            let weight = (channel * area + tap) * perGroup + c
            return Double(value * (Int(linear.storedWeights[weight]) - zero)) * unit
          }
          let bias = Double(linear.bias?[channel] ?? 0) * unit
          var content = 0.0
          func add(_ term: Double) { content = accumulator.add(content, term) }
          let isFirst = layer.arithmetic.bias == .first
          if isFirst { add(bias) }
          for start in stride(from: 0, to: products.count, by: lanes) {
            add(products[start..<min(start + lanes, products.count)].reduce(0, +))
          }
          if !isFirst { add(bias) }
          contents.append(content / unit)
        }
      }
      return contents
    }

    @Test("the reference adds as the scalar accumulator does", arguments: spellings)
    func reference(spelling: String) throws {
      let accumulator = try FloatAccumulator(spelling: spelling)
      var rounded = 0
      for seed in Self.seeds {
        let inputs: [String?] = [nil, "fp8-e4m3", "fp6-e2m3", "fixed8.5", "pow2-4"]
        let layer = try layer(seed: seed, spelling, input: inputs[Int(seed) % inputs.count])
        // A rounding constant that is preloaded is part of the bias there.
        guard layer.arithmetic.requantization != .shift else { continue }
        let outcome = try layer.reference()
        let expected = expected(layer, accumulator)
        for (content, sum) in zip(outcome.contents, expected) {
          let same = sum.isFinite ? Double(content) == sum : content.magnitude == UInt(Int.max)
          #expect(same, "seed \(seed): \(layer): \(content) and \(sum)")
        }
        rounded += outcome.overflow.total(\.roundedSteps)
      }
      #expect(rounded > 0)
    }

    @Test("kernels equal the reference, values and counts, at each level", arguments: spellings)
    func kernels(spelling: String) throws {
      for level in DispatchedKernels.levels {
        try DispatchedKernels.atLevel(level) {
          var paths = ExactnessPaths()
          var lost = 0
          for seed in Self.seeds {
            let inputs: [String?] = [nil, nil, "fp8-e4m3", "kmeans4", "fp8-e5m2"]
            let layer = try layer(seed: seed, spelling, input: inputs[Int(seed) % inputs.count])
            let slow = try layer.reference()
            for observes in [true, false] {
              var fast = try layer.fast(observesPrefixes: observes)
              #expect(fast.contents == slow.contents, "seed \(seed): \(layer)")
              #expect(fast.codes == slow.codes, "seed \(seed): \(layer)")
              paths.merge(fast.overflow.paths)
              #expect(fast.overflow.paths.total == slow.contents.count)
              guard observes else { continue }
              fast.overflow.paths = slow.overflow.paths
              #expect(fast.overflow == slow.overflow, "seed \(seed): \(layer)")
            }
            lost += slow.overflow.total(\.lostSums)
          }
          #expect(paths.stepped > 0)
          if spelling == "fp16" || spelling == "fp-e5m4" { #expect(lost > 0) }
        }
      }
    }

    @Test("sums that fit the significand take the fast path and lose nothing")
    func exact() throws {
      var layer = try layer(seed: 3, "fp32")
      layer.linear.replaceWeights(
        CodeArray([Int32](repeating: 1, count: layer.linear.weightShape.count)))
      layer.linear.weightZeroPoints = []
      layer.linear.bias = nil
      layer.input = OperatorNetwork.codes(8)
      layer.codes = layer.codes.map { $0 % 128 }
      let outcome = try layer.fast(observesPrefixes: false)
      #expect(outcome.overflow.paths.stepped == 0)
      #expect(outcome.overflow.total(\.roundedSteps) == 0)
      #expect(outcome.overflow.accumulator.description == "fp32")
      let reference = try layer.reference()
      #expect(outcome.contents == reference.contents && outcome.codes == reference.codes)
    }

    @Test("what a float accumulator does not go with is refused in one line")
    func refusals() throws {
      var layer = try layer(seed: 1, "fp16")
      layer.arithmetic.lanes = 1
      layer.arithmetic.outer = OuterAccumulator(tile: 4, accumulator: .unlimited)
      #expect(throws: ExecutionError.self) { try layer.reference() }
      do throws(ExecutionError) {
        _ = try LinearReference.outcome(
          of: layer.linear, codes: layer.codes, arithmetic: layer.arithmetic, input: layer.input,
          output: layer.output, clamp: layer.clamp)
      } catch {
        #expect(
          error.description
            == "layer 'reference': the accumulator fp16 does not go with a second accumulator; "
            + "use an integer accumulator, or one level of plain additions")
      }
    }
  }
}
