import Widthwise

/// A product of two matrices: a convolution as the array sees it.
package struct MatrixShape: Hashable, Sendable, Decodable {
  /// Rows of the result: output pixels.
  package var rows: Int
  /// Columns of the result: filters.
  package var columns: Int
  /// The products of an element of the result.
  package var depth: Int

  /// A product of `rows` x `depth` with `depth` x `columns`.
  package init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
  }
}

/// Cycles and accesses of matrix products on a 32x32 systolic array, output, weight and input stationary,
/// as SCALE-Sim has it: one memory for each operand that never stalls.
package struct SystolicWork: RepeatableWork {
  private let devices: [(flow: String, device: Device)]
  private let works: [LayerWork]
  package var macs: Int { 0 }
  package var items: Int { devices.count * works.count }

  /// The products, priced on all three dataflows.
  package init(_ shapes: [MatrixShape]) throws {
    guard let path = BundledFiles(executable: nil, override: nil).devicePath(named: Self.base)
    else { throw WorkProblem("\(Self.base): is not bundled; run inside the repository") }
    let base = try DeviceFile.device(at: path)
    devices = [
      ("os", Self.array(base, .outputStationary, rows: .outputRows, columns: .outputChannels)),
      ("ws", Self.array(base, .weightStationary, rows: .inputChannels, columns: .outputChannels)),
      ("is", Self.array(base, .inputStationary, rows: .inputChannels, columns: .outputRows)),
    ]
    works = shapes.enumerated().map { index, shape in
      var bounds = LoopBounds()
      bounds.outputRows = shape.rows
      bounds.inputHeight = shape.rows
      bounds.outputChannels = shape.columns
      bounds.inputChannels = shape.depth
      return LayerWork(
        name: "\(index)", kind: .products, bounds: bounds,
        widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
    }
  }

  private static let base = "tpu-like-16x16"

  private static func array(
    _ base: Device, _ dataflow: Dataflow, rows: LoopAxis, columns: LoopAxis
  ) -> Device {
    var device = base
    device.compute.rows = 32
    device.compute.columns = 32
    device.compute.dataflow = dataflow
    device.compute.rowAxes = [rows]
    device.compute.columnAxes = [columns]
    device.compute.cyclesPerOutput = 0
    device.compute.cyclesPerLayer = 0
    device.memories = [device.memories[0]]
    device.memories[0].readBandwidth = BitsPerCycle(1e9)
    device.memories[0].writeBandwidth = BitsPerCycle(1e9)
    return device
  }

  package func run() async throws -> Figures {
    var figures = Figures()
    for (flow, device) in devices {
      var model = CostModel(device: device)
      for work in works {
        let cost = try model.cost(of: work)
        figures.counts["\(flow) \(work.name) cycles"] =
          Double((cost.computeCycles + cost.overheadCycles).count)
        for operand in [Operand.inputs, .weights, .outputs] {
          let moved = cost.accesses.filter { $0.operand == operand }
            .reduce(0) { $0 + (operand == .outputs ? $1.writes : $1.reads) }
          figures.counts["\(flow) \(work.name) \(operand)"] = Double(moved)
        }
      }
    }
    return figures
  }
}
