import Arithmetic
import Execution
import Foundation
import Networks
import Reporting
import Tensors
import Testing

@Suite("Golden vectors in the order of mappings") struct MappedVectorTests {
  /// Strided blocks in the given number of registers, with trees and a spill.
  static func order(_ linear: QuantizedLinear, registers: Int) -> ReductionOrder {
    let channels = linear.inputChannels / linear.groups
    let window = linear.window
    var loops: [ReductionOrder.Loop] = []
    for (axis, extent) in [
      (ReductionAxis.kernelColumns, window.kernelWidth), (.inputChannels, channels),
      (.kernelRows, window.kernelHeight),
    ] where extent > 1 {
      if extent > 3 { loops.append(.init(axis, tile: 3)) }
      loops.append(.init(axis, tile: 1))
    }
    let tree = loops.popLast().map { [$0] } ?? []
    var parts = [ReductionOrder.Register](repeating: .init(loops: []), count: registers)
    for (index, loop) in loops.enumerated() { parts[index % registers].loops.append(loop) }
    parts[registers - 1].tree = tree
    let spill = ReductionOrder.Spill(
      depth: parts[0].loops.count, storage: Accumulator(bits: 13, overflow: .saturate))
    return ReductionOrder(
      inputChannels: channels, kernelRows: window.kernelHeight, kernelColumns: window.kernelWidth,
      registers: parts, spills: registers % 2 == 0 ? [spill] : [])
  }

  @Test(
    "numpy recomputes every layer from the stated places and ends",
    .enabled(
      if: VectorFolderTests.canRecompute,
      "python3 with numpy or Scripts/check_vectors.py is absent"),
    arguments: [1, 2, 3])
  func recomputed(registers: Int) throws {
    let plain = ArithmeticSpec(accumulator: Accumulator(bits: 15, overflow: .saturate))
    for arithmetic in [plain, ArithmeticPreset.ortAVX2.spec] {
      let network = try VectorNetwork.executor(arithmetic).network
      var orders: [String: ReductionOrder] = [:]
      for layer in network.layers {
        guard case .linear(let linear) = layer.operation else { continue }
        orders[layer.name] = Self.order(linear, registers: registers)
      }
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("widthwise-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let executor = try IntegerExecutor(network, arithmetic: arithmetic, orders: orders)
      try VectorFolder.write(executor, count: 2, codes: VectorNetwork.codes, to: folder.path)
      let (code, text) = try VectorFolderTests.python([
        VectorFolderTests.script, folder.path,
      ])
      #expect(code == 0, "\(text)")
      #expect(text.contains("16 layers equal, 0 differ, 1 skipped"), "\(text)")
      let data = try Data(contentsOf: folder.appendingPathComponent("vectors.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let layers = try #require(json["layers"] as? [[String: Any]])
      #expect(layers.filter { $0["order"] as? String == "mapping" }.count == orders.count)
      let readme = try String(contentsOfFile: VectorFolderTests.readme, encoding: .utf8)
      for key in ["mappedOrder", "places", "ends", "spills", "storageBits", "storageOverflow"] {
        #expect(readme.contains("`\(key)`"), "\(key) is not described in reports/README.md")
      }
    }
  }
}
