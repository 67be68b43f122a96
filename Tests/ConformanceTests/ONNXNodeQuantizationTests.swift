import Arithmetic
import Execution
import Interchange
import Networks
import Testing

@Suite(
  .enabled(
    if: ONNXNodeCase.root != nil, "Scripts/onnx/node_tests.sh has not installed the node tests"))
struct ONNXNodeQuantizationTests {
  /// The beginnings of the names of all quantization cases.
  static let operators = [
    "quantizelinear", "dequantizelinear", "dynamicquantizelinear", "convinteger", "matmulinteger",
    "qlinearconv", "qlinearmatmul",
  ]

  @Test("Every quantization node test gives the recorded integers and reals to the last bit")
  func cases() throws {
    var tally = ConformanceTally(suite: "onnx-node quantization")
    for node in ONNXNodeCase.all
    where Self.operators.contains(where: { node.name.hasPrefix($0) }) {
      if node.name.hasSuffix("_expanded") {
        tally.skip(node.name, because: "written out in float operators (ReduceMin, Round)")
        continue
      }
      let inputs = try node.inputs()
      let outputs = try node.outputs()
      var isEqual = !outputs.isEmpty
      for output in outputs {
        let computed = try Self.computed(node, inputs, output)
        isEqual = isEqual && computed == output.elements
      }
      tally.record(node.name, equal: isEqual)
    }
    tally.finish()
    #expect(tally.equal == 42)
  }

  /// An output of the model, its first input the network's and the others constants.
  private static func computed(
    _ node: ONNXNodeCase, _ inputs: [ONNXTensor], _ output: ONNXTensor
  ) throws -> [Float] {
    let input = inputs[0]
    if let minifloat = minifloat(output.elementType), inputs.count > 1 {
      // No layer computes in these formats; weights are quantized to them by this conversion.
      let scales = inputs[1].elements
      let length = input.elements.count / scales.count
      return input.elements.enumerated().map { index, real in
        Float(minifloat.real(minifloat.code(Double(real / scales[index / length]))))
      }
    }
    var options = ONNXOptions(firstAxis: .data, output: output.name)
    for other in inputs.dropFirst() { options.constants[other.name] = other }
    guard case .quantized(let network) = try ONNXFile.imported(at: node.model, options: options)
    else {
      Issue.record("\(node.name) is read as a float network")
      return []
    }
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticPreset.ortVNNI.spec)
    let codes = input.elements.map { real -> Int32 in
      if let minifloat = minifloat(input.elementType) { return Int32(minifloat.code(Double(real))) }
      return input.isReal
        ? network.quantizations[0].inputCode(real) : Int32(real)
    }
    let result = executor.trace(codes) { _ in }
    let quantization = network.quantizations[network.output]
    return result.map { output.isReal ? quantization.float($0) : Float($0) }
  }

  private static func minifloat(_ elementType: Int) -> Minifloat? {
    switch elementType {
    case 17: .e4m3fn
    case 18: .e4m3fnuz
    case 19: .e5m2
    case 20: .e5m2fnuz
    case 23: .e2m1
    default: nil
    }
  }
}

extension ActivationQuantization {
  /// The code of a real number with the division in float32, as QuantizeLinear has it.
  func inputCode(_ real: Float) -> Int32 {
    if format == .float32 { return Int32(bitPattern: real.bitPattern) }
    let steps = (real / Float(scale)).rounded(.toNearestOrEven)
    let limits = Float(codes.lowerBound - zeroPoint)...Float(codes.upperBound - zeroPoint)
    return Int32(min(max(steps, limits.lowerBound), limits.upperBound)) + Int32(zeroPoint)
  }

  /// The real number of a code with the product in float32, as DequantizeLinear has it.
  func float(_ code: Int32) -> Float {
    if format == .float32 { return Float(bitPattern: UInt32(bitPattern: code)) }
    return Float(Int(code) - zeroPoint) * Float(scale)
  }
}
