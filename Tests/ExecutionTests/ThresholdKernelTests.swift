import CKernels
import TestRandomness
import Testing

extension DispatchedKernels {
  @Suite struct ThresholdKernelTests {
    @Test("codes equal counting the thresholds that are reached, at every level", arguments: levels)
    func random(level: Int32) {
      DispatchedKernels.atLevel(level) {
        for seed: UInt64 in 0..<60 { check(seed: seed) }
      }
    }

    /// Channels around the width of a vector, one table or one each, with codes that count up or do not.
    private func check(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      func draw(_ range: ClosedRange<Int32>) -> Int32 { Int32.random(in: range, using: &random) }
      let channels = Int([1, 1, 3, 15, 16, 17, 32, 40][Int(draw(0...7))])
      let places = Int(draw(1...50)), steps = Int(draw(1...64))
      let readsReals = draw(0...1) == 1, countsUp = draw(0...1) == 1
      let zeroPoint = readsReals ? 0 : draw(-9...9)
      func number() -> Int32 {
        readsReals ? Int32(bitPattern: Float(draw(-900...900)).bitPattern) : draw(-900...900)
      }
      // What float32 numbers are ordered by: their magnitudes as integers, negative below 0.
      func key(_ number: Int32) -> Int32 {
        guard readsReals else { return number - zeroPoint }
        return number < 0 ? -(number & Int32.max) : number
      }
      let blocks = (channels + 15) / 16
      var thresholds = [Int32](repeating: 0, count: blocks * steps * 16)
      for lane in 0..<blocks * 16 {
        let sorted = (0..<steps).map { _ in key(number()) }.sorted()
        for step in 0..<steps {
          thresholds[(lane / 16 * steps + step) * 16 + lane % 16] = sorted[step]
        }
      }
      if channels == 1 {
        for step in 0..<steps {
          for lane in 1..<16 { thresholds[16 * step + lane] = thresholds[16 * step] }
        }
      }
      let codes = (0..<channels * (steps + 1)).map { _ in draw(-99...99) }
      var first = (0..<blocks * 16).map { _ in draw(-99...99) }
      if channels == 1 { first = [Int32](repeating: first[0], count: 16) }
      let source = (0..<places * channels).map { _ in number() }
      var results = [Int32](repeating: 0, count: source.count)
      thresholds.withUnsafeBufferPointer { thresholds in
        codes.withUnsafeBufferPointer { codes in
          first.withUnsafeBufferPointer { first in
            var form = ww_thresholds(
              channels: Int64(channels), steps: Int32(steps), thresholds: thresholds.baseAddress,
              codes: countsUp ? nil : codes.baseAddress, first: first.baseAddress,
              readsReals: readsReals ? 1 : 0, zeroPoint: zeroPoint)
            ww_threshold_codes(&form, source, &results, Int64(source.count))
          }
        }
      }
      for (place, code) in results.enumerated() {
        let channel = place % channels
        let reached = (0..<steps).filter { step in
          key(source[place]) >= thresholds[(channel / 16 * steps + step) * 16 + channel % 16]
        }.count
        let listed = codes[channel * (steps + 1) + reached]
        #expect(code == (countsUp ? first[channel] + Int32(reached) : listed))
      }
    }
  }
}
