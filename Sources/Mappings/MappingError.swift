public import Devices
public import Quantities

/// Why a layer cannot be mapped onto a device, in one line.
public struct MappingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rule that is broken.
  public enum Reason: Hashable, Sendable {
    /// The smallest tile, or the tile of a given mapping, is larger than a memory level.
    case capacity(level: String, operands: [Operand], needed: Bits, capacity: Bits)
    /// No row of the throughput table is as wide as the operands.
    case widths(weights: Int, activations: Int, accumulator: Int)
    /// No level that all units share holds an operand.
    case homeless(Operand)
    /// A level that all units share lies inside one that each unit has for itself.
    case order(level: String)
    /// The mapping has loops for another number of levels than the device has.
    case levels(mapping: Int, device: Int)
    /// A loop enlarges the tile it divides, or divides it into nothing.
    case tile(LoopAxis, Int)
    /// The loops over an axis end above single iterations.
    case uncovered(LoopAxis)
    /// The loops in space need more units than there are.
    case space(needed: Int, available: Int, place: LoopPlace)
    /// A mapping lets an operand pass by the outermost level, from where it comes.
    case bypassed(Operand, level: String)
    /// A mapping holds an operand at a level that does not keep it.
    case notKept(Operand, level: String)
    /// A level holds its tile outside the tile of the level around it, or beyond the nest.
    case depth(Operand, level: String, depth: Int)
    /// The smallest engines of all layers need more of a fabric than there is.
    case fabric(resource: String, needed: Int, available: Int)
    /// A line of the text of a mapping cannot be read.
    case text(line: Int, rule: String, remedy: String)
    /// A text has the mapping of a layer that the network does not have.
    case unknownLayer
    /// A mapping is given for hardware whose layers have none.
    case unmapped
    /// A level is shared along dimensions along which the level around it has several instances.
    case sharing(Operand, level: String, outer: String)
  }

  /// The name of the layer.
  public var layer: String
  /// The rule that is broken.
  public var reason: Reason

  /// A broken rule.
  public init(layer: String, reason: Reason) {
    self.layer = layer
    self.reason = reason
  }

  /// One line: the place, the rule, the remedy.
  public var description: String {
    switch reason {
    case .capacity(let level, let operands, let needed, let capacity):
      let names = operands.map(\.rawValue).joined(separator: " and ")
      return "layer \(layer): \(level): \(names) need \(needed.count) bits at least but it holds "
        + "\(capacity.count); give \(level) more capacity or narrow the operands"
    case .widths(let weights, let activations, let accumulator):
      return "layer \(layer): compute.throughput: no row holds \(weights)-bit weights, "
        + "\(activations)-bit activations and \(accumulator)-bit accumulators; "
        + "add a row as wide or narrow the operands"
    case .homeless(let operand):
      return "layer \(layer): memories: no shared level holds \(operand.rawValue); "
        + "add \(operand.rawValue) to the operands of the outermost level"
    case .order(let level):
      return "layer \(layer): \(level): a shared level lies inside a per-unit level; "
        + "list the shared levels first"
    case .levels(let mapping, let device):
      return "layer \(layer): the mapping has loops for \(mapping) levels but the device has "
        + "\(device); give one place a level"
    case .tile(let axis, let tile):
      return "layer \(layer): loop \(axis.letter): a tile of \(tile) does not divide the tile "
        + "around it; tiles are at least 1 and never grow inwards"
    case .uncovered(let axis):
      return "layer \(layer): loop \(axis.letter): the innermost tile is larger than 1; "
        + "add a loop of tile 1"
    case .bypassed(let operand, let level):
      return "layer \(layer): \(level): \(operand.rawValue) cannot pass by the outermost level; "
        + "begin the mapping with a line `\(level)` that keeps all operands"
    case .notKept(let operand, let level):
      return "layer \(layer): \(level): the level does not keep \(operand.rawValue); "
        + "add it to the operands of the device's level, or let the mapping bypass it"
    case .depth(let operand, let level, let depth):
      return "layer \(layer): \(level): \(operand.rawValue) cannot be held at position \(depth) of "
        + "the nest; levels are listed outermost first, inside the loops around them"
    case .fabric(let resource, let needed, let available):
      return "layer \(layer): compute.pipeline: the engines of the network up to it need \(needed) "
        + "\(resource) at least but the fabric has \(available); give it more \(resource)"
    case .text(let line, let rule, let remedy):
      return "layer \(layer): line \(line) of the mapping: \(rule); \(remedy)"
    case .unknownLayer:
      return "layer \(layer): the network has no such layer; "
        + "take the names that `widthwise mappings show` prints"
    case .unmapped:
      return "layer \(layer): compute.family: only arrays run layers under mappings; "
        + "leave the mapping out, or take a device that is an array"
    case .sharing(let operand, let level, let outer):
      return "layer \(layer): \(level): \(operand.rawValue) come from \(outer), which fewer units "
        + "share; list levels that more units share first, or let the mapping bypass one"
    case .space(let needed, let available, let place):
      return "layer \(layer): the loops along the \(place.rawValue) need \(needed) "
        + "units but the array has \(available); unroll less"
    }
  }
}
