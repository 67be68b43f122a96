/// The additions of one sum written out, product by product: what is executed.
///
/// Register 0 is the innermost one. After a product, `ends` says how much is complete:
///
/// | ends | |
/// |--:|---|
/// | 0 | nothing: the next product joins the same exact sum |
/// | 1 | the exact sum of products is added to register 0 |
/// | 2 | and register 0 is cleared, its content joins an exact sum of contents |
/// | 3 | and that sum is added to register 1 |
/// | 4, 5 | the same of registers 1 and 2 |
///
/// An order and this sequence of it mean the same; a `ReductionOrder` is short, this is explicit.
public struct ProductSequence: Hashable, Sendable {
  /// The place of each product in the kernel, counted (row, column, channel) with channels innermost.
  public var places: [Int]
  /// What is complete after each product.
  public var ends: [Int]
  /// After each product, how many of `storages` the partial sum passes before the next one.
  public var spills: [Int]
  /// The forms in which memories keep partial sums, the nearest memory first.
  public var storages: [Accumulator]
  /// How many registers there are: 1 or more.
  public var registers: Int

  /// A sequence for one register, or for two where there is a tile, in a stated order.
  ///
  /// Groups of `lanes` products are summed exactly; after every `tile` products the inner register
  /// is added to the outer one.
  public init(
    _ order: AccumulationOrder, area: Int, channels: Int, lanes: Int = 1, tile: Int? = nil
  ) {
    let depth = area * channels
    switch order {
    case .kernelMajor: places = Array(0..<depth)
    case .channelMajor: places = (0..<depth).map { $0 % area * channels + $0 / area }
    }
    registers = tile == nil ? 1 : 2
    let full = 2 * registers - 1
    ends = (1...max(depth, 1)).prefix(depth).map { count in
      if count == depth { return full }
      if let tile, count % tile == 0 { return 3 }
      return count % (tile ?? depth) % lanes == 0 ? 1 : 0
    }
    spills = [Int](repeating: 0, count: depth)
    storages = []
  }

  /// The sequence of an order.
  ///
  /// - Complexity: linear in the products, ragged blocks aside.
  public init(_ order: ReductionOrder) {
    registers = order.registers.count
    storages = order.spills.map(\.storage)
    places = []
    ends = []
    spills = []
    let walk = OrderWalk(order)
    walk.run { place, changed in
      if let changed { close(order, walk.positions[changed]) }
      places.append(place)
    }
    guard !places.isEmpty else { return }
    ends.append(2 * registers - 1)
    spills.append(0)
  }

  /// Notes what is complete when a loop goes on to its next step.
  private mutating func close(_ order: ReductionOrder, _ position: OrderWalk.Position) {
    let level = registers - 1 - position.register
    ends.append(2 * level + (position.isTree ? 0 : 1))
    let isLast = position.register == 0 && !position.isTree
    spills.append(isLast ? order.spills.count { $0.depth > position.index } : 0)
  }

  /// Splits the last register in two: the inner one is added to it, at the end of a group, after `tile`
  /// products or more, and before each spill.
  public mutating func split(tile: Int) {
    guard registers == 1 else { return }
    registers = 2
    var count = 0
    for index in ends.indices {
      count += 1
      guard ends[index] == 1 else { continue }
      guard count >= tile || spills[index] > 0 || index == ends.count - 1 else { continue }
      ends[index] = 3
      count = 0
    }
  }
}

/// Walks the loops of an order and hands out the places of the products.
private struct OrderWalk {
  /// Where a loop stands in its order.
  struct Position {
    var register: Int
    var isTree: Bool
    var index: Int
  }

  /// One loop with its steps in a full block, and the loops of the same axis around it.
  private struct Walked {
    var axis: ReductionAxis
    var tile: Int
    var steps: Int
  }

  let order: ReductionOrder
  private(set) var positions: [Position] = []
  private var loops: [Walked] = []
  /// The loops of each axis, the largest tile first: the way they nest.
  private var chains: [[Int]] = []

  init(_ order: ReductionOrder) {
    self.order = order
    func add(_ loop: ReductionOrder.Loop, _ position: Position) {
      positions.append(position)
      loops.append(Walked(axis: loop.axis, tile: loop.tile, steps: 1))
    }
    for (number, register) in order.registers.enumerated() {
      for (index, loop) in register.loops.enumerated() {
        add(loop, Position(register: number, isTree: false, index: index))
      }
      for (index, loop) in register.tree.enumerated() {
        add(loop, Position(register: number, isTree: true, index: index))
      }
    }
    for axis in ReductionAxis.allCases {
      var around = order.extent(axis)
      let chain = loops.indices.filter { loops[$0].axis == axis }
        .sorted { loops[$0].tile > loops[$1].tile }
      for loop in chain {
        loops[loop].steps = (around + loops[loop].tile - 1) / loops[loop].tile
        around = min(around, loops[loop].tile)
      }
      precondition(around <= 1, "the loops of an order reach single products")
      chains.append(chain)
    }
  }

  /// Calls `visit` with each place, and with the outermost loop that went on since the last one.
  func run(_ visit: (Int, Int?) -> Void) {
    guard order.products > 0 else { return }
    var steps = [Int](repeating: 0, count: loops.count)
    var last: [Int]?
    while true {
      if let place = place(steps) {
        visit(place, last.flatMap { last in steps.indices.first { steps[$0] != last[$0] } })
        last = steps
      }
      // The next step of the innermost loop that has one.
      guard let next = loops.indices.last(where: { steps[$0] + 1 < loops[$0].steps }) else {
        return
      }
      steps[next] += 1
      for inner in loops.indices where inner > next { steps[inner] = 0 }
    }
  }

  /// The place of a product, or nil where a block is smaller and has none.
  private func place(_ steps: [Int]) -> Int? {
    var indices = [0, 0, 0]
    for (axis, chain) in zip(ReductionAxis.allCases, chains).enumerated() {
      var end = order.extent(chain.0)
      for loop in chain.1 {
        indices[axis] += steps[loop] * loops[loop].tile
        guard indices[axis] < end else { return nil }
        end = min(end, indices[axis] + loops[loop].tile)
      }
    }
    return (indices[1] * order.kernelColumns + indices[2]) * order.inputChannels + indices[0]
  }
}
