import Quantization
import TestRandomness
import Testing

@Suite struct ChannelAdjustmentTests {
  /// The outputs of a layer for one window of inputs, [taps, inputs].
  static func outputs(_ weights: [Float], _ window: [Double], _ layout: ChannelLayout) -> [Double] {
    (0..<layout.outputs).map { output in
      (0..<layout.depth).reduce(0) { sum, position in
        let tap = position / (layout.inputs / layout.groups)
        let input = layout.input(output: output, position: position)
        return sum + Double(weights[output * layout.depth + position])
          * window[tap * layout.inputs + input]
      }
    }
  }

  static let layouts = [
    ChannelLayout(outputs: 3, inputs: 4), ChannelLayout(outputs: 6, inputs: 4, groups: 2, taps: 9),
    ChannelLayout(outputs: 5, inputs: 5, groups: 5, taps: 4),
  ]

  @Test("the input of a weight in a dense, a grouped and a depthwise layer")
  func layout() {
    #expect((0..<4).map { Self.layouts[0].input(output: 2, position: $0) } == [0, 1, 2, 3])
    #expect((0..<4).map { Self.layouts[1].input(output: 3, position: $0) } == [2, 3, 2, 3])
    #expect((0..<4).map { Self.layouts[2].input(output: 3, position: $0) } == [3, 3, 3, 3])
    #expect(Self.layouts.map(\.depth) == [4, 18, 4])
  }

  @Test("the correction is the mean difference of the outputs", arguments: layouts)
  func biasCorrection(layout: ChannelLayout) {
    var random = SeededGenerator(seed: 1)
    let weights = random.floats(layout.count)
    let decoded = weights.map { ($0 * 4).rounded() / 4 }
    // Windows whose taps repeat, so that the mean of a channel is the same at every tap.
    let windows = (0..<7).map { _ -> [Double] in
      let pixel = random.floats(layout.inputs).map { Double($0) + 0.5 }
      return (0..<layout.taps).flatMap { _ in pixel }
    }
    let means = (0..<layout.inputs).map { input in
      windows.reduce(0) { $0 + $1[input] } / 7
    }
    let errors = BiasCorrection.outputErrors(
      weights: weights, decoded: decoded, inputMeans: means, layout: layout)
    for output in 0..<layout.outputs {
      let mean =
        windows.reduce(0) {
          $0 + Self.outputs(decoded, $1, layout)[output] - Self.outputs(weights, $1, layout)[output]
        } / 7
      #expect(abs(errors[output] - mean) < 1e-12)
    }
    #expect(
      BiasCorrection.outputErrors(
        weights: weights, decoded: weights, inputMeans: means, layout: layout
      ).allSatisfy { $0 == 0 })
  }

  @Test("equalized layers have equal ranges and the same outputs", arguments: layouts)
  func equalization(second: ChannelLayout) {
    var random = SeededGenerator(seed: 2)
    let first = ChannelLayout(outputs: second.inputs, inputs: 3)
    let weights = random.floats(first.count).enumerated().map { $1 * Float($0 + 1) }
    let next = random.floats(second.count)
    let scales = ChannelEqualization.scales(
      first: ChannelEqualization.outputRanges(weights, layout: first),
      second: ChannelEqualization.inputRanges(next, layout: second))
    let divided = ChannelEqualization.dividingOutputs(weights, by: scales, layout: first)
    let multiplied = ChannelEqualization.multiplyingInputs(next, by: scales, layout: second)
    let ranges = zip(
      ChannelEqualization.outputRanges(divided, layout: first),
      ChannelEqualization.inputRanges(multiplied, layout: second))
    #expect(ranges.allSatisfy { abs($0 - $1) < 1e-6 * $0 })
    let inputs = random.floats(3).map(Double.init)
    func network(_ one: [Float], _ other: [Float]) -> [Double] {
      let middle = Self.outputs(one, inputs, first).map { max(0, $0) }
      return Self.outputs(other, (0..<second.taps).flatMap { _ in middle }, second)
    }
    for (before, after) in zip(network(weights, next), network(divided, multiplied)) {
      #expect(abs(before - after) < 1e-5 * (1 + abs(before)))
    }
  }

  @Test("channels without weights keep their scale")
  func emptyChannels() {
    #expect(ChannelEqualization.scales(first: [4, 0, 2], second: [1, 3, 0]) == [2, 1, 1])
  }

  @Test("centred weights and their correction give the sum of the weights")
  func centring() {
    var random = SeededGenerator(seed: 3)
    let weights = random.floats(50).map { $0 + 0.4 }
    let inputs = random.floats(50).map { Double($0) + 1 }
    let centring = ZeroCentring(weights)
    #expect(abs(centring.centred.reduce(0, +)) < 1e-12)
    let whole = zip(weights, inputs).reduce(0) { $0 + Double($1.0) * $1.1 }
    let narrow = zip(centring.centred, inputs).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(narrow + centring.correction(inputSum: inputs.reduce(0, +)) - whole) < 1e-9)
    #expect(
      centring.expectedCorrection(inputMeans: inputs)
        == centring.correction(inputSum: inputs.reduce(0, +)))
    #expect(ZeroCentring([]).mean == 0)
  }
}
