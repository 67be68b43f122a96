import Arithmetic
import Devices
import Foundation
import Quantities

/// The storages of a Timeloop architecture and the array between them.
struct TimeloopArchitecture {
  /// One storage component.
  struct Storage {
    var name: String
    /// Its size in bits; nil for a DRAM or where no depth is given.
    var capacity: Int?
    var wordBits: Int
    var elementBits: Int
    /// Elements a cycle; nil without a limit.
    var readBandwidth: Double?
    var writeBandwidth: Double?
    /// The operands that it keeps by its constraints.
    var operands: Set<Operand>
    /// Whether it lies inside the array.
    var isPerUnit: Bool
  }

  /// The name of the file.
  let name: String
  /// The storages, outermost first.
  private(set) var storages: [Storage] = []
  /// The container of the array.
  private(set) var arrayName = "array"
  /// Units along the columns (meshX) and rows (meshY) of the array.
  private(set) var meshX = 1
  private(set) var meshY = 1
  /// The node in nm.
  private var technology = 45
  private var isInsideArray = false

  /// The bits of an element at the outermost storage.
  var elementBits: Int { storages.first?.elementBits ?? 8 }

  init(path: String) throws(YAMLError) {
    name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    if let map = root.mapping(keys: ["architecture"], &problems),
      let node = map.required("architecture", example: "architecture: …", &problems),
      let block = node.mapping(keys: ["version", "nodes"], &problems)
    {
      TimeloopProblem.checkVersion(block, &problems)
      let nodes = block.required("nodes", example: "nodes: […]", &problems)?
        .sequence(example: "[!Component …]", &problems)
      for node in nodes ?? [] { read(node, &problems) }
    }
    if storages.isEmpty {
      problems.add(
        root.place, "there is no storage",
        "add a !Component with a class such as SRAM, regfile or DRAM")
    }
    try problems.check()
  }

  private mutating func read(_ node: YAMLNode, _ problems: inout YAMLProblems) {
    if node.hasKey("nodes"), let map = node.mapping(keys: ["name", "nodes"], &problems) {
      let inner = map["nodes"]?.sequence(example: "[!Component …]", &problems)
      for node in inner ?? [] { read(node, &problems) }
      return
    }
    let keys = ["name", "class", "subclass", "attributes", "constraints", "spatial"]
    guard let map = node.mapping(keys: keys, &problems) else { return }
    let name = map.required("name", example: "name: buffer", &problems)?
      .text(example: "buffer", &problems)
    if let spatial = map["spatial"]?.mapping(keys: ["meshX", "meshY"], &problems) {
      let x = spatial["meshX"]?.integer(in: 1...65_536, example: 16, &problems) ?? 1
      let y = spatial["meshY"]?.integer(in: 1...65_536, example: 16, &problems) ?? 1
      if isInsideArray, x * y > 1 {
        problems.add(
          node.place, "a mesh inside another mesh is not read",
          "describe one container with meshX and meshY")
      }
      (meshX, meshY) = (meshX * x, meshY * y)
      isInsideArray = isInsideArray || x * y > 1
      arrayName = name ?? arrayName
    }
    let kind = map["class"]?.text(example: "SRAM", &problems)
    guard let kind else { return }
    if ["mac", "alu", "compute"].contains(where: { kind.lowercased().contains($0) }) { return }
    readStorage(name ?? "memory", kind, map, &problems)
  }

  private mutating func readStorage(
    _ name: String, _ kind: String, _ map: YAMLMapping, _ problems: inout YAMLProblems
  ) {
    let keys = [
      "technology", "type", "depth", "width", "datawidth", "n_banks", "block_size",
      "read_bandwidth", "write_bandwidth", "global_cycle_seconds",
    ]
    let attributes = map["attributes"]?.mapping(keys: keys, &problems)
    func count(_ key: String) -> Int? {
      attributes?[key]?.integer(in: 1...(1 << 40), example: 64, &problems)
    }
    func number(_ key: String) -> Double? {
      attributes?[key]?.number(example: "16", &problems)
    }
    let elementBits = count("datawidth") ?? 8
    let width = count("width") ?? elementBits
    var operands = Set(Operand.allCases)
    if let constraints = map["constraints"]?.mapping(
      keys: ["dataspace", "datatype", "temporal", "spatial"], &problems),
      let spaces = constraints["dataspace"] ?? constraints["datatype"],
      let block = spaces.mapping(keys: ["keep", "bypass"], &problems)
    {
      operands = TimeloopNest.kept(block, among: operands, &problems)
    }
    storages.append(
      Storage(
        name: name, capacity: kind == "DRAM" ? nil : count("depth").map { $0 * width },
        wordBits: width, elementBits: elementBits, readBandwidth: number("read_bandwidth"),
        writeBandwidth: number("write_bandwidth"), operands: operands, isPerUnit: isInsideArray))
  }

  /// The device; the outermost storage holds anything.
  ///
  /// - Parameter kept: the operands that a mapping keeps at each storage.
  func device(keeping kept: [Set<Operand>]) -> Device {
    let free = 1e9
    let memories = zip(storages, kept).enumerated().map { index, pair in
      let (storage, operands) = pair
      let zero = Dictionary(
        uniqueKeysWithValues: operands.map { ($0, PicojoulesPerBit(0)) })
      var memory = MemoryLevel(
        name: storage.name, capacity: index == 0 ? nil : storage.capacity.map(Bits.init),
        operands: operands, isPerUnit: storage.isPerUnit, isDoubleBuffered: false,
        wordBits: storage.wordBits,
        readBandwidth: BitsPerCycle(
          storage.readBandwidth.map { $0 * Double(storage.elementBits) } ?? free),
        writeBandwidth: BitsPerCycle(
          storage.writeBandwidth.map { $0 * Double(storage.elementBits) } ?? free),
        readEnergy: zero, writeEnergy: zero)
      memory.keepsHalo = true
      return memory
    }
    // Row-stationary units read every operand for every product and keep sliding windows, as Timeloop's.
    let compute = Compute(
      dataflow: .rowStationary, rows: meshY, columns: meshX, rowAxes: LoopAxis.allCases,
      columnAxes: [], isSystolic: false,
      throughput: [
        MACThroughput(weightBits: 64, activationBits: 64, accumulatorBits: 64, macsPerCycle: 1)
      ],
      macEnergy: MACEnergy(
        multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero),
      cyclesPerOutput: 0, cyclesPerElement: 0, cyclesPerLayer: 0)
    return Device(
      name: name, summary: "Timeloop architecture \(name)", technology: technology,
      clock: .megahertz(1000), arithmetic: ArithmeticSpec(), compute: compute, memories: memories,
      sources: ["": "Timeloop architecture \(name)"])
  }
}
