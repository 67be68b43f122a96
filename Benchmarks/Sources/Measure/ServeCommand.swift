import ArgumentParser
import Foundation
import Widthwise
import Work

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answers lines of JSON, so that repetitions can take turns with another program's.",
    discussion: """
      {"name": "a", "prepare": "network", "source": {"network": "digits", "accumulator": "20:saturate"}}
      {"name": "a", "repetitions": 5}

      What can be prepared: network, kernel (the first layer of a network), costs, mapping (of the
      layers of products), systolic (matrix products on a systolic array). Each line is answered by one line: the name and the seconds that
      the preparation or each repetition took, or an error.
      """)

  /// A line from standard input.
  struct Request: Decodable {
    var name: String
    var prepare: Kind?
    var source: NetworkSource?
    var repetitions: Int?
    /// Where to write the outputs of a network, as a JSON array a sample.
    var outputs: String?

    enum Kind: String, Decodable {
      case network
      case kernel
      case costs
      case mapping
      case systolic
    }
  }

  /// The answer to a line that prepared something.
  struct Prepared: Encodable {
    var name: String
    var seconds: Double
    var macs: Int
    var items: Int
    /// Of a network: the bytes of its weights and biases, and of the activations live at a time.
    var weightBytes: Int?
    var liveBytes: Int?
  }

  /// The answer to a line that could not be done.
  struct Failure: Encodable {
    var error: String
  }

  func run() async throws {
    var works: [String: any RepeatableWork] = [:]
    while let line = readLine() {
      do {
        try await answer(try JSONDecoder().decode(Request.self, from: Data(line.utf8)), &works)
      } catch {
        try Report.print(Failure(error: "\(error)"))
      }
    }
  }

  private func answer(_ request: Request, _ works: inout [String: any RepeatableWork]) async throws
  {
    if let kind = request.prepare, let source = request.source {
      let clock = ContinuousClock()
      let start = clock.now
      let work: any RepeatableWork =
        switch kind {
        case .network: try await source.work()
        case .kernel: try await source.kernel()
        case .costs: try await CostWork(source)
        case .mapping: try await MappingWork(source)
        case .systolic: try SystolicWork(source.products ?? [])
        }
      works[request.name] = work
      let seconds = (clock.now - start) / .seconds(1)
      let network = (work as? NetworkWork)?.executor.network
      return try Report.print(
        Prepared(
          name: request.name, seconds: seconds, macs: work.macs, items: work.items,
          weightBytes: network?.weightBytes, liveBytes: network?.liveBytes))
    }
    guard let work = works[request.name] else {
      throw WorkProblem("\(request.name): is not prepared; send \"prepare\" and \"source\" first")
    }
    if let path = request.outputs, let network = work as? NetworkWork {
      try JSONEncoder().encode(await network.outputs()).write(to: URL(fileURLWithPath: path))
    }
    try Report.print(
      try await Report(request.name, work, repetitions: request.repetitions ?? 1))
  }
}
