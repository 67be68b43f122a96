import Costs
import Devices
import Foundation
import Mappings
import Quantities
import Testing

/// Recorded outputs of SCALE-Sim on a 32x32 array; its cycles are the index of the last one.
@Suite("SCALE-Sim") struct ScaleSimTests {
  static let table = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/costs/scalesim/cycles_32x32.csv")

  struct Row {
    var name: String
    var dataflow: Dataflow
    /// m, n, k, then cycles.
    var numbers: [Int]
    /// Reads of inputs, reads of weights, writes of outputs.
    var accesses: [Int]
  }

  static func row(_ line: Substring) throws -> Row {
    let fields = line.split(separator: ",").map(String.init)
    let flows: [String: Dataflow] = [
      "os": .outputStationary, "ws": .weightStationary, "is": .inputStationary,
    ]
    return Row(
      name: "\(fields[0]) \(fields[2])", dataflow: try #require(flows[fields[1]]),
      numbers: [3, 4, 5, 8].compactMap { Int(fields[$0]) },
      accesses: [11, 12, 13].compactMap { Int(fields[$0]) })
  }

  static func systolic(_ dataflow: Dataflow) -> Device {
    let axes: (LoopAxis, LoopAxis) =
      switch dataflow {
      case .weightStationary, .rowStationary: (.inputChannels, .outputChannels)
      case .outputStationary, .registerTile: (.outputRows, .outputChannels)
      case .inputStationary: (.inputChannels, .outputRows)
      }
    return SampleDevices.device(
      dataflow, rows: 32, columns: 32, rowAxes: [axes.0], columnAxes: [axes.1], isSystolic: true,
      memories: [SampleDevices.memory("sram", nil, bandwidth: 1e12, price: 1)])
  }

  static func check(_ row: Row) throws {
    var model = CostModel(device: systolic(row.dataflow))
    let (m, n, k) = (row.numbers[0], row.numbers[1], row.numbers[2])
    let cost = try model.cost(of: CycleTests.product(m, n, k))
    #expect(
      cost.computeCycles + cost.overheadCycles == Cycles(row.numbers[3] + 1), "\(row.name)")
    let moved = [Operand.inputs, .weights, .outputs].map { operand in
      cost.accesses.filter { $0.operand == operand }
        .reduce(0) { $0 + (operand == .outputs ? $1.writes : $1.reads) }
    }
    #expect(moved == row.accesses, "\(row.name) \(row.dataflow)")
  }

  @Test(
    "Two layers of AlexNet take the same cycles and accesses",
    arguments: [
      "alexnet,os,Conv1,3025,96,363,95,3,121124,105415200,84.991,3294225,3310560,290400",
      "alexnet,os,Conv2,529,256,2400,17,8,334831,325017600,94.7941,10156800,10444800,135424",
      "alexnet,ws,Conv1,3025,96,363,12,3,112283,105415200,91.6831,3294225,34848,3484800",
      "alexnet,ws,Conv2,529,256,2400,75,8,373799,325017600,84.9119,10156800,614400,10156800",
      "alexnet,is,Conv1,3025,96,363,12,95,216599,105415200,47.5277,1098075,3310560,3484800",
      "alexnet,is,Conv2,529,256,2400,75,17,446249,325017600,71.1262,1269600,10444800,10156800",
    ])
  func alexNet(line: String) throws {
    try Self.check(Self.row(line[...]))
  }

  // The recorded table is not part of the repository.
  @Test(
    "Every recorded layer takes the same cycles and accesses",
    .enabled(if: FileManager.default.fileExists(atPath: table.path), "no shared data"))
  func recorded() throws {
    let text = try String(contentsOf: Self.table, encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).dropFirst()
    #expect(lines.count >= 90)
    for line in lines { try Self.check(Self.row(line)) }
  }
}
