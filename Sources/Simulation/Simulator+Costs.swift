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
        bias: storage(of: index, formats, options).biases == .zero ? 0 : Self.wideBits))
    work.fusion = PoolFusion.fusion(of: index, in: network)
    return work
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
        of: workload.network.network.layers[index].operation, format: formats.weights[index],
        options)
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

  /// What the parameters of an operation take.
  private static func storage(
    of operation: Operation, format: NumberFormat?, _ options: SimulationOptions
  ) -> ParameterStorage {
    var storage = ParameterStorage()
    guard let format else { return storage }
    let weights: Int
    let channels: Int
    let hasBias: Bool
    switch operation {
    case .convolution(let convolution):
      weights = convolution.weightShape.count
      channels = convolution.outputChannels
      hasBias = convolution.bias != nil || convolution.weights == nil
    case .fullyConnected(let connected):
      weights = connected.weightShape.count
      channels = connected.outputFeatures
      hasBias = connected.bias != nil || connected.weights == nil
    case .channelAffine(let affine):
      weights = affine.scale.count
      channels = affine.scale.count
      hasBias = true
    case .lstm(let lstm):
      weights = lstm.inputWeightShape.count + lstm.hiddenWeightShape.count
      channels = 4 * lstm.units
      hasBias = true
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice:
      return storage
    }
    let scales = options.scheme.granularity == .channel ? channels : 1
    storage.weights = Bits(weights * format.bits)
    storage.biases = hasBias ? Bits(channels * wideBits) : .zero
    storage.scales = Bits(scales * (32 + 8))
    return storage
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
