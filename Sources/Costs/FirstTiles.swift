import Devices

/// The tiles that move while the array cannot compute: the first ones in, the last ones out.
///
/// - Model: a tile is passed on when it has arrived as a whole, except by a level that holds
///   all of an operand, which passes on the tile of the innermost level first. Ports take weights before
///   inputs, and outer levels before inner ones. The last outputs leave one level after the other.
/// - Validity: as `LayerTimeline` walks them.
enum FirstTiles {
  /// The cycles until the innermost levels hold their first tiles of weights and inputs.
  static func onload(_ flows: [LinkFlow], _ device: Device) -> Int {
    let ports = device.memories.reduce(0) { max($0, $1.portCount) }
    var free = [Int](repeating: 0, count: ports * device.memories.count)
    var arrived = PerOperand(repeating: 0)
    for level in device.memories.indices {
      for flow in flows where flow.parent == level && flow.child != nil {
        guard flow.operand != .outputs else { continue }
        var start = arrived[flow.operand]
        var length = 0
        for end in flow.ends {
          start = max(start, free[end.level * ports + end.port])
          length = max(length, piece(of: flow, at: end, flows))
        }
        arrived[flow.operand] = start + length
        for end in flow.ends { free[end.level * ports + end.port] = start + length }
      }
    }
    return max(arrived.weights, arrived.inputs)
  }

  /// The cycles from the last step until the last outputs are at home.
  static func offload(_ flows: [LinkFlow]) -> Int {
    var cycles = 0
    for flow in flows where flow.operand == .outputs && !flow.isInward && flow.child != nil {
      cycles += flow.ends.reduce(0) { max($0, piece(of: flow, at: $1, flows)) }
    }
    return cycles
  }

  /// The cycles of one transfer at one end; of a stream, those of the innermost level's tile.
  static func piece(of flow: LinkFlow, at end: PortUse, _ flows: [LinkFlow]) -> Int {
    guard flow.isStream else { return end.first }
    let innermost = flows.last {
      $0.operand == flow.operand && $0.isInward == flow.isInward && $0.child != nil
    }
    guard let innermost, innermost.periods > 1 else { return end.each }
    // The same elements, in proportion to how many tiles there are.
    return min(end.each, max((end.total + innermost.periods - 1) / innermost.periods, 1))
  }
}
