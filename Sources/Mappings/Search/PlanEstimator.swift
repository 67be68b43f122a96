import Devices
import Quantities

/// Energy and cycles of a plan in about a microsecond: what the search ranks plans by.
///
/// - Model: that of `AccessCounts`, with tiles that divide what lies around them evenly. What is reported
///   is counted exactly; this only chooses what is worth counting.
struct PlanEstimator {
  /// What one operand does between two levels.
  struct Link {
    var operand: Operand
    var parent: Int
    /// The inner level, or nil for the multipliers.
    var child: Int?
    var isParentShared: Bool
    var isChildShared: Bool
    /// The dimensions along which units share an instance of the parent, and of the child.
    var parentShares: DimensionMask
    var childShares: DimensionMask
    /// Whether the child keeps a tile until the next one.
    var isKept: Bool
    /// Whether a unit keeps the columns that the next tile needs too.
    var slides: Bool
    /// Whether the array waits while it moves.
    var isSerial: Bool
    /// The levels whose loops lie outside the child's tile.
    var end: Int
    var width: Double
    /// The bits that a finished output has less than a partial one.
    var saved: Double
    /// The bits of the biases that leave the parent, and that the child receives.
    var parentBiases: Double
    var childBiases: Double
  }

  let space: MappingSpace
  let links: [Link]
  var rows: WindowTable
  var columns: WindowTable
  /// The cycles and energy of a layer beside what its accesses and steps cost.
  private let fixed: PlanCosts
  /// Energy a bit, by level and operand: reads, then writes.
  let prices: [Double]
  /// Bits a cycle, by level: reads, then writes.
  let bandwidths: [Double]
  /// Elements of weights and of outputs, and what the inputs have beside rows and columns.
  let weights: Double
  let outputs: Double
  let inputPlanes: Double
  /// What the plan at hand needs; kept so that nothing is allocated for a plan.
  var layout: PlanLayout
  var bits: [Double]
  var serialBits: [Double]

  init(space: MappingSpace, rate: Double) {
    self.space = space
    let (work, device) = (space.work, space.device)
    links = Self.links(space)
    let bounds = work.bounds
    rows = WindowTable(outputs: bounds.outputRows, taps: bounds.kernelRows, sliding: bounds.rows)
    columns = WindowTable(
      outputs: bounds.outputColumns, taps: bounds.kernelColumns, sliding: bounds.columns)
    fixed = PlanCosts(work: work, device: device, rate: rate)
    prices = device.memories.flatMap { memory in
      Operand.allCases.map { memory.readEnergy[$0]?.value ?? 0 }
        + Operand.allCases.map { memory.writeEnergy[$0]?.value ?? 0 }
    }
    bandwidths = device.memories.flatMap { [$0.readBandwidth.value, $0.writeBandwidth.value] }
    weights = Double(work.elements(of: .weights))
    outputs = Double(work.elements(of: .outputs))
    inputPlanes = Double(
      bounds.batch * bounds.groups * bounds.inputChannels * work.inputCount)
    layout = PlanLayout(space: space)
    bits = [Double](repeating: 0, count: 2 * space.levels)
    serialBits = [Double](repeating: 0, count: 2 * space.levels * space.levels)
  }

  /// The links of a layer, by operand, outermost first.
  private static func links(_ space: MappingSpace) -> [Link] {
    let (work, device) = (space.work, space.device)
    let isProduct = work.kind == .products
    let latched = isProduct ? device.compute.dataflow.latched : [.outputs]
    return work.operands.flatMap { operand in
      let holders = device.memories.indices.filter {
        device.memories[$0].operands.contains(operand)
          && (isProduct || !device.memories[$0].isPerUnit)
      }
      let width = work.widths.width(of: operand)
      let biases = operand == .weights ? Double(work.biasCount * work.widths.bias) : 0
      return holders.enumerated().map { index, parent in
        let child = index + 1 < holders.count ? holders[index + 1] : nil
        let isChildShared = child.map { !device.memories[$0].isPerUnit } ?? false
        return Link(
          operand: operand, parent: parent, child: child,
          isParentShared: !device.memories[parent].isPerUnit, isChildShared: isChildShared,
          parentShares: DimensionMask(sharedBy: device.memories[parent]),
          childShares: child.map { DimensionMask(sharedBy: device.memories[$0]) } ?? .none,
          isKept: child != nil || latched.contains(operand),
          slides: operand == .inputs && child.map { device.memories[$0].keepsHalo } ?? false
            || isProduct && device.compute.dataflow == .rowStationary && operand == .inputs
              && child != nil && !isChildShared,
          isSerial: isChildShared && child.map { !device.memories[$0].isDoubleBuffered } ?? false,
          end: child ?? device.memories.count, width: Double(width),
          saved: operand == .outputs ? Double(width - work.widths.outputs) : 0,
          parentBiases: device.memories[parent].isPerUnit ? 0 : biases,
          childBiases: isChildShared ? biases : 0)
      }
    }
  }

  /// The score of a plan, or nil for one that does not fit.
  mutating func score(_ plan: MappingPlan) -> MappingScore? {
    layout.lay(plan, space)
    guard layout.fits(space) else { return nil }
    var energy = fixed.energy
    for index in bits.indices { bits[index] = 0 }
    for index in serialBits.indices { serialBits[index] = 0 }
    var fresh = outputs
    for index in links.indices {
      let link = links[index]
      if index == 0 || links[index - 1].operand != link.operand { fresh = outputs }
      let moved = moved(link)
      let parent = moved.parent
      if link.operand != .outputs {
        energy += add(
          link, at: link.parent, isWrite: false, parent * link.width + link.parentBiases)
        if let child = link.child {
          energy += add(
            link, at: child, isWrite: true, moved.child * link.width + link.childBiases)
        }
        continue
      }
      let read = max(parent - fresh, 0)
      let finished = link.isParentShared ? outputs * link.saved : 0
      energy += add(link, at: link.parent, isWrite: false, read * link.width)
      energy += add(link, at: link.parent, isWrite: true, parent * link.width - finished)
      guard let child = link.child else { continue }
      energy += add(link, at: child, isWrite: true, read * link.width)
      energy += add(
        link, at: child, isWrite: false,
        moved.child * link.width - (link.isChildShared ? outputs * link.saved : 0))
      fresh = moved.child - read
    }
    let busy = fixed.cycles(steps: layout.steps(space), passes: layout.passes(space))
    return MappingScore(
      energy: energy + fixed.energyPerBusyCycle * busy, cycles: Int(busy + stalls(busy)))
  }

  /// Adds traffic to a port; its energy.
  private mutating func add(_ link: Link, at level: Int, isWrite: Bool, _ moved: Double) -> Double {
    let port = isWrite ? 1 : 0
    if link.isSerial, let child = link.child {
      serialBits[(child * space.levels + level) * 2 + port] += moved
    } else {
      bits[level * 2 + port] += moved
    }
    return moved * prices[level * 6 + port * 3 + link.operand.index]
  }

  /// The cycles in which the array waits.
  private func stalls(_ busy: Double) -> Double {
    var longest = busy
    for index in bits.indices {
      let level = index / 2
      let share =
        level >= space.firstPerUnit
        ? bits[index] / Double(layout.active(along: space.capacities[level].sharing.others))
        : bits[index]
      longest = max(longest, share / bandwidths[index])
    }
    var stalls = longest - busy
    for child in 1..<max(space.firstPerUnit, 1) {
      var most = 0.0
      for port in bits.indices {
        most = max(most, serialBits[child * space.levels * 2 + port] / bandwidths[port])
      }
      stalls += most
    }
    return stalls
  }

  /// The elements that leave the parent of a link, and that its child receives.
  private mutating func moved(_ link: Link) -> (parent: Double, child: Double) {
    let operand = link.operand
    let reloads =
      link.isKept ? layout.reloads(operand, before: link.end) : layout.allReloads(operand)
    if operand == .inputs {
      let scale = inputPlanes * reloads
      let tile = link.child.map { layout.tiles[$0] } ?? .single
      let sliding = link.slides ? layout.sliding(before: link.end) : nil
      let child =
        scale * windows(tile, link, along: link.childShares, slidingOver: sliding)
      if link.isChildShared { return (child, child) }
      return (scale * windows(tile, link, along: link.parentShares, slidingOver: sliding), child)
    }
    let all = (operand == .weights ? weights : outputs) * reloads
    if link.isChildShared { return (all, all) }
    return (
      all * layout.copies(operand, along: link.parentShares.others),
      all * layout.copies(operand, along: link.childShares.others)
    )
  }

  /// The positions of the image that the instances of a level see, those of units along shared
  /// dimensions together.
  private mutating func windows(
    _ unit: Extents, _ link: Link, along shared: DimensionMask,
    slidingOver sliding: (axis: LoopAxis, around: Int)?
  ) -> Double {
    var tile = unit
    var copies = 1.0
    if !link.isChildShared {
      tile = (unit &* layout.units(along: shared)).cut(to: layout.arrayTile)
      copies = layout.copies(.inputs, along: shared.others)
    }
    if let sliding { tile[sliding.axis] = max(tile[sliding.axis], sliding.around) }
    return copies * Double(rows.total(tile[.outputRows], tile[.kernelRows]))
      * Double(columns.total(tile[.outputColumns], tile[.kernelColumns]))
  }
}

extension OperandWidths {
  /// The bits of an element on its way through the levels; of outputs while they are partial.
  func width(of operand: Operand) -> Int {
    switch operand {
    case .weights: weights
    case .inputs: inputs
    case .outputs: partialSums
    }
  }
}
