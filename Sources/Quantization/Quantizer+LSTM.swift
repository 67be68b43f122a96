internal import Arithmetic
internal import Networks
internal import Tensors

/// Integer LSTMs: weights in any format, 16-bit gates and a 16-bit cell in steps of a power of two.
///
/// - Source: TFLite's integer LSTM (arXiv 2101.05453; `lstm.cc`, `quantize_model.cc`).
extension Quantizer {
  /// The exponents of cell steps that the tables of tanh are for: cells to ±1 up to ±64.
  static let cellExponents = -15 ... -9

  /// The integer form of an LSTM.
  ///
  /// Each of the eight matrices is a tensor with its own scale, scales, codebook or blocks; the weights are
  /// quantized as those of a fully connected layer are. Biases are in units of the input's sums.
  func recurrence(
    _ lstm: LSTM, ofLayer index: Int, _ input: ActivationQuantization,
    _ output: ActivationQuantization
  ) throws(QuantizationError) -> QuantizedLSTM {
    let layer = network.network.layers[index]
    guard lstm.peepholes?.allSatisfy({ $0 == 0 }) ?? true else {
      throw QuantizationError(layer: layer.name, reason: .unsupported("lstm with peepholes"))
    }
    for value in [input, output] where !Self.isRecurrent(value.format) {
      throw QuantizationError(
        layer: layer.name, reason: .recurrentActivations(value.format.description))
    }
    var parts: [(input: QuantizedLinear, hidden: QuantizedLinear)] = []
    for gate in 0..<4 {
      let units = gate * lstm.units..<(gate + 1) * lstm.units
      let bias = lstm.bias.map { Array($0[units]) } ?? [Float](repeating: 0, count: lstm.units)
      let own = try matrix(
        lstm.inputWeights, units, columns: lstm.inputs, layer.name, input, bias: bias)
      let recurrent = try matrix(
        lstm.hiddenWeights, units, columns: lstm.units, layer.name, output, bias: nil)
      parts.append((own, recurrent))
    }
    let gates = parts.map { Self.gate($0.input, $0.hidden, input, output) }
    let exponent = cellExponent(lstm, ofLayer: index)
    let step = Double(sign: .plus, exponent: exponent, significand: 1)
    // Gates and tanh of the cell are Q0.15.
    let unit = 0x1p-15
    return QuantizedLSTM(
      inputGate: gates[0], forgetGate: gates[2], cellGate: gates[3], outputGate: gates[1],
      cellExponent: exponent,
      cellClip: lstm.cellClip.map { max(1, Int(min(Double($0) / step, 32767))) } ?? 0,
      forgetToCell: QuantizedMultiplier(unit), inputToCell: QuantizedMultiplier(unit * unit / step),
      output: QuantizedMultiplier(unit * unit / output.scale), isTimeMajor: !lstm.isBatchFirst,
      weightFormat: scheme.layers[layer.name]?.weights ?? scheme.weights,
      encoding: Self.encoding(of: parts.flatMap { [$0.input, $0.hidden] }),
      initialHidden: lstm.initialHidden?.map { Int32(output.code(Double($0))) } ?? [],
      initialCell: lstm.initialCell?.map { number in
        let steps = (Double(number) / step).rounded(.toNearestOrEven)
        return Int32(min(max(steps, -32768), 32767))
      } ?? [])
  }

  /// Whether codes less their zero point are proportional to what they stand for.
  private static func isRecurrent(_ format: NumberFormat) -> Bool {
    switch format {
    case .affine, .fixedPoint: true
    case .dynamicFixedPoint, .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar,
      .ternary, .float32:
      false
    }
  }

  /// The rows of one gate in a stack of the matrices of all gates, quantized as a layer of its own.
  private func matrix(
    _ stack: Tensor<Float>?, _ rows: Range<Int>, columns: Int, _ name: String,
    _ source: ActivationQuantization, bias: [Float]?
  ) throws(QuantizationError) -> QuantizedLinear {
    guard let stack else { throw QuantizationError(layer: name, reason: .noWeights) }
    let elements = stack.elements[rows.lowerBound * columns..<rows.upperBound * columns]
    let product = ProductLayer(
      name: name, window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      layout: ChannelLayout(outputs: rows.count, inputs: columns), weights: Array(elements),
      bias: bias)
    return try withoutCorrections(of: name).linear(0, product, source)
  }

  /// The same quantizer without what is known of layers of products alone: bias correction, and weights
  /// adjusted to an accumulator.
  private func withoutCorrections(of layer: String) -> Quantizer {
    var plain = scheme
    plain.layers[layer]?.biasCorrection = nil
    plain.layers[layer]?.weightAdjustment = nil
    plain.biasCorrection = false
    plain.weightAdjustment = .unchanged
    return Quantizer(network, scheme: plain, observations: [])
  }

  private static func gate(
    _ own: QuantizedLinear, _ recurrent: QuantizedLinear, _ input: ActivationQuantization,
    _ output: ActivationQuantization
  ) -> QuantizedGate {
    func weights(_ linear: QuantizedLinear) -> Tensor<Int32> {
      Tensor(
        shape: Shape([linear.outputChannels, linear.inputChannels]),
        elements: linear.weights.elements)
    }
    return QuantizedGate(
      inputWeights: weights(own), hiddenWeights: weights(recurrent), bias: own.bias ?? [],
      inputMultipliers: multipliers(own, input), hiddenMultipliers: multipliers(recurrent, output))
  }

  /// The multipliers of sums to Q3.12, one if all units share it; products of scales are taken in float32,
  /// as TFLite does.
  private static func multipliers(
    _ linear: QuantizedLinear, _ source: ActivationQuantization
  ) -> [QuantizedMultiplier] {
    let all = linear.weightScales.map { scale in
      QuantizedMultiplier(Double(Float(scale) * Float(source.scale)) / 0x1p-12)
    }
    return Set(all).count == 1 ? Array(all.prefix(1)) : all
  }

  /// How the weights of all matrices lie in memory; nil where it is as their integers.
  private static func encoding(of matrices: [QuantizedLinear]) -> WeightEncoding? {
    let encodings = matrices.compactMap(\.encoding)
    guard let widest = encodings.map(\.integers).max(by: { $0.bits < $1.bits }) else { return nil }
    return WeightEncoding(
      storage: encodings.reduce(StoredBits(elements: 0, scales: 0, codebooks: 0)) { sum, encoding in
        StoredBits(
          elements: sum.elements + encoding.storage.elements,
          scales: sum.scales + encoding.storage.scales,
          codebooks: sum.codebooks + encoding.storage.codebooks)
      }, integers: widest)
  }

  /// The exponent of a cell's step: the scheme's, or that of 16 bits over the least power of two that
  /// holds its largest magnitude, ±1 at least and ±64 at most; beyond that the cell saturates.
  ///
  /// A magnitude that was not seen is bounded: a step adds less than 1 to that of the cell.
  private func cellExponent(_ lstm: LSTM, ofLayer index: Int) -> Int {
    let layer = network.network.layers[index]
    if let scale = scheme.layers[layer.name]?.cellScale { return Int(scale.exponent) }
    let start = lstm.initialCell?.reduce(0) { max($0, abs(Double($1))) } ?? 0
    let steps = Double(network.shapes[layer.inputs[0]].count / max(lstm.inputs, 1))
    let bound = min(start + steps, lstm.cellClip.map { max(start, Double($0)) } ?? .infinity)
    let largest = cells[layer: index] ?? bound
    let power = largest > 0 ? Int(largest.exponent) + (largest.significand > 1 ? 1 : 0) : 0
    return min(max(power, 0) - 15, Self.cellExponents.upperBound)
  }

  /// Throws unless what a scheme says of a cell belongs to an LSTM, and of an LSTM to its integer form.
  func verifyCell(_ own: LayerScheme, of layer: Layer) throws(QuantizationError) {
    func refuse(_ reason: QuantizationError.Reason) -> QuantizationError {
      QuantizationError(layer: layer.name, reason: reason)
    }
    guard case .lstm = layer.operation else {
      if own.cellScale != nil { throw refuse(.withoutCell(layer.operation.kind)) }
      return
    }
    if own.accumulator != nil { throw refuse(.wideSums) }
    if own.weightScales != nil { throw refuse(.scalesOfEncoded(layer.operation.kind)) }
    guard let scale = own.cellScale else { return }
    guard scale > 0, scale.significand == 1, Self.cellExponents.contains(Int(scale.exponent)) else {
      throw refuse(.cellScale("\(scale)"))
    }
  }
}
