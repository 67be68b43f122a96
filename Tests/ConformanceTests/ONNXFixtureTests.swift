import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// The small models of the reader's tests in the float executor: onnxruntime computed their outputs.
@Suite struct ONNXFixtureTests {
  private static let folder: URL = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("InterchangeTests/Fixtures/onnx")
  }()

  @Test("every operator gives onnxruntime's output, as it is read and fused")
  func outputs() throws {
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent("expected.txt"), encoding: .utf8)
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "|").map(String.init)
      let expected = fields[3].split(separator: " ").compactMap { Float($0) }
      let network = try ONNXFile.network(
        at: Self.folder.appendingPathComponent(fields[0] + ".onnx").path)
      // The input that make_fixtures.py fed to every model.
      let input = (0..<network.inputShape.count).map { place -> Float in
        let step = (37 * place + 11) % 64
        return Float(step - 32) / 16
      }
      for candidate in [network, network.fused()] {
        let output = try FloatExecutor(try candidate.verified()).output(input)
        #expect(output.count == expected.count, "\(fields[0])")
        for (ours, theirs) in zip(output, expected) {
          #expect(abs(ours - theirs) <= 2e-5 * max(1, abs(theirs)), "\(fields[0])")
        }
      }
    }
  }
}
