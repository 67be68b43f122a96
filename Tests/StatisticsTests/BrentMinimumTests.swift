import Statistics
import Testing

@Suite struct BrentMinimumTests {
  @Test("the minimum of a parabola", arguments: [-0.7, 0.1, 3.25])
  func parabola(place: Double) {
    let found = BrentMinimum.place(
      of: { ($0 - place) * ($0 - place) + 2 }, low: -5, guess: place + 0.3, high: 5)
    #expect(abs(found - place) < 1e-3)
  }

  @Test("the minimum of a function that is not smooth")
  func kink() {
    let found = BrentMinimum.place(
      of: { abs($0 - 0.4) }, low: 0, guess: 0.5, high: 1, tolerance: 1e-6)
    #expect(abs(found - 0.4) < 1e-5)
  }

  @Test("a guess that is not below both ends is returned")
  func badGuess() {
    #expect(BrentMinimum.place(of: { $0 }, low: 0, guess: 0.5, high: 1) == 0.5)
  }
}
