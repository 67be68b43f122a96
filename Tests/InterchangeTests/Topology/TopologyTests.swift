import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// What the tests of topologies derive from a network.
enum TopologyTotals {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let exact = root.appendingPathComponent("../shared/data/topologies/exact")

  static func network(_ name: String) throws -> Network {
    try TopologyFile.network(at: root.appendingPathComponent("traces/topologies/\(name).csv").path)
  }

  static func macs(_ operation: Networks.Operation) -> Int {
    switch operation {
    case .convolution(let convolution):
      convolution.weightShape.count * convolution.window.outputHeight
        * convolution.window.outputWidth
    case .fullyConnected(let fullyConnected): fullyConnected.weightShape.count
    default: 0
    }
  }

  static func weights(_ operation: Networks.Operation) -> Int {
    switch operation {
    case .convolution(let convolution): convolution.weightShape.count
    case .fullyConnected(let fullyConnected): fullyConnected.weightShape.count
    default: 0
    }
  }

  static func biases(_ operation: Networks.Operation) -> Int {
    switch operation {
    case .convolution(let convolution): convolution.bias?.count ?? 0
    case .fullyConnected(let fullyConnected): fullyConnected.bias?.count ?? 0
    default: 0
    }
  }
}

@Suite struct TopologyTests {
  @Test(
    "multiply-accumulates and parameters are the published ones",
    arguments: [
      // Exact counts; published: 724.4 M / 60.97 M, 15.47 G / 138.36 M, 1.81 G, 4.09 G / 25.5 M,
      // 569 M / 4.2 M, 41 M / 0.46 M, 300 M / 3.47 M, 1.58 G / 7.0 M, 3.49 G / 15.87 M, 60 k for LeNet-5.
      ("alexnet", 724_406_816, 60_965_224), ("vgg16", 15_470_264_320, 138_357_544),
      ("lenet5", 416_520, 61_706), ("all-cnn-c", 281_174_016, 1_369_738),
    ])
  func totalsWithBiases(name: String, macs: Int, parameters: Int) throws {
    let operations = try TopologyTotals.network(name).layers.map(\.operation)
    #expect(operations.map(TopologyTotals.macs).reduce(0, +) == macs)
    let weights = operations.map(TopologyTotals.weights).reduce(0, +)
    #expect(weights + operations.map(TopologyTotals.biases).reduce(0, +) == parameters)
  }

  @Test(
    "multiply-accumulates in millions are the published ones",
    arguments: [
      ("alexnet", 724.41), ("vgg16", 15470.26), ("all-cnn-c", 281.17),
      ("squeezenet-v1.0", 832.67), ("squeezenet-v1.1", 387.75), ("resnet18", 1814.07),
      ("resnet50", 4089.18), ("mobilenet-v1", 568.74), ("mobilenet-v1-0.25", 41.03),
      ("mobilenet-v2", 300.77), ("googlenet", 1582.67), ("tiny-yolo-v2", 3485.52),
    ])
  func totals(name: String, millions: Double) throws {
    let operations = try TopologyTotals.network(name).layers.map(\.operation)
    let macs = Double(operations.map(TopologyTotals.macs).reduce(0, +)) / 1e6
    #expect(abs(macs - millions) < 0.005)
  }

  @Test(
    "every layer agrees with an independent table of shapes",
    // Shared reference data lies beside the repository; without it the test is skipped.
    .enabled(
      if: FileManager.default.fileExists(atPath: TopologyTotals.exact.path),
      "skipped: ../shared/data/topologies/exact is not there"),
    arguments: [
      ("alexnet", "alexnet_caffe"), ("vgg16", "vgg16"), ("all-cnn-c", "all_cnn_c"),
      ("squeezenet-v1.0", "squeezenet_v1_0"), ("squeezenet-v1.1", "squeezenet_v1_1"),
      ("resnet18", "resnet18"), ("resnet50", "resnet50"), ("mobilenet-v1", "mobilenet_v1_1_224"),
      ("mobilenet-v1-0.25", "mobilenet_v1_0.25_224"),
      ("mobilenet-v2", "mobilenet_v2_1.0_224"), ("googlenet", "googlenet"),
      ("tiny-yolo-v2", "tiny_yolo_v2_voc"),
    ])
  func layers(name: String, file: String) throws {
    let network = try TopologyTotals.network(name)
    let layers = Dictionary(uniqueKeysWithValues: network.layers.map { ($0.name, $0.operation) })
    let url = TopologyTotals.exact.appendingPathComponent("\(file).csv")
    let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
    var compared = 0
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",").map(String.init)
      // name,type,in_h,in_w,in_c,k_h,k_w,out_c,stride_h,stride_w,pad_t..pad_r,groups,out_h,out_w,params,macs
      let numbers = cells.dropFirst(2).compactMap { Int($0) }
      try #require(numbers.count == 17)
      let operation = try #require(layers[cells[0]], "row \(cells[0])")
      compared += 1
      #expect(TopologyTotals.macs(operation) == numbers[16], "\(cells[0])")
      let weights = TopologyTotals.weights(operation)
      let biases = TopologyTotals.biases(operation)
      #expect([weights, weights + biases].contains(numbers[15]), "\(cells[0])")
      if case .convolution(let convolution) = operation {
        let pads = Self.pads(convolution.window)
        #expect(convolution.inputChannels == numbers[2])
        #expect(convolution.outputChannels == numbers[5])
        #expect(pads == Array(numbers[8..<12]))
        #expect(convolution.groups == numbers[12])
        #expect(Self.outputs(convolution.window) == Array(numbers[13..<15]))
      } else if case .pool(let pool) = operation {
        #expect(Self.outputs(pool.window) == Array(numbers[13..<15]), "\(cells[0])")
      }
    }
    let own = network.layers.filter { layer in
      switch layer.operation {
      case .convolution, .fullyConnected, .pool, .binary: true
      default: false
      }
    }
    #expect(compared == own.count)
  }

  private static func pads(_ window: WindowGeometry) -> [Int] {
    [window.padTop, window.padLeft, window.padBottom, window.padRight]
  }

  private static func outputs(_ window: WindowGeometry) -> [Int] {
    [window.outputHeight, window.outputWidth]
  }

  @Test("activations, flattening and the result are where they belong")
  func structure() throws {
    let network = try TopologyTotals.network("lenet5")
    #expect(network.name == "lenet5")
    #expect(network.inputShape.extents == [1, 1, 32, 32])
    #expect(
      network.layers.map(\.name) == [
        "conv1", "conv1_activation", "pool2", "conv3", "conv3_activation", "pool4", "conv5",
        "conv5_activation", "fc6_flatten", "fc6", "fc6_activation", "fc7",
      ])
    #expect(network.layers.map(\.inputs) == (0..<12).map { [$0] })
    #expect(network.output == 12)
    let residual = try TopologyTotals.network("resnet18")
    let names = residual.layers.map(\.name)
    let add = try #require(residual.layers.first { $0.name == "l2b0_add" })
    #expect(add.inputs.map { names[$0 - 1] } == ["l2b0_down", "l2b0_conv2"])
    for layer in residual.layers {
      if case .convolution(let convolution) = layer.operation {
        #expect(convolution.weights == nil && convolution.bias?.allSatisfy { $0 == 0 } == true)
      }
    }
  }
}
