import Foundation
import Interchange
import Testing

@Suite struct ONNXErrorTests {
  @Test("dump")
  func line() throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: ONNXFixture.folder.path).sorted() where file.hasPrefix("bad_") {
      let path = ONNXFixture.folder.appendingPathComponent(file).path
      do { let n = try ONNXFile.network(at: path); print("@@ NOERR", file, n.layers.map(\.operation.kind)) } catch { print("@@", file, "|", (error as! ONNXError).reason) }
    }
    let models = ONNXFixture.root.appendingPathComponent("../shared/data/models").path
    for folder in try FileManager.default.contentsOfDirectory(atPath: models).sorted() {
      for file in try FileManager.default.contentsOfDirectory(atPath: models + "/" + folder) where file.hasSuffix(".onnx") {
        let c = ContinuousClock.now
        do { let n = try ONNXFile.network(at: models + "/" + folder + "/" + file)
          let v = try n.verified()
          let f = n.fused()
          print("@@", n.name, n.layers.count, f.layers.count, v.shapes[n.output], f.layers.map(\.operation.kind).joined(separator: " ").prefix(200), ContinuousClock.now - c)
        } catch { print("@@", folder, file, error) }
      }
    }
  }
}
