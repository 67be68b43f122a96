import Devices
import Quantities

extension DeviceReader {
  /// The ports of a level; empty without the key.
  mutating func ports(
    _ map: YAMLMapping, _ bandwidth: YAMLUnits, kept: Set<Operand>, from source: String?
  ) -> [MemoryPort] {
    let example = "[{name: dma, access: read-write, bandwidth: 64 bit/cycle}]"
    guard let node = map["ports"], let nodes = node.sequence(example: example, &problems) else {
      return []
    }
    if nodes.isEmpty {
      problems.add(node.place, "a level needs a port", "write e.g. \(example), or remove the key")
    }
    return nodes.compactMap { node in
      let keys = ["name", "access", "bandwidth", "operands", "sides", "source"]
      guard let map = node.mapping(keys: keys, &problems) else { return nil }
      let inner = self.source(map, around: source)
      let name = map.required("name", example: "name: dma", &problems)?
        .text(example: "dma", &problems)
      let access = map.required("access", example: "access: read-write", &problems)?
        .choice(of: PortAccess.self, &problems)
      let value = number(
        map, "bandwidth", bandwidth, example: "bandwidth: 64 bit/cycle", from: inner)
      let operands = map["operands"]?.choices(of: Operand.self, &problems)
      let sides = map["sides"]?.choices(of: PortSide.self, &problems)
      return MemoryPort(
        name: name ?? node.place.path, access: access ?? .readWrite,
        bandwidth: BitsPerCycle(value ?? 1), operands: operands.map { Set($0) } ?? kept,
        sides: Set(sides ?? PortSide.allCases))
    }
  }

  /// The read and the write bandwidth of a level: as given, or the sums over its ports.
  mutating func bandwidths(
    _ map: YAMLMapping, _ ports: [MemoryPort], _ bandwidth: YAMLUnits, from source: String?
  ) -> (read: Double?, write: Double?) {
    guard map["ports"] != nil else {
      return (
        number(
          map, "readBandwidth", bandwidth, example: "readBandwidth: 64 bit/cycle", from: source),
        number(
          map, "writeBandwidth", bandwidth, example: "writeBandwidth: 64 bit/cycle", from: source)
      )
    }
    for key in ["readBandwidth", "writeBandwidth"] {
      guard let node = map[key] else { continue }
      problems.add(
        node.place, "the bandwidths of this level are those of its ports",
        "remove it, or remove ports")
    }
    func sum(_ access: PortAccess) -> Double {
      ports.filter { $0.access == access || $0.access == .readWrite }
        .reduce(0) { $0 + $1.bandwidth.value }
    }
    return (max(sum(.read), 1e-3), max(sum(.write), 1e-3))
  }
}
