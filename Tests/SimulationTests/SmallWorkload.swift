import Devices
import Foundation
import Interchange
import Networks
import Simulation
import Tensors
import TestRandomness

/// A convolution, a pool and a classifier on random 6x6 images, with labels that the float network gives.
enum SmallWorkload {
  static func network() throws -> VerifiedNetwork {
    var random = SeededGenerator(seed: 11)
    let window = WindowGeometry(
      height: 6, width: 6, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
      padRight: 1)
    let layers = [
      Layer(
        name: "conv",
        operation: .convolution(
          Convolution(
            inputChannels: 2, outputChannels: 20, window: window,
            weights: Tensor(shape: Shape([20, 3, 3, 2]), elements: random.floats(360)),
            bias: random.floats(20))), inputs: [0]),
      Layer(name: "relu", operation: .activation(.relu), inputs: [1]),
      Layer(
        name: "pool",
        operation: .pool(
          Pool(
            kind: .average,
            window: WindowGeometry(height: 6, width: 6, kernelHeight: 6, kernelWidth: 6))),
        inputs: [2]),
      Layer(name: "flatten", operation: .reshape(Shape([1, 20])), inputs: [3]),
      Layer(
        name: "fc",
        operation: .fullyConnected(
          FullyConnected(
            inputFeatures: 20, outputFeatures: 7,
            weights: Tensor(shape: Shape([7, 20]), elements: random.floats(140)))), inputs: [4]),
    ]
    return try Network(name: "small", inputShape: Shape([1, 2, 6, 6]), layers: layers, output: 5)
      .fused().verified()
  }

  static func samples(_ count: Int, seed: UInt64 = 5) -> SampleSet {
    SampleSet(count: count, source: "seed \(seed)") { sample in
      var random = SeededGenerator(seed: seed &+ UInt64(sample))
      return random.floats(72)
    }
  }

  static func workload(samples count: Int = 30) throws -> Workload {
    Workload(
      network: try network(), evaluation: samples(count), labels: (0..<count).map { $0 % 7 },
      calibration: samples(16, seed: 900))
  }

  static func device(_ name: String = "edge-npu") throws -> Device {
    try DeviceFile.device(name, in: BundledFiles(executable: nil, override: nil))
  }
}
