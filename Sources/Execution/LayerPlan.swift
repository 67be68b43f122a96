internal import Arithmetic
internal import Networks
internal import Tensors

/// A layer of a quantized network made ready to run.
enum LayerPlan: Sendable {
  case linear(LinearPlan)
  case pool(PoolPlan)
  case binary(BinaryPlan)
  /// A code for each input code, lowest first.
  case table([Int32], lowest: Int32)
  /// Each input's codes through a table to stored places of the output.
  case concatenation([ConcatenatedInput])
  /// Stored places of the input; -1 takes the code.
  case gather([Int]?, code: Int32)
  case softmax(SoftmaxPlan)
  case matrixProduct(MatrixProductPlan)
  case thresholds(ThresholdPlan)
  case rescale(RescalePlan)
  case realCodes(RealCodesPlan)
  case nearest(NearestPlan)
  case float(FloatOperationPlan)
  /// Codes as stored.
  case constant([Int32])
  /// A layer with a memory, which the executor holds for each layer.
  case recurrent(any RecurrentPlan)
}

extension LayerPlan {
  /// Prepares layer `index` of a network.
  ///
  /// - Parameters:
  ///   - order: the order of additions that a mapping implies; nil for the stated one.
  ///   - observesPrefixes: whether every prefix of the sums is watched.
  init(
    _ network: QuantizedNetwork, layer index: Int, arithmetic: ArithmeticSpec,
    order: ReductionOrder? = nil, observesPrefixes: Bool = true
  ) throws(ExecutionError) {
    let layer = network.layers[index]
    let inputs = layer.inputs.map { network.quantizations[$0] }
    let shapes = layer.inputs.map { network.shapes[$0] }
    let output = network.quantizations[index + 1]
    let shape = network.shapes[index + 1]
    try Self.checkFormats(of: layer, inputs, output)
    if case .binary(let kind) = layer.operation {
      try BinaryPlan.check(kind, of: layer, inputs, to: output)
    }
    switch layer.operation {
    case .linear(let linear):
      if layer.kind == "fc" && shapes[0].rank == 4 {
        throw ExecutionError(layer: layer.name, reason: .unsupportedRank(4))
      }
      self = .linear(
        try LinearPlan(
          layer: layer.name, linear: linear, arithmetic: arithmetic, order: order, input: inputs[0],
          output: output, clamp: layer.clamp, isFullyConnected: layer.kind == "fc",
          observesPrefixes: observesPrefixes))
    case .pool(let pool) where pool.kind == .average && inputs[0].format.isUneven:
      self = .nearest(
        .average(
          try NearestAverage(
            pool, channels: shapes[0][1], input: inputs[0], output: output, layer: layer)))
    case .pool(let pool):
      self = .pool(
        PoolPlan(
          pool: pool, channels: shapes[0][1], zeroPoint: inputs[0].zeroPoint, clamp: layer.clamp,
          average: AveragePlan(
            arithmetic.average, pool: pool, input: inputs[0], output: output)))
    case .binary(let kind):
      let multiplier = inputs[0].scale * inputs[1].scale / output.scale
      let flavour = arithmetic.requantization
      let nearest = try NearestBinary(kind, inputs, to: output, layer: layer.name)
      if nearest == nil && kind == .multiply && flavour.needsPowerOfTwo
        && multiplier.significand != 1
      {
        throw ExecutionError(layer: layer.name, reason: .multiplierNotPowerOfTwo(multiplier))
      }
      // Rescalings of codes that go through real numbers are not used.
      let rescaled = nearest == nil ? inputs + [output] : [.unit, .unit, .unit]
      self = .binary(
        BinaryPlan(
          kind: kind, first: inputs[0], second: inputs[1], output: output, clamp: layer.clamp,
          firstTable: StorageOrder.broadcast(shapes[0], to: shape),
          secondTable: StorageOrder.broadcast(shapes[1], to: shape),
          add: AddRescale(
            rescaled[0], rescaled[1], to: rescaled[2], flavour: arithmetic.addition),
          multiply: ProductRescale(
            rescaled[0], rescaled[1], to: rescaled[2], arithmetic: arithmetic),
          nearest: nearest))
    case .table(let table):
      self = .table(
        table.map {
          Int32(min(max(Int($0), layer.clamp.lowerBound), layer.clamp.upperBound))
        }, lowest: Int32(inputs[0].codes.lowerBound))
    case .concatenation(let axis):
      self = .concatenation(
        try ConcatenatedInput.inputs(
          of: layer, inputs, shapes, axis: axis, to: output, shape, arithmetic))
    case .pad(let before, _, let code):
      self = .gather(
        StorageOrder.pad(shapes[0], before: before, to: shape), code: Int32(code))
    case .reshape(let channelsLast):
      self = .gather(
        channelsLast ? nil : StorageOrder.reshape(from: shapes[0], to: shape), code: 0)
    case .transpose(let axes):
      self = .gather(StorageOrder.transpose(shapes[0], axes), code: 0)
    case .softmax(let axis, let beta)
    where inputs[0].format.isUneven || output.format.isUneven:
      self = .nearest(
        .softmax(
          try NearestSoftmax(
            layer: layer, beta: beta, input: inputs[0], output: output,
            places: StorageOrder.slices(shape, axis: axis), extent: shape[axis])))
    case .softmax(let axis, let beta):
      self = .softmax(
        try SoftmaxPlan(
          layer: layer, beta: beta, input: inputs[0], output: output,
          places: StorageOrder.slices(shape, axis: axis), extent: shape[axis],
          flavour: arithmetic.softmax))
    case .slice(let slice): self = .gather(StorageOrder.slice(shapes[0], slice), code: 0)
    case .matrixProduct(let product):
      self = .matrixProduct(
        try MatrixProductPlan(
          layer: layer, product: product, inputs: inputs, shapes: shapes, output: output,
          shape: shape, arithmetic: arithmetic))
    case .thresholds(let tables, let axis):
      self = .thresholds(
        try ThresholdPlan(
          layer: layer, tables: tables, axis: axis, input: inputs[0], shape: shape))
    case .requantize:
      self = .rescale(
        try RescalePlan(
          requantizing: layer, inputs[0], to: output, flavour: arithmetic.requantization))
    case .leakyRelu(let slope):
      self = .rescale(try RescalePlan(leakyRelu: layer, slope: slope, inputs[0], to: output))
    case .quantize:
      let plan = RealCodesPlan.quantize(
        scale: Float(output.scale), zeroPoint: output.zeroPoint, clamp: layer.clamp)
      self = .realCodes(try plan.checked(layer, inputs[0], output))
    case .dequantize:
      let plan = RealCodesPlan.dequantize(
        scale: Float(inputs[0].scale), zeroPoint: inputs[0].zeroPoint)
      self = .realCodes(try plan.checked(layer, inputs[0], output))
    case .dynamicQuantize:
      let plan = RealCodesPlan.dynamicCodes(count: shapes[0].count)
      self = .realCodes(try plan.checked(layer, inputs[0], output))
    case .dynamicScale:
      let plan = RealCodesPlan.dynamicScale(count: shapes[0].count)
      self = .realCodes(try plan.checked(layer, inputs[0], output))
    case .dynamicZeroPoint:
      let plan = RealCodesPlan.dynamicZeroPoint(count: shapes[0].count)
      self = .realCodes(try plan.checked(layer, inputs[0], output))
    case .float(let operation):
      self = .float(
        try FloatOperationPlan(
          layer: layer, operation: operation, inputs: inputs, shapes: shapes, output: output,
          shape: shape))
    case .constant(let codes):
      guard codes.count == shape.count else {
        throw ExecutionError(
          layer: layer.name, reason: .unsupported("a constant of \(codes.count) codes as \(shape)"))
      }
      self = .constant(StorageOrder.logicalIndices(shape).map { codes[$0] })
    case .lstm(let lstm):
      self = .recurrent(
        try LSTMPlan(
          layer: layer.name, lstm: lstm, shape: shapes[0], arithmetic: arithmetic,
          input: inputs[0], output: output, clamp: layer.clamp))
    case .svdf(let svdf):
      self = .recurrent(
        try SVDFPlan(
          layer: layer.name, svdf: svdf, shape: shapes[0], arithmetic: arithmetic,
          input: inputs[0], output: output, clamp: layer.clamp))
    }
  }

  /// What the memory of the layer holds before the first step; empty for layers without one.
  var initialState: [Int32] {
    if case .recurrent(let plan) = self { plan.initialState } else { [] }
  }

  /// Computes one sample of everything but layers of products and layers with a memory.
  func run(
    _ inputs: [UnsafePointer<Int32>], _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    switch self {
    case .linear: preconditionFailure("layers of products count overflow and run by themselves")
    case .recurrent: preconditionFailure("layers with a memory run by themselves")
    case .pool(let plan): plan.run(inputs[0], results)
    case .binary(let plan): plan.run(inputs[0], inputs[1], results, count: count)
    case .softmax(let plan): plan.run(inputs[0], results)
    case .nearest(let plan): plan.run(inputs[0], results)
    case .table(let table, let lowest):
      for index in 0..<count { results[index] = table[Int(inputs[0][index] - lowest)] }
    case .concatenation(let parts):
      for (part, codes) in zip(parts, inputs) { part.run(codes, results) }
    case .matrixProduct(let plan): plan.run(inputs[0], inputs[1], results)
    case .thresholds(let plan): plan.run(inputs[0], results, count: count)
    case .rescale(let plan): plan.run(inputs[0], results, count: count)
    case .realCodes(let plan): plan.run(inputs[0], results, count: count)
    case .float(let plan): plan.run(inputs, results, count: count)
    case .constant(let codes):
      for index in 0..<count { results[index] = codes[index] }
    case .gather(let table, let code):
      guard let table else {
        results.update(from: inputs[0], count: count)
        return
      }
      for (index, place) in table.enumerated() {
        results[index] = place < 0 ? code : inputs[0][place]
      }
    }
  }
}
