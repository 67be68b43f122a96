extension ArithmeticPreset {
  /// TFLite Micro and CMSIS-NN: gemmlowp's double rounding everywhere (R1).
  ///
  /// - Source: tflite-micro and CMSIS-NN 99f736a6, measured: `numerics.md` section 2.
  public static let tflm = ArithmeticPreset(
    "tflm", aliases: ["cmsis-nn"], summary: "TFLite Micro, CMSIS-NN: gemmlowp double rounding",
    evidence:
      "The formulas reproduce 146 of 146 CMSIS-NN vector sets (99f736a6), 1,000 of 1,000 ResNet-8 "
      + "outputs of tflite-micro and 1,000 of 1,000 KWS outputs of the MLPerf Tiny reference board.",
    spec: base(.gemmlowp, softmax: .gemmlowp))

  /// CMSIS-NN built with `CMSIS_NN_USE_SINGLE_ROUNDING`: one rounding (R3), sums of activations too.
  ///
  /// - Source: CMSIS-NN `arm_nn_requantize`; `numerics.md` section 2, R3.
  public static let cmsisSingle = ArithmeticPreset(
    "cmsis-nn-single", summary: "CMSIS-NN built with CMSIS_NN_USE_SINGLE_ROUNDING",
    evidence: "From the source of CMSIS-NN; no recorded outputs of such a build were at hand.",
    spec: base(.single, addition: .tfliteSingle, softmax: .gemmlowp))

  /// LiteRT's reference kernels: as `tflm`, but int8 fully connected layers round once (R3).
  ///
  /// - Source: ai-edge-litert 2.3.0 (BUILTIN_REF), measured: `numerics.md` section 2.
  public static let litertReference = ArithmeticPreset(
    "litert-reference",
    summary: "LiteRT reference kernels: tflm, fully connected layers round once",
    evidence: "ai-edge-litert 2.3.0 BUILTIN_REF: convolutions 0 of 3.3 million values off, fully "
      + "connected layers 0 of 320,000; softmax equals round(256 p) - 128 in all recorded outputs.",
    spec: {
      var spec = base(.gemmlowp, softmax: .float, nonlinearity: .gemmlowp)
      spec.fullyConnectedRequantization = .single
      spec.floatMultiplier = .roundedTwice
      return spec
    }())

  /// XNNPACK, LiteRT's default, and STM32 X-CUBE-AI: a float32 multiplier, half even (R4).
  ///
  /// - Source: ai-edge-litert 2.3.0 and MLPerf Tiny hardware logs, measured: `numerics.md` 2 and 4b.
  public static let xnnpack = ArithmeticPreset(
    "xnnpack", aliases: ["x-cube-ai"],
    summary: "XNNPACK (LiteRT's default), STM32 X-CUBE-AI: float32 multiplier, half even",
    evidence:
      "ai-edge-litert 2.3.0: 0 of 3.3 million values off, residual adds 1,000 of 1,000 outputs; "
      + "X-CUBE-AI hardware logs 1,000 of 1,000 KWS outputs.",
    spec: base(.float, addition: .xnnpack, softmax: .float, nonlinearity: .gemmlowp))

  /// ONNX Runtime where 8-bit dot products are exact: AVX-VNNI, AVX-512 VNNI, and u8 x u8 anywhere (R4).
  ///
  /// - Source: onnxruntime 1.31.1 on a CPU with AVX-512 VNNI, measured.
  public static let ortVNNI = ArithmeticPreset(
    "ort-vnni", summary: "ONNX Runtime on CPUs with VNNI: exact 32-bit sums, float32, half even",
    evidence: "onnxruntime 1.31.1, AVX-512 VNNI: 248 small models of MatMulInteger, QLinearMatMul, "
      + "QLinearConv, ConvInteger and QDQ Gemm and Conv equal; QLinearAdd, QLinearMul, QDQ Sub equal for "
      + "all pairs of codes; QLinearAveragePool and QLinearGlobalAveragePool equal; the digits network "
      + "as QDQ ONNX equal for 500 of 500 images.",
    spec: ortSpec)

  /// ONNX Runtime on AVX2 without VNNI: u8 x s8 products are added in pairs that saturate at 16 bits.
  ///
  /// Pairs are neighbours in (ky, kx, ic), across taps too; the input counts from its lowest code, and the
  /// zero point is taken off at the end. Only unsigned inputs with signed weights, depthwise layers and
  /// ConvInteger left out.
  ///
  /// - Source: onnxruntime 1.31.1 under `qemu-x86_64 -cpu Haswell`, measured (`InnerScope`).
  public static let ortAVX2 = ArithmeticPreset(
    "ort-avx2",
    summary:
      "ONNX Runtime on AVX2: u8 x s8 pairs saturate at 16 bits (VPMADDUBSW), 32-bit outer sums",
    evidence:
      "onnxruntime 1.31.1 under qemu-x86_64 -cpu Haswell: the same models equal, and the digits "
      + "network for 500 of 500 images; u8 x s8 saturates in pairs, u8 x u8, s8 x s8, depthwise layers "
      + "and ConvInteger with u8 inputs do not. Not tried: AVX-512 without VNNI.",
    spec: {
      var spec = ortSpec
      spec.accumulator = Accumulator(bits: 16, overflow: .saturate)
      spec.lanes = 2
      spec.outer = OuterAccumulator(
        tile: 2, accumulator: Accumulator(bits: 32, overflow: .wrap))
      spec.innerScope = .unsignedTimesSigned
      return spec
    }())

  /// Ruy, LiteRT's optimised kernels without XNNPACK: R1 whose last shift rounds half up (R2).
  ///
  /// - Source: ai-edge-litert 2.3.0 on x86-64, fully connected layers measured: `numerics.md` section 2.
  public static let ruy = ArithmeticPreset(
    "ruy", summary: "LiteRT optimised kernels without XNNPACK (ruy): the last shift rounds half up",
    evidence:
      "ai-edge-litert 2.3.0: fully connected layers 0 of 320,000 values off. Convolutions are "
      + "consistent with it, but whole networks were not reproduced: no gold reference.",
    spec: {
      var spec = base(.ruy, softmax: .float, nonlinearity: .gemmlowp)
      spec.floatMultiplier = .roundedTwice
      return spec
    }())

  /// NNoM and the old CMSIS q7 kernels: a shift, its rounding constant preloaded with the bias (R6).
  ///
  /// - Source: NNoM `local_convolve_HWC_q7_nonsquare`; `numerics.md` section 2, R6.
  public static let nnom = ArithmeticPreset(
    "nnom", summary: "NNoM, old CMSIS q7: power-of-two scales, shift, rounding preloaded",
    evidence:
      "From the source of NNoM; no recorded outputs were at hand. Needs power-of-two scales "
      + "(fixed8). Sums of two activations follow TFLite.",
    spec: base(.shift, bias: .first, average: .truncate))

  /// PULP-NN and NEMO: an integer multiplier and a shift that floors (R7).
  ///
  /// - Source: Garofalo et al., "PULP-NN", Phil. Trans. R. Soc. A 378, 2020; `numerics.md` section 2, R7.
  public static let pulpNN = ArithmeticPreset(
    "pulp-nn", summary: "PULP-NN, NEMO: integer multiplier, flooring shift",
    evidence:
      "From the papers and sources; no recorded outputs were at hand. The averages' rounding and "
      + "the sums of two activations were not checked.",
    spec: base(.floor, bias: .first, average: .truncate))

  /// FINN: thresholds in place of rescaling (R9); layers with a table of their own use that.
  ///
  /// - Source: FINN, Umuroglu et al., FPGA 2017; QONNX MultiThreshold; `numerics.md` section 2, R9.
  public static let finn = ArithmeticPreset(
    "finn", summary: "FINN: thresholds, exact; 32-bit sums as before width minimisation",
    evidence:
      "From the definition of MultiThreshold: the exact product, half even, where a layer has no "
      + "thresholds of its own.",
    spec: base(.thresholds, addition: .float, softmax: .float))

  /// 32-bit wrapping accumulators, kernel-major order.
  private static func base(
    _ flavour: RequantizationFlavour, bias: BiasPosition = .last,
    addition: AdditionFlavour = .tflite, average: AverageRounding = .halfAway,
    softmax: SoftmaxFlavour = .table, nonlinearity: NonlinearityFlavour = .table
  ) -> ArithmeticSpec {
    var spec = ArithmeticSpec(bias: bias, requantization: flavour)
    spec.wideBiasAccumulator = Accumulator(bits: 64, overflow: .wrap)
    spec.addition = addition
    spec.average = average
    spec.softmax = softmax
    spec.nonlinearity = nonlinearity
    return spec
  }

  /// What ONNX Runtime computes apart from the sums of products.
  private static var ortSpec: ArithmeticSpec {
    var spec = base(.float, addition: .float, average: .halfEven, softmax: .float)
    spec.zeroPoint = .corrected
    spec.floatMultiplier = .roundedTwice
    return spec
  }
}
