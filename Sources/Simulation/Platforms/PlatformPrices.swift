internal import Arithmetic
internal import Costs
internal import Devices
internal import Mappings
internal import Networks
internal import Quantities
internal import Tensors

/// What each choice costs: every layer on every device, every tensor from every device to every other.
struct PlatformPrices {
  /// The platform.
  let platform: Platform
  /// The cost of each layer on each device, or why it cannot run there.
  var layers: [[Result<LayerCost, MappingError>]] = []
  /// The tensors between layers.
  var values: [PlacementProblem.Value] = []
  /// The transfer of each tensor, `[value][from][to]`; nil from a device to itself and where the
  /// receiver cannot change the layout.
  var transfers: [[[PlatformTransfer?]]] = []

  /// The devices.
  var members: [Platform.Member] { platform.members }

  /// Time and energy of a layer on a device, or nil.
  func totals(ofLayer layer: Int, on member: Int) -> PlatformTotals? {
    guard case .success(let cost) = layers[layer][member] else { return nil }
    return PlatformTotals(
      seconds: cost.cycles / members[member].device.clock, energy: cost.totalEnergy)
  }

  /// The transfers of a placement; nil when one is impossible.
  func transfers(of placement: [Int]) -> [PlatformTransfer]? {
    var moves: [PlatformTransfer] = []
    for (index, value) in values.enumerated() {
      let from = value.producer.map { placement[$0] } ?? 0
      for to in Set(value.consumers.map { placement[$0] }).sorted() where to != from {
        guard let move = transfers[index][from][to] else { return nil }
        moves.append(move)
      }
    }
    return moves
  }

  /// Time and energy of a placement; nil when it is impossible.
  func totals(of placement: [Int]) -> PlatformTotals? {
    guard let moves = transfers(of: placement) else { return nil }
    var totals = PlatformTotals.zero
    for (layer, member) in placement.enumerated() {
      guard let own = self.totals(ofLayer: layer, on: member) else { return nil }
      totals = totals + own
    }
    return moves.reduce(totals) { $0 + $1.all }
  }
}

extension Simulator {
  /// The prices of a run on a platform.
  ///
  /// - Model: a pool is priced as a layer of its own everywhere; constants lie in every device.
  func prices(
    _ options: PlatformOptions, _ costs: inout CostCache
  ) throws(SimulationError) -> PlatformPrices {
    let network = workload.network.network
    let formats = formats(options.scheme)
    let members = options.platform.members
    var models: [CostModel] = []
    for member in members {
      if case .pipeline = member.device.compute.family {
        throw .platform(.pipeline(member: member.name))
      }
      models.append(costs.model(of: member.device, objective: options.objective))
    }
    var prices = PlatformPrices(platform: options.platform)
    for index in network.layers.indices {
      prices.layers.append(
        members.indices.map { member in
          var work = work(of: index, formats, options.simulation(on: members[member]))
          work.fusion = .none
          return Self.cost(of: work, &models[member])
        })
    }
    for value in workload.network.shapes.indices {
      let producer = value == 0 ? nil : value - 1
      let consumers = network.layers.indices.filter { network.layers[$0].inputs.contains(value) }
      if consumers.isEmpty { continue }
      if let producer, case .constant = network.layers[producer].operation { continue }
      prices.values.append(PlacementProblem.Value(producer: producer, consumers: consumers))
      let tensor = PlatformTensor(
        name: producer.map { network.layers[$0].name } ?? "input",
        shape: workload.network.shapes[value], format: formats.values[value])
      prices.transfers.append(tensor.transfers(options, &models))
    }
    for model in models { costs.keep(model) }
    return prices
  }

  private static func cost(
    of work: LayerWork, _ model: inout CostModel
  ) -> Result<LayerCost, MappingError> {
    do throws(MappingError) {
      return .success(try model.cost(of: work).perInference(of: work.bounds.batch))
    } catch {
      return .failure(error)
    }
  }
}

/// A tensor that devices hand to each other.
private struct PlatformTensor {
  var name: String
  var shape: Shape
  var format: NumberFormat

  /// Whether the order of channels and pixels makes a difference.
  var hasLayout: Bool {
    shape.rank == 4 && shape[1] > 1 && shape[2] * shape[3] > 1
  }

  /// The transfers from each device to each other.
  func transfers(
    _ options: PlatformOptions, _ models: inout [CostModel]
  ) -> [[PlatformTransfer?]] {
    let members = options.platform.members
    let isDivided = hasLayout && Set(members.map(\.layout)).count > 1
    let conversions = members.indices.map { member in
      isDivided ? conversion(by: members[member], options.batch, &models[member]) : nil
    }
    return members.indices.map { from in
      members.indices.map { to in
        guard from != to, var move = transfer(options, from, to) else { return nil }
        if isDivided && members[from].layout != members[to].layout {
          guard let conversion = conversions[to] else { return nil }
          move.conversion = conversion
        }
        return move
      }
    }
  }

  /// The transfer over the fastest route.
  ///
  /// - Model: links one after the other, each `latency + bits / bandwidth`; a batch goes at once, and an
  ///   inference has its share.
  private func transfer(_ options: PlatformOptions, _ from: Int, _ to: Int) -> PlatformTransfer? {
    let bits = Bits(shape.count * format.bits)
    let all = Bits(bits.count * options.batch)
    let members = options.platform.members
    guard let route = options.platform.route(from: from, to: to, bits: all) else { return nil }
    let seconds = route.reduce(0) { $0 + $1.time(for: all).value } / Double(options.batch)
    return PlatformTransfer(
      value: name, from: members[from].name, to: members[to].name, links: route.count, bits: bits,
      totals: PlatformTotals(
        seconds: Seconds(seconds), energy: route.reduce(.zero) { $0 + bits * $1.energy }))
  }

  /// The change of layout as a layer of the receiver that moves elements; nil when it cannot.
  private func conversion(
    by member: Platform.Member, _ batch: Int, _ model: inout CostModel
  ) -> PlatformTransfer.Conversion? {
    let work = LayerWork.work(
      for: .transpose([0, 2, 3, 1]), name: name, inputShapes: [shape], outputShape: shape,
      batch: batch,
      widths: OperandWidths(
        weights: 0, inputs: format.bits, outputs: format.bits, partialSums: Simulator.wideBits,
        bias: 0))
    guard let cost = try? model.cost(of: work).perInference(of: batch) else { return nil }
    return PlatformTransfer.Conversion(
      cycles: cost.cycles,
      totals: PlatformTotals(
        seconds: cost.cycles / member.device.clock, energy: cost.totalEnergy))
  }
}
