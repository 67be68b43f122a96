public import Devices
public import Mappings
import Quantities

/// An array of fusion units with a buffer for each operand (Bit Fusion, ISCA 2018).
///
/// Rows add up input channels, columns hold output channels, and each unit adds up as many products
/// more as the widths of the operands allow. A kernel is never divided. All tilings with extents that
/// are doublings, in all orders, are tried for the fewest cycles, then for the least energy.
///
/// - Model: see `FusionSchedule`. Groups follow each other. The host unfolds the windows of layers with
///   fewer input channels than rows. Layers without products run as on any array.
/// - Validity: equal to Bit Fusion's simulator in cycles; filling and draining the array, the pauses of
///   the outer memory and the instructions are not modelled.
public struct FusionArrayModel: ComputeModel {
  let device: Device
  private var others: ArrayModel

  /// A model of the costs on a device.
  public init(device: Device) {
    self.device = device
    others = ArrayModel(device: device)
  }

  /// The cost of a layer under the tiling with the fewest cycles.
  ///
  /// - Throws: when the buffers cannot hold one tile or no unit is as wide as the operands.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    guard work.kind == .products, work.macs > 0 else { return try others.cost(of: work) }
    let rate = try device.compute.peak(of: work)
    let shape = FusionShape(work, on: device.compute, rate: rate)
    let port = FusionPort(
      bandwidth: device.memories.first?.readBandwidth.value ?? 1,
      sumBits: work.widths.partialSums, outputBits: work.widths.outputs)
    let capacities = Operand.allCases.map(capacity)
    guard let best = best(shape, port, capacities) else {
      throw overflow(shape, capacities, of: work)
    }
    return cost(of: work, schedule: best, shape: shape, port: port, rate: rate)
  }

  /// The level that buffers an operand: the outermost one inside the outer memory.
  func buffer(of operand: Operand) -> Int {
    device.memories.indices.dropFirst().first {
      device.memories[$0].operands.contains(operand)
    } ?? 0
  }

  /// The bits of an operand's tiles that its buffer can hold.
  private func capacity(_ operand: Operand) -> Int {
    let memory = device.memories[buffer(of: operand)]
    guard let bits = memory.operandCapacity[operand] ?? memory.capacity else { return .max }
    return memory.isDoubleBuffered ? bits.count / 2 : bits.count
  }

  private func best(
    _ shape: FusionShape, _ port: FusionPort, _ capacities: [Int]
  ) -> FusionSchedule? {
    var best: (schedule: FusionSchedule, cycles: Int, energy: Double)?
    for tile in tiles(shape) where zip(tile.bits, capacities).allSatisfy(<=) {
      let compute = tile.allCycles
      let least = compute + FusionSchedule(tile, order: [], capacities: capacities).ends(port)
      if let best, least > best.cycles { continue }
      for order in Self.orders(tile.trips) {
        let schedule = FusionSchedule(tile, order: order, capacities: capacities)
        let cycles = compute + schedule.waits(port)
        if let best, cycles > best.cycles { continue }
        let energy = energy(schedule, shape: shape, port: port)
        if let best, cycles == best.cycles, energy >= best.energy { continue }
        best = (schedule, cycles, energy)
      }
    }
    return best?.schedule
  }

  /// All tiles with doublings as extents; rows and columns of outputs have the same.
  private func tiles(_ shape: FusionShape) -> [FusionTile] {
    let (rows, columns) = (shape.choices(.rows), shape.choices(.columns))
    let squares = (0..<max(rows.count, columns.count)).map {
      (rows[min($0, rows.count - 1)], columns[min($0, columns.count - 1)])
    }
    var tiles: [FusionTile] = []
    for batch in shape.choices(.batch) {
      for (row, column) in squares {
        for input in shape.choices(.inputs) {
          for output in shape.choices(.outputs) {
            tiles.append(FusionTile([batch, row, column, input, output], of: shape))
          }
        }
      }
    }
    return tiles
  }

  /// The orders of the loops with several tiles; rows lie outside columns.
  private static func orders(_ trips: [Int]) -> [[FusionLoop]] {
    var orders: [[FusionLoop]] = [[]]
    for loop in FusionLoop.allCases where trips[loop.rawValue] > 1 {
      orders = orders.flatMap { order in
        (0...order.count).compactMap { place in
          var longer = order
          longer.insert(loop, at: place)
          if loop == .columns, let row = longer.firstIndex(of: .rows), row > place { return nil }
          return longer
        }
      }
    }
    return orders
  }

  private func overflow(
    _ shape: FusionShape, _ capacities: [Int], of work: LayerWork
  ) -> MappingError {
    let smallest = FusionTile(
      FusionLoop.allCases.map { shape.choices($0)[0] }, of: shape)
    let operand =
      Operand.allCases.first { smallest.bits[$0.index] > capacities[$0.index] } ?? .weights
    return MappingError(
      layer: work.name,
      reason: .capacity(
        level: device.memories[buffer(of: operand)].name, operands: [operand],
        needed: Bits(smallest.bits[operand.index]),
        capacity: Bits(capacities[operand.index])))
  }
}
