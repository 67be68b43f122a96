extension String {
  /// The text fit for one line of a terminal: what moves the cursor or cannot be seen becomes `?`.
  var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
        text += "?"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
