import Costs
import Devices
import Foundation
import Mappings
import Quantities
import Reporting
import Testing

@Suite("Timelines as text and as traces")
struct TimelineReportTests {
  /// The first layer of the sample network on the sample device.
  private static func timeline() throws -> (timeline: LayerTimeline, cost: LayerCost) {
    var bounds = LoopBounds()
    bounds.outputChannels = 8
    bounds.inputChannels = 4
    bounds.outputRows = 6
    bounds.inputHeight = 6
    let work = LayerWork(
      name: "stem", kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 17, bias: 0))
    var model = ArrayModel(device: SampleRun.device)
    let best = try model.mapping(of: work)
    return (
      try LayerTimeline(
        mapping: best.mapping, accesses: best.accesses, device: SampleRun.device),
      try LayerCost(mapping: best.mapping, accesses: best.accesses, device: SampleRun.device)
    )
  }

  @Test("The text has the totals, the waits, the ports and the first intervals")
  func text() throws {
    let (timeline, cost) = try Self.timeline()
    let text = TimelineText.text(timeline, cost: cost, first: 3)
    #expect(text.hasPrefix("stem: \(timeline.cycles.count) cycles tile by tile, "))
    #expect(text.contains("\nthe array waits for\n"))
    #expect(text.contains("\nports are busy\n"))
    #expect(text.contains("\nthe first 3 of \(timeline.intervals.count) intervals\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("The trace is JSON with one thread a resource, and events that do not overlap")
  func trace() throws {
    let (timeline, _) = try Self.timeline()
    let text = TimelineTrace.text(timeline, name: "stem \"on\" sample")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]])
    let complete = events.filter { $0["ph"] as? String == "X" }
    #expect(complete.count == timeline.intervals.filter { $0.cycles > .zero }.count)
    #expect(events.count == complete.count + timeline.loads.count + 2)
    var last: [Int: Double] = [:]
    for event in complete.sorted(by: { ($0["ts"] as? Double ?? 0) < ($1["ts"] as? Double ?? 0) }) {
      let thread = try #require(event["tid"] as? Int)
      let start = try #require(event["ts"] as? Double)
      let length = try #require(event["dur"] as? Double)
      #expect(thread > 0 && thread <= timeline.loads.count + 1)
      #expect(start >= last[thread, default: 0] - 1e-9)
      last[thread] = start + length
    }
    // A cycle is a thousandth of a microsecond.
    let end = last.values.max() ?? 0
    #expect(abs(end * 1000 - Double(timeline.cycles.count)) < 0.5)
  }
}
