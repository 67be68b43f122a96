internal import Arithmetic
internal import Networks
internal import Tensors

extension LowBitLowering {
  /// A layer of products of codes; nil when the input or the weights lie on no common grid.
  mutating func product(
    _ layer: Layer, _ value: LowBitValue, scales: [Float]
  ) throws(ONNXProblem) -> LowBitValue? {
    guard let input = try coded(value) else { return nil }
    let shape = bases[input].shape
    switch layer.operation {
    case .convolution(let convolution):
      guard let weights = convolution.weights else { return nil }
      return product(
        layer, input, scales, window: convolution.window,
        channels: (convolution.inputChannels, convolution.outputChannels, convolution.groups),
        weights: weights.elements, bias: convolution.bias)
    case .fullyConnected(let connected):
      guard let weights = connected.weights, shape.rank != 4 else { return nil }
      return product(
        layer, input, scales,
        window: WindowGeometry(
          height: shape.count / connected.inputFeatures, width: 1, kernelHeight: 1, kernelWidth: 1),
        channels: (connected.inputFeatures, connected.outputFeatures, 1),
        weights: weights.elements, bias: connected.bias)
    default: return nil
    }
  }

  private mutating func product(
    _ layer: Layer, _ input: Int, _ scales: [Float], window: WindowGeometry,
    channels: (input: Int, output: Int, groups: Int), weights: [Float], bias: [Float]?
  ) -> LowBitValue? {
    guard scales.count == 1 || scales.count == channels.output else { return nil }
    let depth = weights.count / channels.output
    let steps = (0..<channels.output).map { Double(scales.count == 1 ? scales[0] : scales[$0]) }
    guard let codes = Self.weightCodes(weights, depth: depth, steps: steps) else { return nil }
    let base = bases[input]
    let units = steps.map { base.quantization.scale * $0 }
    // A bias of whole accumulator units is part of the integer layer, any other one a function of it.
    let whole = bias.flatMap { Self.wholeBias($0, units: units) }
    let linear = QuantizedLinear(
      inputChannels: channels.input, outputChannels: channels.output, groups: channels.groups,
      window: window, weightFormat: Self.weightFormat(codes),
      weights: Tensor(
        shape: Shape([
          channels.output, window.kernelHeight, window.kernelWidth,
          channels.input / channels.groups,
        ]), elements: codes),
      weightScales: steps, bias: whole, outputStage: .accumulator)
    guard let domains = Self.domains(linear, input: base) else { return nil }
    let isUniform = units.allSatisfy { $0 == units[0] }
    let isImage = base.shape.rank == 4
    let axis = isImage ? 1 : base.shape.rank - 1
    var shape = base.shape
    shape.extents[axis] = channels.output
    if isImage {
      shape.extents[2] = window.outputHeight
      shape.extents[3] = window.outputWidth
    }
    let int32 = NumberFormat.affine(IntegerFormat(bits: 32, isSigned: true))
    let made = emit(
      layer.name, Self.kind(of: layer.operation), .linear(linear), [input],
      LowBitBase(
        shape: shape,
        quantization: ActivationQuantization(
          format: int32, scale: isUniform ? units[0] : 1, zeroPoint: 0),
        domains: domains, axis: axis))
    var value = LowBitValue(base: made)
    if !isUniform {
      let factors = ChannelValues(units.map { Float($0) }, axis: axis)
      value = step(
        layer.name + ".scale", .constant(.multiply, factors, isFirst: false), base: made, [nil])
    }
    if let bias, whole == nil {
      value = step(
        layer.name + ".bias",
        .constant(.add, ChannelValues(bias, axis: axis), isFirst: false), base: made, [value.step])
    }
    return value
  }

  /// The word for a layer of products; an average is one for each channel.
  private static func kind(of operation: Networks.Operation) -> String {
    if case .pool = operation { "depthwise" } else { operation.kind }
  }

  /// The whole multiples of the steps that weights are; nil when one is none.
  private static func weightCodes(_ weights: [Float], depth: Int, steps: [Double]) -> [Int32]? {
    var codes: [Int32] = []
    codes.reserveCapacity(weights.count)
    for (index, weight) in weights.enumerated() {
      let step = steps[index / depth]
      let code = (Double(weight) / step).rounded()
      guard abs(code) <= 1_048_576, Float(code * step) == weight else { return nil }
      codes.append(Int32(code))
    }
    return codes
  }

  /// A bias in accumulator units; nil when one is no whole number of them.
  private static func wholeBias(_ bias: [Float], units: [Double]) -> [Int]? {
    var whole: [Int] = []
    for (value, unit) in zip(bias, units) {
      let steps = (Double(value) / unit).rounded()
      guard abs(steps) < 2_147_483_648, Float(steps * unit) == value else { return nil }
      whole.append(Int(steps))
    }
    return whole
  }

  /// The smallest format of weight codes.
  private static func weightFormat(_ codes: [Int32]) -> NumberFormat {
    let low = Int(codes.min() ?? 0)
    let high = Int(codes.max() ?? 0)
    if low >= -1 && high <= 1 { return codes.contains(0) ? .ternary : .bipolar }
    return .affine(IntegerFormat(bits: AccumulatorBound.bits(low, high), isSigned: true))
  }

  /// The accumulators that can occur in each channel; nil when they need more than 32 bits.
  private static func domains(_ linear: QuantizedLinear, input: LowBitBase) -> [CodeDomain]? {
    let domain = input.domain
    let zero = input.quantization.zeroPoint
    let inputs = min(domain.lowest - zero, 0)...max(domain.highest - zero, 0)
    let window = linear.window
    // Sums of odd products without skipped taps are all odd or all even.
    let isPadded =
      window.padTop > 0 || window.padLeft > 0 || window.padBottom > 0 || window.padRight > 0
    let isOdd =
      domain.stride == 2 && (domain.lowest - zero) % 2 != 0 && !isPadded
      && linear.storedWeights.allSatisfy { $0 & 1 == 1 }
    var domains: [CodeDomain] = []
    for channel in 0..<linear.outputChannels {
      var positive = 0
      var negative = 0
      for weight in linear.storedWeights[channel * linear.depth..<(channel + 1) * linear.depth] {
        if weight > 0 { positive += Int(weight) } else { negative -= Int(weight) }
      }
      let bound = AccumulatorBound.weightBound(
        positive: positive, negative: negative, inputs: inputs, bias: 0, position: .first)
      guard bound.bits <= 32 else { return nil }
      let bias = linear.bias?[channel] ?? 0
      let low = bound.lowest + bias
      let high = bound.highest + bias
      guard AccumulatorBound.bits(low, high) <= 32 else { return nil }
      domains.append(CodeDomain(lowest: low, highest: high, stride: isOdd ? 2 : 1))
    }
    return domains
  }

  /// A layer that moves or compares codes; nil for one that computes.
  mutating func moved(
    _ layer: Layer, _ inputs: [LowBitValue], to shape: Shape
  ) throws(ONNXProblem) -> LowBitValue? {
    var bases: [Int] = []
    for input in inputs {
      if input.step == nil {
        bases.append(input.base)
      } else if let made = try coded(input) {
        bases.append(made)
      } else {
        bases.append(float(input))
      }
    }
    guard let first = bases.first else { return nil }
    var base = self.bases[first]
    let original = base
    base.shape = shape
    base.domains = [base.domain]
    base.axis = nil
    let operation: QuantizedOperation
    switch layer.operation {
    case .reshape: operation = .reshape
    case .transpose(let permutation): operation = .transpose(permutation)
    case .slice(let slice): operation = .slice(slice)
    case .pool(let pool) where pool.kind == .max && !base.isFloat:
      base.domains = original.domains
      base.axis = original.axis
      operation = .pool(pool)
    case .pool(let pool) where pool.kind == .average && !base.isFloat:
      return average(layer, pool, first)
    case .pad(let before, let after, let value) where !base.isFloat:
      guard let code = Self.pad(&base, with: value) else { return nil }
      operation = .pad(before: before, after: after, code: code)
    case .concatenation(let axis)
    where bases.allSatisfy({ self.bases[$0].quantization == base.quantization }) && !base.isFloat:
      base.domains = [bases.dropFirst().reduce(base.domains[0]) { $0.union(self.bases[$1].domain) }]
      operation = .concatenation(axis: axis)
    default: return nil
    }
    return LowBitValue(
      base: emit(layer.name, layer.operation.kind, operation, bases, base))
  }

  /// The code of a border's number, and a format wide enough for it; nil where it is on no level.
  private static func pad(_ base: inout LowBitBase, with number: Float) -> Int? {
    let quantization = base.quantization
    let steps = (Double(number) / quantization.scale).rounded()
    guard abs(steps) < 2_147_483_648, Float(steps * quantization.scale) == number else {
      return nil
    }
    let code = Int(steps) + quantization.zeroPoint
    let domain = base.domains[0]
    let range = min(domain.lowest, code)...max(domain.highest, code)
    base.domains = [CodeDomain(lowest: range.lowerBound, highest: range.upperBound)]
    let isCode =
      quantization.format == .bipolar ? abs(code) == 1 : quantization.codes.contains(code)
    if !isCode {
      base.quantization = ActivationQuantization(
        format: format(of: range, zeroPoint: quantization.zeroPoint, isBipolar: false),
        scale: quantization.scale, zeroPoint: quantization.zeroPoint)
    }
    return code
  }

  /// An average of codes: their sum, an integer layer with weights of 1, divided by their count.
  private mutating func average(_ layer: Layer, _ pool: Pool, _ input: Int) -> LowBitValue? {
    let window = pool.window
    let isPadded =
      window.padTop > 0 || window.padLeft > 0 || window.padBottom > 0 || window.padRight > 0
    let base = bases[input]
    // Where a window has fewer elements, each place divides by another count.
    guard pool.countsPadding || !isPadded, base.shape.rank == 4 else { return nil }
    let count = window.kernelHeight * window.kernelWidth
    let channels = base.shape[1]
    guard count <= Self.mostThresholds, channels <= Self.mostThresholds / count else { return nil }
    let sum = product(
      layer, input, [1], window: window, channels: (channels, channels, channels),
      weights: [Float](repeating: 1, count: channels * count), bias: nil)
    guard let sum else { return nil }
    return step(
      layer.name + ".count",
      .constant(.divide, ChannelValues([Float(count)], axis: nil), isFirst: false),
      base: sum.base, [sum.step])
  }
}
