internal import Arithmetic
internal import CKernels
internal import Networks

extension BlockFigures {
  /// Steps rows through registers of any kind; leaves their contents in `sums`.
  mutating func step<T: TileElement>(
    _ sums: inout TileSums<T>, rows: Int, rowLength: Int, _ tile: ww_tile, _ plan: LinearPlan,
    _ block: LinearPlan.Block
  ) {
    var tile = tile
    tile.rows = 1
    var registers = ww_registers(
      plan.arithmetic, drops: plan.scaling.drops.dropFirst(block.start).prefix(block.channels),
      mostDropped: T.mostDroppedBits)
    let start = tile.x
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 16 * WW_FIGURES) { figures in
      guard let figures = figures.baseAddress, let start else { return }
      var firstStep = Int32.max
      for row in 0..<rows {
        tile.x = start + row * rowLength
        T.step(&tile, through: &registers, figures, &firstStep)
        first = min(first, firstStep)
        observe(figures, plan.arithmetic, channels: block.channels)
        for lane in 0..<block.channels {
          sums.finals[16 * row + lane] = T(figures[16 * WW_CONTENT + lane])
        }
      }
    }
    if block.isProved {
      proved += rows * block.channels
    } else {
      stepped += rows * block.channels
    }
  }

  /// Notes one row.
  mutating func observe(
    _ figures: UnsafeMutablePointer<Int64>, _ arithmetic: ArithmeticSpec, channels: Int
  ) {
    let accumulator = arithmetic.accumulator
    let last = arithmetic.outer?.accumulator ?? accumulator
    for lane in 0..<channels {
      func figure(_ row: Int) -> Int { Int(figures[16 * row + lane]) }
      let seen = AccumulatorBound(lowest: figure(WW_LOWEST), highest: figure(WW_HIGHEST))
      let outer = AccumulatorBound(
        lowest: figure(WW_OUTER_LOWEST), highest: figure(WW_OUTER_HIGHEST))
      lowest[lane] = min(lowest[lane], Int64(seen.lowest))
      highest[lane] = max(highest[lane], Int64(seen.highest))
      histogram[seen.bits] += 1
      let isInside = accumulator.holds(seen) && last.holds(outer) && figure(WW_LEFT) == 0
      if !isInside { touched[lane] += 1 }
      if !last.holds(figure(WW_EXACT)) { persistent[lane] += 1 }
      events[lane] += figures[16 * WW_EVENTS + lane]
      biasEvents[lane] += figures[16 * WW_BIAS_EVENTS + lane]
      outerEvents[lane] += figures[16 * WW_OUTER_EVENTS + lane]
      netWraps[lane] += figure(WW_NET_WRAPS)
      spillEvents[lane] += figures[16 * WW_SPILL_EVENTS + lane]
    }
  }
}

extension ww_registers {
  /// The registers of an arithmetic for up to 16 channels, each with the bits that its casts drop.
  init(_ arithmetic: ArithmeticSpec, drops: ArraySlice<Int>, mostDropped: Int) {
    self.init()
    bits = Int32(arithmetic.accumulator.bits)
    policy = Self.policy(arithmetic.accumulator.overflow)
    if let outer = arithmetic.outer {
      tile = Int64(outer.tile)
      outerBits = Int32(outer.accumulator.bits)
      outerPolicy = Self.policy(outer.accumulator.overflow)
    }
    guard let cast = arithmetic.productCast else { return }
    casts = 1
    rounding = Self.rounding(cast.rounding)
    withUnsafeMutableBytes(of: &drop) { bytes in
      let places = bytes.bindMemory(to: Int32.self)
      for (lane, drop) in drops.enumerated() { places[lane] = Int32(min(drop, mostDropped)) }
    }
  }

  static func policy(_ policy: OverflowPolicy) -> Int32 {
    switch policy {
    case .wrap: Int32(WW_WRAP)
    case .saturate: Int32(WW_SATURATE)
    case .unlimited: Int32(WW_UNLIMITED)
    case .saturateToZero: Int32(WW_SATURATE_TO_ZERO)
    case .saturateSymmetric: Int32(WW_SATURATE_SYMMETRIC)
    case .wrapSignMagnitude: Int32(WW_WRAP_SIGN_MAGNITUDE)
    }
  }

  static func rounding(_ rounding: FixedPointRounding) -> Int32 {
    switch rounding {
    case .truncate: Int32(WW_TRUNCATE)
    case .truncateToZero: Int32(WW_TRUNCATE_TO_ZERO)
    case .round: Int32(WW_ROUND)
    case .roundToZero: Int32(WW_ROUND_TO_ZERO)
    case .roundToInfinity: Int32(WW_ROUND_TO_INFINITY)
    case .roundToMinusInfinity: Int32(WW_ROUND_TO_MINUS_INFINITY)
    case .roundConvergent: Int32(WW_ROUND_CONVERGENT)
    }
  }
}
