extension YAMLNode {
  /// The text of a scalar of one line, or nil (reported).
  package func text(example: String, _ problems: inout YAMLProblems) -> String? {
    guard case .scalar(let text, _) = content else {
      reportWrongType("text", example: example, &problems)
      return nil
    }
    guard !text.isEmpty, !text.contains(where: \.isNewline) else {
      let rule = text.isEmpty ? "must not be empty" : "must be one line"
      problems.add(place, rule, "write e.g. \(example)")
      return nil
    }
    return text
  }

  /// A whole number written in digits, or nil (reported).
  package func integer(
    in range: ClosedRange<Int>, example: Int, _ problems: inout YAMLProblems
  ) -> Int? {
    guard case .scalar(let text, false) = content, let value = Int(text) else {
      reportWrongType("a whole number", example: "\(example)", &problems)
      return nil
    }
    guard range.contains(value) else {
      problems.add(
        place, "must lie in \(range.lowerBound) to \(range.upperBound), not \(value)",
        "write e.g. \(example)")
      return nil
    }
    return value
  }

  /// A finite decimal number, or nil (reported).
  package func number(example: String, _ problems: inout YAMLProblems) -> Double? {
    guard case .scalar(let text, false) = content, let value = Self.decimal(text) else {
      reportWrongType("a number", example: example, &problems)
      return nil
    }
    return value
  }

  /// `true` or `false`, or nil (reported).
  package func flag(_ problems: inout YAMLProblems) -> Bool? {
    if case .scalar(let text, false) = content {
      if text == "true" { return true }
      if text == "false" { return false }
    }
    reportWrongType("true or false", example: "true", &problems)
    return nil
  }

  /// One case of a closed set, or nil (reported with the cases and the nearest one).
  package func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type, _ problems: inout YAMLProblems
  ) -> Choice? where Choice.RawValue == String {
    let names = type.allCases.map(\.rawValue)
    guard case .scalar(let text, _) = content else {
      reportWrongType("one word", example: names.first ?? "", &problems)
      return nil
    }
    if let choice = Choice(rawValue: text) { return choice }
    problems.add(
      place, "\"\(text)\" is not known here",
      Suggestion.remedy(for: text, among: names, listing: "write one of"))
    return nil
  }

  /// Several different cases of a closed set as a list, or nil (reported).
  package func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
    of type: Choice.Type, _ problems: inout YAMLProblems
  ) -> [Choice]? where Choice.RawValue == String {
    let names = type.allCases.map(\.rawValue)
    let example = "[\(names.prefix(2).joined(separator: ", "))]"
    guard let nodes = sequence(example: example, &problems) else { return nil }
    var chosen: [Choice] = []
    var areKnown = true
    for node in nodes {
      guard let choice = node.choice(of: type, &problems) else {
        areKnown = false
        continue
      }
      if chosen.contains(choice) {
        problems.add(node.place, "\"\(choice.rawValue)\" is listed twice", "keep one")
      } else {
        chosen.append(choice)
      }
    }
    return areKnown ? chosen : nil
  }

  /// The value of decimal digits with an optional sign, point and exponent; nil for anything else.
  static func decimal(_ text: some StringProtocol) -> Double? {
    guard text.unicodeScalars.allSatisfy({ "0123456789+-.eE".unicodeScalars.contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }
}
