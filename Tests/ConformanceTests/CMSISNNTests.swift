import Arithmetic
import Execution
import Networks
import Tensors
import Testing

/// The unit test vectors of CMSIS-NN, each through the engine with TFLM's arithmetic.
@Suite(
  .enabled(if: SharedData.has(CMSISNNCase.folder), "needs ../shared/vectors/cmsis-nn"))
struct CMSISNNTests {
  static let operators = [
    "conv", "depthwise", "transpose_conv", "fully_connected", "avg_pool", "max_pool", "add", "mul",
    "maximum", "minimum", "pad", "transpose", "batch_matmul", "softmax", "svdf", "lstm", "network",
  ]

  static let arithmetic = ArithmeticPreset.tflm.spec

  /// The number of values of a case that are not as recorded.
  static func mismatches(
    _ vectors: CMSISNNCase, _ arithmetic: ArithmeticSpec = arithmetic
  ) async throws -> Int {
    var mismatches = 0
    for part in try vectors.parts() {
      let executor = try IntegerExecutor(part.network, arithmetic: arithmetic)
      let inputs = part.inputs
      let execution = await executor.run(count: inputs.count, threads: 1) { inputs[$0] }
      for (output, expected) in zip(execution.outputs, part.expected) {
        #expect(output.count == expected.count, "\(vectors.name): the number of values")
        mismatches += zip(output, expected).filter { $0 != $1 }.count
      }
    }
    return mismatches
  }

  @Test("Every case of an operator is equal to the last bit", arguments: operators)
  func cases(op: String) async throws {
    var tally = ConformanceTally(suite: "cmsis-nn \(op)")
    for name in try CMSISNNCase.names(of: op) {
      do {
        tally.record(name, equal: try await Self.mismatches(try CMSISNNCase(name)) == 0)
      } catch let error as ExecutionError {
        guard case .unsupported(let kind) = error.reason else { throw error }
        tally.skip(name, because: "no \(kind)")
      }
    }
    tally.finish()
  }

  @Test("The operators tested are those of the index: no case is left out")
  func index() throws {
    let all = try CMSISNNCase.names(of: nil)
    #expect(try Self.operators.flatMap { try CMSISNNCase.names(of: $0) }.count == all.count)
    #expect(all.count == 144)
  }

  @Test(
    "Another rounding changes exactly the recorded number of values",
    arguments: ["conv", "depthwise", "transpose_conv", "fully_connected"])
  func flavours(op: String) async throws {
    var tally = ConformanceTally(suite: "cmsis-nn \(op), other roundings: values that differ")
    for name in try CMSISNNCase.names(of: op) {
      let vectors = try CMSISNNCase(name)
      guard let recorded = vectors.fields.mismatches_if else { continue }
      for (flavour, key) in [
        (RequantizationFlavour.single, "single-rounding"), (.float, "float32-half-even"),
      ] {
        var arithmetic = Self.arithmetic
        arithmetic.requantization = flavour
        let mismatches = try await Self.mismatches(vectors, arithmetic)
        tally.record("\(name) \(key)", equal: mismatches == recorded[key])
      }
    }
    tally.finish()
  }

  @Test("A changed weight is noticed")
  func mutation() async throws {
    let vectors = try CMSISNNCase("basic")
    var part = try vectors.parts()[0]
    guard case .linear(var linear) = part.network.layers[0].operation else {
      Issue.record("basic is a convolution")
      return
    }
    linear.weights.elements[0] += 1
    part.network.layers[0].operation = .linear(linear)
    let executor = try IntegerExecutor(part.network, arithmetic: Self.arithmetic)
    let inputs = part.inputs
    let outputs = await executor.run(count: 1, threads: 1) { inputs[$0] }.outputs
    #expect(outputs != part.expected)
  }
}
