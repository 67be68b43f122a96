import Arithmetic
import Execution
import Foundation
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct RecurrentPlanTests {
  private func codes(_ count: Int, _ generator: inout SeededGenerator) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: -128...127, using: &generator) }
  }

  private func arithmetic(_ nonlinearity: NonlinearityFlavour) -> ArithmeticSpec {
    var spec = ArithmeticSpec()
    spec.nonlinearity = nonlinearity
    return spec
  }

  @Test("Kept state: two halves of a sequence give what the whole gives; reset state does not")
  func keptState() async throws {
    var generator = SeededGenerator(seed: 5)
    let lstm = RecurrentLayers.lstm(units: 4, inputs: 3, &generator)
    let whole = codes(24, &generator)
    let halves = [Array(whole[..<12]), Array(whole[12...])]
    func executor(_ steps: Int) throws -> IntegerExecutor {
      try IntegerExecutor(
        RecurrentLayers.network(
          .lstm(lstm), input: Shape([1, steps, 3]), output: Shape([1, steps, 4])),
        arithmetic: ArithmeticSpec())
    }
    let expected = try await executor(8).run(count: 1, threads: 1) { _ in whole }.outputs[0]
    let kept = try await executor(4).run(count: 2, threads: 2, keepsState: true) { halves[$0] }
    #expect(kept.outputs.flatMap(\.self) == expected)
    let reset = try await executor(4).run(count: 2, threads: 2) { halves[$0] }
    #expect(reset.outputs[0] == kept.outputs[0])
    #expect(reset.outputs[1] != kept.outputs[1])
  }

  @Test("A filter that is given one step at a time gives what it gives for the sequence")
  func filterSteps() async throws {
    var generator = SeededGenerator(seed: 6)
    let svdf = RecurrentLayers.svdf(&generator)
    let steps = (0..<5).map { _ in codes(4, &generator) }
    let single = try IntegerExecutor(
      RecurrentLayers.network(.svdf(svdf), input: Shape([1, 4]), output: Shape([1, 3])),
      arithmetic: ArithmeticSpec())
    let outputs = await single.run(count: 5, threads: 1, keepsState: true) { steps[$0] }.outputs
    #expect(Set(outputs).count > 1)
    for last in 0..<5 {
      let sequence = try IntegerExecutor(
        RecurrentLayers.network(
          .svdf(svdf), input: Shape([1, last + 1, 4]), output: Shape([1, 3])),
        arithmetic: ArithmeticSpec())
      let codes = steps[...last].flatMap(\.self)
      let output = await sequence.run(count: 1, threads: 1) { _ in codes }.outputs[0]
      #expect(output == outputs[last])
    }
  }

  @Test("The integer LSTM stays within two steps of the real one", arguments: [-12, -11, -9])
  func nearReal(cellExponent: Int) async throws {
    var generator = SeededGenerator(seed: 7)
    let lstm = RecurrentLayers.lstm(
      units: 5, inputs: 4, cellExponent: cellExponent, &generator)
    let sequence = codes(24, &generator)
    let real = realLSTM(lstm, sequence, inputs: 4)
    for nonlinearity in NonlinearityFlavour.allCases {
      let executor = try IntegerExecutor(
        RecurrentLayers.network(
          .lstm(lstm), input: Shape([1, 6, 4]), output: Shape([1, 6, 5])),
        arithmetic: arithmetic(nonlinearity))
      let output = await executor.run(count: 1, threads: 1) { _ in sequence }.outputs[0]
      for (code, value) in zip(output, real) { #expect(abs(Double(code - 5) - 128 * value) <= 2) }
    }
  }

  @Test("A clipped cell bounds the output: |h| <= tanh(clip)")
  func clip() async throws {
    var generator = SeededGenerator(seed: 8)
    let lstm = RecurrentLayers.lstm(units: 6, inputs: 4, cellClip: 1024, &generator)
    let sequence = codes(40, &generator)
    let executor = try IntegerExecutor(
      RecurrentLayers.network(.lstm(lstm), input: Shape([1, 10, 4]), output: Shape([1, 10, 6])),
      arithmetic: ArithmeticSpec())
    let output = await executor.run(count: 1, threads: 1) { _ in sequence }.outputs[0]
    let largest = output.map { abs($0 - 5) }.max() ?? 0
    // 1024 steps of 2^-12 are 0.25, and 128 * tanh(0.25) = 31.35.
    #expect((20...31).contains(largest))
  }

  @Test("A batch, or a cell too coarse for its table, is refused in one line")
  func refused() throws {
    var generator = SeededGenerator(seed: 9)
    let lstm = RecurrentLayers.lstm(units: 2, inputs: 2, &generator)
    let coarse = RecurrentLayers.lstm(units: 2, inputs: 2, cellExponent: -8, &generator)
    for (layer, shape, word) in [
      (lstm, Shape([2, 3, 2]), "2x3x2"), (coarse, Shape([1, 3, 2]), "2^-8"),
    ] {
      let error = #expect(throws: ExecutionError.self) {
        try IntegerExecutor(
          RecurrentLayers.network(.lstm(layer), input: shape, output: shape),
          arithmetic: ArithmeticSpec())
      }
      let text = error?.description ?? ""
      #expect(text.contains(word) && text.contains("memory") && !text.contains("\n"))
    }
  }

  /// The same LSTM on real numbers.
  private func realLSTM(_ lstm: QuantizedLSTM, _ codes: [Int32], inputs: Int) -> [Double] {
    var hidden = [Double](repeating: 0, count: lstm.units)
    var cell = hidden
    var outputs: [Double] = []
    for step in 0..<codes.count / inputs {
      let x = (0..<inputs).map { Double(codes[step * inputs + $0] + 3) / 128 }
      func sums(_ gate: QuantizedGate) -> [Double] {
        (0..<lstm.units).map { unit in
          var sum = Double(gate.bias[unit]) / 8192
          for (index, value) in x.enumerated() {
            sum += Double(gate.inputWeights.elements[unit * inputs + index]) / 64 * value
          }
          for (index, value) in hidden.enumerated() {
            sum += Double(gate.hiddenWeights.elements[unit * lstm.units + index]) / 64 * value
          }
          return min(max(sum, -8), 8)
        }
      }
      func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
      let (i, f) = (sums(lstm.inputGate).map(sigmoid), sums(lstm.forgetGate).map(sigmoid))
      let (g, o) = (sums(lstm.cellGate).map(tanh), sums(lstm.outputGate).map(sigmoid))
      for unit in 0..<lstm.units {
        cell[unit] = f[unit] * cell[unit] + i[unit] * g[unit]
        // The output has codes up to 127 - 5 steps above zero and 133 below.
        hidden[unit] = min(max(o[unit] * tanh(cell[unit]), -133.0 / 128), 122.0 / 128)
        outputs.append(hidden[unit])
      }
    }
    return outputs
  }
}
