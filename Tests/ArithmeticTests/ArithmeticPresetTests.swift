import Arithmetic
import Testing

@Suite struct ArithmeticPresetTests {
  @Test("every named preset is found by its name and its aliases")
  func names() throws {
    let spellings = ArithmeticPreset.named.flatMap { [$0.name] + $0.aliases }
    #expect(Set(spellings).count == spellings.count)
    for preset in ArithmeticPreset.named {
      for spelling in [preset.name] + preset.aliases {
        #expect(try ArithmeticPreset(spelling: spelling) == preset)
      }
      #expect(!preset.summary.contains("\n") && preset.summary.count <= 90)
      #expect(!preset.evidence.isEmpty)
    }
    #expect(
      ArithmeticPreset.named.map(\.name) == [
        "tflm", "cmsis-nn-single", "litert-reference", "xnnpack", "ort-vnni", "ort-avx2", "ruy",
        "nnom", "pulp-nn", "finn",
      ])
    #expect(try ArithmeticPreset(spelling: "cmsis-nn") == .tflm)
    #expect(try ArithmeticPreset(spelling: "x-cube-ai") == .xnnpack)
  }

  @Test("the presets differ in what the runtimes differ in")
  func fields() {
    #expect(ArithmeticPreset.tflm.spec.requantization == .gemmlowp)
    #expect(ArithmeticPreset.litertReference.spec.fullyConnectedRequantization == .single)
    #expect(ArithmeticPreset.xnnpack.spec.addition == .xnnpack)
    #expect(ArithmeticPreset.ortVNNI.spec.average == .halfEven)
    #expect(ArithmeticPreset.nnom.spec.bias == .first)
    let pairs = ArithmeticPreset.ortAVX2.spec
    #expect(pairs.lanes == 2 && pairs.outer?.tile == 2 && pairs.zeroPoint == .corrected)
    #expect(pairs.accumulator == Accumulator(bits: 16, overflow: .saturate))
    #expect(pairs.finalAccumulator == Accumulator(bits: 32, overflow: .wrap))
    #expect(Set(ArithmeticPreset.named.map(\.spec)).count == ArithmeticPreset.named.count)
  }

  @Test("on AVX2 only unsigned codes times signed weights saturate in pairs, depthwise never")
  func pairs() {
    let spec = ArithmeticPreset.ortAVX2.spec
    for signedInputs in [false, true] {
      for signedWeights in [false, true] {
        for isDepthwise in [false, true] {
          let own = spec.effective(
            for: LayerOperands(
              hasSignedInputs: signedInputs, hasSignedWeights: signedWeights,
              isDepthwise: isDepthwise))
          if !signedInputs && signedWeights && !isDepthwise {
            #expect(own == spec)
          } else {
            #expect(own.outer == nil && own.lanes == 1)
            #expect(own.accumulator == Accumulator(bits: 32, overflow: .wrap))
          }
        }
      }
    }
  }

  @Test("ConvInteger of unsigned codes and signed weights is exact on AVX2")
  func convInteger() {
    let own = ArithmeticPreset.ortAVX2.spec.effective(
      for: LayerOperands(
        hasSignedInputs: false, hasSignedWeights: true, isDepthwise: false, hasWeightsFirst: true))
    #expect(own.outer == nil && own.accumulator.bits == 32)
  }

  @Test("the accumulator of the whole sum is the outer one of two")
  func finalAccumulator() {
    let narrow = Accumulator(bits: 17, overflow: .saturate)
    var single = ArithmeticPreset.tflm.spec
    single.finalAccumulator = narrow
    #expect(single.accumulator == narrow && single.outer == nil)
    var double = ArithmeticPreset.ortAVX2.spec
    double.finalAccumulator = narrow
    #expect(double.outer?.accumulator == narrow && double.accumulator.bits == 16)
  }

  @Test("ap-fixed takes two to four parameters, with HLS's defaults")
  func fixedPoint() throws {
    let plain = try ArithmeticPreset(spelling: "ap-fixed<16,6>")
    #expect(plain.name == "ap-fixed<16,6>")
    #expect(plain.spec.accumulator == Accumulator(bits: 16, overflow: .wrap))
    #expect(plain.spec.productCast == FixedPointCast(fractionBits: 10, rounding: .truncate))
    #expect(plain.spec.outputCast == .init(rounding: .truncate, overflow: .wrap))
    #expect(plain.spec.requantization == .cast && plain.spec.bias == .first)
    #expect(try ArithmeticPreset(spelling: "ap_fixed<16,6,AP_TRN,AP_WRAP>") == plain)
    #expect(
      try ArithmeticPreset(spelling: "ap-fixed<12, 4, RND_CONV>").name
        == "ap-fixed<12,4,RND_CONV,WRAP>")
    var specs: Set<ArithmeticSpec> = []
    for rounding in FixedPointRounding.allCases {
      for mode in ["WRAP", "SAT", "SAT_ZERO", "SAT_SYM", "WRAP_SM"] {
        let spelling = "ap-fixed<18,8,\(rounding.rawValue),\(mode)>"
        let preset = try ArithmeticPreset(spelling: spelling)
        #expect(try ArithmeticPreset(spelling: preset.name) == preset)
        #expect(preset.spec.productCast?.rounding == rounding)
        specs.insert(preset.spec)
      }
    }
    #expect(specs.count == 35)
  }

  @Test(
    "a wrong spelling says what is known",
    arguments: [
      (
        "tlfm",
        "\"tlfm\" is no arithmetic; write one of tflm, cmsis-nn-single, litert-reference, xnnpack, "
          + "ort-vnni, ort-avx2, ruy, nnom, pulp-nn, finn, cmsis-nn, x-cube-ai, ap-fixed<W,I,Q,O>"
      ),
      ("ap-fixed", "\"ap-fixed\": the parameters stand in angle brackets"),
      ("ap-fixed<16,6", "\"ap-fixed<16,6\": the parameters stand in angle brackets"),
      ("ap-fixed<16>", "\"ap-fixed<16>\": there are two to four parameters, not 1"),
      (
        "ap-fixed<16,6,RND,SAT,0>",
        "\"ap-fixed<16,6,RND,SAT,0>\": there are two to four parameters, not 5"
      ),
      ("ap-fixed<a,6>", "\"ap-fixed<a,6>\": W and I are whole numbers"),
      ("ap-fixed<,>", "\"ap-fixed<,>\": W and I are whole numbers"),
      ("ap-fixed<65,6>", "\"ap-fixed<65,6>\": W is 2 to 64 bits, not 65"),
      ("ap-fixed<16,99>", "\"ap-fixed<16,99>\": I is -64 to 64 bits, not 99"),
      (
        "ap-fixed<16,6,UP>",
        "\"ap-fixed<16,6,UP>\": Q is one of TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF, "
          + "RND_CONV, not UP"
      ),
      (
        "ap-fixed<16,6,RND,CLIP>",
        "\"ap-fixed<16,6,RND,CLIP>\": O is one of WRAP, SAT, SAT_ZERO, SAT_SYM, WRAP_SM, not CLIP"
      ),
    ])
  func wrong(spelling: String, message: String) {
    let error = #expect(throws: ArithmeticPreset.SpellingError.self) {
      try ArithmeticPreset(spelling: spelling)
    }
    let remedy =
      spelling.hasPrefix("ap-fixed")
      ? "; write e.g. ap-fixed<16,6> or ap-fixed<16,6,RND,SAT>" : ""
    #expect(error?.description == message + remedy)
  }
}
