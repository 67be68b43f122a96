import Arithmetic
import Execution
import Interchange
import Networks
import Tensors
import Testing

@Suite struct QONNXModelTests {
  @Test("there are fixtures")
  func fixtures() {
    #expect(QONNXFixture.all.count > 10)
  }

  @Test("each model is read as the layers it says", arguments: QONNXFixture.all)
  func kinds(_ fixture: QONNXFixture) throws {
    let network = try QONNXFile.network(at: QONNXFixture.path(fixture.name))
    #expect(network.layers.map(\.kind) == fixture.kinds)
    #expect(network.name == fixture.name)
    #expect(Set(network.layers.map(\.name)).count == network.layers.count)
  }

  @Test("each model gives what the qonnx package gives", arguments: QONNXFixture.all)
  func outputs(_ fixture: QONNXFixture) async throws {
    let network = try QONNXFile.network(at: QONNXFixture.path(fixture.name))
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    let input = network.quantizations[0]
    let output = network.quantizations[network.output]
    let execution = await executor.run(count: fixture.outputs.count, threads: 1) { sample in
      fixture.input(network.shapes[0].count, sample: sample).map { Int32(input.code(Double($0))) }
    }
    for (sample, expected) in fixture.outputs.enumerated() {
      let values = execution.outputs[sample].map { Float(output.real(Int($0))) }
      #expect(values.count == expected.count)
      // Sums with scales that are no powers of two, and sums in float32 layers, round differently.
      #expect(
        zip(values, expected).allSatisfy { abs($0 - $1) <= 2e-6 * max(1, abs($1)) },
        "sample \(sample): \(values), qonnx \(expected)")
    }
  }
}
