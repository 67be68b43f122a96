import Foundation

/// The devices and networks that come with the tool, found from any working directory.
///
/// They lie in `hwconfigs/` and `traces/` of a root. Roots, the first that has a name wins: the one
/// given, `../share/widthwise` beside the executable, and the sources that this was built from.
public struct BundledFiles: Hashable, Sendable {
  private let roots: [String]

  /// The files of a tool.
  ///
  /// - Parameters:
  ///   - executable: The path of the running tool; symbolic links are followed.
  ///   - override: A root to look at first: the value of the variable `WIDTHWISE_DATA`.
  public init(executable: String?, override: String?) {
    var roots: [String] = []
    if let override, !override.isEmpty { roots.append(override) }
    if let executable {
      let tool = URL(fileURLWithPath: executable).resolvingSymlinksInPath()
      let prefix = tool.deletingLastPathComponent().deletingLastPathComponent()
      roots.append(prefix.appendingPathComponent("share/widthwise").path)
    }
    let source = URL(fileURLWithPath: #filePath)  // Sources/Interchange/BundledFiles.swift
    roots.append(
      source.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path)
    self.roots = roots
  }

  /// The names of the bundled devices, sorted.
  public var deviceNames: [String] { devices.keys.sorted() }

  /// The hwconfig of a bundled device, or nil.
  public func devicePath(named name: String) -> String? {
    path(named: name, ["hwconfigs/\(name).yaml"])
  }

  /// The names of the bundled workloads and topologies, sorted.
  public var networkNames: [String] { networks.keys.sorted() }

  /// The workload or topology of a bundled network, or nil.
  public func networkPath(named name: String) -> String? {
    path(named: name, ["traces/\(name)/workload.yaml", "traces/topologies/\(name).csv"])
  }

  /// The names of the bundled platforms, sorted.
  public var platformNames: [String] { platforms.keys.sorted() }

  /// The file of a bundled platform, or nil.
  public func platformPath(named name: String) -> String? {
    path(named: name, ["hwconfigs/platforms/\(name).yaml"])
  }

  /// The first of these files in the roots; no folder is listed for it.
  private func path(named name: String, _ files: [String]) -> String? {
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else { return nil }
    for root in roots {
      for file in files {
        let path = "\(root)/\(file)"
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    return nil
  }

  private var platforms: [String: String] {
    var paths: [String: String] = [:]
    for root in roots {
      let folder = "\(root)/hwconfigs/platforms"
      for stem in Self.stems(in: folder, ending: ".yaml") where paths[stem] == nil {
        paths[stem] = "\(folder)/\(stem).yaml"
      }
    }
    return paths
  }

  private var devices: [String: String] {
    var paths: [String: String] = [:]
    for root in roots {
      let folder = "\(root)/hwconfigs"
      for stem in Self.stems(in: folder, ending: ".yaml") where paths[stem] == nil {
        paths[stem] = "\(folder)/\(stem).yaml"
      }
    }
    return paths
  }

  private var networks: [String: String] {
    var paths: [String: String] = [:]
    for root in roots {
      let folder = "\(root)/traces"
      for name in Self.stems(in: folder, ending: "") where paths[name] == nil {
        let path = "\(folder)/\(name)/workload.yaml"
        if FileManager.default.fileExists(atPath: path) { paths[name] = path }
      }
      for stem in Self.stems(in: "\(folder)/topologies", ending: ".csv") where paths[stem] == nil {
        paths[stem] = "\(folder)/topologies/\(stem).csv"
      }
    }
    return paths
  }

  /// The entries of a folder with an ending, without it; none when there is no folder.
  private static func stems(in folder: String, ending: String) -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(ending.count)) }
  }
}
