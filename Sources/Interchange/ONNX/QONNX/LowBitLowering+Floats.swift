internal import Networks
internal import Tensors

extension LowBitLowering {
  /// A value as float32 numbers: dequantized, and its functions as float layers.
  mutating func float(_ value: LowBitValue) -> Int {
    var made = real(ofBase: value.base)
    // In the order of the functions: a long chain must not become a deep recursion.
    for index in needed(for: value) {
      let own = LowBitValue(base: value.base, step: index)
      if let known = floats[own] {
        made = known
        continue
      }
      let step = steps[index]
      let operands = step.operands.compactMap {
        floats[LowBitValue(base: value.base, step: $0)]
      }
      made = emitFunction(step, operands, shape: bases[value.base].shape)
      floats[own] = made
    }
    return made
  }

  /// The numbers of a base itself.
  private mutating func real(ofBase base: Int) -> Int {
    let value = LowBitValue(base: base)
    if let made = floats[value] { return made }
    var made = base
    if !bases[base].isFloat {
      let name = base == 0 ? "input" : layers[base - 1].name
      made = emit(
        name + ".dequantize", "dequantize", .dequantize, [base],
        LowBitBase(shape: bases[base].shape, quantization: .float32, domains: [.reals]))
    }
    floats[value] = made
    return made
  }

  private mutating func emitFunction(_ step: Step, _ operands: [Int], shape: Shape) -> Int {
    switch step.function {
    case .activation(let activation):
      return emitFloat(step.name, .activation(activation), operands, shape: shape)
    case .combination(let kind):
      return emitFloat(step.name, .binary(kind), operands, shape: shape)
    case .affine(let scale, let offset):
      return emitFloat(step.name, Self.affine(scale, offset), operands, shape: shape)
    case .constant(let kind, let values, let isFirst):
      if let operation = Self.affine(kind, values, isFirst: isFirst) {
        return emitFloat(step.name, operation, operands, shape: shape)
      }
      // A product with a rounded reciprocal is no quotient.
      let tensor = values.constant(beside: shape)
      let constant = emit(
        step.name + ".constant", "constant",
        .constant(tensor.elements.map { Int32(bitPattern: $0.bitPattern) }), [],
        LowBitBase(shape: tensor.shape, quantization: .float32, domains: [.reals]))
      return emitFloat(
        step.name, .binary(kind), isFirst ? [constant] + operands : operands + [constant],
        shape: shape)
    }
  }

  /// A function of a constant as scale and offset, where that gives the same float32 numbers.
  private static func affine(
    _ kind: BinaryKind, _ values: ChannelValues, isFirst: Bool
  ) -> Networks.Operation? {
    let numbers = values.numbers
    let ones = [Float](repeating: 1, count: numbers.count)
    let zeros = [Float](repeating: 0, count: numbers.count)
    func operation(_ scale: [Float], _ offset: [Float]) -> Networks.Operation {
      affine(
        ChannelValues(scale, axis: values.axis), ChannelValues(offset, axis: values.axis))
    }
    switch kind {
    case .add: return operation(ones, numbers)
    case .subtract:
      return isFirst ? operation(ones.map { -$0 }, numbers) : operation(ones, numbers.map { -$0 })
    case .multiply: return operation(numbers, zeros)
    case .divide, .maximum, .minimum, .power: return nil
    }
  }

  private static func affine(
    _ scale: ChannelValues, _ offset: ChannelValues
  ) -> Networks.Operation {
    guard let axis = scale.axis ?? offset.axis else {
      return .activation(.linear(scale: scale[0], offset: offset[0]))
    }
    return .channelAffine(
      ChannelAffine(axis: axis, scale: scale.numbers, offset: offset.numbers))
  }
}
