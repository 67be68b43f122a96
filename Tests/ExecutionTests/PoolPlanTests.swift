import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct PoolPlanTests {
  /// A pool in ONNX order, one output at a time.
  private func naive(
    _ pool: Pool, _ codes: [Int32], channels: Int, zeroPoint: Int
  ) -> [Int32] {
    let window = pool.window
    var results: [Int32] = []
    for channel in 0..<channels {
      for y in 0..<window.outputHeight {
        for x in 0..<window.outputWidth {
          var taps: [Int] = []
          for ky in 0..<window.kernelHeight {
            for kx in 0..<window.kernelWidth {
              let row = y * window.strideY + ky * window.dilationY - window.padTop
              let column = x * window.strideX + kx * window.dilationX - window.padLeft
              let isInside =
                (0..<window.height).contains(row) && (0..<window.width).contains(column)
              if isInside {
                taps.append(
                  Int(codes[(channel * window.height + row) * window.width + column]))
              } else if pool.countsPadding && pool.kind == .average {
                taps.append(zeroPoint)
              }
            }
          }
          switch pool.kind {
          case .max: results.append(Int32(taps.max() ?? 0))
          case .average:
            let mean = Double(taps.reduce(0, +)) / Double(taps.count)
            results.append(Int32(mean.rounded(.toNearestOrAwayFromZero)))
          }
        }
      }
    }
    return results
  }

  @Test("pools of random windows equal one output at a time", arguments: 0..<150)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let kernel = (draw(1...4), draw(1...4))
    let window = WindowGeometry(
      height: draw(4...9), width: draw(4...9), kernelHeight: kernel.0, kernelWidth: kernel.1,
      strideY: draw(1...3), strideX: draw(1...3), padTop: draw(0...(kernel.0 - 1)),
      padLeft: draw(0...(kernel.1 - 1)))
    let pool = Pool(
      kind: Bool.random(using: &random) ? .max : .average, window: window,
      countsPadding: Bool.random(using: &random))
    let channels = draw(1...5)
    let quantization = SmallNetwork.signed(0.1, draw(-128...127))
    let codes = (0..<channels * window.height * window.width).map { _ in Int32(draw(-128...127)) }
    let results = try SmallNetwork.codes(
      .pool(pool), input: quantization, shape: Shape([1, channels, window.height, window.width]),
      output: quantization,
      outputShape: Shape([1, channels, window.outputHeight, window.outputWidth]), codes)
    #expect(
      results == naive(pool, codes, channels: channels, zeroPoint: quantization.zeroPoint))
  }

  private func average(
    _ codes: [Int32], countsPadding: Bool = false, pad: Int = 0, zeroPoint: Int = 0,
    clamp: ClosedRange<Int>? = nil
  ) throws -> [Int32] {
    let pool = Pool(
      kind: .average,
      window: WindowGeometry(
        height: 1, width: codes.count, kernelHeight: 1, kernelWidth: codes.count + pad,
        padLeft: pad), countsPadding: countsPadding)
    let quantization = SmallNetwork.signed(1, zeroPoint)
    return try SmallNetwork.codes(
      .pool(pool), input: quantization, shape: Shape([1, 1, 1, codes.count]),
      output: quantization, outputShape: Shape([1, 1, 1, 1]), clamp: clamp, codes)
  }

  @Test("averages round half away from zero")
  func halves() throws {
    #expect(try average([1, 2]) == [2])
    #expect(try average([-1, -2]) == [-2])
    #expect(try average([1, 0, 0]) == [0])
    #expect(try average([-2, 0, 0]) == [-1])
  }

  @Test("padding counts as the zero point, or not at all")
  func padding() throws {
    #expect(try average([30], pad: 2, zeroPoint: 12) == [30])
    #expect(try average([30], countsPadding: true, pad: 2, zeroPoint: 12) == [18])
  }

  @Test("a fused activation clamps the average")
  func clamped() throws {
    #expect(try average([90, 90], clamp: 0...50) == [50])
    #expect(try average([-90, -90], clamp: 0...50) == [0])
  }
}
