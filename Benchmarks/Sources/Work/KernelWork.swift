package import Widthwise

/// One layer of products on one sample, through the kernel alone: codes in, codes out.
package struct KernelWork: RepeatableWork {
  private let kernel: LinearKernel
  private let codes: [Int32]
  private let observesPrefixes: Bool
  package let macs: Int
  package var items: Int { 1 }

  /// A layer with random weights.
  package init(
    _ shape: ConvolutionShape, arithmetic: ArithmeticSpec,
    observation: IntegerExecutor.Observation
  ) throws {
    kernel = try LinearKernel(
      layer: "convolution", linear: shape.layer, arithmetic: arithmetic, input: shape.input,
      output: shape.output, clamp: 0...255)
    codes = shape.codes
    macs = shape.macs
    observesPrefixes = observation == .full
  }

  /// The first layer of an integer network, on codes as the executor takes them.
  package init(
    firstLayerOf network: QuantizedNetwork, arithmetic: ArithmeticSpec,
    observation: IntegerExecutor.Observation, codes: [Int32]
  ) throws {
    guard let layer = network.layers.first, case .linear(let linear) = layer.operation else {
      throw WorkProblem("kernel: the first layer has no products; name a convolution")
    }
    kernel = try LinearKernel(
      layer: layer.name, linear: linear, arithmetic: arithmetic,
      input: network.quantizations[0], output: network.quantizations[1], clamp: layer.clamp)
    // The kernel reads channels last.
    let pixels = codes.count / max(linear.inputChannels, 1)
    self.codes = (0..<codes.count).map { place in
      codes[place % linear.inputChannels * pixels + place / linear.inputChannels]
    }
    macs = linear.outputCount * linear.depth
    observesPrefixes = observation == .full
  }

  package func run() async -> Figures {
    let outcome = kernel.outcome(codes, observesPrefixes: observesPrefixes)
    var figures = Figures()
    figures.add(outcome.overflow)
    return figures
  }
}
