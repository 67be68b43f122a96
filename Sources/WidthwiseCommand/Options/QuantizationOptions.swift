import ArgumentParser
import Foundation
import Widthwise

/// Formats that users type.
enum Spelling {
  /// A format such as `int8`.
  static func format(_ text: String, _ option: String) throws -> NumberFormat {
    let format: NumberFormat
    do throws(NumberFormat.SpellingError) {
      format = try NumberFormat(spelling: text)
    } catch {
      throw BadInput("\(option): \(error)")
    }
    if option == "--weights", format.isForWeights { return format }
    guard format.isQuantizable else {
      throw BadInput(
        option == "--weights"
          ? "\(option) \(text): weights are signed with at most 16 bits; write e.g. int8 or kmeans4"
          : "\(option) \(text): \(format.activationRule); "
            + "write e.g. int8, uint4, fixed8, fp8-e4m3 or kmeans4")
    }
    guard option != "--weights" || format.integer.isSigned else {
      throw BadInput("\(option) \(text): weights are signed; write int\(format.integer.bits)")
    }
    return format
  }

  /// The arithmetic of a runtime, such as `tflm`.
  static func arithmetic(
    _ text: String, _ option: String
  ) throws -> ArithmeticPreset {
    do throws(ArithmeticPreset.SpellingError) {
      return try ArithmeticPreset(spelling: text)
    } catch {
      throw BadInput("\(option): \(error)")
    }
  }

  /// The arithmetic of a runtime, such as `tflm`, that `--arithmetic` names.
  static func arithmetic(_ text: String) throws -> ArithmeticPreset {
    try arithmetic(text, "--arithmetic")
  }

  /// An accumulator such as `16:saturate`.
  static func accumulator(
    _ text: String, _ option: String = "--accumulator"
  ) throws -> Accumulator {
    do throws(Accumulator.SpellingError) {
      return try Accumulator(spelling: text)
    } catch {
      switch error {
      case .form:
        throw BadInput(
          "\(option) \(text): is not an accumulator; write e.g. 16:saturate, 32:wrap, fp16, "
            + "fp-e8m13 or unlimited")
      case .width(let bits):
        throw BadInput(
          "\(option) \(text): an accumulator has 2 to 64 bits, not \(bits); "
            + "write e.g. 16:saturate")
      }
    }
  }
}

/// How to quantize, apart from the formats that `compare` varies.
struct QuantizationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A scheme that `widthwise quantize` or `tune` wrote; what other options say replaces it in all its layers.
      """, valueName: "scheme.yaml"))
  var scheme: String?

  @Option(
    help: """
      How ranges are chosen: minmax, percentile, mse or kl. (default: minmax; percentile in tune)
      """)
  var calibrator: String?

  @Option(
    help: ArgumentHelp(
      "One weight scale for each tensor or channel; of formats with powers of two also group32. "
        + "(default: channel)"))
  var granularity: String?

  @Option(
    help: ArgumentHelp(
      """
      How ranges of weights are chosen: minmax, percentile, mse or kl. (default: mse with --calibrator \
      mse, else minmax)
      """, valueName: "calibrator"))
  var weightCalibrator: String?

  @Option(
    help: """
      How the centroids of kmeans weights are found: kmeans (least error), gaussian (Lloyd's iterations from \
      equal shares of a Gaussian) or lloyd-max (of a Gaussian). (default: kmeans)
      """)
  var codebook: String?

  @Flag(
    inversion: .prefixedNo,
    help: """
      Take the mean error of quantized weights back in the biases. (default: no; yes in tune)
      """)
  var biasCorrection: Bool?

  @Flag(help: "Scale channels so that both layers beside a ReLU have weights of equal ranges.")
  var equalize = false

  @Option(
    help: ArgumentHelp(
      """
      Weights that cannot overflow the accumulator: none, l1, zero-centred or accumulator-aware. \
      (default: none)
      """, valueName: "adjustment"))
  var weightAdjustment: String?

  /// Refuses to quantize a network that is integer already.
  func check(_ workload: Workload, weights: [String?], activations: [String?]) throws {
    guard workload.quantized != nil else { return }
    let given = [
      ("--weights", weights.contains { $0 != nil }),
      ("--activations", activations.contains { $0 != nil }), ("--scheme", scheme != nil),
      ("--calibrator", calibrator != nil), ("--granularity", granularity != nil),
      ("--weight-calibrator", weightCalibrator != nil), ("--codebook", codebook != nil),
      ("--bias-correction", biasCorrection != nil), ("--equalize", equalize),
      ("--weight-adjustment", weightAdjustment != nil),
    ]
    if let option = given.first(where: \.1)?.0 {
      throw BadInput(
        "\(option): the network is integer already and keeps its own scales; "
          + "leave it out, or take the float network")
    }
  }

  /// What was given, by name.
  var identity: [String: String] {
    var identity: [String: String] = [:]
    identity["scheme"] = scheme.map { path in
      // The content, not the name, decides what is computed.
      (try? String(contentsOfFile: path, encoding: .utf8)) ?? path
    }
    identity["calibrator"] = calibrator
    identity["granularity"] = granularity
    identity["weight-calibrator"] = weightCalibrator
    identity["codebook"] = codebook
    identity["bias-correction"] = biasCorrection.map { $0 ? "yes" : "no" }
    identity["equalize"] = equalize ? "yes" : nil
    identity["weight-adjustment"] = weightAdjustment
    return identity
  }

  /// The scheme of the file with the options put in.
  func scheme(weights: String?, activations: String?) throws -> QuantizationScheme {
    var result = try scheme.map { try SchemeFile.scheme(at: $0) } ?? QuantizationScheme()
    if let weights { result.replaceWeights(with: try Spelling.format(weights, "--weights")) }
    if let activations {
      result.replaceActivations(with: try Spelling.format(activations, "--activations"))
    }
    if let calibrator {
      result.replaceCalibrator(
        with: try choice(calibrator, "--calibrator", of: Calibrator.self))
    }
    if let granularity {
      result.replaceGranularity(
        with: try choice(granularity, "--granularity", of: Granularity.self))
    }
    try putIn(&result)
    return result
  }

  /// Puts in what is said of weights beside their format.
  private func putIn(_ scheme: inout QuantizationScheme) throws {
    if let weightCalibrator {
      scheme.replaceWeightCalibrator(
        with: try choice(weightCalibrator, "--weight-calibrator", of: Calibrator.self))
    }
    if let codebook {
      scheme.replaceCodebook(with: try choice(codebook, "--codebook", of: CodebookFit.self))
    }
    if let biasCorrection { scheme.replaceBiasCorrection(with: biasCorrection) }
    if equalize { scheme.replaceEqualization(with: true) }
    if let weightAdjustment {
      scheme.replaceWeightAdjustment(
        with: try choice(weightAdjustment, "--weight-adjustment", of: WeightAdjustment.self))
    }
  }
}
