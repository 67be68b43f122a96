internal import Glibc
internal import Networks
internal import Tensors

/// A layer of a float network made ready to run.
enum FloatLayerPlan: Sendable {
  case linear(FloatLinearPlan)
  case pool(Pool, channels: Int)
  case binary(BinaryKind, [Int]?, [Int]?)
  case activation(Activation)
  case affine(scale: [Float], offset: [Float], places: [Int])
  case concatenation([[Int]])
  case gather([Int]?, value: Float)
  case softmax(places: [Int], extent: Int)
  case matrixProduct(FloatMatrixPlan)
  case constant([Float])
  case lstm(FloatLSTMPlan)

  init(_ network: VerifiedNetwork, layer index: Int) throws(ExecutionError) {
    let layer = network.network.layers[index]
    try self.init(
      layer, shapes: layer.inputs.map { network.shapes[$0] }, shape: network.shapes[index + 1])
  }

  /// Prepares a layer that reads values of these shapes.
  init(_ layer: Layer, shapes: [Shape], shape: Shape) throws(ExecutionError) {
    switch layer.operation {
    case .convolution(let convolution):
      guard let weights = convolution.weights else {
        throw ExecutionError(layer: layer.name, reason: .noWeights)
      }
      self = .linear(
        FloatLinearPlan(
          window: convolution.window, inputChannels: convolution.inputChannels,
          outputChannels: convolution.outputChannels, groups: convolution.groups,
          weights: weights.elements, bias: convolution.bias))
    case .fullyConnected(let connected):
      guard let weights = connected.weights else {
        throw ExecutionError(layer: layer.name, reason: .noWeights)
      }
      guard shapes[0].rank != 4 else {
        throw ExecutionError(layer: layer.name, reason: .unsupportedRank(4))
      }
      self = .linear(
        FloatLinearPlan(
          window: WindowGeometry(
            height: shapes[0].count / connected.inputFeatures, width: 1, kernelHeight: 1,
            kernelWidth: 1),
          inputChannels: connected.inputFeatures, outputChannels: connected.outputFeatures,
          groups: 1, weights: weights.elements, bias: connected.bias))
    case .pool(let pool): self = .pool(pool, channels: shapes[0][1])
    case .binary(let kind):
      self = .binary(
        kind, StorageOrder.broadcast(shapes[0], to: shape),
        StorageOrder.broadcast(shapes[1], to: shape))
    case .activation(let activation): self = .activation(activation)
    case .channelAffine(let affine):
      let stride = shape.strides[affine.axis]
      let places = StorageOrder.logicalIndices(shape).map { $0 / stride % shape[affine.axis] }
      self = .affine(scale: affine.scale, offset: affine.offset, places: places)
    case .concatenation(let axis):
      var offset = 0
      self = .concatenation(
        shapes.map { source in
          defer { offset += source[axis] }
          return StorageOrder.concatenation(source, axis: axis, offset: offset, target: shape)
        })
    case .pad(let before, _, let value):
      self = .gather(StorageOrder.pad(shapes[0], before: before, to: shape), value: value)
    case .reshape: self = .gather(StorageOrder.reshape(from: shapes[0], to: shape), value: 0)
    case .transpose(let axes): self = .gather(StorageOrder.transpose(shapes[0], axes), value: 0)
    case .softmax(let axis):
      self = .softmax(places: StorageOrder.slices(shape, axis: axis), extent: shape[axis])
    case .matrixProduct(let product):
      self = .matrixProduct(FloatMatrixPlan(product, shapes[0], shapes[1], output: shape))
    case .constant(let tensor):
      self = .constant(StorageOrder.logicalIndices(shape).map { tensor.elements[$0] })
    case .slice(let slice):
      self = .gather(StorageOrder.slice(shapes[0], slice), value: 0)
    case .lstm(let lstm):
      guard let plan = FloatLSTMPlan(lstm, input: shapes[0]) else {
        throw ExecutionError(layer: layer.name, reason: .noWeights)
      }
      self = .lstm(plan)
    }
  }

  func run(
    _ inputs: [UnsafePointer<Float>], _ results: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .linear(let plan): plan.run(inputs[0], results)
    case .pool(let pool, let channels):
      pool.run(inputs[0], results, channels: channels)
    case .binary(let kind, let first, let second):
      for index in 0..<count {
        let a = inputs[0][first?[index] ?? index]
        let b = inputs[1][second?[index] ?? index]
        switch kind {
        case .add: results[index] = a + b
        case .subtract: results[index] = a - b
        case .multiply: results[index] = a * b
        case .maximum: results[index] = max(a, b)
        case .minimum: results[index] = min(a, b)
        case .divide: results[index] = a / b
        case .power: results[index] = pow(a, b)
        }
      }
    case .activation(let activation):
      for index in 0..<count {
        results[index] = Float(activation.value(Double(inputs[0][index])))
      }
    case .affine(let scale, let offset, let places):
      for index in 0..<count {
        results[index] = scale[places[index]] * inputs[0][index] + offset[places[index]]
      }
    case .concatenation(let places):
      for (input, places) in zip(inputs, places) {
        for (index, place) in places.enumerated() { results[place] = input[index] }
      }
    case .gather(let table, let value):
      for index in 0..<count {
        let place = table?[index] ?? index
        results[index] = place < 0 ? value : inputs[0][place]
      }
    case .softmax(let places, let extent):
      for start in stride(from: 0, to: places.count, by: extent) {
        let slice = places[start..<start + extent]
        let largest = slice.reduce(-Float.infinity) { max($0, inputs[0][$1]) }
        let sum = slice.reduce(0.0) { $0 + exp(Double(inputs[0][$1] - largest)) }
        for place in slice {
          results[place] = Float(exp(Double(inputs[0][place] - largest)) / sum)
        }
      }
    case .matrixProduct(let plan): plan.run(inputs[0], inputs[1], results)
    case .constant(let elements):
      for index in 0..<count { results[index] = elements[index] }
    case .lstm(let plan): plan.run(inputs[0], results)
    }
  }
}
