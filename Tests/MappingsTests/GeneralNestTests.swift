import Devices
import Mappings
import Testing

@Suite("Access counts of general nests") struct GeneralNestTests {
  /// 10,000 cases in all; a tenth without optimization, where the walk is slow.
  static let blocks = 50
  static let casesOfBlock: Int = {
    #if DEBUG
      20
    #else
      200
    #endif
  }()

  @Test("The closed form equals the walk of the nest", arguments: 0..<blocks)
  func closedFormEqualsWalk(block: Int) throws {
    for index in 0..<Self.casesOfBlock {
      let seed = UInt64(block * Self.casesOfBlock + index)
      let random = GeneralCase(seed: seed)
      let mapping = try LegalMapping(random.mapping, of: random.work, on: random.device)
      #expect(
        mapping.accesses == AccessWalk.counts(of: mapping), "seed \(seed)\n\(random.mapping.loops)")
    }
  }
}
