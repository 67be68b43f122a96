import Arithmetic
import Networks
import Tensors
import TestRandomness

extension ReductionOrder {
  /// A random order of the products of a layer: random tiles in random registers and trees.
  static func random(for linear: QuantizedLinear, seed: UInt64) -> ReductionOrder {
    var random = SeededGenerator(seed: seed)
    var order = ReductionOrder(
      inputChannels: linear.inputChannels / linear.groups,
      kernelRows: linear.window.kernelHeight, kernelColumns: linear.window.kernelWidth,
      registers: [])
    var loops: [Loop] = []
    for axis in ReductionAxis.allCases {
      var around = order.extent(axis)
      while around > 1 {
        let tile = Bool.random(using: &random) ? 1 : Int.random(in: 1..<around, using: &random)
        loops.append(Loop(axis, tile: tile))
        around = tile
      }
    }
    loops.shuffle(using: &random)
    let count = [1, 1, 2, 2, 3, 4].randomElement(using: &random) ?? 1
    let hasTrees = Int.random(in: 0..<3, using: &random) > 0
    let places = loops.map { _ in
      let register = Int.random(in: 0..<count, using: &random)
      let isTree = hasTrees && Int.random(in: 0..<3, using: &random) == 0
      return (register, isTree)
    }
    order.registers = (0..<count).map { register in
      func chosen(_ isTree: Bool) -> [Loop] {
        zip(loops, places).filter { $0.1 == (register, isTree) }.map(\.0)
      }
      return Register(loops: chosen(false), tree: chosen(true))
    }
    var depth = order.registers[0].loops.count
    while depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
      let policy: OverflowPolicy = Bool.random(using: &random) ? .wrap : .saturate
      let bits = Int.random(in: 8...24, using: &random)
      order.spills.append(
        Spill(depth: depth, storage: Accumulator(bits: bits, overflow: policy)))
      depth = Int.random(in: 0...depth, using: &random)
      if order.spills.count == 3 { break }
    }
    return order
  }
}
