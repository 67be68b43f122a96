public import Quantities

/// The directions in which a port of a memory moves data.
public enum PortAccess: String, Hashable, Sendable, CaseIterable {
  /// Reads only.
  case read
  /// Writes only.
  case write
  /// Reads and writes, one at a time.
  case readWrite = "read-write"
}

/// The neighbour with which a port of a memory level exchanges data.
public enum PortSide: String, Hashable, Sendable, CaseIterable {
  /// The level around: a refill, or outputs that leave.
  case outer
  /// The level inside, or the multipliers.
  case inner
}

/// One port of a memory level: what passes it takes its cycles one after the other.
public struct MemoryPort: Hashable, Sendable {
  /// The name, unique in the level: `read`, `dma`.
  public var name: String
  /// The directions that it serves.
  public var access: PortAccess
  /// The bandwidth of one instance, in both directions together.
  public var bandwidth: BitsPerCycle
  /// The operands that it serves.
  public var operands: Set<Operand>
  /// The neighbours that it serves.
  public var sides: Set<PortSide>

  /// A port.
  public init(
    name: String, access: PortAccess, bandwidth: BitsPerCycle,
    operands: Set<Operand> = Set(Operand.allCases), sides: Set<PortSide> = Set(PortSide.allCases)
  ) {
    self.name = name
    self.access = access
    self.bandwidth = bandwidth
    self.operands = operands
    self.sides = sides
  }

  /// Whether the port serves a read or a write of an operand on one side.
  public func serves(_ operand: Operand, isWrite: Bool, side: PortSide) -> Bool {
    let isServed =
      switch access {
      case .read: !isWrite
      case .write: isWrite
      case .readWrite: true
      }
    return isServed && operands.contains(operand) && sides.contains(side)
  }
}

extension MemoryLevel {
  /// The ports of one instance: those that were given, or one that reads and one that writes.
  public var portCount: Int { ports.isEmpty ? 2 : ports.count }

  /// The name of a port, by its position.
  public func portName(_ index: Int) -> String {
    ports.isEmpty ? (index == 0 ? "read" : "write") : ports[index].name
  }

  /// The bandwidth of a port, by its position.
  public func portBandwidth(_ index: Int) -> BitsPerCycle {
    ports.isEmpty ? (index == 0 ? readBandwidth : writeBandwidth) : ports[index].bandwidth
  }

  /// The position of the first port that serves a read or a write of an operand on one side.
  ///
  /// 0 when none does, which no verified device has.
  public func port(for operand: Operand, isWrite: Bool, side: PortSide) -> Int {
    if ports.isEmpty { return isWrite ? 1 : 0 }
    return ports.firstIndex { $0.serves(operand, isWrite: isWrite, side: side) } ?? 0
  }

  func verifyPorts(path: String, isOutermost: Bool, _ problems: inout DeviceProblems) {
    guard !ports.isEmpty else { return }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let path = "\(path).ports[\(index)]"
      problems.require(
        !port.name.isEmpty && names.insert(port.name).inserted, "\(path).name",
        "the name \"\(port.name)\" is empty or taken by another port", "choose another name")
      problems.require(
        Self.bandwidths.contains(port.bandwidth.value), "\(path).bandwidth",
        "a bandwidth must lie between 1e-3 and 1e9 bit/cycle", "write e.g. \"64 bit/cycle\"")
      problems.require(
        !port.operands.isEmpty && port.operands.isSubset(of: operands), "\(path).operands",
        "a port serves some of the operands that the level keeps",
        "list some of \(operands.sorted().map(\.rawValue).joined(separator: ", "))")
      problems.require(
        !port.sides.isEmpty, "\(path).sides", "a port serves a side at least",
        "write [outer, inner], or remove the key")
    }
    for operand in operands.sorted() {
      for (isWrite, side) in Self.moves(of: operand, isOutermost: isOutermost) {
        problems.require(
          ports.contains { $0.serves(operand, isWrite: isWrite, side: side) }, "\(path).ports",
          "no port \(isWrite ? "writes" : "reads") \(operand.rawValue) on the \(side.rawValue) side",
          "add one, or give a port more operands, sides or access: read-write")
      }
    }
  }

  /// The directions in which a level moves an operand.
  private static func moves(
    of operand: Operand, isOutermost: Bool
  ) -> [(isWrite: Bool, side: PortSide)] {
    var moves: [(isWrite: Bool, side: PortSide)] = [(false, .inner)]
    if !isOutermost { moves.append((true, .outer)) }
    if operand == .outputs {
      moves.append((true, .inner))
      if !isOutermost { moves.append((false, .outer)) }
    }
    return moves
  }
}
