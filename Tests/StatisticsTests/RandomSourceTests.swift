import Foundation
import Statistics
import Testing

@Suite struct RandomSourceTests {
  @Test("a stored source goes on with the same numbers")
  func resumed() throws {
    var source = RandomSource(seed: 42)
    for _ in 0..<10 { _ = source.next() }
    var stored = try JSONDecoder().decode(
      RandomSource.self, from: JSONEncoder().encode(source))
    #expect(stored == source)
    for _ in 0..<100 {
      #expect(stored.next() == source.next())
      #expect(stored.uniform() == source.uniform())
      #expect(stored.index(below: 17) == source.index(below: 17))
    }
    var other = RandomSource(seed: 43)
    #expect(other.next() != source.next())
    #expect(RandomSource(seed: 1 << 32) != RandomSource(seed: 0))
  }

  @Test("indices and uniforms are even")
  func even() {
    var source = RandomSource(seed: 1)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<50_000 { counts[source.index(below: 5)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    let uniforms = (0..<50_000).map { _ in source.uniform() }
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniforms.reduce(0, +) / 50_000 - 0.5) < 0.01)
    #expect((0..<100).allSatisfy { _ in source.index(below: 1) == 0 })
  }
}
