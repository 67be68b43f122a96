import Devices
import Mappings

/// Every even mapping of a layer on a device, tile by tile and order by order: the reference for the mapper.
///
/// Loops in space follow `rowAxes` and `columnAxes`; at the levels that hand tiles to the units, loops that
/// the stationary operand does not depend on lie inside the others. Nothing else is left out.
struct ExhaustiveMapping {
  /// The loops chosen so far.
  private struct Loops {
    var temporal: [[MappingLoop]]
    var rows: [MappingLoop] = []
    var columns: [MappingLoop] = []
  }

  let work: LayerWork
  let device: Device

  private var levels: Int { device.memories.count }
  private var unit: Int { device.memories.firstIndex(where: \.isPerUnit) ?? levels }

  /// Calls a body with every mapping that is legal.
  func forEach(_ body: (LegalMapping) -> Void) {
    chooseAxis(LoopAxis.allCases[...], Loops(temporal: Array(repeating: [], count: levels)), body)
  }

  private func chooseAxis(
    _ axes: ArraySlice<LoopAxis>, _ loops: Loops, _ body: (LegalMapping) -> Void
  ) {
    guard let axis = axes.first else { return order(0, loops, body) }
    chooseTile(axis, place: 0, around: max(work.bounds[axis], 1), loops) {
      chooseAxis(axes.dropFirst(), $0, body)
    }
  }

  /// Places: shared levels, the array, levels of the units.
  private func chooseTile(
    _ axis: LoopAxis, place: Int, around: Int, _ loops: Loops, _ body: (Loops) -> Void
  ) {
    if place == levels + 1 {
      if around == 1 { body(loops) }
      return
    }
    for tile in 1...around {
      var next = loops
      if tile < around {
        let loop = MappingLoop(axis, tile: tile)
        if place == unit {
          if device.compute.rowAxes.contains(axis) {
            next.rows.append(loop)
          } else if device.compute.columnAxes.contains(axis) {
            next.columns.append(loop)
          } else {
            continue
          }
        } else {
          next.temporal[place < unit ? place : place - 1].append(loop)
        }
      }
      chooseTile(axis, place: place + 1, around: tile, next, body)
    }
  }

  private func order(_ level: Int, _ loops: Loops, _ body: (LegalMapping) -> Void) {
    if level == levels {
      let mapping = Mapping(
        temporal: loops.temporal, rows: loops.rows, columns: loops.columns, on: device)
      if let legal = try? LegalMapping(mapping, of: work, on: device) { body(legal) }
      return
    }
    permutations(loops.temporal[level]) { order in
      let stationary = device.compute.dataflow.stationary
      let firstInner = order.firstIndex { !stationary.depends(on: $0.axis) } ?? order.count
      let isKept = order[firstInner...].allSatisfy { !stationary.depends(on: $0.axis) }
      if level >= unit - 1, work.kind == .products, !isKept { return }
      var next = loops
      next.temporal[level] = order
      self.order(level + 1, next, body)
    }
  }

  private func permutations(_ loops: [MappingLoop], _ body: ([MappingLoop]) -> Void) {
    func extend(_ chosen: [MappingLoop], _ rest: [MappingLoop]) {
      if rest.isEmpty { body(chosen) }
      for index in rest.indices {
        var others = rest
        let loop = others.remove(at: index)
        extend(chosen + [loop], others)
      }
    }
    extend([], loops)
  }
}
