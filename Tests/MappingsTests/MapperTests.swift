import Devices
import Mappings
import Testing

@Suite("The mapper")
struct MapperTests {
  private struct Seen {
    var product: Double
    var accesses: AccessCounts
  }

  private static func score(_ accesses: AccessCounts) -> MappingScore {
    // Traffic off the chip stands for energy, steps for cycles.
    let outer = accesses.links.filter { $0.parent == 0 }
    let moved = outer.reduce(0) { $0 + $1.parentReads + $1.parentWrites }
    return MappingScore(energy: Double(moved), cycles: accesses.steps)
  }

  @Test(
    "keeps the lowest product of energy and cycles of all that it has scored", arguments: 0..<30)
  func keepsTheLowest(seed: UInt64) throws {
    let random = RandomCase(seed: seed)
    var seen: [Seen] = []
    var mapper = Mapper(device: random.device)
    let found = try mapper.mapping(for: random.work) { _, accesses in
      let score = Self.score(accesses)
      seen.append(Seen(product: score.energy * Double(score.cycles), accesses: accesses))
      return score
    }
    let score = Self.score(found.accesses)
    let product = score.energy * Double(score.cycles)
    #expect(seen.allSatisfy { $0.product >= product })
    #expect(seen.contains { $0.accesses == found.accesses })
    #expect(found.mapping.accesses == found.accesses)
  }
}
