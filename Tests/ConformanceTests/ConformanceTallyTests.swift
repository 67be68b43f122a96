import Testing

@Suite struct ConformanceTallyTests {
  @Test("A tally counts equal, differing and skipped cases and joins the reasons")
  func line() {
    var tally = ConformanceTally(suite: "demo")
    tally.record("a", equal: true)
    tally.record("b", equal: false)
    tally.skip("c", because: "no operator X")
    tally.skip("d", because: "no operator X")
    #expect(tally.line == "conformance | demo | 4 | 1 | 1 | 2 | 2 no operator X")
    #expect(tally.differing == ["b"])
  }
}
