import Devices

/// The tiles of one group in an order, and what moves between the buffers and the outer memory.
///
/// - Model: the loops have constant lengths, so that a last tile is computed and moved whole. A tile
///   stays in its buffer while the loops around it do not change it, and neighbouring tiles stay
///   together while all of them fit. Sums are loaded before a tile is computed, the first time too (as
///   biases), and stored after it. Everything but the first load and the last store moves while the
///   array computes, over one port.
/// - Validity: the cycles of Bit Fusion's simulator, to the cycle, for 29 layers of three networks.
struct FusionSchedule {
  var tile: FusionTile
  /// The loops with several tiles, outermost first.
  var order: [FusionLoop]
  /// The bits of each operand that move one way, by `Operand.index`.
  var moved: [Int]
  /// The bits of each operand that lie in its buffer at the most.
  var resident: [Int]

  init(_ tile: FusionTile, order: [FusionLoop], capacities: [Int]) {
    self.tile = tile
    self.order = order
    moved = tile.bits
    resident = tile.bits
    for operand in Operand.allCases {
      let index = operand.index
      var isKept = true
      for loop in order.reversed() {
        let trips = tile.trips[loop.rawValue]
        if !isKept {
          moved[index] *= trips
        } else if loop.moves(operand) {
          moved[index] *= trips
          isKept = moved[index] <= capacities[index]
          if isKept { resident[index] = moved[index] }
        }
      }
    }
  }

  /// The cycles of the first load and the last store, in which the array waits.
  func ends(_ port: FusionPort) -> Int {
    let first = resident.reduce(0, +)
    return port.cycles(first) + port.cycles(port.stored(resident[Operand.outputs.index]))
  }

  /// The cycles in which the array waits.
  func waits(_ port: FusionPort) -> Int {
    let sums = Operand.outputs.index
    let whole = moved.reduce(0, +) + stored(port)
    let middle = whole - resident.reduce(0, +) - port.stored(resident[sums])
    return max(0, port.cycles(middle) - tile.allCycles) + ends(port)
  }

  /// The bits of outputs that are stored: sums, and finished outputs the last time.
  func stored(_ port: FusionPort) -> Int {
    let sums = Operand.outputs.index
    let whole = order.filter { $0.moves(.outputs) }
      .reduce(tile.bits[sums]) { $0 * tile.trips[$1.rawValue] }
    return moved[sums] - whole + port.stored(whole)
  }
}

/// The port to the outer memory.
struct FusionPort {
  /// Bits a cycle, both ways together.
  var bandwidth: Double
  /// The bits of a sum and of a finished output.
  var sumBits: Int
  var outputBits: Int

  func cycles(_ bits: Int) -> Int { Int((Double(bits) / bandwidth).rounded(.up)) }

  /// The bits that finished outputs take in place of their sums.
  func stored(_ bits: Int) -> Int {
    outputBits < sumBits ? bits / sumBits * outputBits : bits
  }
}
