import Widthwise
import Work

/// Kernels by shape, by width and policy of the accumulator, and by how much overflows.
func registerKernels() {
  for (shape, text) in shapes {
    for accumulator in ["32:wrap", "20:saturate", "16:saturate", "16:wrap"] {
      registerKernel("kernel \(text) \(accumulator)", shape, accumulator)
    }
  }
  for bits in [8, 12, 17, 18, 19, 20, 22, 24] {
    registerKernel("kernel width 3x3x256 \(bits):saturate", ConvolutionShape(), "\(bits):saturate")
  }
  // At 19 bits the deviation of the inputs sets how much overflows: nothing, 3, 8, 14 % of the blocks of a
  // row, 16 channels and 128 steps.
  for deviation in [25.0, 40, 45, 50] {
    var shape = ConvolutionShape()
    shape.deviation = deviation
    registerKernel(
      "kernel overflow 3x3x256 19:saturate deviation \(deviation)", shape, "19:saturate")
  }
  for (weights, inputs) in [(4, 4), (4, 8), (2, 2)] {
    var shape = ConvolutionShape()
    shape.weightBits = weights
    shape.inputBits = inputs
    shape.deviation = inputs == 8 ? 40 : Double(1 << inputs) / 4
    registerKernel(
      "kernel operands 3x3x256 w\(weights)a\(inputs) 16:saturate", shape, "16:saturate")
  }
}

private var shapes: [(ConvolutionShape, String)] {
  func shape(_ kernel: Int, _ inputs: Int, _ outputs: Int, _ size: Int, depthwise: Bool = false)
    -> ConvolutionShape
  {
    var shape = ConvolutionShape()
    shape.kernel = kernel
    shape.inputs = inputs
    shape.outputs = outputs
    shape.size = size
    shape.isDepthwise = depthwise
    return shape
  }
  return [
    (shape(3, 256, 256, 14), "3x3x256 on 14x14"), (shape(3, 64, 64, 56), "3x3x64 on 56x56"),
    (shape(3, 3, 16, 32), "3x3x3 on 32x32"), (shape(1, 256, 256, 14), "1x1x256 on 14x14"),
    (shape(1, 1024, 1000, 1), "fully connected 1024 to 1000"),
    (shape(3, 256, 256, 56, depthwise: true), "depthwise 3x3x256 on 56x56"),
  ]
}

private func registerKernel(_ name: String, _ shape: ConvolutionShape, _ accumulator: String) {
  for observation in IntegerExecutor.Observation.allCases {
    register("\(name) \(observation.rawValue)") {
      var arithmetic = ArithmeticPreset.ortVNNI.spec
      arithmetic.finalAccumulator = try Accumulator(spelling: accumulator)
      return try KernelWork(shape, arithmetic: arithmetic, observation: observation)
    }
  }
}
