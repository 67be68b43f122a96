import Foundation
import Interchange
import Testing

@Suite("Workload files")
struct WorkloadFileTests {
  static let shared = "\(repositoryRoot)/../shared/data/workloads"

  static let sharedNames: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: shared)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  // The shared workloads lie beside the repository; without them there is nothing to load.
  @Test(
    "Every shared workload loads",
    .enabled(if: !sharedNames.isEmpty, "../shared/data/workloads is absent"))
  func sharedWorkloads() throws {
    #expect(Self.sharedNames.count >= 18)
    for name in Self.sharedNames {
      let workload = try WorkloadFile.workload(at: "\(Self.shared)/\(name)")
      #expect(!workload.summary.isEmpty)
      #expect(workload.network.hasPrefix("/"))
      #expect(workload.inputs?.hasSuffix(".npy") == true)
    }
  }

  // As above.
  @Test(
    "resnet20 carries its preprocessing by channel",
    .enabled(if: !sharedNames.isEmpty, "../shared/data/workloads is absent"))
  func preprocessing() throws {
    let workload = try WorkloadFile.workload(at: "\(Self.shared)/resnet20.yaml")
    #expect(workload.layout == .nhwc)
    #expect(workload.calibration?.hasSuffix("cifar10/train2000_images_u8.npy") == true)
    #expect(workload.preprocessing.channelCount == 3)
    #expect(workload.encoding == .values)
    let value = workload.preprocessing.value(255, channel: 1)
    #expect(abs(value - (1 - 0.456) / 0.224) < 1e-12)
  }

  private func errorLines(_ text: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data().write(to: folder.appendingPathComponent("x.onnx"))
    let path = folder.appendingPathComponent("w.yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    do {
      _ = try WorkloadFile.workload(at: path)
      return []
    } catch {
      return error.problems.map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
    }
  }

  @Test("A network alone is a workload")
  func smallest() throws {
    #expect(try errorLines("network: x.onnx\n") == [])
  }

  @Test("All problems come together, in the order of the file")
  func problems() throws {
    let lines = try errorLines(
      """
      netwrok: x.onnx
      inputs: none.npy
      layout: hwc
      labelOffset: one
      preprocess: {scale: 0, mean: [1, 2, 3], std: [1, 2], offset: [], gain: 2}
      """)
    #expect(
      lines == [
        "w.yaml:1:1: netwrok: unknown key; did you mean \"network\"? the keys here are description, "
          + "network, inputs, labels, calibration, layout, preprocess, encoding, labelOffset",
        "w.yaml:1:1: network: the key is missing; add e.g. `network: float.onnx`",
        "w.yaml:2:9: inputs: there is no file \"none.npy\"; check the path, it is relative to this "
          + "file",
        "w.yaml:3:9: layout: \"hwc\" is not known here; did you mean \"nhwc\"? write one of nhwc, nchw",
        "w.yaml:4:14: labelOffset: must be a whole number, not \"one\"; write e.g. 1",
        "w.yaml:5:21: preprocess.scale: must not be zero; write e.g. 0.5",
        "w.yaml:5:46: preprocess.std: has 2 numbers, but mean has 3; write one number, or one for "
          + "each channel",
        "w.yaml:5:62: preprocess.offset: the list is empty; write one number for each channel",
        "w.yaml:5:66: preprocess.gain: unknown key; the keys here are offset, scale, mean, std",
      ])
  }

  @Test("Codes are not preprocessed")
  func codes() throws {
    let text = "network: x.onnx\nencoding: codes\npreprocess: {scale: 0.5}\n"
    #expect(
      try errorLines(text) == [
        "w.yaml:3:13: preprocess: codes are not preprocessed; remove preprocess, or write "
          + "encoding: values"
      ])
  }
}
