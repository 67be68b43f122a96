import Devices

extension MappingSpace {
  /// The most mappings that are all tried.
  private static var mostMappings: Int { 1000 }

  /// Every mapping of the space but for those that another one equals; nil for too many.
  func allMappings() -> [Mapping]? { nil }
}
