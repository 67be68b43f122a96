import Arithmetic
import Interchange
import Networks
import Quantization
import Tensors
import Testing

/// What cannot be written is refused with one line.
@Suite struct ONNXExportErrorTests {
  private func line(_ network: QuantizedNetwork, _ dialect: ONNXDialect) -> String {
    do throws(ONNXExportError) {
      _ = try ONNXExport.bytes(of: network, dialect: dialect)
      return "none"
    } catch {
      return error.description
    }
  }

  @Test("QDQ refuses sums, thresholds and float values, and names the other dialect")
  func stages() {
    let sums = ONNXExportQONNXTests.connected(.accumulator, output: ONNXExportQONNXTests.sums)
    #expect(
      line(sums, .qdq)
        == "layer 'fc': its values are int32, QDQ has 2 to 16 bits; use --to qonnx")
    let steps = ONNXExportQONNXTests.connected(
      ONNXExportQONNXTests.thresholds, output: ONNXExportQONNXTests.steps)
    #expect(
      line(steps, .qdq)
        == "layer 'fc': its outputs are thresholds or sums, which QDQ cannot say; use --to qonnx")
    var floats = steps
    floats.layers.append(
      QuantizedLayer(
        name: "real", kind: "dequantize", operation: .dequantize, inputs: [1],
        clamp: ActivationQuantization.float32.codes))
    floats.shapes.append(floats.shapes[1])
    floats.quantizations.append(.float32)
    floats.output = 2
    #expect(
      line(floats, .qdq)
        == "layer 'real': its values are float32, QDQ has 2 to 16 bits; use --to qonnx")
  }

  @Test("weights that decode to wide integers are refused")
  func encoded() {
    var network = ONNXExportQONNXTests.connected(.accumulator, output: ONNXExportQONNXTests.sums)
    guard case .linear(var linear) = network.layers[0].operation else {
      Issue.record("the layer has products")
      return
    }
    linear.weightFormat = .codebook(CodebookFormat(indexBits: 4))
    linear.encoding = WeightEncoding(
      storage: StoredBits(elements: 8, scales: 0, codebooks: 128),
      integers: IntegerFormat(bits: 18, isSigned: true))
    network.layers[0].operation = .linear(linear)
    #expect(
      line(network, .qonnx)
        == "layer 'fc': its kmeans4 weights are integers of 18 bits with one scale a channel, ONNX files "
        + "have 16 at most; use --weights int8, kmeans4, ternary or pow2-4")
  }

  @Test("a bias of more than 32 bits is refused")
  func bias() {
    let output = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 0.5, zeroPoint: 0)
    let network = ONNXExportQONNXTests.connected(
      .rescaled, output: output, biasBits: 64, bias: [1 << 40, 0])
    #expect(line(network, .qdq) == "layer 'fc': its bias needs more than 32 bits, QDQ has 32")
  }

  @Test("thresholds that differ in number have no MultiThreshold")
  func thresholds() {
    let stage = OutputStage.thresholds([
      ThresholdTable(thresholds: [0], codes: [0, 1]),
      ThresholdTable(thresholds: [-1, 4], codes: [0, 1, 2]),
    ])
    let network = ONNXExportQONNXTests.connected(stage, output: ONNXExportQONNXTests.steps)
    #expect(
      line(network, .qonnx)
        == "layer 'fc': its thresholds differ in number or direction among channels, "
        + "MultiThreshold's do not")
  }

  @Test("QONNX refuses tables, and both dialects a softmax with a beta")
  func operators() throws {
    let functions = try ONNXExportSupport.quantized(ONNXExportNetwork.named("functions"))
    #expect(
      line(functions, .qonnx)
        == "layer 'sigmoid': QONNX has no operator for this activation, so the network cannot be "
        + "exported")
    var softmax = try ONNXExportSupport.quantized(ONNXExportNetwork.named("residual"))
    softmax.layers[7].operation = .softmax(axis: 1, beta: 0.5)
    for dialect in ONNXDialect.allCases {
      #expect(
        line(softmax, dialect)
          == "layer 'softmax': softmax with beta 0.5 has no ONNX operator")
    }
  }

  @Test("an integer LSTM has no ONNX operator")
  func recurrent() throws {
    var lstm = LSTM(units: 2, inputs: 3)
    lstm.isBatchFirst = true
    lstm.inputWeights = Tensor(shape: Shape([8, 3]), elements: (0..<24).map { Float($0) / 24 })
    lstm.hiddenWeights = Tensor(shape: Shape([8, 2]), elements: (0..<16).map { Float($0) / 16 })
    let network = Network(
      name: "recurrent", inputShape: Shape([1, 4, 3]),
      layers: [Layer(name: "memory", operation: .lstm(lstm), inputs: [0])], output: 1)
    let quantized = try ONNXExportSupport.quantized(network)
    for dialect in ONNXDialect.allCases {
      #expect(
        line(quantized, dialect)
          == "layer 'memory': an integer lstm has no ONNX operator in either dialect; "
          + "take a .tflite of it")
    }
  }

  @Test("a grouped transposed convolution with a scale for each channel is refused")
  func transposed() throws {
    var network = try ONNXExportSupport.quantized(ONNXExportNetwork.named("transposed"))
    guard case .linear(var linear) = network.layers[0].operation else {
      Issue.record("the network begins with a transposed convolution")
      return
    }
    linear.groups = 2
    network.layers[0].operation = .linear(linear)
    for dialect in ONNXDialect.allCases {
      #expect(
        line(network, dialect)
          == "layer 'up': a grouped transposed convolution with a scale for each channel has no "
          + "ONNX form; use --granularity tensor")
    }
  }
}
