import Testing

@Suite(
  .enabled(
    if: ONNXNodeCase.root != nil, "Scripts/onnx/node_tests.sh has not installed the node tests"))
struct ONNXNodeFloatTests {
  @Test("Every float node test of the operators that are read gives the recorded outputs")
  func cases() {
    var tally = ConformanceTally(suite: "onnx 1.22.0 float node tests")
    for node in ONNXNodeCase.all {
      switch node.run() {
      case .equal: tally.record(node.name, equal: true)
      case .differing(let what):
        Issue.record("\(node.name): \(what)")
        tally.record(node.name, equal: false)
      case .skipped(let reason): tally.skip(node.name, because: reason)
      case .otherOperator: break
      }
    }
    tally.finish()
  }
}
