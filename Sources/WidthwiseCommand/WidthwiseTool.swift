import ArgumentParser
import Widthwise

@main
struct WidthwiseTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "widthwise",
    abstract: "Simulates quantized neural networks bit-accurately on modelled hardware.",
    discussion: """
      Values are exact to the bit: every product, every narrow addition, every rounding. Costs are \
      modelled: memory accesses, cycles, energy.

      EXAMPLES
        widthwise simulate digits --device edge-npu
        widthwise simulate net.onnx --inputs x.npy --labels y.npy --accumulator 16:saturate
        widthwise compare digits --accumulator 32:wrap --accumulator 16:saturate
        widthwise tune digits --objective size --max-drop 1% --output tuned
        widthwise simulate vgg16 --device eyeriss --weights int4 --activations uint4

      The environment variable WIDTHWISE_KERNELS lowers the instruction set of the kernels \
      (\(KernelLevel.names.joined(separator: ", "))); results do not change.

      Exit codes: 0 done, 1 failure, 64 usage, 65 bad input.
      """,
    version: "0.1.0",
    subcommands: [
      SimulateCommand.self, ExplainCommand.self, CompareCommand.self, SensitivityCommand.self,
      TuneCommand.self, QuantizeCommand.self, DevicesCommand.self, ArithmeticCommand.self,
      NetworksCommand.self,
      MappingsCommand.self, TimelineCommand.self, PlatformCommand.self,
    ])
}
