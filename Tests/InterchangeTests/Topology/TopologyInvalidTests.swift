import Interchange
import Testing

@Suite struct TopologyInvalidTests {
  static let header =
    "name,kind,inputs,out_channels,kernel_h,kernel_w,stride_h,stride_w,"
    + "pad_top,pad_left,pad_bottom,pad_right,groups,activation\n"
  static let input = "image,input,,3,8,8,,,,,,,,\n"

  static func message(_ text: String) -> String? {
    do {
      _ = try TopologyFile.network(text: text, name: "x", file: "x.csv")
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "a wrong row gives one exact line",
    arguments: [
      (
        "a,conv,,4,0,3,,,,,,,,", "x.csv:3: kernel_h: is '0'; write a whole number from 1 to 1000000"
      ),
      (
        "a,conv,,,3,3,,,,,,,,",
        "x.csv:3: out_channels: is empty; write a whole number from 1 to 1000000"
      ),
      (
        "a,conv,,4,3,3,-1,,,,,,,",
        "x.csv:3: stride_h: is '-1'; write a whole number from 1 to 1000000"
      ),
      (
        "a,conv,,4,9,9,,,,,,,,",
        "x.csv:3: kernel_h: a window of 9x9 does not fit 8x8 with its padding; write a smaller one"
      ),
      (
        "a,conv,,4,3,3,,,3,,,,,",
        "x.csv:3: pad_top: is 3, a kernel of 3 needs less; write at most 2"
      ),
      (
        "a,conv,,4,3,3,,,,,,,2,",
        "x.csv:3: groups: 2 groups do not divide 3 input and 4 output channels; write a divisor of both"
      ),
      (
        "a,depthwise,,4,3,3,,,,,,,,",
        "x.csv:3: out_channels: 3 groups do not divide 3 input and 4 output channels; write a divisor of both"
      ),
      (
        "a,conv,,4,3,3,,,,,,,,swish",
        "x.csv:3: activation: 'swish' is no activation; write relu, relu6, leaky-relu, tanh, sigmoid, hard-swish or nothing"
      ),
      (
        "a,blur,,4,3,3,,,,,,,,",
        "x.csv:3: kind: 'blur' is no kind of row; write one of input, conv, depthwise, fc, maxpool, avgpool, add, concat"
      ),
      (
        "a,conv,b,4,3,3,,,,,,,,", "x.csv:3: inputs: 'b' names no earlier row; write the name of one"
      ),
      (
        "a,conv,a,4,3,3,,,,,,,,", "x.csv:3: inputs: 'a' names no earlier row; write the name of one"
      ),
      ("a,add,image,,,,,,,,,,,", "x.csv:3: inputs: add reads two names, not 1; separate by ;"),
      (
        "a,maxpool,,4,2,2,,,,,,,,",
        "x.csv:3: out_channels: does not apply to maxpool; leave it empty"
      ),
      (
        "image,conv,,4,3,3,,,,,,,,",
        "x.csv:3: name: 'image' names an earlier row too; write another name"
      ),
      (
        "b b,conv,,4,3,3,,,,,,,,",
        "x.csv:3: name: 'b b' is no name; write up to 100 letters, digits, _ - ."
      ),
      ("a,fc,,4,,,,,,,,,", "x.csv:3: has 13 cells; write 14, empty ones included"),
      ("a,input,,3,8,8,,,,,,,,", "x.csv:3: kind: only the first row is the input"),
      (
        "a,conv,,1000000,8,8,,,,,,,,\nb,fc,,1000000,,,,,,,,,,\nc,fc,,1000000,,,,,,,,,,\nd,fc,,1000000,,,,,,,,,,",
        nil
      ),
    ] as [(String, String?)])
  func rows(row: String, message: String?) {
    #expect(Self.message(Self.header + Self.input + row + "\n") == message)
  }

  @Test("all problems of a file come together, each on its line")
  func together() {
    let text =
      "# two mistakes\n" + Self.header + Self.input + "a,conv,,4,3,3,x,,,,,,,\n\n"
      + "b,add,image;a,,,,,,,,,,,\nc,fc,,0,,,,,,,,,,\n"
    #expect(
      Self.message(text) == """
        x.csv:4: stride_h: is 'x'; write a whole number from 1 to 1000000
        x.csv:7: out_channels: is '0'; write a whole number from 1 to 1000000
        """)
  }

  @Test("shapes that do not fit are refused")
  func shapes() {
    let rows = "a,conv,,4,3,3,,,,,,,,\n"
    #expect(
      Self.message(Self.header + Self.input + rows + "b,add,image;a,,,,,,,,,,,\n")
        == "x.csv:4: inputs: shapes 1x3x8x8 and 1x4x6x6 differ; add takes equal ones")
    #expect(
      Self.message(Self.header + Self.input + rows + "b,concat,image;a,,,,,,,,,,,\n")
        == "x.csv:4: inputs: heights and widths of 1x3x8x8, 1x4x6x6 differ; concat takes equal ones"
    )
    #expect(
      Self.message(Self.header + Self.input + "a,fc,,4,,,,,,,,,,\nb,conv,,4,3,3,,,,,,,,\n")
        == "x.csv:4: inputs: an image is needed, the input has shape 1x4; place it before fc")
  }

  @Test("products that leave 64 bits are refused, not computed")
  func huge() {
    let input = "image,input,,1000000,1000000,1000000,,,,,,,,\n"
    #expect(
      Self.message(Self.header + input + "a,fc,,1,,,,,,,,,,\n")?.contains("more than 2^40 elements")
        == true)
    let wide = "image,input,,1000000,1000,1000,,,,,,,,\na,conv,,1000000,900,900,,,,,,,,\n"
    #expect(
      Self.message(Self.header + wide)?.contains("more than 2^40 elements in the weights") == true)
  }

  @Test("files that are no topology are refused")
  func files() {
    #expect(Self.message("")?.hasPrefix("x.csv: has no rows") == true)
    #expect(Self.message("\u{0}\u{1}")?.hasPrefix("x.csv:1: the first line must name") == true)
    #expect(Self.message(Self.header) == "x.csv: has no layers; write a row for each")
    #expect(Self.message(Self.header + Self.input) == "x.csv: has no layers; write a row for each")
    #expect(
      Self.message(Self.header + "a,conv,,4,3,3,,,,,,,,\n")?
        .contains("x.csv:2: kind: the first row must be the input") == true)
    for path in ["/nowhere.csv", "/", "/dev/zero"] {
      #expect(throws: TopologyError.self) { try TopologyFile.network(at: path) }
    }
  }
}
