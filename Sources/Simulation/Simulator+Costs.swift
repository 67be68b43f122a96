internal import Arithmetic
internal import Costs
internal import Devices
internal import Mappings
internal import Networks
internal import Quantities
internal import Quantization
internal import Tensors

extension Simulator {
  /// The width of sums in layers without a narrow accumulator.
  static let wideBits = 32

  /// Every layer with its formats, storage and costs, and the timing of layers that work together.
  func layerResults(
    _ options: SimulationOptions, _ costs: inout CostCache
  ) throws(SimulationError) -> (layers: [LayerResult], timing: NetworkTiming?) {
    let network = workload.network
    let formats = formats(options.scheme)
    var model = costs.take(options.device, objective: options.objective)
    defer { costs.keep(model) }
    try checkNames(of: options.mappings, options.device)
    var works: [LayerWork] = []
    var inputFormats: [NumberFormat] = []
    var storages: [ParameterStorage] = []
    var results: [LayerResult] = []
    for index in network.network.layers.indices {
      works.append(work(of: index, formats, options))
      inputFormats.append(widestInput(of: index, formats))
      storages.append(storage(of: index, formats, options))
    }
    do throws(MappingError) {
      try model.prepare(for: works, threads: threads)
      for (index, work) in works.enumerated() {
        let operation = network.network.layers[index].operation
        let cost: LayerCost
        if let given = try options.mappings?.mapping(of: work, on: options.device) {
          cost = try LayerCost(mapping: given, accesses: given.accesses, device: options.device)
        } else {
          cost = try model.cost(of: work)
        }
        results.append(
          LayerResult(
            name: work.name, kind: workload.quantized?.layers[index].kind ?? operation.kind,
            weights: formats.weights[index],
            inputs: inputFormats[index], outputs: formats.values[index + 1],
            storage: storages[index],
            order: options.choice.followsMapping
              ? Self.order(of: operation, cost, options.device) : nil,
            cost: cost.perInference(of: options.batch)))
      }
    } catch {
      throw .mapping(error, device: options.device.name)
    }
    return (results, model.timing)
  }

  /// The formats of values and weights, by index.
  typealias Formats = (values: [NumberFormat], weights: [NumberFormat?])

  /// What a layer asks of the device.
  func work(of index: Int, _ formats: Formats, _ options: SimulationOptions) -> LayerWork {
    let network = workload.network
    let layer = network.network.layers[index]
    let accumulator = options.accumulators[layer.name] ?? options.arithmetic.finalAccumulator
    var work = LayerWork.work(
      for: layer.operation, name: layer.name,
      inputShapes: layer.inputs.map { network.shapes[$0] },
      outputShape: network.shapes[index + 1], batch: options.batch,
      widths: OperandWidths(
        weights: formats.weights[index]?.bits ?? 0, inputs: widestInput(of: index, formats).bits,
        outputs: formats.values[index + 1].bits,
        partialSums: Self.partialSumBits(layer.operation, accumulator, options.device),
        bias: channelBits(of: index, formats, options),
        multiplication: multiplication(of: index, formats)))
    let inputs = widestInput(of: index, formats)
    if let weights = formats.weights[index], inputs.hasRanks {
      work.widths.decodedInputs = min(inputs.integer.bits, Device.widestOperandBits)
      switch weights {
      case .affine, .fixedPoint, .dynamicFixedPoint: work.widths.decodedWeights = weights.bits
      case .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary, .float32: break
      }
    }
    work.fusion = PoolFusion.fusion(of: index, in: network)
    return work
  }

  /// The bits that are stored for each output channel: its bias, and its share of what groups of weights
  /// and codebooks take, which are read as often as the weights.
  private func channelBits(
    of index: Int, _ formats: Formats, _ options: SimulationOptions
  ) -> Int {
    let bias = storage(of: index, formats, options).biases == .zero ? 0 : Self.wideBits
    let operation = workload.network.network.layers[index].operation
    let stored: StoredBits?
    if let quantized = workload.quantized {
      guard case .linear(let linear) = quantized.layers[index].operation else { return bias }
      stored = linear.encoding?.storage
    } else {
      stored = Self.weightStorage(
        of: operation, name: workload.network.network.layers[index].name,
        format: formats.weights[index], options.scheme)
    }
    guard let stored, let channels = operation.weightShape?[0], channels > 0 else { return bias }
    return bias + (stored.scales + stored.codebooks + channels - 1) / channels
  }

  /// How weights and activations are multiplied; nil for integers.
  private func multiplication(of index: Int, _ formats: Formats) -> Multiplication? {
    guard let weights = formats.weights[index] else { return nil }
    let inputs = widestInput(of: index, formats)
    switch weights {
    case .affine, .fixedPoint, .dynamicFixedPoint:
      return inputs.hasRanks ? Multiplication(weights: weights, activations: inputs) : nil
    case .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary, .float32:
      return Multiplication(weights: weights, activations: inputs)
    }
  }

  private func widestInput(of index: Int, _ formats: Formats) -> NumberFormat {
    workload.network.network.layers[index].inputs.map { formats.values[$0] }
      .max { $0.bits < $1.bits } ?? formats.values[0]
  }

  private func storage(
    of index: Int, _ formats: Formats, _ options: SimulationOptions
  ) -> ParameterStorage {
    workload.quantized.map { $0.layers[index].operation.storage }
      ?? Self.storage(
        of: workload.network.network.layers[index], format: formats.weights[index], options)
  }

  /// The formats of all values and weights: a scheme's, or those of a network that is integer.
  func formats(_ scheme: QuantizationScheme) -> Formats {
    guard let quantized = workload.quantized else {
      let formats = ValueFormats(workload.network.network, scheme: scheme)
      return (formats.values, formats.weights)
    }
    return (quantized.quantizations.map(\.format), quantized.layers.map(\.operation.weightFormat))
  }

  /// The bits that an unlimited accumulator is priced as: the device's own, 32 at most.
  static func unlimitedBits(_ device: Device) -> Int {
    min(device.arithmetic.finalAccumulator.bits, wideBits)
  }

  /// The bits of a partial sum: the accumulator's.
  private static func partialSumBits(
    _ operation: Operation, _ accumulator: Accumulator, _ device: Device
  ) -> Int {
    switch operation {
    case .convolution, .fullyConnected, .channelAffine, .lstm:
      accumulator.overflow == .unlimited
        ? unlimitedBits(device) : accumulator.bits
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice:
      wideBits
    }
  }

  /// What the parameters of a layer take.
  private static func storage(
    of layer: Layer, format: NumberFormat?, _ options: SimulationOptions
  ) -> ParameterStorage {
    var storage = ParameterStorage()
    guard let format, let shape = layer.operation.weightShape,
      let weights = weightStorage(
        of: layer.operation, name: layer.name, format: format, options.scheme)
    else { return storage }
    let hasBias =
      switch layer.operation {
      case .convolution(let convolution): convolution.bias != nil || convolution.weights == nil
      case .fullyConnected(let connected): connected.bias != nil || connected.weights == nil
      case .channelAffine, .lstm, .pool, .binary, .activation, .concatenation, .pad, .reshape,
        .transpose, .softmax, .matrixProduct, .constant, .slice:
        true
      }
    let granularity = options.scheme.granularity(of: layer.name)
    storage.weights = Bits(weights.elements)
    let addsBias = options.scheme.needsInputMeans(of: layer.name)
    storage.biases = hasBias || addsBias ? Bits(shape[0] * wideBits) : .zero
    storage.scales = Bits(
      layer.operation.multiplierCount(granularity, channels: shape[0]) * (32 + 8) + weights.scales)
    storage.codebooks = Bits(weights.codebooks)
    return storage
  }

  /// What the weights of a layer take, the scales of groups and codebooks among them; nil without weights.
  private static func weightStorage(
    of operation: Operation, name: String, format: NumberFormat?, _ scheme: QuantizationScheme
  ) -> StoredBits? {
    guard let format, let shape = operation.weightShape else { return nil }
    if case .lstm(let lstm) = operation {
      return lstm.weightStorage(of: format, granularity: scheme.granularity(of: name))
    }
    return format.weightStorage(shape: shape, granularity: scheme.granularity(of: name))
  }
}

extension Operation {
  /// The extents of the weights, output channels first; nil without weights.
  fileprivate var weightShape: Shape? {
    switch self {
    case .convolution(let convolution): convolution.weightShape
    case .fullyConnected(let connected): connected.weightShape
    case .channelAffine(let affine): Shape([affine.scale.count, 1, 1, 1])
    case .lstm(let lstm):
      Shape([
        4 * lstm.units,
        (lstm.inputWeightShape.count + lstm.hiddenWeightShape.count) / max(4 * lstm.units, 1),
      ])
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice:
      nil
    }
  }
}

extension LayerCost {
  /// The share of one inference of a batch: counts rounded up, energies divided.
  func perInference(of batch: Int) -> LayerCost {
    guard batch > 1 else { return self }
    func share(_ count: Int) -> Int { (count + batch - 1) / batch }
    var cost = self
    cost.macs = share(macs)
    cost.computeCycles = Cycles(share(computeCycles.count))
    cost.overhead = CycleOverhead(
      layer: Cycles(share(overhead.layer.count)), onload: Cycles(share(overhead.onload.count)),
      fill: Cycles(share(overhead.fill.count)), outputs: Cycles(share(overhead.outputs.count)),
      offload: Cycles(share(overhead.offload.count)))
    for index in stalls.indices {
      cost.stalls[index].cycles = Cycles(share(stalls[index].cycles.count))
    }
    cost.cycles = cost.computeCycles + cost.overheadCycles + cost.stallCycles
    for index in energy.indices {
      cost.energy[index].energy = Picojoules(energy[index].energy.value / Double(batch))
    }
    for index in accesses.indices {
      cost.accesses[index].reads = share(accesses[index].reads)
      cost.accesses[index].writes = share(accesses[index].writes)
      cost.accesses[index].readBits = Bits(share(accesses[index].readBits.count))
      cost.accesses[index].writeBits = Bits(share(accesses[index].writeBits.count))
    }
    cost.divideOperations(by: batch)
    cost.divideDRAM(by: batch)
    cost.lowerBounds.computeCycles = Cycles(share(lowerBounds.computeCycles.count))
    cost.lowerBounds.trafficBits = Bits(share(lowerBounds.trafficBits.count))
    cost.lowerBounds.cycles = Cycles(share(lowerBounds.cycles.count))
    cost.lowerBounds.energy = Picojoules(lowerBounds.energy.value / Double(batch))
    return cost
  }
}
