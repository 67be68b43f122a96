import Devices
import Foundation
import Interchange
import Mappings

extension ValidationTarget {
  /// Timeloop's scalar reads, fills and updates of given mappings, and its compute cycles.
  static let timeloop = ValidationTarget(
    title: "Timeloop: reads, fills and updates of given mappings",
    source: "costs/timeloop/refs.json and the architectures, problems and mappings beside it",
    assumptions: """
      reads are what a level hands inwards, updates what comes back; partial sums are read again for every \
      update but the first of each output in each instance, also where several units work on one output \
      (here one of them gets the sum back); two cases of Sparseloop come without their mappings and are \
      left out
      """
  ) { data in
    let cases = try JSONDecoder().decode([Case].self, from: data.bytes("costs/timeloop/refs.json"))
    var rows: [ValidationRow] = []
    for files in Files.all {
      guard let reference = cases.first(where: { $0.case.hasSuffix(files.caseSuffix) }) else {
        throw ValidationProblem("costs/timeloop/refs.json: no case \(files.caseSuffix)")
      }
      let folder = "\(data.folder)/costs/timeloop/raw/"
      let model = try TimeloopModel(
        architecture: folder + files.architecture, problem: folder + files.problem,
        mapping: folder + files.mapping)
      rows += try compare(files.name, model, reference)
    }
    return rows
  }

  /// One recorded case.
  private struct Case: Decodable {
    struct Level: Decodable {
      var name: String
      var dataspaces: [String: [String: String]]
      var stats: [String: String]
    }
    var `case`: String
    var levels: [Level]
    var summary: [String: String]
  }

  /// The files of one case.
  private struct Files {
    var name: String
    var caseSuffix: String
    var architecture: String
    var problem: String
    var mapping: String

    static let all: [Files] = {
      func exercise(_ folder: String, _ arch: String, _ prob: String, _ map: String, _ ref: String)
        -> Files
      {
        Files(
          name: map, caseSuffix: "\(folder)/ref-output\(ref)",
          architecture: "\(folder)/arch/\(arch).arch.yaml",
          problem: "\(folder)/prob/\(prob).prob.yaml", mapping: "\(folder)/map/\(map).map.yaml")
      }
      let wide = "simple_weight_stationary"
      return [
        exercise("00-model-conv1d-1level", "1level", "conv1d", "conv1d-1level", ""),
        exercise("01-model-conv1d-2level", "2level", "conv1d", "conv1d-2level-os", "/os"),
        exercise("01-model-conv1d-2level", "2level", "conv1d", "conv1d-2level-ws", "/ws"),
        exercise(
          "02-model-conv1d+oc-2level", "2level", "conv1d+oc", "conv1d+oc-2level-os", "/no-tiling"),
        exercise(
          "02-model-conv1d+oc-2level", "2level", "conv1d+oc", "conv1d+oc-2level-os-tiled",
          "/tiling"),
        exercise(
          "03-model-conv1d+oc-3level", "3level", "conv1d+oc", "conv1d+oc-3level", "/no-bypass"),
        exercise(
          "03-model-conv1d+oc-3level", "3level", "conv1d+oc", "conv1d+oc-3level-bypass", "/bypass"),
        Files(
          name: wide, caseSuffix: "\(wide)/ref_outputs/default_problem",
          architecture: "\(wide)/arch.yaml",
          problem: "\(wide)/ref_outputs/default_problem/parsed-processed-input.yaml",
          mapping: "\(wide)/ref_outputs/default_problem/timeloop-mapper.map.yaml"),
      ]
    }()
  }

  private static func compare(
    _ name: String, _ model: TimeloopModel, _ reference: Case
  ) throws -> [ValidationRow] {
    let legal = try LegalMapping(model.mapping, of: model.work, on: model.device)
    let counts = legal.accesses
    var rows: [ValidationRow] = []
    if let cycles = reference.summary["Cycles"].flatMap(Double.init) {
      rows.append(
        ValidationRow(
          "\(name), compute cycles", unit: "cycles", ours: Double(counts.steps), theirs: cycles,
          bar: .exact))
    }
    for level in reference.levels {
      guard let index = model.device.memories.firstIndex(where: { $0.name == level.name }) else {
        continue
      }
      for (space, operand) in [
        ("Weights", Operand.weights), ("Inputs", .inputs), ("Outputs", .outputs),
      ] {
        guard let recorded = level.dataspaces[space] else { continue }
        let below = counts.links.first { $0.operand == operand && $0.parent == index }
        let above = counts.links.first { $0.operand == operand && $0.child == index }
        let instances = recorded["Utilized instances (max)"].flatMap(Int.init) ?? 1
        let held = instances * outputs(of: model, level: index)
        let updates = operand == .outputs ? below?.parentWrites ?? 0 : 0
        let reads = operand == .outputs ? updates - held : below?.parentReads ?? 0
        let fills =
          operand == .outputs
          ? above.map { $0.childReads - held } ?? 0 : above?.childWrites ?? 0
        for (what, ours) in [
          ("reads", reads), ("fills", fills), ("updates", updates),
        ] {
          guard let theirs = recorded["Scalar \(what) (per-instance)"].flatMap(Double.init) else {
            continue
          }
          let isHalo = operand == .inputs && what != "updates"
          rows.append(
            ValidationRow(
              "\(name), \(level.name) \(space.lowercased()) \(what)", unit: "elements",
              ours: Double(ours), theirs: theirs * Double(instances),
              bar: isHalo ? .within(0.005) : .exact))
        }
      }
    }
    return rows
  }

  /// The outputs that one instance of a level ever works on.
  private static func outputs(of model: TimeloopModel, level: Int) -> Int {
    let depth = model.mapping.depths[level].outputs ?? 0
    var outputs = model.work.elements(of: .outputs)
    for (position, loop) in model.mapping.loops[..<depth].enumerated()
    where loop.place.isSpatial && Operand.outputs.depends(on: loop.axis) {
      let around =
        model.mapping.loops[..<position].last { $0.axis == loop.axis }?.tile
        ?? model.work.bounds[loop.axis]
      outputs /= around / loop.tile
    }
    return outputs
  }
}
