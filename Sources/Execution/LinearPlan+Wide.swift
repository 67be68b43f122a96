internal import Arithmetic
internal import CKernels
internal import Networks

extension LinearPlan {
  /// What the kernel of 64-bit registers does with sums; nil for policies that it does not know.
  func wideKind(_ form: SteppedForm) -> Int32? {
    if form.isProved { return Int32(WW_WIDE_UNLIMITED) }
    switch form.registers {
    case .float(let registers):
      return registers.allSatisfy { $0.droppedPlaces <= 60 } ? Int32(WW_WIDE_FLOAT) : nil
    case .integer(let accumulator):
      switch accumulator.overflow {
      case .unlimited: return Int32(WW_WIDE_UNLIMITED)
      case .wrap: return Int32(WW_WIDE_WRAP)
      case .saturate, .saturateSymmetric: return Int32(WW_WIDE_CLIP)
      case .saturateToZero, .wrapSignMagnitude: return nil
      }
    }
  }

  /// The sums of one tile, [rows][16], by the kernel of 64-bit registers; events are counted.
  func wideSums(
    _ form: SteppedForm, _ kind: Int32, _ x: UnsafePointer<Int64>, rows: Int, _ index: Int,
    _ figures: inout BlockFigures
  ) -> [SteppedSum] {
    let block = blocks[index]
    let size = rows * 16
    // Contents, exact sums, lowest and highest prefixes.
    var results = [Int64](repeating: 0, count: 4 * size)
    var counts = [Int64](repeating: 0, count: 3 * 16)
    // Dropped places, the largest number, what is beyond it.
    var limits = [Int64](repeating: 0, count: 3 * 16)
    for lane in 0..<(floats.isEmpty ? 0 : block.channels) {
      let register = floats[block.start + lane]
      limits[lane] = Int64(register.droppedPlaces)
      limits[16 + lane] = Int64(register.largest)
      limits[32 + lane] = Int64(
        register.accumulator.overflow == .saturate ? register.largest : FloatRegister.infinity)
    }
    let register = arithmetic.accumulator
    var outcome = ww_wide_figures()
    outcome.first = .max
    form.words[index].withUnsafeBufferPointer { weights in
      block.bias.withUnsafeBufferPointer { bias in
        limits.withUnsafeBufferPointer { limits in
          counts.withUnsafeMutableBufferPointer { counts in
            results.withUnsafeMutableBufferPointer { results in
              guard let limits = limits.baseAddress, let counts = counts.baseAddress,
                let results = results.baseAddress
              else { return }
              var tile = ww_wide_registers()
              tile.x = x
              tile.w = weights.baseAddress
              tile.rows = Int64(rows)
              tile.depth = Int64(depth)
              tile.lanes = Int32(arithmetic.lanes)
              tile.xIsVector = isDepthwise ? 1 : 0
              tile.bias = bias.baseAddress
              tile.biasFirst = scaling.biasPosition == .first ? 1 : 0
              tile.kind = kind
              tile.bits = Int32(register.bits)
              tile.low = Int64(register.lowest)
              tile.high = Int64(register.highest)
              tile.precision = Int32(floats.first?.precision ?? 0)
              tile.dropped = limits
              tile.largest = limits + 16
              tile.beyond = limits + 32
              outcome.contents = results
              outcome.exact = results + size
              outcome.lowest = results + 2 * size
              outcome.highest = results + 3 * size
              outcome.events = counts
              outcome.biasEvents = counts + 16
              outcome.rounded = counts + 32
              ww_wide_registers_run(&tile, &outcome)
            }
          }
        }
      }
    }
    for lane in 0..<16 {
      figures.events[lane] += counts[lane]
      figures.biasEvents[lane] += counts[16 + lane]
      figures.rounded[lane] += counts[32 + lane]
    }
    if outcome.first < Int64(Int32.max) {
      figures.first = min(figures.first, Int32(outcome.first))
    }
    return (0..<size).map { place in
      SteppedSum(
        content: Int(results[place]), exact: Int(results[size + place]),
        lowest: Int(results[2 * size + place]), highest: Int(results[3 * size + place]))
    }
  }
}
