import Arithmetic
import Exploration
import Networks
import Quantization
import Testing

@Suite struct CandidateTests {
  private static func scheme() -> QuantizationScheme {
    var layer = LayerScheme()
    layer.weightScales = [0.5]
    layer.output = ActivationQuantization(
      format: StudyWorkload.unsigned(8), scale: 0.25, zeroPoint: 3)
    return QuantizationScheme(layers: ["fc": layer])
  }

  @Test("other weights lose the scales of the old ones and nothing else")
  func weights() {
    let candidate = FormatChange.weights(StudyWorkload.signed(4)).candidate(layer: "fc")
    let layer = candidate.scheme(over: Self.scheme()).layers["fc"]
    #expect(layer?.weights == StudyWorkload.signed(4))
    #expect(layer?.weightScales == nil)
    #expect(layer?.output == Self.scheme().layers["fc"]?.output)
  }

  @Test("other activations lose the scale of the output and nothing else")
  func activations() {
    let candidate = FormatChange.activations(StudyWorkload.unsigned(4)).candidate(layer: "fc")
    let layer = candidate.scheme(over: Self.scheme()).layers["fc"]
    #expect(layer?.activations == StudyWorkload.unsigned(4))
    #expect(layer?.weightScales == [0.5])
    #expect(layer?.output == nil)
  }

  @Test("what a layer has already leaves the scheme as it is")
  func unchanged() {
    var change = LayerScheme()
    change.weights = StudyWorkload.signed(8)
    change.activations = StudyWorkload.unsigned(8)
    change.granularity = .channel
    change.calibrator = .minmax
    let candidate = Candidate(layers: ["fc": change])
    #expect(candidate.scheme(over: Self.scheme()) == Self.scheme())
    #expect(Candidate().scheme(over: Self.scheme()) == Self.scheme())
  }

  @Test("another granularity finds the weight scales anew, another accumulator nothing")
  func others() {
    var change = LayerScheme()
    change.granularity = .tensor
    let tensor = Candidate(layers: ["fc": change]).scheme(over: Self.scheme()).layers["fc"]
    #expect(tensor?.weightScales == nil && tensor?.output != nil)
    let narrow = FormatChange.accumulator(Accumulator(bits: 12, overflow: .wrap))
      .candidate(layer: "fc").scheme(over: Self.scheme()).layers["fc"]
    #expect(narrow?.accumulator?.bits == 12)
    #expect(narrow?.weightScales == [0.5] && narrow?.output != nil)
  }
}
