import Statistics
import Testing

@Suite struct WilsonIntervalTests {
  @Test("published intervals: R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3")
  func published() {
    let table: [(successes: Int, trials: Int, low: Double, high: Double)] = [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
      (1, 29, 0.0061, 0.1718),
    ]
    for row in table {
      let interval = WilsonInterval(successes: row.successes, trials: row.trials)
      #expect(abs(interval.low - row.low) < 5e-5)
      #expect(abs(interval.high - row.high) < 5e-5)
    }
  }

  @Test("the interval holds the share, stays within 0 to 1 and mirrors")
  func properties() {
    for trials in [1, 7, 1000] {
      for successes in stride(from: 0, through: trials, by: max(1, trials / 20)) {
        let interval = WilsonInterval(successes: successes, trials: trials)
        let share = Double(successes) / Double(trials)
        #expect(0 <= interval.low && interval.low <= share + 1e-12)
        #expect(share - 1e-12 <= interval.high && interval.high <= 1)
        let mirror = WilsonInterval(successes: trials - successes, trials: trials)
        #expect(abs(interval.low - (1 - mirror.high)) < 1e-12)
      }
    }
  }

  @Test("more confidence is a wider interval, more trials a narrower one")
  func widths() {
    let usual = WilsonInterval(successes: 881, trials: 1000)
    #expect(abs(usual.low - 0.8594) < 1e-3 && abs(usual.high - 0.8996) < 1e-3)
    let sure = WilsonInterval(successes: 881, trials: 1000, confidence: 0.99)
    #expect(sure.low < usual.low && sure.high > usual.high)
    let many = WilsonInterval(successes: 8810, trials: 10_000)
    #expect(many.low > usual.low && many.high < usual.high)
  }
}
