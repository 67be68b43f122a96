public import Costs
internal import Devices
internal import Quantities

/// A timeline as a trace file that `chrome://tracing` and Perfetto open.
///
/// One process for the device, one thread for the array and one for each port. A cycle is 0.001 us, so
/// that the viewer's nanoseconds are cycles and counts stay exact.
public enum TimelineTrace {
  /// The text of the JSON file: complete events, one a line, with what each waited for.
  ///
  /// - Parameters:
  ///   - timeline: The timeline.
  ///   - name: The name of the process: network, layer and device.
  public static func text(_ timeline: LayerTimeline, name: String) -> String {
    let resources = TimelineText.resources(timeline)
    var events = [
      "{\"name\": \"process_name\", \"ph\": \"M\", \"pid\": 1, \"tid\": 1, "
        + "\"args\": {\"name\": \(JSONValue.quoted(name))}}"
    ]
    var threads: [TimelineResource: Int] = [:]
    for (index, resource) in resources.enumerated() {
      // Viewers take thread 0 for something else.
      threads[resource] = index + 1
      events.append(
        "{\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": 1, \"tid\": \(index + 1), "
          + "\"args\": {\"name\": \(JSONValue.quoted(TimelineText.name(resource)))}}")
    }
    for interval in timeline.intervals where interval.cycles > .zero {
      let cause = JSONValue.quoted(TimelineText.name(interval.cause))
      events.append(
        "{\"name\": \(JSONValue.quoted(TimelineText.what(interval))), \"ph\": \"X\", \"pid\": 1, "
          + "\"tid\": \(threads[interval.resource] ?? 1), \"ts\": \(micro(interval.start)), "
          + "\"dur\": \(micro(interval.cycles)), \"args\": {\"tile\": \(interval.tile), "
          + "\"after\": \(cause), \"waitedCycles\": \(interval.waited.count)}}")
    }
    return "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
      + events.joined(separator: ",\n") + "\n]}\n"
  }

  /// Cycles in microseconds at one cycle a nanosecond: `12.345`.
  private static func micro(_ cycles: Cycles) -> String {
    let rest = String(cycles.count % 1000)
    return "\(cycles.count / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
