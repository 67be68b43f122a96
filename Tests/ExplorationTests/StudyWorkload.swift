import Arithmetic
import Devices
import Execution
import Interchange
import Networks
import Quantization
import Simulation
import Tensors
import TestRandomness

/// A convolution, a pool and a classifier on random 6x6 images, with labels that have nothing to do with
/// them: enough for figures that must be equal, quick enough to run each one twice.
enum StudyWorkload {
  static func network() throws -> VerifiedNetwork {
    var random = SeededGenerator(seed: 23)
    let window = WindowGeometry(
      height: 6, width: 6, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 1,
      padRight: 1)
    let layers = [
      Layer(
        name: "conv",
        operation: .convolution(
          Convolution(
            inputChannels: 2, outputChannels: 10, window: window,
            weights: Tensor(shape: Shape([10, 3, 3, 2]), elements: random.floats(180)),
            bias: random.floats(10))), inputs: [0]),
      Layer(name: "relu", operation: .activation(.relu), inputs: [1]),
      Layer(
        name: "pool",
        operation: .pool(
          Pool(
            kind: .average,
            window: WindowGeometry(height: 6, width: 6, kernelHeight: 6, kernelWidth: 6))),
        inputs: [2]),
      Layer(name: "flatten", operation: .reshape(Shape([1, 10])), inputs: [3]),
      Layer(
        name: "fc",
        operation: .fullyConnected(
          FullyConnected(
            inputFeatures: 10, outputFeatures: 4,
            weights: Tensor(shape: Shape([4, 10]), elements: random.floats(40)))), inputs: [4]),
    ]
    return try Network(name: "study", inputShape: Shape([1, 2, 6, 6]), layers: layers, output: 5)
      .fused().verified()
  }

  static func samples(_ count: Int, seed: UInt64 = 5) -> SampleSet {
    SampleSet(count: count, source: "seed \(seed)") { sample in
      var random = SeededGenerator(seed: seed &+ UInt64(sample))
      return random.floats(72)
    }
  }

  static func workload(samples count: Int = 20, hasLabels: Bool = true) throws -> Workload {
    Workload(
      network: try network(), evaluation: samples(count),
      labels: hasLabels ? (0..<count).map { $0 % 4 } : nil, calibration: samples(16, seed: 900))
  }

  static func device() throws -> Device {
    try DeviceFile.device("edge-npu", in: BundledFiles(executable: nil, override: nil))
  }

  static func options() throws -> SimulationOptions {
    SimulationOptions(device: try device(), observation: .fast)
  }

  static func signed(_ bits: Int) -> NumberFormat {
    .affine(IntegerFormat(bits: bits, isSigned: true))
  }

  static func unsigned(_ bits: Int) -> NumberFormat {
    .affine(IntegerFormat(bits: bits, isSigned: false))
  }

}
