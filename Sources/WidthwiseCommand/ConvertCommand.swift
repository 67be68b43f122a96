import ArgumentParser
import Widthwise

struct ConvertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a quantized network as ONNX that other tools run.",
    discussion: """
      A float network is quantized first, a network that is integer keeps its scales. Both dialects
      hold the same integer weights that are simulated; other formats (kmeans4, ternary, pow2-4 …) are
      written as the integers that they decode to.

        qdq    QuantizeLinear and DequantizeLinear: ONNX Runtime and most deployment tools
        qonnx  Quant, BipolarQuant, MultiThreshold: Brevitas, FINN, hls4ml

      EXAMPLES
        widthwise networks convert digits --to qdq --output digits-int8.onnx
        widthwise networks convert net.onnx --calibration c.npy --weights int4 --to qonnx --output n.onnx
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "The dialect: qdq or qonnx.")
  var to: String = ONNXDialect.qdq.rawValue

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary … (default: int8)")
  var weights: String?

  @Option(help: "Activations: int8, uint4, fixed8 …, integers of 2 to 16 bits. (default: uint8)")
  var activations: String?

  @OptionGroup var quantization: QuantizationOptions

  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("The file to write.", valueName: "FILE"))
  var output: String

  /// What a reader of the file should know.
  private static func notes(_ network: QuantizedNetwork, _ dialect: ONNXDialect) -> [String] {
    var notes: [String] = []
    let narrow = network.layers.filter { layer in
      guard case .linear(let linear) = layer.operation else { return false }
      return linear.encoding != nil || (dialect == .qdq && linear.weightFormat.bits < 8)
    }
    if !narrow.isEmpty {
      notes.append(
        "the file is larger than the weights of the scheme: those of \(narrow.count) layers stand in it as "
          + "\(dialect == .qdq ? "int8 or int16" : "decoded integers"), with the same values")
    }
    if dialect == .qdq {
      notes.append(
        "ONNX Runtime rescales in floats: simulate with --arithmetic ort-vnni for the codes that it gives"
      )
    }
    return notes
  }

  func run() async throws {
    try await reportingBadInput {
      let dialect = try choice(to, "--to", of: ONNXDialect.self)
      guard !output.isEmpty else { throw BadInput("--output: is empty; write e.g. net.onnx") }
      let scheme = try quantization.scheme(weights: weights, activations: activations)
      var source = try workload.workload(seed: 1)
      try quantization.check(source, weights: [weights], activations: [activations])
      let needsSamples =
        source.quantized == nil && !scheme.isCalibrated(for: source.network.network)
      if needsSamples && source.calibration == nil {
        throw BadInput(
          "convert: there are no samples to calibrate with; give --calibration or --scheme")
      }
      // Only calibration is needed: a single sample keeps the float reference short.
      source.evaluation = source.calibration?.prefix(1)
      source.labels = nil
      let progress = ProgressLine()
      let simulator = try await Simulator(
        source, threads: try RunOptions.threadCount(threads), calibrates: needsSamples,
        schemes: [scheme], progress: progress.handler)
      let network = try simulator.quantized(scheme)
      try ONNXExport.write(network, dialect: dialect, to: output)
      progress.clear()
      print("\(output): \(network.layers.count) layers as \(dialect.rawValue)")
      for note in Self.notes(network, dialect) { print(note) }
      if dialect == .qdq && network.quantizations.contains(where: { $0.format.integer.isSigned }) {
        print(
          "signed activations: in ONNX Runtime on x86 set the session option "
            + "session.qdqisint8allowed to 1, else it runs some layers in float")
      }
    }
  }
}
