import ArgumentParser
import Widthwise
import Work

struct ConvolutionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conv",
    abstract: "One convolution with random weights and ReLU-like inputs (half of them 0).")

  @Option(help: "Rows and columns of the window.") var kernel: Int = 3
  @Option(help: "Input channels.") var inputs: Int = 256
  @Option(help: "Output channels.") var outputs: Int = 256
  @Option(help: "Rows and columns of the image.") var size: Int = 14
  @Flag(help: "Each output channel reads one input channel.") var depthwise = false
  @Option(help: "Bits of a weight.") var weightBits: Int = 8
  @Option(help: "Bits of an input code.") var inputBits: Int = 8
  @Option(help: "Deviation of the inputs before the ReLU.") var deviation: Double = 40
  @Option(help: "The accumulator, such as 20:saturate.") var accumulator: String = "32:wrap"
  @Option(help: "The arithmetic of a runtime.") var arithmetic: String = "ort-vnni"
  @Option(help: "full or fast.") var statistics: String = "fast"
  @OptionGroup var repetition: RepetitionOptions

  func run() async throws {
    var shape = ConvolutionShape()
    shape.kernel = kernel
    shape.inputs = inputs
    shape.outputs = outputs
    shape.size = size
    shape.isDepthwise = depthwise
    shape.weightBits = weightBits
    shape.inputBits = inputBits
    shape.deviation = deviation
    guard let observation = IntegerExecutor.Observation(rawValue: statistics) else {
      throw ValidationError("--statistics \(statistics): write full or fast")
    }
    var spec = try ArithmeticPreset(spelling: arithmetic).spec
    spec.finalAccumulator = try Accumulator(spelling: accumulator)
    try await repetition.report(
      "conv", try KernelWork(shape, arithmetic: spec, observation: observation))
  }
}

/// How often to repeat.
struct RepetitionOptions: ParsableArguments {
  @Option(help: "Repeat for this long.") var seconds: Double = 1
  @Option(help: "Repeat at least so often.") var repetitions: Int = 3

  /// Repeats a piece of work once unmeasured, then as often as said, and prints the report.
  func report(_ name: String, _ work: any RepeatableWork) async throws {
    _ = try await work.run()
    try Report.print(
      try await Report(name, work, repetitions: repetitions, lasting: seconds))
  }
}
