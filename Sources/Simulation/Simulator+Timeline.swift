public import Costs
public import Mappings
internal import Devices
internal import Networks

extension Simulator {
  /// What the layers ask of a device, in the order of the network.
  public func work(_ options: SimulationOptions) -> [LayerWork] {
    let formats = formats(options.scheme)
    return workload.network.network.layers.indices.map { work(of: $0, formats, options) }
  }

  /// The timeline of one layer on the device of the options, under the mapping that `result` prices.
  ///
  /// - Parameters:
  ///   - name: The name of the layer.
  ///   - limit: The most transfers and blocks; see `LayerTimeline`.
  /// - Returns: nil when the network has no layer of that name.
  /// - Throws: when the device cannot run the layer.
  public func timeline(
    ofLayer name: String, _ options: SimulationOptions, limit: Int = LayerTimeline.defaultLimit
  ) throws(SimulationError) -> LayerTimeline? {
    guard let work = work(options).first(where: { $0.name == name }) else { return nil }
    do throws(MappingError) {
      var model = ArrayModel(device: options.device)
      let best = try model.mapping(of: work)
      return try LayerTimeline(
        mapping: best.mapping, accesses: best.accesses, device: options.device, limit: limit)
    } catch {
      throw .mapping(error, device: options.device.name)
    }
  }
}
