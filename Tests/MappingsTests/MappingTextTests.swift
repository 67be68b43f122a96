import Devices
import Foundation
import Mappings
import Quantities
import Testing

@Suite("The text of mappings") struct MappingTextTests {
  #if DEBUG
    static let cases: [UInt64] = Array(0..<1000)
  #else
    static let cases: [UInt64] = Array(0..<10_000)
  #endif

  /// A random case whose levels hold their operands at uneven places or not at all, with lanes.
  static func uneven(_ seed: UInt64) -> RandomCase {
    var random = SeededGenerator(state: seed &+ 1000)
    var sample = RandomCase(seed: seed)
    sample.device.compute.lanes = 1 << 20
    for index in sample.mapping.loops.indices where sample.mapping.loops[index].place == .rows {
      if Bool.random(using: &random) { sample.mapping.loops[index].place = .lanes }
    }
    let count = sample.mapping.loops.count
    for operand in Operand.allCases {
      var outer = 0
      for level in sample.mapping.depths.indices {
        guard let depth = sample.mapping.depths[level][operand] else { continue }
        if level > 0, Int.random(in: 0..<4, using: &random) == 0 {
          sample.mapping.depths[level][operand] = nil
        } else if Bool.random(using: &random) {
          outer = Int.random(in: outer...max(outer, min(depth + 1, count)), using: &random)
          sample.mapping.depths[level][operand] = outer
        } else {
          outer = max(outer, depth)
          sample.mapping.depths[level][operand] = outer
        }
      }
    }
    return sample
  }

  @Test("a text is read back as the mapping that was printed")
  func roundTrip() throws {
    var uneven = 0
    for seed in Self.cases {
      let general = GeneralCase(seed: seed)
      var samples = [RandomCase(seed: seed), Self.uneven(seed)]
      samples.append(
        RandomCase(work: general.work, device: general.device, mapping: general.mapping))
      for sample in samples {
        let legal: LegalMapping
        do throws(MappingError) {
          legal = try LegalMapping(sample.mapping, of: sample.work, on: sample.device)
        } catch {
          continue
        }
        let text = legal.text
        let read = try Mapping(text: text, of: sample.work, on: sample.device)
        #expect(read == sample.mapping, "seed \(seed):\n\(text)")
        if text.contains("(") { uneven += 1 }
      }
    }
    #expect(uneven > Self.cases.count / 2)
  }

  static let text = """
    # by hand
    dram    k 2x2   # two halves

    buffer  c 2x4~, c 2x2
    array   rows c 2x1; columns k 2x1
    """

  private func read(_ text: String, on device: Device = LegalMappingTests.device()) throws
    -> Mapping
  { try Mapping(text: text, of: LegalMappingTests.work, on: device) }

  @Test("comments and empty lines are skipped")
  func comments() throws {
    #expect(try read(Self.text) == LegalMappingTests.legal())
  }

  @Test(
    "names in quotes, operands at several places, levels that everything passes by, lanes and time in space"
  )
  func special() throws {
    var device = LegalMappingTests.device()
    device.memories[1].name = "big #1 (\"buffer\")"
    device.compute.lanes = 2
    var mapping = LegalMappingTests.legal()
    mapping.loops[3].place = .lanes
    mapping.depths[1].inputs = 3
    mapping.depths[1].outputs = nil
    let legal = try LegalMapping(mapping, of: LegalMappingTests.work, on: device)
    #expect(
      legal.text
        == """
        dram                             k 2x2
        "big #1 (\\"buffer\\")" (weights)  c 2x4~, c 2x2
        "big #1 (\\"buffer\\")" (inputs)   -
        array                            rows -; lanes c 2x1; columns k 2x1
        """)
    #expect(try read(legal.text, on: device) == mapping)
    mapping.depths[1] = PerOperand<Int?>(repeating: nil)
    let passed = try LegalMapping(mapping, of: LegalMappingTests.work, on: device)
    #expect(passed.text.contains("(none)"))
    #expect(try read(passed.text, on: device) == mapping)
  }

  @Test("every line that cannot be read is one clear line")
  func errors() {
    func expect(_ line: String, _ text: String) {
      let error = #expect(throws: MappingError.self) { try read("\n" + line) }
      #expect(error?.description == "layer fc: line 2 of the mapping: " + text)
    }
    expect("cache k 4x1", "the device has no level \"cache\"; write one of array, dram, buffer")
    expect("dram k", "\"k\" is not a loop; write e.g. k 4x16: 4 iterations of 16 channels")
    expect("dram k 4y1", "\"k 4y1\" is not a loop; write e.g. k 4x16: 4 iterations of 16 channels")
    expect("dram k 4x0", "\"k 4x0\" is not a loop; write e.g. k 4x16: 4 iterations of 16 channels")
    expect("dram k 2x2,", "\"\" is not a loop; write e.g. k 4x16: 4 iterations of 16 channels")
    expect(
      "dram z 2x2", "there are no loops over \"z\"; write one of k, c, g, p, q, r, s, n")
    expect(
      "dram c 3x4",
      "c 3x4: 6 around this loop is 2 times 4; write c 2x4~, or change the loops around it")
    expect(
      "array k 2x2", "\"k\" is no place for loops; write e.g. array rows c 4x1; columns k 4x1")
    expect(
      "dram (weight)", "\"weight\" is no operand; write some of weights, inputs, outputs, or none")
    expect("dram ()", "the brackets are empty; write (none) for a level that everything passes by")
    expect("dram (inputs", "a bracket is not closed; write e.g. dram (weights, inputs)")
    expect("\"dram", "a quote is not closed; end the name with \"")
    expect("dram (inputs, inputs)", "dram holds inputs already; name each operand of a level once")
    expect(
      "dram -",
      "the level buffer has no line; add one, or \"buffer (none)\" to let everything pass by it")
    let twice = #expect(throws: MappingError.self) { try read("dram -\ndram -") }
    #expect(
      twice?.description == "layer fc: line 2 of the mapping: the level dram has a line already; "
        + "name the operands: dram (weights)")
  }

  @Test("a sheet has a mapping for each layer, and one for all others")
  func sheet() throws {
    let device = LegalMappingTests.device()
    var work = LegalMappingTests.work
    let legal = try LegalMapping(LegalMappingTests.legal(), of: work, on: device)
    let names = ["fc", "/block.1/conv:0", "a # b", " x ", "*"]
    let text = MappingSheet.text(of: names.dropLast().map { ($0, legal) })
    let sheet = try MappingSheet(text: text)
    #expect(sheet.names == Array(names.dropLast()))
    for name in names.dropLast() {
      work.name = name
      #expect(try sheet.mapping(of: work, on: device)?.mapping == legal.mapping)
    }
    work.name = "other"
    #expect(try sheet.mapping(of: work, on: device) == nil)
    let bypassing = legal.text.replacingOccurrences(
      of: "\(device.memories[0].name) ", with: "\(device.memories[0].name) (weights) ")
    let error = #expect(throws: MappingError.self) {
      try MappingSheet(text: "layer *:\n" + bypassing).mapping(of: work, on: device)
    }
    #expect(error?.description.contains("cannot pass by the outermost level") == true)
    let others = try MappingSheet(text: "layer *:\n" + legal.text)
    #expect(try others.mapping(of: work, on: device)?.mapping == legal.mapping)
    #expect(others.names.isEmpty)
    work.kind = .pool
    #expect(try others.mapping(of: work, on: device) == nil)

    func expect(_ text: String, _ message: String) {
      work = LegalMappingTests.work
      let error = #expect(throws: MappingError.self) {
        try MappingSheet(text: text).mapping(of: work, on: device)
      }
      #expect(error?.description == message)
    }
    expect(
      "dram -",
      "layer ?: line 1 of the mapping: no layer is named before \"dram -\"; "
        + "start with e.g. layer conv1:")
    expect(
      "layer fc:\nlayer fc:",
      "layer fc: line 2 of the mapping: the layer has a mapping already; keep one")
    expect(
      "\nlayer fc:\n  dram k 3x1",
      "layer fc: line 3 of the mapping: k 3x1: 4 around this loop is 4 times 1; "
        + "write k 4x1, or change the loops around it")
    expect(
      "layer fc:\ndram -\nbuffer -\narray rows -; columns -",
      "layer fc: loop k: the innermost tile is larger than 1; add a loop of tile 1")
  }
}
