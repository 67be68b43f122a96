import Foundation
import Interchange
import Networks
import Simulation
import Tensors
import Testing

@Suite struct WorkloadSourceTests {
  /// The bundled workload.
  private var digits: String {
    get throws {
      try #require(BundledFiles(executable: nil, override: nil).networkPath(named: "digits"))
    }
  }

  /// A folder of its own, removed after use.
  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("workload-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func problem(_ source: WorkloadSource) -> String {
    do {
      _ = try source.workload()
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test("the bundled workload binds a network to 500 labelled samples and 64 of calibration")
  func bundled() throws {
    let workload = try WorkloadSource(path: digits).workload()
    #expect(workload.evaluation?.count == 500)
    #expect(workload.labels?.count == 500)
    #expect(workload.calibration?.count == 64)
    #expect(workload.sharedSamples == 0)
    #expect(workload.network.shapes[0] == Shape([1, 1, 8, 8]))
  }

  @Test("a network alone, or a topology, only counts costs")
  func networkAlone() throws {
    let topology = try #require(
      BundledFiles(executable: nil, override: nil).networkPath(named: "lenet5"))
    #expect(try WorkloadSource(path: topology).workload().evaluation == nil)
    var random = WorkloadSource(path: topology)
    random.randomWeights = 3
    random.samples = 2
    let workload = try random.workload()
    #expect(workload.evaluation?.count == 2)
    #expect(workload.labels == nil)
  }

  @Test("labels that do not fit are refused in one line")
  func labels() throws {
    try withFolder { folder in
      let path = "\(folder)/labels.npy"
      var source = WorkloadSource(path: try digits)
      source.labels = path
      try NumPyFile.write([1, 2, 3], as: .uint8, shape: Shape([3]), to: path)
      #expect(
        problem(source)
          == "\(path): 3 labels for 500 inputs; give exactly one for each input")
      try NumPyFile.write(
        [Int](repeating: 10, count: 500), as: .uint8, shape: Shape([500]), to: path)
      #expect(problem(source).contains("label 10 of sample 0"))
      try NumPyFile.write([Float](repeating: 0.5, count: 500), shape: Shape([500]), to: path)
      #expect(problem(source).contains("labels are whole numbers"))
    }
  }

  @Test("inputs of another shape are refused with the shape that is wanted")
  func shapes() throws {
    try withFolder { folder in
      let path = "\(folder)/inputs.npy"
      try NumPyFile.write(
        [Int](repeating: 0, count: 200), as: .uint8, shape: Shape([2, 10, 10]), to: path)
      var source = WorkloadSource(path: try digits)
      source.inputs = path
      #expect(problem(source).contains("its shape 2x10x10 does not fit the network's input"))
      #expect(problem(source).contains("it must be Nx1x8x8"))
    }
  }

  @Test("channel-last arrays are turned and preprocessed by channel")
  func layoutAndPreprocessing() throws {
    try withFolder { folder in
      let path = "\(folder)/inputs.npy"
      // One sample of 1 x 2 pixels with 3 channels.
      try NumPyFile.write(
        [1, 2, 3, 4, 5, 6], as: .uint8, shape: Shape([1, 1, 2, 3]), to: path)
      let array = try SampleArray(
        path: path, shape: Shape([1, 3, 1, 2]), layout: .nhwc,
        preprocessing: Preprocessing(offset: [1], scale: [2], mean: [0, 1, 2], std: [1, 1, 4]))
      #expect(array.samples.values(0) == [0, 6, 1, 7, 0.5, 2])
    }
  }

  @Test("codes need an integer network")
  func codes() throws {
    try withFolder { folder in
      let root = URL(fileURLWithPath: try digits).deletingLastPathComponent().path
      let path = "\(folder)/workload.yaml"
      try "network: \(root)/network.onnx\ninputs: \(root)/test_images.npy\nencoding: codes\n"
        .write(toFile: path, atomically: true, encoding: .utf8)
      #expect(
        problem(WorkloadSource(path: path)).contains("encoding: codes needs an integer network"))
    }
  }

  @Test("a missing file, an unknown ending and weights where none belong are refused")
  func others() throws {
    #expect(problem(WorkloadSource(path: "nowhere.onnx")).contains("there is no such file"))
    try withFolder { folder in
      let path = "\(folder)/network.h5"
      try "x".write(toFile: path, atomically: true, encoding: .utf8)
      #expect(
        problem(WorkloadSource(path: path)).contains("a network is an .onnx, .tflite or .csv"))
    }
    var source = WorkloadSource(path: try digits)
    source.randomWeights = 1
    #expect(problem(source).contains("it has weights; leave out --random-weights"))
  }
}
