internal import Arithmetic
internal import CKernels
internal import Networks

/// The sums of one tile: 16 channels for each of its rows.
struct TileSums<T: TileElement> {
  /// The exact sums; after stepping, the contents of the narrow accumulators.
  var finals: [T]
  var lowest: [T]
  var highest: [T]
  /// Rows in which some prefix left the range.
  var flags: [UInt8]

  init(rows: Int) {
    finals = [T](repeating: 0, count: rows * 16)
    lowest = finals
    highest = finals
    flags = [UInt8](repeating: 0, count: rows)
  }

  mutating func track(_ tile: UnsafePointer<ww_tile>) {
    finals.withUnsafeMutableBufferPointer { finals in
      lowest.withUnsafeMutableBufferPointer { lowest in
        highest.withUnsafeMutableBufferPointer { highest in
          guard let finals = finals.baseAddress, let lowest = lowest.baseAddress,
            let highest = highest.baseAddress
          else { return }
          T.track(tile, finals, lowest, highest)
        }
      }
    }
  }

  /// Takes off what the zero point of the input added.
  mutating func correct(rows: Int, _ plan: LinearPlan, _ block: LinearPlan.Block) {
    for row in 0..<rows {
      for lane in 0..<block.channels {
        let content = Int(finals[16 * row + lane])
        finals[16 * row + lane] = T(
          truncatingIfNeeded: plan.corrected(content, channel: block.start + lane))
      }
    }
  }

  /// Writes the contents of a block's channels to a tensor with all output channels.
  func write(
    _ target: UnsafeMutablePointer<Int64>, rows: Int, _ plan: LinearPlan, _ block: LinearPlan.Block
  ) {
    var target = target
    for row in 0..<rows {
      for lane in 0..<block.channels { target[lane] = Int64(finals[16 * row + lane]) }
      target += plan.linear.outputChannels
    }
  }
}

/// What happened in the 16 channels of a block over one sample.
struct BlockFigures {
  var lowest = [Int64](repeating: .max, count: 16)
  var highest = [Int64](repeating: .min, count: 16)
  var touched = [Int64](repeating: 0, count: 16)
  var persistent = [Int64](repeating: 0, count: 16)
  var histogram = [Int64](repeating: 0, count: 65)
  var events = [Int64](repeating: 0, count: 16)
  var biasEvents = [Int64](repeating: 0, count: 16)
  var rounded = [Int64](repeating: 0, count: 16)
  var outerEvents = [Int64](repeating: 0, count: 16)
  var spillEvents = [Int64](repeating: 0, count: 16)
  var netWraps = [Int](repeating: 0, count: 16)
  var first = Int32.max
  var proved = 0
  var tracked = 0
  var stepped = 0

  /// Notes final sums alone.
  mutating func observe<T: TileElement>(finals: [T], rows: Int, channels: Int) {
    for row in 0..<rows {
      for lane in 0..<channels {
        let sum = Int64(finals[16 * row + lane])
        lowest[lane] = min(lowest[lane], sum)
        highest[lane] = max(highest[lane], sum)
      }
    }
  }

  /// Notes a tracked tile; the number of rows in which some prefix left the range.
  mutating func observe<T: TileElement>(
    _ sums: inout TileSums<T>, rows: Int, channels: Int, accumulator: Accumulator
  ) -> Int {
    let finals = sums.finals
    let least = sums.lowest
    let most = sums.highest
    return lowest.withUnsafeMutableBufferPointer { low in
      highest.withUnsafeMutableBufferPointer { high in
        touched.withUnsafeMutableBufferPointer { touched in
          persistent.withUnsafeMutableBufferPointer { persistent in
            histogram.withUnsafeMutableBufferPointer { histogram in
              sums.flags.withUnsafeMutableBufferPointer { flags -> Int in
                guard let low = low.baseAddress, let high = high.baseAddress,
                  let touched = touched.baseAddress, let persistent = persistent.baseAddress,
                  let histogram = histogram.baseAddress, let flags = flags.baseAddress
                else { return 0 }
                return T.observe(
                  finals, least, most, rows: rows, channels: channels,
                  low: accumulator.lowest, high: accumulator.highest,
                  TileFigures(
                    lowest: low, highest: high, touched: touched, persistent: persistent,
                    histogram: histogram, flags: flags))
              }
            }
          }
        }
      }
    }
  }

  /// Steps one row through the narrow accumulator and puts its contents in the place of the sums.
  mutating func step<T: TileElement>(
    _ sums: inout TileSums<T>, row: Int, _ tile: UnsafePointer<ww_tile>, channels: Int,
    accumulator: Accumulator
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 33) { counts in
      withUnsafeTemporaryAllocation(of: T.self, capacity: 16) { contents in
        guard let counts = counts.baseAddress, let contents = contents.baseAddress else { return }
        T.step(
          tile, bits: Int32(accumulator.bits), saturates: accumulator.overflow == .saturate,
          contents, counts, counts + 16, counts + 32)
        first = min(first, counts[32])
        for lane in 0..<channels {
          events[lane] += Int64(counts[lane])
          biasEvents[lane] += Int64(counts[16 + lane])
          let exact = Int(sums.finals[16 * row + lane])
          let content = Int(contents[lane])
          if accumulator.overflow == .wrap {
            netWraps[lane] += abs(exact - content) >> accumulator.bits
          }
          sums.finals[16 * row + lane] = contents[lane]
        }
      }
    }
  }
}
