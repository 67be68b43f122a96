import ArgumentParser
import Foundation
import Widthwise

/// An option whose value is wrong: place, rule, remedy in one line; exit code 65.
struct BadInput: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Runs a command; what is wrong with its inputs becomes lines on stderr and exit code 65.
func reportingBadInput(_ body: () async throws -> Void) async throws {
  do {
    try checkKernelLevel()
    try await body()
    // All streams: the name of one is a mutable global.
    guard fflush(nil) == 0 else { throw OutputError() }
  } catch let exit as ExitCode {
    throw exit
  } catch let error {
    let isInput =
      error is BadInput || error is YAMLError || error is ONNXError || error is TopologyError
      || error is TFLiteError || error is ONNXExportError
      || error is NumPyError || error is NetworkError || error is WorkloadError
      || error is ExecutionError || error is QuantizationError || error is SimulationError
      || error is TuningError || error is MappingError || error is MappingFileError
      || error is ExplorationError
      || (error as? ReportError)?.isInput ?? false
    FileHandle.standardError.write(Data("widthwise: \(error)\n".utf8))
    throw ExitCode(isInput ? 65 : 1)
  }
}

/// The output could not be written to where the shell sent it.
private struct OutputError: Error, CustomStringConvertible {
  var description: String {
    "stdout: cannot be written to (is the disk full?); the output is not whole"
  }
}

/// Refuses an instruction set of the kernels that does not exist, which the kernels would ignore.
private func checkKernelLevel() throws {
  let variable = "WIDTHWISE_KERNELS"
  let value = ProcessInfo.processInfo.environment[variable] ?? ""
  if value.isEmpty || KernelLevel.names.contains(value) { return }
  let names = KernelLevel.names.joined(separator: ", ")
  throw BadInput("\(variable)=\(value): is not known; write one of \(names), or unset it")
}

/// Refuses an output folder that cannot be written, before the work is done.
func checkFolder(_ path: String?, _ option: String) throws {
  guard let path else { return }
  // The nearest folder that is there already.
  var folder = URL(fileURLWithPath: path).standardizedFileURL
  var isDirectory: ObjCBool = false
  while !FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory),
    folder.pathComponents.count > 1
  {
    folder.deleteLastPathComponent()
  }
  guard isDirectory.boolValue else {
    let place =
      folder.path == URL(fileURLWithPath: path).standardizedFileURL.path ? "" : " (\(folder.path))"
    throw BadInput("\(option) \(path): is a file\(place), a folder is needed; name another one")
  }
  guard FileManager.default.isWritableFile(atPath: folder.path) else {
    throw BadInput(
      "\(option) \(path): \(folder.path) may not be written to; name another folder")
  }
}
