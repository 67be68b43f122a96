import ArgumentParser
import Widthwise

struct ArithmeticCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arithmetic",
    abstract: "Lists and shows the arithmetic of runtimes that --arithmetic takes.",
    discussion: """
      EXAMPLES
        widthwise arithmetic list
        widthwise arithmetic show xnnpack
        widthwise arithmetic show 'ap-fixed<16,6,RND,SAT>'
        widthwise compare digits --arithmetic tflm --arithmetic xnnpack --arithmetic ort-avx2
      """,
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the presets.")

    func run() async throws {
      print(ArithmeticText.list(ArithmeticPreset.named), terminator: "")
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows a preset: every field, its source, what it was compared with.")

    @Argument(help: "A name of `widthwise arithmetic list`, or ap-fixed<W,I,Q,O>.")
    var name: String

    func run() async throws {
      try await reportingBadInput {
        print(ArithmeticText.text(try Spelling.arithmetic(name, "arithmetic")), terminator: "")
      }
    }
  }
}
