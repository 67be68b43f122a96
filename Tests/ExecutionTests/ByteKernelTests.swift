import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// At any level the bytes must be the same.
extension DispatchedKernels {
  @Suite struct ByteKernelTests {
    #if DEBUG
      static let cases: UInt64 = 80
    #else
      static let cases: UInt64 = 1500
    #endif

    private static func quantization<G: RandomNumberGenerator>(
      _ generator: inout G
    ) -> ActivationQuantization {
      let formats = [
        SmallNetwork.int8, SmallNetwork.uint8, SmallNetwork.int8, SmallNetwork.uint8,
        .affine(IntegerFormat(bits: 5, isSigned: true)), .ternary,
      ]
      let format = formats.randomElement(using: &generator) ?? formats[0]
      let isExtreme = Int.random(in: 0..<20, using: &generator) == 0
      let exponent =
        isExtreme
        ? Double.random(in: -25...25, using: &generator)
        : Double.random(in: -4...1, using: &generator)
      // Powers of two make ties.
      let isWhole = Int.random(in: 0..<3, using: &generator) == 0
      return ActivationQuantization(
        format: format,
        scale: Double(
          sign: .plus, exponent: Int(exponent),
          significand: isWhole ? 1 : Double.random(in: 1..<2, using: &generator)),
        zeroPoint: Int.random(in: format.codes, using: &generator))
    }

    private static func clamp<G: RandomNumberGenerator>(
      _ codes: ClosedRange<Int>, _ generator: inout G
    ) -> ClosedRange<Int> {
      guard Bool.random(using: &generator) else { return codes }
      let (a, b) = (
        Int.random(in: codes, using: &generator), Int.random(in: codes, using: &generator)
      )
      return min(a, b)...max(a, b)
    }

    @Test(
      "sums, differences and products are those of every pair", arguments: DispatchedKernels.levels)
    func binary(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        for seed in 0..<Self.cases {
          var generator = SeededGenerator(seed: seed)
          let first = Self.quantization(&generator)
          let second = Self.quantization(&generator)
          let output = Self.quantization(&generator)
          let clamp = Self.clamp(output.codes, &generator)
          let kinds: [BinaryKind] = [
            .add, .subtract, .multiply, .add, .subtract, .maximum, .minimum,
          ]
          let kind = kinds.randomElement(using: &generator) ?? .add
          let flavour = AdditionFlavour.allCases.randomElement(using: &generator) ?? .tflite
          let add = AddRescale(first, second, to: output, flavour: flavour)
          let roundings: [RequantizationFlavour] = [
            .gemmlowp, .single, .float, .floor, .thresholds,
          ]
          var arithmetic = ArithmeticSpec(
            requantization: roundings.randomElement(using: &generator) ?? .single)
          arithmetic.addition = flavour
          let multiply = ProductRescale(first, second, to: output, arithmetic: arithmetic)
          let kernel = try #require(
            ByteBinary(
              kind, first: first, second: second, output: output, clamp: clamp, add: add,
              multiply: multiply))
          let count = Int.random(in: 1...1500, using: &generator)
          let x = (0..<count).map { _ in Int.random(in: first.codes, using: &generator) }
          let y = (0..<count).map { _ in Int.random(in: second.codes, using: &generator) }
          var bytes = [UInt8](repeating: 0, count: count)
          kernel.run(
            x.map { UInt8($0 - first.codes.lowerBound) },
            y.map { UInt8($0 - second.codes.lowerBound) }, to: &bytes, count: count)
          let expected = zip(x, y).map { x, y in
            let value =
              switch kind {
              case .add: add.code(x, y)
              case .subtract: add.code(x, y, subtracts: true)
              case .maximum:
                max(x - first.zeroPoint, y - second.zeroPoint) + output.zeroPoint
              case .minimum:
                min(x - first.zeroPoint, y - second.zeroPoint) + output.zeroPoint
              case .multiply, .divide, .power: multiply.code(x, y)
              }
            return UInt8(
              min(max(value, clamp.lowerBound), clamp.upperBound) - output.codes.lowerBound)
          }
          #expect(bytes == expected, "seed \(seed) \(kind) \(flavour) \(add)")
        }
      }
    }

    @Test("pools of random windows are those of codes", arguments: DispatchedKernels.levels)
    func pools(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        for seed in 0..<Self.cases {
          var generator = SeededGenerator(seed: seed)
          func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
          let (height, width) = (draw(1...9), draw(1...9))
          let isGlobal = seed % 5 == 0
          let kernel = isGlobal ? (height, width) : (draw(1...4), draw(1...4))
          let dilation = isGlobal ? 1 : draw(1...2)
          let pads = isGlobal ? 0 : 3
          var window = WindowGeometry(
            height: height, width: width, kernelHeight: kernel.0, kernelWidth: kernel.1,
            strideY: draw(1...3), strideX: draw(1...3), dilationY: dilation, dilationX: dilation)
          window.padTop = draw(0...pads)
          window.padLeft = draw(0...pads)
          window.padBottom = draw(0...pads)
          window.padRight = draw(0...pads)
          guard window.outputHeight > 0, window.outputWidth > 0 else { continue }
          let pool = Pool(
            kind: draw(0...2) == 0 ? .max : .average, window: window,
            countsPadding: Bool.random(using: &generator))
          let channels = [draw(1...40), draw(60...140)][draw(0...1)]
          var input = Self.quantization(&generator)
          var output = Self.quantization(&generator)
          // Scales that runtimes have.
          while !(1e-6...1e6).contains(input.scale) { input = Self.quantization(&generator) }
          while !(1e-6...1e6).contains(output.scale) { output = Self.quantization(&generator) }
          // Only a real mean changes the scale; the others stay within the codes.
          let rounding = AverageRounding.allCases[draw(0...2)]
          if pool.kind == .max || rounding != .halfEven { output = input }
          let clamp = Self.clamp(output.codes, &generator)
          let codes = (0..<height * width * channels).map { _ in
            Int32(Int.random(in: input.codes, using: &generator))
          }
          let count = window.outputHeight * window.outputWidth * channels
          var expected = [Int32](repeating: 0, count: count)
          PoolPlan(
            pool: pool, channels: channels, zeroPoint: input.zeroPoint, clamp: clamp,
            average: AveragePlan(rounding, pool: pool, input: input, output: output)
          ).run(codes, &expected)
          let byte = try #require(
            BytePool(
              pool, channels: channels, rounding: rounding, input: input, output: output,
              clamp: clamp))
          var bytes = [UInt8](repeating: 0, count: codes.count)
          ByteCodes.bytes(codes, lowest: input.codes.lowerBound, to: &bytes, count: codes.count)
          #expect(bytes == codes.map { UInt8(Int($0) - input.codes.lowerBound) })
          var results = [UInt8](repeating: 0, count: count)
          byte.run(bytes, to: &results)
          var resultCodes = [Int32](repeating: 0, count: count)
          ByteCodes.codes(results, lowest: output.codes.lowerBound, to: &resultCodes, count: count)
          #expect(resultCodes == expected, "seed \(seed) \(rounding) \(pool) \(channels)")
        }
      }
    }

    @Test("tables of up to 256 entries", arguments: DispatchedKernels.levels)
    func tables(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        var generator = SeededGenerator(seed: 5)
        for entries in [1, 3, 16, 200, 256] {
          let codes = (0..<entries).map { _ in Int32.random(in: -128...127, using: &generator) }
          let table = try #require(ByteTable(codes, lowest: -128))
          for count in [0, 1, 63, 64, 65, 300] {
            let bytes = (0..<count).map { _ in
              UInt8(Int.random(in: 0..<entries, using: &generator))
            }
            var results = [UInt8](repeating: 0, count: count)
            table.run(bytes, to: &results, count: count)
            #expect(results == bytes.map { UInt8(Int(codes[Int($0)]) + 128) })
          }
        }
        #expect(ByteTable([3, 128], lowest: -128) == nil)
        #expect(ByteTable([Int32](repeating: 0, count: 257), lowest: 0) == nil)
      }
    }

    @Test("wider codes than a byte have no kernel")
    func wideCodes() {
      let wide = ActivationQuantization(
        format: .affine(IntegerFormat(bits: 9, isSigned: true)), scale: 1, zeroPoint: 0)
      let narrow = SmallNetwork.signed(0.5)
      for quantizations in [
        [wide, narrow, narrow], [narrow, wide, narrow], [narrow, narrow, wide],
      ] {
        let (first, second, output) = (quantizations[0], quantizations[1], quantizations[2])
        let kernel = ByteBinary(
          .add, first: first, second: second, output: output, clamp: -3...3,
          add: AddRescale(first, second, to: output, flavour: .tflite),
          multiply: ProductRescale(first, second, to: output, arithmetic: ArithmeticSpec()))
        #expect(kernel == nil)
        let pool = Pool(
          kind: .max,
          window: WindowGeometry(height: 2, width: 2, kernelHeight: 2, kernelWidth: 2))
        let bytes = BytePool(
          pool, channels: 3, rounding: .halfAway, input: first, output: output, clamp: -3...3)
        #expect((bytes == nil) == (first == wide || output == wide))
      }
    }
  }
}
