import Devices
import Quantities

/// Energy and cycles of a plan in about a microsecond: what the search ranks plans by.
///
/// - Model: that of `AccessCounts` with tiles that divide what lies around them evenly, and of the cycles
///   that are reported but for rounding (see `PlanPorts`). What is reported is counted exactly; this only
///   chooses what is worth counting.
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
    /// Whether a tile of the child may arrive while the one before is used.
    var isOverlapped: Bool
    /// Whether the child is the innermost level that holds the operand.
    var isInnermost: Bool
    /// The levels whose loops lie outside the child's tile.
    var end: Int
    /// The levels whose loops lie outside the tile of the next level inwards; nil for the multipliers.
    var innerEnd: Int?
    /// The levels whose loops lie outside the tile of the innermost level.
    var innermostEnd: Int
    /// The ports, among those of all levels, that read and write the operand.
    var parentPorts: (read: Int, write: Int)
    var childPorts: (read: Int, write: Int)
    var width: Double
    /// The bits that a finished output has less than a partial one.
    var saved: Double
    /// The bits of the biases that leave the parent, and that the child receives.
    var parentBiases: Double
    var childBiases: Double
    /// Energy a bit at both ends; nothing at the multipliers.
    var parentPrices: (read: Double, write: Double)
    var childPrices: (read: Double, write: Double)
    /// Whether it is the first of its operand.
    var isOutermost: Bool
  }

  let space: SpaceShape
  let links: [Link]
  var rows: WindowTable
  var columns: WindowTable
  /// The cycles and energy of a layer beside what its accesses and steps cost.
  private let fixed: PlanCosts
  /// What idle hardware costs in a cycle.
  private let leakage: Double
  /// Elements of weights and of outputs, and what the inputs have beside rows and columns.
  let weights: Double
  let outputs: Double
  let inputPlanes: Double
  /// What the plan at hand needs; kept so that nothing is allocated for a plan.
  var layout: PlanLayout
  var ports: PlanPorts
  /// What was done so far.
  private(set) var effort = SearchEffort()

  init(space: MappingSpace, rate: Double) {
    self.space = space.shape
    let (work, device) = (space.work, space.device)
    links = Self.links(space)
    let bounds = work.bounds
    rows = WindowTable(outputs: bounds.outputRows, taps: bounds.kernelRows, sliding: bounds.rows)
    columns = WindowTable(
      outputs: bounds.outputColumns, taps: bounds.kernelColumns, sliding: bounds.columns)
    fixed = PlanCosts(work: work, device: device, rate: rate)
    // mW over GHz are pJ a cycle.
    leakage = (device.leakage * (Cycles(1) / device.clock)).value
    weights = Double(work.elements(of: .weights))
    outputs = Double(work.elements(of: .outputs))
    inputPlanes = Double(
      bounds.batch * bounds.groups * bounds.inputChannels * work.inputCount)
    layout = PlanLayout(space: space.shape)
    ports = PlanPorts(device)
  }

  /// The links of a layer, by operand, outermost first.
  private static func links(_ space: MappingSpace) -> [Link] {
    let (work, device) = (space.work, space.device)
    let isProduct = work.kind == .products
    let latched = isProduct ? device.compute.dataflow.latched : [.outputs]
    var firstPort = [0]
    for memory in device.memories { firstPort.append((firstPort.last ?? 0) + memory.portCount) }
    func ports(_ level: Int, _ operand: Operand, _ side: PortSide) -> (read: Int, write: Int) {
      let memory = device.memories[level]
      return (
        firstPort[level] + memory.port(for: operand, isWrite: false, side: side),
        firstPort[level] + memory.port(for: operand, isWrite: true, side: side)
      )
    }
    func prices(_ level: Int, _ operand: Operand) -> (read: Double, write: Double) {
      let memory = device.memories[level]
      return (memory.readEnergy[operand]?.value ?? 0, memory.writeEnergy[operand]?.value ?? 0)
    }
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
          isOverlapped: child.map { device.memories[$0].isDoubleBuffered } ?? true,
          isInnermost: index + 2 >= holders.count,
          end: child ?? device.memories.count,
          innerEnd: index + 2 < holders.count ? holders[index + 2] : nil,
          innermostEnd: holders.last ?? 0,
          parentPorts: ports(parent, operand, .inner),
          childPorts: child.map { ports($0, operand, .outer) } ?? (0, 0), width: Double(width),
          saved: operand == .outputs ? Double(width - work.widths.outputs) : 0,
          parentBiases: device.memories[parent].isPerUnit ? 0 : biases,
          childBiases: isChildShared ? biases : 0,
          parentPrices: prices(parent, operand),
          childPrices: child.map { prices($0, operand) } ?? (0, 0), isOutermost: index == 0)
      }
    }
  }

  /// The score of a plan, or nil for one that does not fit.
  mutating func score(_ plan: MappingPlan) -> MappingScore? {
    effort.tried += 1
    layout.lay(plan, space)
    guard layout.fits(space) else { return nil }
    effort.estimated += 1
    let passes = layout.passes(space)
    let busy = fixed.cycles(steps: layout.steps, passes: passes)
    ports.start(busy: busy, stationaryLoad: passes * fixed.loadPerPass)
    var energy = fixed.energy + fixed.energyPerBusyCycle * (busy + fixed.layer)
    var fresh = outputs
    for index in links.indices {
      let link = links[index]
      if link.isOutermost { fresh = outputs }
      let moved = moved(link)
      let parent = moved.parent
      let life = layout.life(link)
      if link.operand != .outputs {
        let read = parent * link.width + link.parentBiases
        let written = moved.child * link.width + link.childBiases
        energy += read * link.parentPrices.read
        if link.child != nil { energy += written * link.childPrices.write }
        move(link, life, isInward: true, parent: read, child: written)
        continue
      }
      let read = max(parent - fresh, 0)
      let written = parent * link.width - (link.isParentShared ? outputs * link.saved : 0)
      energy += read * link.width * link.parentPrices.read
      energy += written * link.parentPrices.write
      let left = moved.child * link.width - (link.isChildShared ? outputs * link.saved : 0)
      if link.child != nil {
        energy += read * link.width * link.childPrices.write
        energy += left * link.childPrices.read
      }
      if read > 0 {
        move(
          link, life, isInward: true, parent: read * link.width, child: read * link.width,
          share: read / parent)
      }
      move(link, life, isInward: false, parent: written, child: left)
      fresh = moved.child - read
    }
    let cycles = busy + fixed.layer + ports.waiting
    return MappingScore(energy: energy + leakage * cycles, cycles: Int(min(cycles, 1e18)))
  }

  /// Moves what a link carries in one direction through the ports of its ends, given in bits.
  private mutating func move(
    _ link: Link, _ life: TileLife, isInward: Bool, parent: Double, child: Double,
    share: Double = 1
  ) {
    let shareOfParent =
      link.isParentShared ? 1 : layout.groups[link.parentShares.others.index].share
    let parentPort = isInward ? link.parentPorts.read : link.parentPorts.write
    let parentEnd = ports.end(parentPort, bits: parent * shareOfParent)
    guard let level = link.child else {
      ports.feed(parentEnd, share: share)
      return
    }
    let isSplit = level >= space.firstPerUnit
    let shareOfChild = isSplit ? layout.groups[link.childShares.others.index].share : 1
    let childPort = isInward ? link.childPorts.write : link.childPorts.read
    let childEnd = ports.end(childPort, bits: child * shareOfChild)
    let pieces =
      life.periods == 1 && !link.isInnermost
      ? layout.outside[link.innermostEnd].periods[link.operand.index] : nil
    ports.transfer(
      PlanPorts.Transfer(
        operand: link.operand, isInward: isInward, life: life, share: share,
        isOverlapped: link.isOverlapped, pieces: pieces,
        loadsStationary: isSplit && link.operand == space.stationary), parentEnd, childEnd)
  }

  /// The elements that leave the parent of a link, and that its child receives.
  private mutating func moved(_ link: Link) -> (parent: Double, child: Double) {
    let operand = link.operand
    let reloads =
      link.isKept
      ? layout.outside[link.end].reloads[operand.index] : layout.allReloads(operand)
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
      all * layout.groups[link.parentShares.others.index].copies[operand.index],
      all * layout.groups[link.childShares.others.index].copies[operand.index]
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
      tile = (unit &* layout.groups[shared.index].extents).cut(to: layout.arrayTile)
      copies = layout.groups[shared.others.index].copies[Operand.inputs.index]
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
