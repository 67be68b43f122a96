import Statistics
import Testing

@Suite struct GaussianSourceTests {
  @Test("a seed always gives the same numbers, and another seed others")
  func seeded() {
    let first = GaussianSource.numbers(count: 100, deviation: 2, seed: 7)
    #expect(first == GaussianSource.numbers(count: 100, deviation: 2, seed: 7))
    #expect(first != GaussianSource.numbers(count: 100, deviation: 2, seed: 8))
    #expect(Array(first.prefix(10)) == GaussianSource.numbers(count: 10, deviation: 2, seed: 7))
    let uniforms = GaussianSource.uniforms(count: 100, seed: 7)
    #expect(uniforms == GaussianSource.uniforms(count: 100, seed: 7))
    #expect(uniforms != GaussianSource.uniforms(count: 100, seed: 8))
  }

  @Test("mean 0, the deviation asked for, no skew, and the tails of a Gaussian")
  func moments() {
    let numbers = GaussianSource.numbers(count: 200_000, deviation: 3, seed: 1).map(Double.init)
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let skew = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) } / count / 27
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 9) < 0.15)
    #expect(abs(skew) < 0.03)
    let beyond = Double(numbers.count { abs($0) > 1.959964 * 3 }) / count
    #expect(abs(beyond - 0.05) < 0.003)
  }

  @Test("uniform numbers fill [0, 1) evenly")
  func uniform() {
    let numbers = GaussianSource.uniforms(count: 100_000, seed: 3)
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    for tenth in 0..<10 {
      let share = Double(numbers.count { Int($0 * 10) == tenth }) / 100_000
      #expect(abs(share - 0.1) < 0.005)
    }
  }
}
