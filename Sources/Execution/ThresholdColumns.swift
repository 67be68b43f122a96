internal import Networks

/// Threshold tables of the same length side by side, sixteen channels at a time.
///
/// - Exactness: the codes of `ThresholdPlan.code(_:channel:)`.
struct ThresholdColumns: Sendable {
  private typealias Lanes = SIMD16<Int32>
  private static let lanes = Lanes.scalarCount
  /// More thresholds are found faster by halving.
  private static let most = 64

  private let steps: Int
  private let channels: Int
  /// Of each block of channels, [blocks][steps].
  private let thresholds: [Lanes]
  /// Of each channel, [channels][steps + 1], clamped.
  private let codes: [Int32]
  private let zeroPoint: Int32
  private let readsReals: Bool

  /// The tables of channels that lie side by side, or one table for all; nil where lengths differ or
  /// numbers need more than 32 bits.
  init?(_ tables: [ThresholdTable], zeroPoint: Int, readsReals: Bool, clamp: ClosedRange<Int>) {
    let steps = tables.first?.thresholds.count ?? 0
    let inputs = Int32.min / 2...Int32.max / 2
    guard (1...Self.most).contains(steps),
      readsReals || inputs.contains(Int32(clamping: zeroPoint)),
      tables.allSatisfy({ table in
        table.thresholds.count == steps && table.thresholds.allSatisfy { $0 <= Int(Int32.max) }
      })
    else { return nil }
    self.steps = steps
    self.zeroPoint = Int32(clamping: zeroPoint)
    self.readsReals = readsReals
    channels = tables.count
    thresholds = stride(from: 0, to: tables.count, by: Self.lanes).flatMap { first in
      (0..<steps).map { step in
        var lanes = Lanes.zero
        for lane in 0..<Self.lanes {
          let table = tables[tables.count == 1 ? 0 : min(first + lane, tables.count - 1)]
          lanes[lane] = Int32(clamping: table.thresholds[step])
        }
        return lanes
      }
    }
    codes = tables.flatMap { table in
      table.codes.map { Int32(min(max(Int($0), clamp.lowerBound), clamp.upperBound)) }
    }
  }

  /// Computes `count` codes, all channels of a place side by side; integer codes lie within 31 bits.
  func run(
    _ source: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    thresholds.withUnsafeBufferPointer { thresholds in
      codes.withUnsafeBufferPointer { codes in
        let row = channels == 1 ? count : channels
        for start in stride(from: 0, to: count, by: row) {
          for first in stride(from: 0, to: row, by: Self.lanes) {
            let block = channels == 1 ? 0 : first / Self.lanes
            let used = min(Self.lanes, row - first)
            let reached = reached(
              places(source + start + first, used), thresholds, from: block * steps)
            for lane in 0..<used {
              let channel = channels == 1 ? 0 : first + lane
              results[start + first + lane] = codes[channel * (steps + 1) + Int(reached[lane])]
            }
          }
        }
      }
    }
  }

  private func places(_ source: UnsafePointer<Int32>, _ used: Int) -> Lanes {
    var lanes = Lanes.zero
    if used == Self.lanes {
      lanes = UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
    } else {
      for lane in 0..<used { lanes[lane] = source[lane] }
    }
    guard readsReals else { return lanes &- zeroPoint }
    let magnitudes = lanes & 0x7FFF_FFFF
    return magnitudes.replacing(with: 0 &- magnitudes, where: lanes .< 0)
  }

  private func reached(
    _ places: Lanes, _ thresholds: UnsafeBufferPointer<Lanes>, from first: Int
  ) -> Lanes {
    var count = Lanes.zero
    for step in first..<first + steps {
      count.replace(with: count &+ 1, where: places .>= thresholds[step])
    }
    return count
  }
}
