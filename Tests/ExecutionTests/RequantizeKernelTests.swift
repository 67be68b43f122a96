import Arithmetic
import Execution
import Networks
import TestRandomness
import Testing

/// At any level the bytes must be the same.
extension DispatchedKernels {
  @Suite struct RequantizeKernelTests {
    private static let formats: [NumberFormat] = [
      .affine(IntegerFormat(bits: 8, isSigned: true)),
      .affine(IntegerFormat(bits: 8, isSigned: false)),
      .affine(IntegerFormat(bits: 4, isSigned: true)),
      .affine(IntegerFormat(bits: 3, isSigned: false)), .bipolar, .ternary,
    ]

    private static func output<G: RandomNumberGenerator>(
      zero: Bool, _ generator: inout G
    ) -> (ActivationQuantization, ClosedRange<Int>) {
      let format = formats.randomElement(using: &generator) ?? formats[0]
      let zeroPoint = zero ? 0 : Int.random(in: format.codes, using: &generator)
      var clamp = format.codes
      if Bool.random(using: &generator) {
        clamp = Int.random(in: format.codes, using: &generator)...clamp.upperBound
      }
      return (ActivationQuantization(format: format, scale: 1, zeroPoint: zeroPoint), clamp)
    }

    /// Contents of every magnitude, the extremes, and those whose rescaled number is a tie or near one.
    ///
    /// - Parameter ties: a content that channels take near a tie; so do its odd multiples.
    private static func contents<G: RandomNumberGenerator>(
      _ multiplier: Double, _ count: Int, ties: Int = 1, _ generator: inout G
    ) -> [Int32] {
      (0..<count).map { index in
        switch index % 8 {
        case 4, 5: Int32(ties * (2 * Int.random(in: -9...8, using: &generator) + 1))
        case 0:
          [Int32.min, .min + 1, .max, .max - 1, 0, 1, -1].randomElement(using: &generator) ?? 0
        case 1, 2:
          Int32.random(in: .min ... .max, using: &generator)
            >> Int32.random(in: 0...31, using: &generator)
        case 3:
          (1 << Int32.random(in: 0...30, using: &generator))
            &* (Bool.random(using: &generator) ? -1 : 1)
            &+ Int32.random(in: -1...1, using: &generator)
        default:
          Int32(
            clamping: Int(
              max(
                -1e10,
                min(
                  1e10, (Double(Int.random(in: -300...300, using: &generator)) + 0.5) / multiplier))
            ))
            &+ Int32.random(in: -1...1, using: &generator)
        }
      }
    }

    /// The bytes of a kernel over contents [rows][channels + 3], against those of `code`.
    private func compare(
      _ kernel: RequantizeKernel, _ contents: [Int32], channels: Int, rows: Int, lowest: Int,
      _ place: Comment, code: (Int, Int) -> Int
    ) {
      let stride = channels + 3
      let first = channels > 4 ? channels % 3 : 0
      var bytes = [UInt8](repeating: 99, count: rows * stride)
      contents.withUnsafeBufferPointer { contents in
        bytes.withUnsafeMutableBufferPointer { bytes in
          guard let contents = contents.baseAddress, let bytes = bytes.baseAddress else { return }
          kernel.run(
            contents + first, stride: stride, rows: rows, channels: first..<channels,
            to: bytes + first, stride: stride)
        }
      }
      var expected = [UInt8](repeating: 99, count: rows * stride)
      for row in 0..<rows {
        for channel in first..<channels {
          let index = row * stride + channel
          expected[index] = UInt8(code(Int(contents[index]), channel) - lowest)
        }
      }
      #expect(bytes == expected, place)
    }

    private static func multiplier<G: RandomNumberGenerator>(
      _ flavour: RequantizationFlavour, seed: Int, _ generator: inout G
    ) -> Double {
      let significand = Double.random(in: 1..<2, using: &generator)
      // Mostly what layers have, sometimes anything.
      let exponent =
        seed % 4 == 0
        ? Int.random(in: -70...40, using: &generator) : Int.random(in: -18...1, using: &generator)
      let isWhole = flavour.needsPowerOfTwo || seed % 7 == 0
      return Double(sign: .plus, exponent: exponent, significand: isWhole ? 1 : significand)
    }

    #if DEBUG
      static let cases = 60
    #else
      static let cases = 600
    #endif

    @Test("bytes are the codes of every flavour", arguments: DispatchedKernels.levels)
    func flavours(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        for (number, flavour) in RequantizationFlavour.allCases.enumerated() {
          for seed in 0..<Self.cases {
            var generator = SeededGenerator(seed: UInt64(1000 * number + seed))
            let (output, clamp) = Self.output(zero: flavour == .cast, &generator)
            let channels = Int.random(in: 1...37, using: &generator)
            let rows = Int.random(in: 1...5, using: &generator)
            let cast = ArithmeticSpec.OutputCast(
              rounding: FixedPointRounding.allCases.randomElement(using: &generator) ?? .truncate,
              overflow: OverflowPolicy.allCases.randomElement(using: &generator) ?? .wrap)
            let ties = Int.random(in: 1...100_000, using: &generator)
            let rescales = (0..<channels).map { _ in
              let real =
                seed % 2 == 0 || flavour.needsPowerOfTwo
                ? Self.multiplier(flavour, seed: seed, &generator)
                : (Double(Int.random(in: 0...40, using: &generator)) + 0.5) / Double(ties)
              return Requantization(real, flavour: flavour, rounding: cast.rounding)
            }
            let corrects = seed % 3 == 0
            let bits = corrects ? Int.random(in: 8...32, using: &generator) : 32
            let register = Accumulator(bits: bits, overflow: .wrap)
            let corrections = (0..<(corrects ? channels : 0)).map { _ in
              Int.random(in: -(1 << 30)...(1 << 30), using: &generator)
            }
            let contents = Self.contents(
              rescales[0].real, rows * (channels + 3), ties: ties, &generator)
            let kernel = try #require(
              RequantizeKernel(
                rescales: rescales, cast: cast, output: output, clamp: clamp,
                corrections: corrections, wrappingBits: bits))
            compare(
              kernel, contents, channels: channels, rows: rows, lowest: output.codes.lowerBound,
              "\(flavour) seed \(seed) \(cast) \(rescales[0])"
            ) { content, channel in
              let sum = corrects ? register.stored(content - corrections[channel]) : content
              let rescale = rescales[channel]
              let code: Int
              if flavour == .cast {
                let kept = clamp.lowerBound >= 0 ? max(sum, 0) : sum
                let wraps = cast.overflow == .wrap || cast.overflow == .wrapSignMagnitude
                code = cast.code(
                  rescale.shift < 0 && wraps ? kept << -rescale.shift : rescale.rescaled(kept),
                  in: output.format.integer)
              } else {
                code = rescale.rescaled(sum) + output.zeroPoint
              }
              return min(max(code, clamp.lowerBound), clamp.upperBound)
            }
          }
        }
      }
    }

    @Test(
      "a zero point added before the rounding of a float product",
      arguments: DispatchedKernels.levels)
    func floatStart(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        for seed in 0..<Self.cases {
          var generator = SeededGenerator(seed: UInt64(seed))
          let (output, clamp) = Self.output(zero: false, &generator)
          let rescale = Requantization(
            Self.multiplier(.float, seed: seed, &generator), flavour: .float)
          let contents = Self.contents(rescale.real, 3 * 24, &generator)
          let kernel = try #require(
            RequantizeKernel(
              rescales: [Requantization](repeating: rescale, count: 21), roundsWithZeroPoint: true,
              output: output, clamp: clamp))
          compare(
            kernel, contents, channels: 21, rows: 3, lowest: output.codes.lowerBound, "seed \(seed)"
          ) { content, _ in
            let sum = Float(content) * rescale.float + Float(output.zeroPoint)
            let code = Requantization.saturating(sum.rounded(.toNearestOrEven))
            return min(max(code, clamp.lowerBound), clamp.upperBound)
          }
        }
      }
    }

    @Test("thresholds give the codes of their tables", arguments: DispatchedKernels.levels)
    func thresholds(level: Int32) throws {
      try DispatchedKernels.atLevel(level) {
        for seed in 0..<Self.cases {
          var generator = SeededGenerator(seed: UInt64(seed))
          let (output, clamp) = Self.output(zero: false, &generator)
          let channels = Int.random(in: 1...37, using: &generator)
          let reach = Int(1) << Int.random(in: 3...33, using: &generator)
          let isConsecutive = seed % 2 == 0
          let tables = (0..<channels).map { _ in
            let most = [1, 3, 15, 40, 255].randomElement(using: &generator) ?? 3
            let count = Int.random(in: 0...most, using: &generator)
            let thresholds = (0..<count).map { _ in
              Int.random(in: -reach...reach, using: &generator)
            }
            let start = Int32.random(in: -200...200, using: &generator)
            return ThresholdTable(
              thresholds: thresholds.sorted(),
              codes: (0...count).map {
                isConsecutive ? start + Int32($0) : Int32.random(in: -300...300, using: &generator)
              })
          }
          var contents = Self.contents(0.01, 4 * (channels + 3), &generator)
          for index in contents.indices where index % 2 == 0 {
            guard
              let near = tables[index % (channels + 3) % channels].thresholds.randomElement(
                using: &generator)
            else { continue }
            contents[index] =
              Int32(clamping: near) &+ Int32.random(in: -1...1, using: &generator)
          }
          let kernel = try #require(RequantizeKernel(tables: tables, output: output, clamp: clamp))
          compare(
            kernel, contents, channels: channels, rows: 4, lowest: output.codes.lowerBound,
            "seed \(seed)"
          ) { content, channel in
            min(max(Int(tables[channel].code(of: content)), clamp.lowerBound), clamp.upperBound)
          }
        }
      }
    }

    @Test("contents as they are, clipped to bytes")
    func identity() throws {
      let output = ActivationQuantization(format: Self.formats[0], scale: 1, zeroPoint: 3)
      let kernel = try #require(
        RequantizeKernel(channels: 19, output: output, clamp: -100...127))
      var generator = SeededGenerator(seed: 1)
      compare(
        kernel, Self.contents(1, 2 * 22, &generator), channels: 19, rows: 2, lowest: -128,
        "identity"
      ) { content, _ in min(max(content, -100), 127) }
    }

    @Test("wider codes than a byte have no kernel")
    func wideCodes() {
      let output = ActivationQuantization(
        format: .affine(IntegerFormat(bits: 9, isSigned: true)), scale: 1, zeroPoint: 0)
      let rescale = Requantization(0.5, flavour: .single)
      #expect(RequantizeKernel(rescales: [rescale], output: output, clamp: -3...3) == nil)
      let real = ActivationQuantization.float32
      #expect(RequantizeKernel(rescales: [rescale], output: real, clamp: -3...3) == nil)
      let narrow = ActivationQuantization(format: Self.formats[0], scale: 1, zeroPoint: 0)
      #expect(RequantizeKernel(rescales: [rescale], output: narrow, clamp: -300...3) == nil)
      #expect(RequantizeKernel(rescales: [], output: narrow, clamp: -3...3) == nil)
    }
  }
}
