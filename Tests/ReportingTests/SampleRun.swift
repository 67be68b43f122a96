import Arithmetic
import Devices
import Execution
import Networks
import Quantities
import Simulation
import Tensors

/// A small network on a small device, both made in code, and what simulating them gives.
enum SampleRun {
  static func weights(_ extents: [Int]) -> Tensor<Float> {
    let shape = Shape(extents)
    let elements = (0..<shape.count).map { (index: Int) -> Float in
      Float((index * 7 + index / 5) % 11 - 4) / 8
    }
    return Tensor(shape: shape, elements: elements)
  }

  static let network = Network(
    name: "sample", inputShape: Shape([1, 2, 6, 6]),
    layers: [
      Layer(
        name: "stem/a-convolution-with-a-name-that-no-table-has-room-for",
        operation: .convolution(
          Convolution(
            inputChannels: 2, outputChannels: 8,
            window: WindowGeometry(
              height: 6, width: 6, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
              padBottom: 1, padRight: 1),
            weights: weights([8, 3, 3, 2]), bias: [Float](repeating: 0.25, count: 8))),
        inputs: [0], fusedActivation: .relu),
      Layer(
        name: "pool",
        operation: .pool(
          Pool(
            kind: .max,
            window: WindowGeometry(
              height: 6, width: 6, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2))),
        inputs: [1]),
      Layer(name: "flat", operation: .reshape(Shape([1, 72])), inputs: [2]),
      Layer(
        name: "head, \"quoted\"",
        operation: .fullyConnected(
          FullyConnected(
            inputFeatures: 72, outputFeatures: 7, weights: weights([7, 72]), bias: nil)),
        inputs: [3]),
    ], output: 4)

  static func memory(
    _ name: String, _ capacity: Bits?, operands: Set<Operand> = Set(Operand.allCases),
    isPerUnit: Bool = false, bandwidth: Double, price: Double
  ) -> MemoryLevel {
    let prices = Dictionary(
      uniqueKeysWithValues: Operand.allCases.map { ($0, PicojoulesPerBit(price)) })
    return MemoryLevel(
      name: name, capacity: capacity, operands: operands, isPerUnit: isPerUnit,
      isDoubleBuffered: !isPerUnit, wordBits: 64, readBandwidth: BitsPerCycle(bandwidth),
      writeBandwidth: BitsPerCycle(bandwidth), readEnergy: prices, writeEnergy: prices)
  }

  static let device = Device(
    name: "sample-npu", summary: "a device for tests", technology: 45, clock: .megahertz(200),
    arithmetic: ArithmeticSpec(accumulator: Accumulator(bits: 17, overflow: .saturate)),
    compute: Compute(
      dataflow: .weightStationary, rows: 4, columns: 4,
      rowAxes: [.inputChannels, .kernelRows, .kernelColumns], columnAxes: [.outputChannels],
      isSystolic: false,
      throughput: [
        MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 1)
      ],
      macEnergy: MACEnergy(
        multiply: Picojoules(0.25), multiplyBits: 8, add: Picojoules(0.125), addBits: 32,
        overhead: .zero),
      cyclesPerOutput: 0, cyclesPerElement: 1, cyclesPerLayer: 10),
    memories: [
      memory("dram", nil, bandwidth: 16, price: 4),
      memory("buffer", .kibibytes(16), bandwidth: 64, price: 0.125),
      memory(
        "register", Bits(64), operands: [.weights], isPerUnit: true, bandwidth: 64,
        price: 0.015625),
    ], sources: [:])

  static let samples = SampleSet(count: 20, source: "sample") { sample in
    (0..<72).map { (index: Int) -> Float in Float((sample * 31 + index * 17) % 23) / 16 }
  }

  static func result(
    executes: Bool = true, threads: Int = 1, fast: Bool = false,
    accumulator: Accumulator? = nil
  ) async throws -> SimulationResult {
    let workload = Workload(
      network: try network.verified(), evaluation: executes ? samples : nil,
      labels: executes ? (0..<20).map { $0 % 7 } : nil,
      calibration: executes ? samples.prefix(8) : nil)
    var options = SimulationOptions(device: device, observation: fast ? .fast : .full)
    options.choice.accumulator = accumulator
    return try await Simulator(workload, threads: threads).result(options)
  }
}
