import Mappings

/// The costs of layers seen lately, in no more memory than a limit.
///
/// Two generations: what is asked for moves to the recent one; when that has half of the memory, the one
/// before is forgotten. So at least half of the limit holds what was asked for last.
struct RememberedCosts: Sendable {
  /// What makes two layers cost the same.
  struct Key: Hashable, Sendable {
    var kind: LayerWork.Kind
    var bounds: LoopBounds
    var widths: OperandWidths
    var fusion: PoolFusion
    /// The name where the place in the network matters, else empty.
    var name: String
  }

  /// The bytes that costs may take.
  let limit: Int
  private var recent: [Key: LayerCost] = [:]
  private var before: [Key: LayerCost] = [:]
  private var recentBytes = 0
  private var bytesBefore = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// The bytes that the costs take, roughly.
  var bytes: Int { recentBytes + bytesBefore }

  /// How many layers are known.
  var count: Int { recent.count + before.count }

  /// Whether a layer is known.
  func contains(_ key: Key) -> Bool { recent[key] != nil || before[key] != nil }

  /// The cost of a layer, if it is known.
  mutating func cost(_ key: Key) -> LayerCost? {
    if let cost = recent[key] { return cost }
    guard let cost = before.removeValue(forKey: key) else { return nil }
    bytesBefore -= cost.bytes
    insert(cost, key)
    return cost
  }

  /// Remembers a cost.
  mutating func insert(_ cost: LayerCost, _ key: Key) {
    let bytes = cost.bytes
    if bytes > limit / 2 { return }
    if recentBytes + bytes > limit / 2 {
      (before, bytesBefore) = (recent, recentBytes)
      (recent, recentBytes) = ([:], 0)
    }
    if let old = recent.updateValue(cost, forKey: key) { recentBytes -= old.bytes }
    recentBytes += bytes
  }
}

extension LayerCost {
  /// The bytes that a remembered cost takes, roughly.
  fileprivate var bytes: Int {
    let loops = legalMapping?.mapping.loops.count ?? 0
    let levels = legalMapping?.mapping.depths.count ?? 0
    return MemoryLayout<RememberedCosts.Key>.stride + MemoryLayout<LayerCost>.stride
      + mapping.utf8.count + stalls.count * MemoryLayout<Stall>.stride
      + energy.count * MemoryLayout<EnergyShare>.stride
      + accesses.count * MemoryLayout<LevelAccess>.stride + loops * 64 + levels * 128 + 256
  }
}
