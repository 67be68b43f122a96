import Foundation
import Interchange
import Networks
import Tensors
import Testing

@Suite struct ONNXOptionsTests {
  private static func network(
    _ name: String, _ options: ONNXOptions
  ) throws(ONNXError) -> Network {
    try ONNXFile.network(at: ONNXFixture.path(name), options: options)
  }

  @Test("an input that is bound to a constant is one, and the other one is the network's")
  func constants() throws {
    let tensor = ONNXTensor(Tensor(shape: Shape([4]), elements: [1, 2, 3, 4]))
    let network = try Self.network("bad_inputs", ONNXOptions(constants: ["z": tensor]))
    #expect(network.inputShape == Shape([1, 4]))
    #expect(
      network.layers.map(\.operation)
        == [.channelAffine(ChannelAffine(axis: 1, scale: [1, 1, 1, 1], offset: [1, 2, 3, 4]))])
  }

  @Test("a constant for an input that is not there is refused")
  func unknownConstant() {
    let tensor = ONNXTensor(Tensor(shape: Shape([]), elements: [1]))
    let reason = ONNXErrorTests.reason { () throws(ONNXError) in
      try Self.network("bad_inputs", ONNXOptions(constants: ["q": tensor]))
    }
    #expect(
      reason
        == "a constant is given for input 'q', which does not exist; the inputs are 'x', 'z'")
  }

  @Test("the first output is computed unless another one is chosen")
  func output() throws {
    let first = try Self.network("two_outputs", ONNXOptions())
    let second = try Self.network("two_outputs", ONNXOptions(output: "z"))
    #expect(first.layers[first.output - 1].operation == .activation(.relu))
    #expect(second.layers[second.output - 1].operation == .activation(.tanh))
    let reason = ONNXErrorTests.reason { () throws(ONNXError) in
      try Self.network("two_outputs", ONNXOptions(output: "w"))
    }
    #expect(reason == "output 'w' is asked for, but the outputs are 'y', 'z'")
  }

  @Test("an input without a batch axis keeps all its axes behind an axis of 1")
  func dataAxis() throws {
    let network = try Self.network("bad_rank", ONNXOptions(firstAxis: .data))
    #expect(network.inputShape == Shape([1, 4]))
    #expect(network.layers.map(\.operation) == [.reshape(Shape([4])), .activation(.relu)])
    #expect(try network.verified().shapes[network.output] == Shape([4]))
  }

  @Test("a file that is no tensor is refused")
  func noTensor() {
    for path in ["no/such.pb", ONNXFixture.path("relu"), ONNXFixture.folder.path] {
      #expect(throws: ONNXError.self) { try ONNXTensor.read(at: path) }
    }
  }
}
