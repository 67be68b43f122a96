import Devices
import Foundation
import Interchange
import Mappings
import Quantities
import Testing

@Suite("Timeloop files") struct TimeloopTests {
  static let architecture = """
    architecture:
      version: 0.4
      nodes:
      - !Container
        name: system
      - !Component
        name: memory
        class: DRAM
        attributes: {width: 64, datawidth: 16}
      - !Component
        name: buffer
        class: SRAM
        attributes: {depth: 1024, width: 64, datawidth: 16, read_bandwidth: 4}
      - !Container
        name: PE
        spatial: {meshX: 2, meshY: 4}
      - !Component
        name: pad
        class: regfile
        attributes: {depth: 16, width: 16, datawidth: 16}
        constraints: {dataspace: {keep: [Weights], bypass: [Inputs, Outputs]}}
      - !Component
        name: mac
        class: intmac
    """
  static let problem = """
    problem:
      version: 0.4
      shape:
        name: conv
        dimensions: [C, M, R, P]
        coefficients:
        - {name: step, default: 1}
        data_spaces:
        - {name: Weights, projection: [[[C]], [[M]], [[R]]]}
        - {name: Inputs, projection: [[[C]], [[R], [P, step]]]}
        - {name: Outputs, projection: [[[M]], [[P]]], read_write: True}
      instance: {C: 4, M: 6, R: 3, P: 5, step: 2}
    """
  static let mapping = """
    mapping:
    - {target: memory, type: temporal, factors: M=3, permutation: M}
    - {target: buffer, type: temporal, factors: P=5 R=3, permutation: PR}
    - {target: PE, type: spatial, factors: C=4 M=2, permutation: MC, split: 1}
    - {target: pad, type: temporal, factors: C1 M1, permutation: CM}
    - {target: pad, type: dataspace, keep: [Weights], bypass: [Inputs, Outputs]}
    """

  static func model(
    architecture: String = architecture, problem: String = problem, mapping: String = mapping
  ) throws -> TimeloopModel {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "timeloop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws -> String {
      let url = folder.appending(path: name)
      try text.write(to: url, atomically: true, encoding: .utf8)
      return url.path
    }
    return try TimeloopModel(
      architecture: write("arch.yaml", architecture), problem: write("prob.yaml", problem),
      mapping: write("map.yaml", mapping))
  }

  @Test("An array with a bypass: device, layer and nest")
  func array() throws {
    let model = try Self.model()
    #expect(model.device.memories.map(\.name) == ["memory", "buffer", "pad"])
    #expect(model.device.compute.rows == 4)
    #expect(model.device.compute.columns == 2)
    #expect(model.device.memories[2].operands == [.weights])
    #expect(model.device.memories[1].capacity?.count == 65_536)
    #expect(model.work.bounds.strideY == 2)
    #expect(model.work.bounds.inputHeight == 11)
    let legal = try LegalMapping(model.mapping, of: model.work, on: model.device)
    #expect(legal.accesses.steps == 3 * 5 * 3)
    let expected: [(LoopAxis, Int, LoopPlace)] = [
      (.outputChannels, 2, .time), (.kernelRows, 1, .time), (.outputRows, 1, .time),
      (.inputChannels, 1, .rows), (.outputChannels, 1, .columns),
    ]
    #expect(
      model.mapping.loops == expected.map { MappingLoop($0.0, tile: $0.1, place: $0.2) })
    #expect(model.mapping.depths.map(\.weights) == [0, 1, 5])
    #expect(model.mapping.depths.map(\.inputs) == [0, 1, nil])
    let weights = try #require(legal.accesses.links.first { $0.operand == .weights })
    #expect(weights.parentReads == 4 * 6 * 3)
  }

  @Test(
    "What is wrong is one line with its place",
    arguments: [
      ("C: 4", "C: 8", "the factors of c do not multiply to its size 8"),
      ("[C, M, R, P]\n", "[C, M, R, X]\n", "the dimension X is not one of a convolution"),
      ("[[[M]], [[P]]]", "[[[M]], [[R]]]", "the projection of Outputs is not a convolution's"),
      ("M=3,", "M=three,", "\"M=three\" is not a factor"),
      ("version: 0.4\n  shape", "version: 0.3\n  shape", "version 0.3 is not read"),
      ("type: spatial", "type: sideways", "the type sideways is not read"),
    ])
  func errors(old: String, new: String, expected: String) throws {
    let error = #expect(throws: YAMLError.self) {
      try Self.model(
        problem: Self.problem.replacingOccurrences(of: old, with: new),
        mapping: Self.mapping.replacingOccurrences(of: old, with: new))
    }
    let text = try #require(error?.description)
    #expect(text.contains(expected), "\(text)")
    #expect(text.contains(".yaml:"), "\(text)")
  }
}
