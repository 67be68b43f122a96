import ArgumentParser
import Foundation
import Widthwise

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists, shows and checks hardware descriptions.",
    discussion: """
      EXAMPLES
        widthwise devices list
        widthwise devices show edge-npu
        widthwise devices energies edge-npu
        widthwise devices check my-npu.yaml
      """,
    subcommands: [List.self, Show.self, Energies.self, Check.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the bundled devices.")

    func run() async throws {
      try await reportingBadInput {
        let bundled = BundledFiles.ofTool
        var devices: [Device] = []
        var problems: [String] = []
        for file in await files(bundled) {
          switch file {
          case .success(let device): devices.append(device)
          case .failure(let error): problems += error.problems
          }
        }
        print(DeviceText.list(devices), terminator: "")
        if !problems.isEmpty { throw YAMLError(problems: problems) }
      }
    }

    /// What each file holds, in the order of their names, read on all cores.
    private func files(_ bundled: BundledFiles) async -> [Result<Device, YAMLError>] {
      typealias File = (index: Int, device: Result<Device, YAMLError>)
      let files = await withTaskGroup(of: File.self) { group in
        for (index, name) in bundled.deviceNames.enumerated() {
          group.addTask {
            (index, Result { () throws(YAMLError) in try DeviceFile.device(name, in: bundled) })
          }
        }
        var files: [File] = []
        for await file in group { files.append(file) }
        return files
      }
      return files.sorted { $0.index < $1.index }.map(\.device)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows one device in full.")

    @Argument(help: "A hwconfig (.yaml) or the name of a bundled device.")
    var device: String

    func run() async throws {
      try await reportingBadInput {
        print(DeviceText.text(try DeviceFile.device(device, in: .ofTool)), terminator: "")
      }
    }
  }

  struct Energies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "energies",
      abstract: "Shows what is published for the energies of arithmetic at the node of a device.")

    @Argument(help: "A hwconfig (.yaml) or the name of a bundled device.")
    var device: String

    func run() async throws {
      try await reportingBadInput {
        print(EnergiesText.text(try DeviceFile.device(device, in: .ofTool)), terminator: "")
      }
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract:
        "Checks hwconfigs and platforms: every problem with its place, rule and remedy; exit 65 if any."
    )

    @Argument(help: "Hwconfigs or platforms (.yaml), or names of bundled ones.")
    var devices: [String]

    func run() async throws {
      try await reportingBadInput {
        var problems: [String] = []
        for name in devices {
          do throws(YAMLError) {
            if PlatformFile.isPlatform(name, in: .ofTool) {
              let platform = try PlatformFile.platform(name, in: .ofTool)
              print("\(name): ok, \(platform.sources.count) sources")
              continue
            }
            let device = try DeviceFile.device(name, in: .ofTool)
            print("\(name): ok, \(device.sources.count) sources")
          } catch {
            problems += error.problems
          }
        }
        if !problems.isEmpty { throw YAMLError(problems: problems) }
      }
    }
  }
}
