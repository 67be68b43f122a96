import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// Buffer and DRAM traffic, time and power of the chip on AlexNet.
  static let eyeriss = ValidationTarget(
    title: "Eyeriss chip, AlexNet, batch 4: traffic, time and power per layer",
    source:
      "Chen et al., JSSC 52(1) 2017, Table V (measured silicon); tables/eyeriss_alexnet_*.csv",
    fitted: """
      nothing by us; the mappings are those of tables/eyeriss_alexnet_access_model_check.csv, where \
      CONV3's q, r and t were chosen to meet the measured buffer traffic (the published mapping gives \
      +38 %) and m is recalled, not read: CONV3's rows of traffic and time are marked as fitted
      """,
    assumptions: """
      16-bit words, MB of 1e6 bytes, zero padding stored with the images; the chip's buffer figure has \
      no filters and no fills from DRAM; DRAM traffic is measured after run-length coding: ours is \
      divided by the printed ratio of the layer; processing time: DRAM traffic never makes the array \
      wait; latency: feature maps, all traffic after coding less the filters, move over the 60 MHz link \
      while the array pauses, as the paper says; power: dynamic energy on the chip over the measured \
      latency (the total of 278 mW is weighted by it) and the idle 30 mW, no zero gating: the shares of \
      zeros at hand are recalled
      """
  ) { data in
    let device = try data.device("eyeriss")
    let mappings = try data.table("tables/eyeriss_alexnet_access_model_check.csv")
    let measured = try data.table("tables/eyeriss_alexnet_measured.csv")
    let runs = try zip(EyerissLayer.layers(mappings), measured).map {
      try EyerissRun($0, on: device, measured: $1)
    }
    var model = CostModel(device: device)
    var rows: [ValidationRow] = []
    var searched = 0.0
    for run in runs {
      rows += try run.rows()
      let found = try model.cost(of: run.layer.work)
      let time = Double(found.cycles.count) / device.clock.value * 1e3
      searched += time
      rows.append(
        ValidationRow(
          "\(run.layer.name), latency under a searched mapping, uncompressed", unit: "ms",
          ours: time, theirs: try run.measured.number("latency_ms"), bar: .reported))
    }
    let total = measured.last { (try? $0.text("layer")) == "Total" }
    guard let total else { throw ValidationProblem("eyeriss_alexnet_measured.csv: no total") }
    func sum(_ value: (EyerissRun) throws -> Double) rethrows -> Double {
      try runs.reduce(0) { try $0 + value($1) }
    }
    let latency = try total.number("latency_ms")
    let power =
      sum { $0.dynamicEnergy } * EyerissRun.milliwatts / latency + device.leakage.value
    rows += [
      ValidationRow(
        "all, processing time", unit: "ms", ours: sum { $0.processing },
        theirs: try total.number("processing_latency_ms"), bar: .within(0.1)),
      ValidationRow(
        "all, latency", unit: "ms", ours: try sum { try $0.latency() }, theirs: latency,
        bar: .reported),
      ValidationRow(
        "all, latency under searched mappings, uncompressed", unit: "ms", ours: searched,
        theirs: latency, bar: .reported),
      ValidationRow(
        "all, power", unit: "mW", ours: power, theirs: try total.number("power_mW"),
        bar: .within(0.25), note: EyerissRun.powerNote),
    ]
    return rows
  }
}
