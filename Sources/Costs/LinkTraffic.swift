import Devices
import Mappings
import Quantities

/// One end of a link: a port of a memory level and what an operand moves through it.
struct PortTraffic {
  /// The level.
  var level: Int
  /// Whether it is written rather than read.
  var isWrite: Bool
  var elements: Int
  var bits: Int
}

/// What one operand moves between two levels, in elements and in bits, biases included.
///
/// - Model: an element is moved in its own width: partial sums in that of the accumulator, finished
///   outputs in that of the activations. Packing into words is ideal. Biases move with the weights, once
///   over each link between shared levels and once into the array.
struct LinkTraffic {
  var operand: Operand
  /// The inner level, or nil for the multipliers.
  var child: Int?
  var ports: [PortTraffic]

  /// The traffic of a mapping, link by link.
  static func links(
    of mapping: LegalMapping, accesses: AccessCounts, device: Device
  ) -> [LinkTraffic] {
    let work = mapping.work
    let widths = work.widths
    return accesses.links.map { link in
      let isShared = !device.memories[link.parent].isPerUnit
      let isChildShared = link.child.map { !device.memories[$0].isPerUnit } ?? false
      let width =
        switch link.operand {
        case .weights: widths.weights
        case .inputs: widths.inputs
        case .outputs: widths.partialSums
        }
      let saved = widths.partialSums - widths.outputs
      let biases = link.operand == .weights && isShared ? work.biasCount : 0
      var ports = [
        PortTraffic(
          level: link.parent, isWrite: false, elements: link.parentReads + biases,
          bits: link.parentReads * width + biases * widths.bias),
        PortTraffic(
          level: link.parent, isWrite: true, elements: link.parentWrites,
          bits: link.parentWrites * width - link.finishedParentWrites * saved),
      ]
      if let child = link.child {
        let biases = isChildShared ? biases : 0
        ports.append(
          PortTraffic(
            level: child, isWrite: true, elements: link.childWrites + biases,
            bits: link.childWrites * width + biases * widths.bias))
        ports.append(
          PortTraffic(
            level: child, isWrite: false, elements: link.childReads,
            bits: link.childReads * width - link.finishedChildReads * saved))
      }
      return LinkTraffic(operand: link.operand, child: link.child, ports: ports)
    }
  }
}

extension LevelAccess {
  /// The accesses of each level and operand, outermost level first; levels that hold nothing are absent.
  static func accesses(_ traffic: [LinkTraffic], device: Device) -> [LevelAccess] {
    var table: [LevelAccess] = []
    for (level, memory) in device.memories.enumerated() {
      for operand in Operand.allCases {
        let ports = traffic.filter { $0.operand == operand }.flatMap(\.ports)
          .filter { $0.level == level }
        if ports.isEmpty { continue }
        var access = LevelAccess(
          level: memory.name, operand: operand, reads: 0, writes: 0, readBits: .zero,
          writeBits: .zero)
        for port in ports {
          if port.isWrite {
            access.writes += port.elements
            access.writeBits += Bits(port.bits)
          } else {
            access.reads += port.elements
            access.readBits += Bits(port.bits)
          }
        }
        table.append(access)
      }
    }
    return table
  }
}
