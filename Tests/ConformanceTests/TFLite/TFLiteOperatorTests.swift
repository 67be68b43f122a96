import Arithmetic
import Execution
import Interchange
import Networks
import Tensors
import Testing

/// Operators of hand-made files, run and compared with plain loops in the file's axis order.
@Suite struct TFLiteOperatorTests {
  /// The output codes of a file on codes in the file's axis order.
  private func run(_ file: TinyTFLite, _ codes: [Int]) async throws -> [Int] {
    guard case .quantized(let network) = try TFLiteFile.network(from: file.bytes, path: "m.tflite")
    else { return [] }
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticPreset.tflm.spec)
    let input = ImportedTFLite.channelsFirst(codes, network.shapes[0])
    var output: [Int32] = []
    output = executor.trace(input) { _ in }
    return ImportedTFLite.channelsLast(output, network.shapes[network.output])
  }

  private static func list(_ values: [Int32], _ extents: [Int32]? = nil) -> TinyTFLite.Tensor {
    .init(
      extents: extents ?? [Int32(values.count)], type: 2, scales: [],
      data: values.flatMap(FlatValue.bytes))
  }

  /// Codes 0 to 23 of an image of 2 x 3 x 4.
  private let image = TinyTFLite.Tensor(extents: [1, 2, 3, 4], scales: [1])
  private let codes = Array(0..<24)

  private func code(_ y: Int, _ x: Int, _ c: Int) -> Int { (y * 3 + x) * 4 + c }

  @Test("TRANSPOSE permutes the file's axes")
  func transpose() async throws {
    let file = TinyTFLite(
      tensors: [image, Self.list([0, 3, 1, 2]), .init(extents: [1, 4, 2, 3], scales: [1])],
      operators: [.init(code: 39, inputs: [0, 1], outputs: [2])], outputs: [2])
    var expected: [Int] = []
    for c in 0..<4 { for y in 0..<2 { for x in 0..<3 { expected.append(code(y, x, c)) } } }
    #expect(try await run(file, codes) == expected)
  }

  @Test("UNPACK and PACK along other axes exchange them")
  func packs() async throws {
    let part = TinyTFLite.Tensor(extents: [1, 2, 4], scales: [1])
    let file = TinyTFLite(
      tensors: [image, part, part, part, .init(extents: [1, 3, 2, 4], scales: [1])],
      operators: [
        .init(code: 88, inputs: [0], outputs: [1, 2, 3], options: [0: .int(3), 1: .int(2)]),
        .init(code: 83, inputs: [1, 2, 3], outputs: [4], options: [0: .int(3), 1: .int(1)]),
      ], outputs: [4])
    var expected: [Int] = []
    for x in 0..<3 { for y in 0..<2 { for c in 0..<4 { expected.append(code(y, x, c)) } } }
    #expect(try await run(file, codes) == expected)
  }

  @Test("SPLIT and CONCATENATION along channels swap their halves")
  func split() async throws {
    let half = TinyTFLite.Tensor(extents: [1, 2, 3, 2], scales: [1])
    let file = TinyTFLite(
      tensors: [image, Self.list([-1], []), half, half, image],
      operators: [
        .init(code: 49, inputs: [1, 0], outputs: [2, 3], options: [0: .int(2)]),
        .init(code: 2, inputs: [3, 2], outputs: [4], options: [0: .int(3)]),
      ], outputs: [4])
    var expected: [Int] = []
    for y in 0..<2 { for x in 0..<3 { for c in [2, 3, 0, 1] { expected.append(code(y, x, c)) } } }
    #expect(try await run(file, codes) == expected)
  }

  @Test("PAD and SLICE take and give borders in the file's axes")
  func borders() async throws {
    let file = TinyTFLite(
      tensors: [
        image, Self.list([0, 0, 1, 0, 0, 2, 0, 0], [4, 2]),
        .init(extents: [1, 3, 5, 4], scales: [1]), Self.list([0, 0, 1, 1]),
        Self.list([1, 2, -1, 2]), .init(extents: [1, 2, 4, 2], scales: [1]),
      ],
      operators: [
        .init(code: 34, inputs: [0, 1], outputs: [2]),
        .init(code: 65, inputs: [2, 3, 4], outputs: [5]),
      ], outputs: [5])
    var expected: [Int] = []
    for y in -1..<1 {
      for x in 1..<5 { for c in 1..<3 { expected.append(y < 0 || x > 2 ? 0 : code(y, x, c)) } }
    }
    #expect(try await run(file, codes) == expected)
  }

  @Test("BATCH_MATMUL of four axes multiplies the last two of the file")
  func matrices() async throws {
    let weights = (0..<16).map { $0 % 5 - 2 }
    let file = TinyTFLite(
      tensors: [
        image,
        .init(
          extents: [1, 2, 4, 2], scales: [1], data: weights.map { UInt8(truncatingIfNeeded: $0) }),
        .init(extents: [1, 2, 3, 2], scales: [1]),
      ], operators: [.init(code: 126, inputs: [0, 1], outputs: [2])], outputs: [2])
    var expected: [Int] = []
    for y in 0..<2 {
      for x in 0..<3 {
        for column in 0..<2 {
          let sum = (0..<4).reduce(0) {
            $0 + code(y, x, $1) * weights[(y * 4 + $1) * 2 + column]
          }
          expected.append(min(max(sum, -128), 127))
        }
      }
    }
    #expect(try await run(file, codes) == expected)
  }

  @Test("MEAN over height and width rounds codes less the zero point half away from zero")
  func mean() async throws {
    let file = TinyTFLite(
      tensors: [
        .init(extents: [1, 2, 2, 2], scales: [1], zeroPoints: [-1]), Self.list([1, 2]),
        .init(extents: [1, 1, 1, 2], scales: [1], zeroPoints: [-1]),
      ],
      operators: [.init(code: 40, inputs: [0, 1], outputs: [2], options: [0: .byte(1)])],
      outputs: [2])
    // Offsets 1 1 1 3 and -1 -1 -1 -3: 1.5 and -1.5 become 2 and -2, codes 1 and -3.
    #expect(try await run(file, [0, -2, 0, -2, 0, -2, 2, -4]) == [1, -3])
  }

  @Test("Real numbers between DEQUANTIZE and QUANTIZE run in float32")
  func mixed() async throws {
    let real = TinyTFLite.Tensor(extents: [1, 2, 3, 4], type: 0, scales: [])
    var quantized = image
    quantized.scales = [0.25]
    let file = TinyTFLite(
      tensors: [image, real, real, quantized],
      operators: [
        .init(code: 6, inputs: [0], outputs: [1]), .init(code: 21, inputs: [1], outputs: [2]),
        .init(code: 114, inputs: [2], outputs: [3]),
      ], outputs: [3])
    #expect(try await run(file, codes) == codes.map { min($0, 6) * 4 })
  }

  @Test("HARD_SWISH is x * relu6(x + 3) / 6 to one step")
  func hardSwish() async throws {
    let input = TinyTFLite.Tensor(extents: [1, 256], scales: [0.0625])
    let file = TinyTFLite(
      tensors: [input, input], operators: [.init(code: 117, inputs: [0], outputs: [1])],
      outputs: [1])
    let output = try await run(file, Array(-128..<128))
    for (index, code) in output.enumerated() {
      let real = Double(index - 128) * 0.0625
      let exact = real * min(max(real + 3, 0), 6) / 6
      #expect(abs(Double(code) * 0.0625 - exact) <= 0.0625)
    }
  }
}
