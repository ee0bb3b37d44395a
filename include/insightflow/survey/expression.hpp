#pragma once

#include <insightflow/survey/questionnaire.hpp>
#include <insightflow/survey/reference.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// The small language of `show_if` and `logic`.
///
///     q1 == 'No'            q2 >= 9 and not answered(q3)       q3 contains 'price'
///     q1 in ['a', 'b']      q4.speed == 'good' || q5 != 2      hidden.plan == 'pro'
///
/// - `or` (`||`), `and` (`&&`), `not` (`!`) in rising order of binding; parentheses; `true`,
/// `false`.
/// - A comparison has one name and one literal, in either order: == != < <= > >=, `contains`, `in`,
///   `not in`. Texts stand in ' or " with the escapes \' \" \\ \n \t.
/// - A name is a question's id, `q4.row` for a row of a matrix or a part of a contact (a row id
/// that
///   is not a plain word stands in quotes: q4.'Ease of use'), `q3.other` for the words behind a
///   chosen "other", or `hidden.name`.
///
/// Meaning: a name without an answer makes every comparison false, except `!=` and `not in`, which
/// are the exact negation of `==` and `in` and thus true. A text literal matches an option by id or
/// by its exact label (`bind`). Numbers written as text compare as numbers; other texts compare by
/// code point, so that dates (YYYY-MM-DD) compare by time. On a list of choices `contains` asks
/// whether one was chosen, `in` whether any of several was, `==` whether it was the only one. On a
/// text `contains` finds a part of it; case matters.
namespace insightflow::survey {

inline constexpr std::size_t max_expression_bytes = 2000;
inline constexpr std::size_t max_expression_depth = 32;

using Literal = std::variant<bool, double, std::string>;

enum class Comparison { equal, unequal, less, less_equal, greater, greater_equal, contains, in };

/// One comparison or `answered()`, as the rules look at it.
struct Test {
  Reference reference;
  bool answered = false;  ///< `answered(name)`: no comparison, no literals.
  Comparison comparison = Comparison::equal;
  std::vector<Literal> literals;  ///< One; for `in` any number from one.
};

namespace detail {

/// Plain decimal notation; no "inf", "nan" or hexadecimal.
inline std::optional<double> number_of(std::string_view text) {
  double out = 0;
  if (text.find_first_not_of("+-.0123456789eE") != text.npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// -1, 0, 1, or nothing where the two cannot be compared.
inline std::optional<int> order(const Given& given, const Literal& literal) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : b < a ? 1 : 0; };
  if (const bool* flag = std::get_if<bool>(&given)) {
    const bool* other = std::get_if<bool>(&literal);
    return other ? std::optional(sign(*flag, *other)) : std::nullopt;
  }
  const auto* text = std::get_if<std::string_view>(&given);
  const auto* word = std::get_if<std::string>(&literal);
  const double* stored = std::get_if<double>(&given);
  const double* written = std::get_if<double>(&literal);
  const auto left = stored ? std::optional(*stored) : text ? number_of(*text) : std::nullopt;
  const auto right = written ? std::optional(*written) : word ? number_of(*word) : std::nullopt;
  if (left && right) return sign(*left, *right);
  if (text && word) return sign(*text, std::string_view(*word));
  return std::nullopt;
}

inline bool compare(const Given& given, Comparison comparison, const Literal& literal) {
  if (const auto* list = std::get_if<std::span<const std::string>>(&given)) {
    const auto* word = std::get_if<std::string>(&literal);
    if (!word) return false;
    if (comparison == Comparison::equal) return list->size() == 1 && list->front() == *word;
    return (comparison == Comparison::contains || comparison == Comparison::in) &&
           std::find(list->begin(), list->end(), *word) != list->end();
  }
  if (comparison == Comparison::contains) {
    const auto* text = std::get_if<std::string_view>(&given);
    const auto* word = std::get_if<std::string>(&literal);
    return text && word && text->find(*word) != std::string_view::npos;
  }
  const auto sign = order(given, literal);
  if (!sign) return false;
  switch (comparison) {
    case Comparison::less: return *sign < 0;
    case Comparison::less_equal: return *sign <= 0;
    case Comparison::greater: return *sign > 0;
    case Comparison::greater_equal: return *sign >= 0;
    default: return *sign == 0;
  }
}

class ExpressionParser;

}  // namespace detail

/// A parsed expression. Immutable after `bind`; then safe to evaluate from several threads.
class Expression {
 public:
  /// Errors: `expression_malformed` (the detail holds the byte position), `expression_too_long`,
  /// `expression_too_deep`.
  static Result<Expression> parse(std::string_view text);

  /// Every test in the order of writing; a name used twice is listed twice.
  const std::vector<Test>& tests() const noexcept { return tests_; }

  /// Looks names up in a questionnaire: sets `Reference::question`, and rewrites text literals that
  /// are an option's (or row's) exact label to its id. Unknown names stay unbound.
  void bind(const Questionnaire& survey);

  /// True where the expression holds. `lookup(const Reference&)` returns a `Given`; it is called
  /// for the names that matter only. Linear in the length of the expression.
  template <class Lookup>
  bool evaluate(const Lookup& lookup) const {
    return evaluate(nodes_.size() - 1, lookup);
  }

  /// True for an expression that holds whatever was answered because it is `true` alone.
  bool always() const noexcept { return nodes_.size() == 1 && nodes_[0].kind == Node::Kind::yes; }

 private:
  friend class detail::ExpressionParser;

  struct Node {
    enum class Kind { yes, no, test, negation, conjunction, disjunction };
    Kind kind;
    std::size_t left = 0;  ///< Node, or index into `tests_`.
    std::size_t right = 0;
  };

  template <class Lookup>
  bool evaluate(std::size_t at, const Lookup& lookup) const {
    // A chain of `and` or `or` leans to the left, as deep as it is long; its spine is a loop, so
    // that recursion is bounded by the nesting alone.
    const Node& node = nodes_[at];
    switch (node.kind) {
      case Node::Kind::yes: return true;
      case Node::Kind::no: return false;
      case Node::Kind::negation: return !evaluate(node.left, lookup);
      case Node::Kind::test: return holds(tests_[node.left], lookup(tests_[node.left].reference));
      default: break;
    }
    const bool decides = node.kind == Node::Kind::disjunction;
    std::size_t spine = at;
    for (; nodes_[spine].kind == node.kind; spine = nodes_[spine].left)
      if (evaluate(nodes_[spine].right, lookup) == decides) return decides;
    return evaluate(spine, lookup);
  }

  static bool holds(const Test& test, const Given& given) {
    const bool there = given.index() != 0;
    if (test.answered) return there;
    if (test.comparison == Comparison::unequal)
      return !there || !detail::compare(given, Comparison::equal, test.literals.front());
    if (!there) return false;
    return std::any_of(test.literals.begin(), test.literals.end(), [&](const Literal& literal) {
      return detail::compare(given, test.comparison, literal);
    });
  }

  std::vector<Test> tests_;
  std::vector<Node> nodes_;
};

namespace detail {

/// Recursive descent; one token of look-ahead is a position in the text.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : text_(text) {}

  Result<Expression> run() {
    if (text_.size() > max_expression_bytes)
      return fail(Code::invalid, "expression_too_long",
                  "An expression has at most " + std::to_string(max_expression_bytes) + " bytes.");
    BOOST_OUTCOME_TRY(disjunction());
    skip_space();
    if (at_ != text_.size()) return malformed("the end of the expression, 'and' or 'or'");
    return std::move(out_);
  }

 private:
  using Node = Expression::Node;
  using Step = Result<std::size_t>;

  static constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
  static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

  Error malformed(std::string_view expected) const {
    return fail(Code::invalid, "expression_malformed",
                "At byte " + std::to_string(at_) + ": expected " + std::string(expected) + ".");
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool symbol(std::string_view wanted) {
    skip_space();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    if (end < text_.size() && is_letter(text_[end]))
      while (end < text_.size() &&
             (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '-'))
        ++end;
    return text_.substr(at_, end - at_);
  }
  bool word(std::string_view wanted) {
    if (peek_word() != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  std::size_t add(Node node) {
    out_.nodes_.push_back(node);
    return out_.nodes_.size() - 1;
  }

  Step disjunction() {
    BOOST_OUTCOME_TRY(auto left, conjunction());
    while (word("or") || symbol("||")) {
      BOOST_OUTCOME_TRY(auto right, conjunction());
      left = add({Node::Kind::disjunction, left, right});
    }
    return left;
  }
  Step conjunction() {
    BOOST_OUTCOME_TRY(auto left, negation());
    while (word("and") || symbol("&&")) {
      BOOST_OUTCOME_TRY(auto right, negation());
      left = add({Node::Kind::conjunction, left, right});
    }
    return left;
  }
  Step negation() {
    if (depth_ >= max_expression_depth)
      return fail(Code::invalid, "expression_too_deep",
                  "Parentheses and negations nest at most " + std::to_string(max_expression_depth) +
                      " deep.");
    ++depth_;
    auto inner = nested();
    --depth_;
    return inner;
  }
  Step nested() {
    if (word("not") || symbol("!")) {
      BOOST_OUTCOME_TRY(auto inner, negation());
      return add({Node::Kind::negation, inner, 0});
    }
    if (symbol("(")) {
      BOOST_OUTCOME_TRY(auto inner, disjunction());
      if (!symbol(")")) return malformed("')'");
      return inner;
    }
    return test();
  }

  Step test() {
    Test test;
    if (word("answered")) {
      if (!symbol("(")) return malformed("'(' behind answered");
      BOOST_OUTCOME_TRY(test.reference, reference());
      if (!symbol(")")) return malformed("')'");
      test.answered = true;
      return finish(std::move(test), false);
    }
    if (starts_literal()) {
      BOOST_OUTCOME_TRY(auto literal, this->literal());
      Comparison comparison;
      if (peek_word() == "contains" || !comparison_sign(comparison)) {
        if (const bool* flag = std::get_if<bool>(&literal))
          return add({*flag ? Node::Kind::yes : Node::Kind::no});
        return malformed("a comparison behind the literal");
      }
      test.comparison = mirrored(comparison);
      test.literals.push_back(std::move(literal));
      BOOST_OUTCOME_TRY(test.reference, reference());
      return finish(std::move(test), false);
    }
    BOOST_OUTCOME_TRY(test.reference, reference());
    if (comparison_sign(test.comparison)) {
      BOOST_OUTCOME_TRY(auto literal, this->literal());
      test.literals.push_back(std::move(literal));
      return finish(std::move(test), false);
    }
    const bool negative = word("not");
    if (!word("in")) return malformed("a comparison such as ==, contains or in");
    test.comparison = Comparison::in;
    if (!symbol("[")) return malformed("'[' behind in");
    do {
      BOOST_OUTCOME_TRY(auto literal, this->literal());
      test.literals.push_back(std::move(literal));
    } while (symbol(","));
    if (!symbol("]")) return malformed("',' or ']'");
    return finish(std::move(test), negative);
  }
  Step finish(Test test, bool negative) {
    out_.tests_.push_back(std::move(test));
    const std::size_t node = add({Node::Kind::test, out_.tests_.size() - 1, 0});
    return negative ? add({Node::Kind::negation, node, 0}) : node;
  }

  bool comparison_sign(Comparison& out) {
    static constexpr std::pair<std::string_view, Comparison> signs[] = {
        {"==", Comparison::equal},         {"!=", Comparison::unequal},
        {"<=", Comparison::less_equal},    {"<", Comparison::less},
        {">=", Comparison::greater_equal}, {">", Comparison::greater}};
    if (word("contains")) {
      out = Comparison::contains;
      return true;
    }
    for (const auto& [sign, comparison] : signs)
      if (symbol(sign)) {
        out = comparison;
        return true;
      }
    return false;
  }
  static Comparison mirrored(Comparison comparison) {
    switch (comparison) {
      case Comparison::less: return Comparison::greater;
      case Comparison::less_equal: return Comparison::greater_equal;
      case Comparison::greater: return Comparison::less;
      case Comparison::greater_equal: return Comparison::less_equal;
      default: return comparison;
    }
  }

  Result<Reference> reference() {
    Reference out;
    const std::string_view name = peek_word();
    out.position = at_;
    static constexpr std::string_view keywords[] = {"and",      "or",       "not",  "in",
                                                    "contains", "answered", "true", "false"};
    if (name.empty() || name == "_" ||
        std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords))
      return malformed("a question's id");
    out.name = name;
    at_ += name.size();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
        BOOST_OUTCOME_TRY(out.part, quoted());
      } else {
        std::size_t end = at_;
        while (end < text_.size() &&
               (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '-'))
          ++end;
        out.part = text_.substr(at_, end - at_);
        if (out.part.empty()) return malformed("a name behind '.'");
        at_ = end;
      }
    }
    if (out.name == "hidden") {
      if (out.part.empty()) return malformed("hidden.name");
      out.hidden = true;
      out.name = std::exchange(out.part, {});
    }
    return out;
  }

  bool starts_literal() {
    skip_space();
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    const std::string_view next = peek_word();
    return c == '\'' || c == '"' || c == '-' || is_digit(c) || next == "true" || next == "false";
  }
  Result<Literal> literal() {
    skip_space();
    if (word("true")) return Literal(true);
    if (word("false")) return Literal(false);
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      BOOST_OUTCOME_TRY(auto text, quoted());
      return Literal(std::move(text));
    }
    std::size_t end = at_ + (at_ < text_.size() && text_[at_] == '-');
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
    const auto number = number_of(text_.substr(at_, end - at_));
    if (!number || (end < text_.size() && is_letter(text_[end])))
      return malformed("a text in quotes, a number, true or false");
    at_ = end;
    return Literal(*number);
  }
  Result<std::string> quoted() {
    const char quote = text_[at_];
    std::string out;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      char c = text_[i];
      if (c == quote) {
        at_ = i + 1;
        return out;
      }
      if (c == '\\') {
        static constexpr std::string_view escapes = "'\"\\nt", meanings = "'\"\\\n\t";
        const std::size_t which = ++i < text_.size() ? escapes.find(text_[i]) : escapes.npos;
        if (which == escapes.npos) {
          at_ = i;
          return malformed("one of ' \" \\ n t behind the backslash");
        }
        c = meanings[which];
      }
      out += c;
    }
    return malformed("a closing quote for the text that starts here");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Expression out_;
};

/// The id for an id or an exact label; null when it is neither. Ids win over labels.
inline const Option* match(std::span<const Option> options, std::string_view text) {
  for (const Option& option : options)
    if (option.id == text) return &option;
  for (const Option& option : options)
    if (option.label == text) return &option;
  return nullptr;
}

}  // namespace detail

inline Result<Expression> Expression::parse(std::string_view text) {
  return detail::ExpressionParser(text).run();
}

inline void Expression::bind(const Questionnaire& survey) {
  for (Test& test : tests_) {
    Reference& reference = test.reference;
    if (reference.hidden) continue;
    const Question* question = find(survey, reference.name);
    if (!question) continue;
    reference.question = static_cast<std::size_t>(question - survey.questions.data());
    if (question->kind == Kind::matrix)
      if (const Option* row = detail::match(question->rows, reference.part))
        reference.part = row->id;
    if (reference.part == "other" && question->kind != Kind::matrix) continue;
    const std::vector<Option> options = options_of(*question);
    for (Literal& literal : test.literals) {
      if (const bool* flag = std::get_if<bool>(&literal); flag && question->kind == Kind::yes_no)
        literal = std::string(*flag ? "yes" : "no");
      if (auto* word = std::get_if<std::string>(&literal))
        if (const Option* option = detail::match(options, *word)) *word = option->id;
    }
  }
}

}  // namespace insightflow::survey
