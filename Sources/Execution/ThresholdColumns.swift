internal import CKernels
internal import Networks

/// Threshold tables of the same length side by side, sixteen channels at a time.
///
/// - Exactness: the codes of `ThresholdPlan.code(_:channel:)`.
struct ThresholdColumns: Sendable {
  private static let lanes = 16
  /// More thresholds are found faster by halving.
  private static let most = 64

  private let steps: Int
  private let channels: Int
  /// Of each block of channels, [blocks][steps][lanes].
  private let thresholds: [Int32]
  /// Of each channel, [channels][steps + 1], clamped; none where they count up from `first`.
  private let codes: [Int32]
  /// The lowest code of each channel, [blocks][lanes].
  private let first: [Int32]
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
    let blocks = (tables.count + Self.lanes - 1) / Self.lanes
    let ofLanes = (0..<blocks * Self.lanes).map { lane in
      tables[tables.count == 1 ? 0 : min(lane, tables.count - 1)]
    }
    thresholds = (0..<blocks).flatMap { block in
      (0..<steps).flatMap { step in
        ofLanes[block * Self.lanes..<(block + 1) * Self.lanes].map {
          Int32(clamping: $0.thresholds[step])
        }
      }
    }
    func clamped(_ table: ThresholdTable) -> [Int32] {
      table.codes.map { Int32(min(max(Int($0), clamp.lowerBound), clamp.upperBound)) }
    }
    let codes = tables.map(clamped)
    let countsUp = codes.allSatisfy { codes in
      codes.indices.allSatisfy { Int(codes[$0]) == Int(codes[0]) + $0 }
    }
    self.codes = countsUp ? [] : codes.flatMap { $0 }
    first = ofLanes.map { clamped($0)[0] }
  }

  /// Computes `count` codes, all channels of a place side by side; integer codes lie within 31 bits.
  func run(
    _ source: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    thresholds.withUnsafeBufferPointer { thresholds in
      codes.withUnsafeBufferPointer { codes in
        first.withUnsafeBufferPointer { first in
          var form = ww_thresholds()
          form.channels = Int64(channels)
          form.steps = Int32(steps)
          form.thresholds = thresholds.baseAddress
          form.codes = codes.isEmpty ? nil : codes.baseAddress
          form.first = first.baseAddress
          form.readsReals = readsReals ? 1 : 0
          form.zeroPoint = zeroPoint
          ww_threshold_codes(&form, source, results, Int64(count))
        }
      }
    }
  }
}
