import Devices

/// The order of the loops of one level: which operand stays longest, and which next.
///
/// An operand stays while only loops run that it does not depend on: weights during n, p and q, inputs
/// during k, outputs during c, r and s. These are the classes of an order; groups, which every operand
/// depends on, lie outside. Loops of one class next to each other may change places without changing
/// any access, so that six orders are left of 40,320. Where every loop has the same iterations at all
/// times, only the innermost class that has a loop matters.
struct LoopOrder: Hashable {
  /// The operand that the innermost loops leave in place.
  var stays: Operand
  /// The operand that the loops around those leave in place.
  var next: Operand

  /// The operand that the outermost loops leave in place.
  var last: Operand {
    switch (stays, next) {
    case (.inputs, .outputs), (.outputs, .inputs): .weights
    case (.weights, .outputs), (.outputs, .weights): .inputs
    case (.weights, .inputs), (.inputs, .weights): .outputs
    case (.weights, .weights), (.inputs, .inputs), (.outputs, .outputs): stays
    }
  }

  /// The loops, outermost first.
  var axes: [LoopAxis] {
    [.groups] + Self.loops(keeping: last) + Self.loops(keeping: next) + Self.loops(keeping: stays)
  }

  /// The loops that leave an operand in place, outermost first.
  static func loops(keeping operand: Operand) -> [LoopAxis] {
    switch operand {
    case .weights: [.batch, .outputRows, .outputColumns]
    case .inputs: [.outputChannels]
    case .outputs: [.inputChannels, .kernelRows, .kernelColumns]
    }
  }

  /// The orders in which an operand stays longest.
  static func orders(of stationary: Operand) -> [LoopOrder] {
    Operand.allCases.filter { $0 != stationary }.map { LoopOrder(stays: stationary, next: $0) }
  }

  /// One order for each operand that may stay longest.
  static let all: [LoopOrder] = [
    LoopOrder(stays: .weights, next: .outputs), LoopOrder(stays: .inputs, next: .outputs),
    LoopOrder(stays: .outputs, next: .weights),
  ]
  /// The operand that stays longest when only these classes have loops.
  func effective(_ classes: OperandMask) -> Operand {
    classes.contains(stays) ? stays : classes.contains(next) ? next : last
  }

  /// The classes that have loops where a level leads from one tile to another.
  static func classes(from around: Extents, to tile: Extents) -> OperandMask {
    let differs = around .!= tile
    func has(_ axis: LoopAxis) -> Bool { differs[axis.index] }
    return OperandMask(
      weights: has(.batch) || has(.outputRows) || has(.outputColumns),
      inputs: has(.outputChannels),
      outputs: has(.inputChannels) || has(.kernelRows) || has(.kernelColumns))
  }
}
