internal import Arithmetic
public import Costs
internal import Devices
internal import Execution
internal import Mappings
internal import Networks
internal import Quantities
internal import Quantization

extension Simulator {
  /// The result of a run on a platform: placed layers, what moves between devices, and, where there are
  /// samples, values under the arithmetic of each layer's device.
  ///
  /// - Model: one device works at a time; layers and transfers follow each other. Inputs lie with the
  ///   first device, outputs stay where they are made, weights lie with each device; idle devices cost
  ///   nothing. Energies do not depend on values.
  public func result(
    _ options: PlatformOptions, progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> PlatformResult {
    var costs = CostCache()
    return try await result(options, costs: &costs, progress: progress)
  }

  /// The result of one run of several that share the costs of equal layers.
  public func result(
    _ options: PlatformOptions, costs: inout CostCache,
    progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> PlatformResult {
    let fixed = try fixedMembers(options)
    let prices = try prices(options, &costs)
    try check(prices, fixed)
    guard let (placement, isProven) = prices.best(options.objective, fixed: fixed) else {
      throw .platform(.noPlacement)
    }
    var result = PlatformResult(
      network: workload.network.network.name, platform: options.platform.name,
      objective: options.objective, scheme: workload.quantized == nil ? options.scheme : nil,
      batch: options.batch, members: members(options, prices),
      layers: layers(prices, placement, fixed), transfers: prices.transfers(of: placement) ?? [],
      isProven: isProven, warnings: [])
    if workload.evaluation != nil { try await execute(&result, options, placement, progress) }
    result.warnings = warnings(for: result, options)
    return result
  }

  /// The devices of the layers that are placed by hand.
  private func fixedMembers(_ options: PlatformOptions) throws(SimulationError) -> [Int?] {
    let platform = options.platform
    let names = workload.network.network.layers.map(\.name)
    let unknown = platform.placement.keys.filter { !names.contains($0) }.min()
    if let unknown { throw .platform(.unknownLayer(unknown)) }
    return names.map { name in
      platform.placement[name].flatMap { member in
        platform.members.firstIndex { $0.name == member }
      }
    }
  }

  /// Refuses layers that run nowhere, or not where they were placed.
  private func check(_ prices: PlatformPrices, _ fixed: [Int?]) throws(SimulationError) {
    for (index, layer) in workload.network.network.layers.enumerated() {
      let member = fixed[index]
      if let member, case .failure(let error) = prices.layers[index][member] {
        throw .platform(
          .misplaced(layer: layer.name, member: prices.members[member].name, error))
      }
      var first: MappingError?
      for case .failure(let error) in prices.layers[index] where first == nil { first = error }
      let isHomeless = prices.members.indices.allSatisfy {
        prices.totals(ofLayer: index, on: $0) == nil
      }
      if isHomeless, let first {
        throw .platform(
          .homeless(layer: layer.name, member: prices.members[0].name, first))
      }
    }
  }

  private func members(
    _ options: PlatformOptions, _ prices: PlatformPrices
  ) -> [PlatformMember] {
    options.platform.members.enumerated().map { index, member in
      PlatformMember(
        name: member.name, device: member.device.name, clock: member.device.clock,
        layout: member.layout, arithmetic: options.simulation(on: member).arithmetic,
        preset: member.device.preset?.name,
        alone: prices.totals(of: prices.layers.map { _ in index }))
    }
  }

  private func layers(
    _ prices: PlatformPrices, _ placement: [Int], _ fixed: [Int?]
  ) -> [PlatformLayer] {
    placement.enumerated().compactMap { index, member in
      guard case .success(let cost) = prices.layers[index][member] else { return nil }
      let layer = workload.network.network.layers[index]
      return PlatformLayer(
        name: layer.name, kind: workload.quantized?.layers[index].kind ?? layer.operation.kind,
        member: prices.members[member].name, isFixed: fixed[index] != nil, cost: cost,
        seconds: cost.cycles / prices.members[member].device.clock)
    }
  }

  /// Runs the samples, each layer with the arithmetic of its device.
  private func execute(
    _ result: inout PlatformResult, _ options: PlatformOptions, _ placement: [Int],
    _ progress: SimulationProgress.Handler?
  ) async throws(SimulationError) {
    let executor = try executor(options, placement)
    let count = workload.evaluation?.count ?? 0
    let execution = await executor.run(
      count: count, threads: threads, keepsState: options.keepsState,
      progress: Self.stage("simulating", of: count, progress)
    ) { sample, input in
      workload.write(sample: sample, to: input)
    }
    for index in result.layers.indices { result.layers[index].overflow = execution.overflow[index] }
    let output = executor.network.quantizations[executor.network.output]
    result.accuracy =
      output.format == .float32
      ? accuracy(of: execution.outputs.map { $0.map { output.real(Int($0)) } })
      : accuracy(of: execution.outputs)
    if workload.quantized == nil { result.fidelity = fidelity(of: execution.outputs, output) }
    result.input = inputSummary(options.scheme)
  }

  private func executor(
    _ options: PlatformOptions, _ placement: [Int]
  ) throws(SimulationError) -> IntegerExecutor {
    let members = options.platform.members.map { options.simulation(on: $0) }
    let network = try network(members[0])
    var arithmetics: [String: ArithmeticSpec] = [:]
    for (layer, member) in zip(network.layers, placement) {
      arithmetics[layer.name] = members[member].arithmetic
    }
    do throws(ExecutionError) {
      return try IntegerExecutor(
        network, arithmetic: members[0].arithmetic, arithmetics: arithmetics,
        accumulators: members[0].accumulators, observation: options.observation)
    } catch {
      throw .execution(error)
    }
  }

  /// What a reader should know before trusting the figures.
  private func warnings(for result: PlatformResult, _ options: PlatformOptions) -> [String] {
    var warnings: [String] = []
    if let input = result.input, input.sharedSamples > 0 {
      warnings.append(
        "\(input.sharedSamples) calibration samples are among the \(input.samples) simulated ones; "
          + "give --calibration other data for an honest accuracy")
    }
    let fuses = options.platform.members.contains { member in
      if case .convolutionCore = member.device.compute.family { return true }
      return false
    }
    let layers = workload.network.network.layers
    if fuses,
      layers.indices.contains(where: { PoolFusion.fusion(of: $0, in: workload.network) != .none })
    {
      warnings.append(
        "pools are priced as layers of their own, also where a device runs them behind a convolution"
      )
    }
    return warnings
  }
}
