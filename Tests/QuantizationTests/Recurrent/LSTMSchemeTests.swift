import Arithmetic
import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct LSTMSchemeTests {
  private func message(_ network: Network, _ scheme: QuantizationScheme) throws -> String? {
    let verified = try network.verified()
    do throws(QuantizationError) {
      _ = try Quantizer(verified, scheme: scheme, observations: []).quantized()
      return nil
    } catch {
      return error.description
    }
  }

  private func lstm() -> LSTM {
    var random = SeededGenerator(seed: 3)
    return SmallRecurrences.lstm(units: 2, inputs: 3, &random)
  }

  private func message(_ change: (inout LayerScheme) -> Void) throws -> String? {
    var own = LayerScheme()
    change(&own)
    return try message(
      SmallRecurrences.network(lstm(), steps: 4), QuantizationScheme(layers: ["layer": own]))
  }

  @Test("what a scheme says of an LSTM in vain, or wrongly, is refused in one line")
  func schemes() throws {
    #expect(try message { $0.weights = .ternary } == nil)
    #expect(
      try message { $0.accumulator = Accumulator(bits: 16, overflow: .wrap) }
        == "scheme: layer 'layer' (lstm) has wide sums whatever the accumulator, so accumulator "
        + "would do nothing; remove it")
    #expect(
      try message { $0.weightScales = [0.1] }
        == "scheme: layer 'layer': what lstm weights share is found from the weights; "
        + "remove weightScales")
    for scale in [0.3, 0x1p-16, 0x1p-8, -0x1p-12] {
      #expect(
        try message { $0.cellScale = scale }
          == "scheme: layer 'layer': the scale of an LSTM's cell is a power of two from 2^-15 to "
          + "2^-9, not \(scale); write e.g. 0.000244140625")
    }
    let unsigned = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: false))
    #expect(
      try message { $0.weights = unsigned }
        == "layer 'layer': weights are signed with 2 to 16 bits, not uint8; write e.g. int8 or "
        + "fixed8")
    #expect(
      try message { $0.granularity = .group(2) }
        == "layer 'layer': groups of weights share powers of two, which int8 does not have; "
        + "use granularity channel, or a format such as dfp8 or fp4-e2m1")
  }

  @Test("a layer without a cell has no scale of one")
  func withoutCell() throws {
    var own = LayerScheme()
    own.cellScale = 0x1p-12
    let connected = SmallNetworks.connected([1, 2], outputs: 1)
    for (name, kind) in [("fc", "fc"), ("input", "input")] {
      #expect(
        try message(connected, QuantizationScheme(layers: [name: own]))
          == "scheme: layer '\(name)' (\(kind)) has no cell, so cellScale would do nothing; "
          + "remove it")
    }
  }

  @Test("peepholes are refused unless they are zero, and so are shapes without weights")
  func networks() throws {
    var peeping = lstm()
    peeping.peepholes = [0, 0, 0, 0, 0, 0]
    #expect(
      try message(SmallRecurrences.network(peeping, steps: 2), QuantizationScheme()) == nil)
    peeping.peepholes?[4] = 0.5
    #expect(
      try message(SmallRecurrences.network(peeping, steps: 2), QuantizationScheme())
        == "layer 'layer': a float lstm with peepholes cannot be quantized; use a network that is "
        + "integer already")
    #expect(
      try message(
        SmallRecurrences.network(LSTM(units: 2, inputs: 3), steps: 2), QuantizationScheme())
        == "layer 'layer': the network has shapes only, no weights; add --random-weights SEED to "
        + "execute it with Gaussian weights")
  }
}
