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
      let numbers = (source.next(), source.uniform(), source.index(below: 17))
      let again = (stored.next(), stored.uniform(), stored.index(below: 17))
      #expect(numbers == again)
    }
    #expect(RandomSource(seed: 43) != RandomSource(seed: 42))
    #expect(RandomSource(seed: 1 << 33) != RandomSource(seed: 0))
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
    let zeros = (0..<100).map { _ in source.index(below: 1) }
    #expect(zeros.allSatisfy { $0 == 0 })
  }
}
