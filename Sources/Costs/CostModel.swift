import Dispatch
public import Devices
public import Mappings
import Synchronization

/// Prices layers on one device with the model of its family, and remembers those that it has seen.
///
/// A layer costs what another of the same kind, loops and operand widths costs, so that a search over
/// formats pays for each combination once: call `cost(of:)` as often as needed.
public struct CostModel: Sendable {
  private typealias Key = RememberedCosts.Key

  /// The bytes that a model remembers at most unless told otherwise.
  public static let defaultMemoryLimit = 64 << 20

  /// The device.
  public let device: Device
  /// What mappings are chosen for.
  public let objective: MappingObjective
  private var model: any ComputeModel
  private var known: RememberedCosts
  /// What searches on other threads did.
  private var effortBeside = SearchEffort()

  /// A model of the costs on a device.
  ///
  /// - Parameters:
  ///   - device: The device.
  ///   - objective: What mappings are chosen for.
  ///   - memoryLimit: The bytes that remembered layers may take, roughly; what was not asked for lately is
  ///     forgotten first. Costs do not depend on it.
  public init(
    device: Device, objective: MappingObjective = .product,
    memoryLimit: Int = CostModel.defaultMemoryLimit
  ) {
    self.device = device
    self.objective = objective
    known = RememberedCosts(limit: memoryLimit)
    model =
      switch device.compute.family {
      case .array: ArrayModel(device: device, objective: objective)
      case .convolutionCore(let core): ConvolutionCoreModel(device: device, core: core)
      case .fusionArray: FusionArrayModel(device: device)
      case .pipeline: PipelineModel(device: device)
      case .processor(let processor): VectorProcessorModel(processor, device: device)
      }
  }

  /// Gets to know the layers of a network, in order, before the first of them is priced.
  ///
  /// Layers that differ are priced on several threads; the costs do not depend on how many.
  /// Only families whose layers work at the same time need it; without it each layer is a network.
  ///
  /// - Throws: when the device cannot run the network.
  public mutating func prepare(
    for network: [LayerWork], threads: Int = 1
  ) throws(MappingError) {
    try model.prepare(for: network)
    // Costs of layers that work together depend on the network.
    if model.timing != nil { known = RememberedCosts(limit: known.limit) }
    price(network, threads: threads)
  }

  /// Prices layers that differ side by side; those that fail are left for `cost(of:)` to report in order.
  private mutating func price(_ network: [LayerWork], threads: Int) {
    guard threads > 1, model.timing == nil else { return }
    var seen: Set<Key> = []
    let new = network.filter { work in
      let key = key(of: work)
      return !known.contains(key) && seen.insert(key).inserted
    }
    guard new.count > 1 else { return }
    let (model, device) = (model, device)
    let next = Atomic<Int>(0)
    let found = Mutex<(costs: [(Int, LayerCost)], effort: SearchEffort)>(([], SearchEffort()))
    DispatchQueue.concurrentPerform(iterations: min(threads, new.count)) { _ in
      var own = model
      let before = own.effort
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < new.count else { break }
        guard var cost = try? own.cost(of: new[index]) else { continue }
        cost.complete(new[index], on: device)
        found.withLock { $0.costs.append((index, cost)) }
      }
      let effort = own.effort - before
      found.withLock { $0.effort += effort }
    }
    let (costs, effort) = found.withLock { ($0.costs, $0.effort) }
    for (index, cost) in costs { known.insert(cost, key(of: new[index])) }
    effortBeside += effort
  }

  private func key(of work: LayerWork) -> Key {
    Key(
      kind: work.kind, bounds: work.bounds, widths: work.widths, fusion: work.fusion,
      name: model.timing == nil ? "" : work.name)
  }

  /// How long the network takes when its layers work at the same time; nil when they take turns.
  public var timing: NetworkTiming? { model.timing }

  /// What all searches for mappings so far did.
  public var effort: SearchEffort { model.effort + effortBeside }

  /// The bytes that remembered layers take, roughly: at most the limit.
  public var memoryUse: Int { known.bytes }

  /// The cost of a layer: under a microsecond for one that is remembered.
  ///
  /// - Throws: when the device cannot run the layer.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let key = key(of: work)
    if var cost = known.cost(key) {
      cost.name = work.name
      return cost
    }
    var cost = try model.cost(of: work)
    cost.complete(work, on: device)
    known.insert(cost, key)
    return cost
  }
}
