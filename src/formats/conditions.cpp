#include "formats/conditions.hpp"

#include "formats/plain_text.hpp"

#include <insightflow/survey/localise.hpp>

#include <algorithm>

namespace insightflow::formats {

namespace {

using survey::is_ascii_digit;
using survey::is_ascii_letter;

constexpr std::size_t max_condition_depth = 32;
constexpr std::size_t max_condition_bytes = 20000;

struct Sign {
  std::string_view text;
  Comparison comparison;
  bool negative = false;
};
/// Longer signs first. Words are matched whole.
constexpr Sign signs[] = {{"==", Comparison::equal},
                          {"!=", Comparison::unequal},
                          {"<>", Comparison::unequal},
                          {"<=", Comparison::less_equal},
                          {"=<", Comparison::less_equal},
                          {">=", Comparison::greater_equal},
                          {"=>", Comparison::greater_equal},
                          {"<", Comparison::less},
                          {">", Comparison::greater},
                          {"=", Comparison::equal},
                          {"eq", Comparison::equal},
                          {"ne", Comparison::unequal},
                          {"lt", Comparison::less},
                          {"le", Comparison::less_equal},
                          {"gt", Comparison::greater},
                          {"ge", Comparison::greater_equal},
                          {"equal", Comparison::equal},
                          {"notequal", Comparison::unequal},
                          {"less", Comparison::less},
                          {"lessorequal", Comparison::less_equal},
                          {"greater", Comparison::greater},
                          {"greaterorequal", Comparison::greater_equal},
                          {"contains", Comparison::contains},
                          {"contain", Comparison::contains},
                          {"notcontains", Comparison::contains, true},
                          {"notcontain", Comparison::contains, true},
                          {"anyof", Comparison::in},
                          {"noneof", Comparison::in, true},
                          {"in", Comparison::in}};

Comparison mirrored(Comparison comparison) {
  switch (comparison) {
    case Comparison::less: return Comparison::greater;
    case Comparison::less_equal: return Comparison::greater_equal;
    case Comparison::greater: return Comparison::less;
    case Comparison::greater_equal: return Comparison::less_equal;
    default: return comparison;
  }
}

class Parser {
 public:
  Parser(Language language, std::string_view text, std::string& why)
      : language_(language), text_(text), why_(why) {}

  std::optional<Condition> run() {
    if (text_.size() > max_condition_bytes) return no("it is too long");
    auto out = disjunction();
    skip_space();
    if (out && at_ != text_.size())
      return no("'" + std::string(text_.substr(at_, 20)) + "' cannot be translated");
    return out;
  }

 private:
  using Step = std::optional<Condition>;

  std::nullopt_t no(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return std::nullopt;
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
  bool word_byte(char c) const {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' ||
           (c == '-' && language_ != Language::limesurvey);
  }
  std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    if (end < text_.size() && (is_ascii_letter(text_[end]) || text_[end] == '_'))
      while (end < text_.size() && word_byte(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool word(std::string_view wanted) {
    const std::string_view next = peek_word();
    if (!survey::equal_ignoring_case(next, wanted)) return false;
    at_ += next.size();
    return true;
  }

  Step disjunction() { return chain(Clause::any, "or", "||"); }
  Step conjunction() { return chain(Clause::all, "and", "&&"); }
  Step chain(Clause kind, std::string_view name, std::string_view sign) {
    const auto next = [&] { return kind == Clause::any ? conjunction() : negation(); };
    Step first = next();
    if (!first) return first;
    Condition out{.kind = kind, .parts = {std::move(*first)}};
    while (word(name) || symbol(sign)) {
      Step more = next();
      if (!more) return more;
      out.parts.push_back(std::move(*more));
    }
    return out.parts.size() == 1 ? std::move(out.parts.front()) : std::move(out);
  }
  Step negation() {
    if (depth_ >= max_condition_depth) return no("it is nested too deeply");
    ++depth_;
    Step out = nested();
    --depth_;
    return out;
  }
  Step nested() {
    skip_space();
    const bool bang =
        at_ < text_.size() && text_[at_] == '!' && !text_.substr(at_).starts_with("!=");
    if (bang) ++at_;
    if (bang || word("not")) {
      Step inner = negation();
      return inner ? Step(negated(std::move(*inner))) : inner;
    }
    if (symbol("(")) {
      Step inner = disjunction();
      if (inner && !symbol(")")) return no("a bracket is not closed");
      return inner;
    }
    return test();
  }

  /// What stands on one side of a comparison.
  struct Operand {
    std::optional<Literal> literal;
    std::vector<Literal> list;
    Condition name;       ///< Where there is no literal and no list.
    bool length = false;  ///< The number of characters or of choices.
  };

  std::optional<Operand> operand() {
    skip_space();
    Operand out;
    if (at_ >= text_.size()) return no("it ends too early");
    const char c = text_[at_];
    if (c == '\'' || c == '"') {
      auto text = quoted_text();
      if (!text) return no("a quote is not closed");
      out.literal = std::move(*text);
      return out;
    }
    if (c == '[') {
      ++at_;
      if (symbol("]")) return no("a list is empty");
      do {
        auto item = operand();
        if (!item || !item->literal) return no("a list holds more than plain values");
        out.list.push_back(std::move(*item->literal));
      } while (symbol(","));
      if (!symbol("]")) return no("a list is not closed");
      return out;
    }
    if (is_ascii_digit(c) ||
        (c == '-' && at_ + 1 < text_.size() && is_ascii_digit(text_[at_ + 1]))) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && (is_ascii_digit(text_[end]) || text_[end] == '.')) ++end;
      const auto number = survey::detail::number_of(text_.substr(at_, end - at_));
      if (!number || (end < text_.size() && word_byte(text_[end]) && text_[end] != '-'))
        return no("'" + std::string(text_.substr(at_, 20)) + "' is no value");
      at_ = end;
      out.literal = *number;
      return out;
    }
    const std::string_view next = peek_word();
    if ((next == "true" || next == "false") && !text_.substr(at_ + next.size()).starts_with("(")) {
      at_ += next.size();
      out.literal = next == "true";
      return out;
    }
    const std::string function = lowered(next);
    if (function == "string-length" || function == "strlen" || function == "count-selected") {
      at_ += next.size();
      if (!symbol("(") || !name(out.name) || !symbol(")"))
        return no("the function '" + function + "' cannot be translated");
      out.length = true;
      return out;
    }
    if (!name(out.name))
      return no("'" + std::string(text_.substr(at_, 20)) + "' cannot be translated");
    return out;
  }

  std::optional<std::string> quoted_text() {
    const char quote = text_[at_];
    std::string out;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        at_ = i + 1;
        return out;
      }
      if (text_[i] == '\\' && language_ != Language::xlsform && i + 1 < text_.size()) {
        const char next = text_[++i];
        out += next == 'n' ? '\n' : next == 't' ? '\t' : next;
        continue;
      }
      out += text_[i];
    }
    return std::nullopt;
  }

  bool name(Condition& out) {
    skip_space();
    out.kind = Clause::test;
    const std::string_view rest = text_.substr(at_);
    if (language_ == Language::surveyjs || language_ == Language::xlsform) {
      const std::string_view open = language_ == Language::surveyjs ? "{" : "${";
      if (language_ == Language::xlsform && rest.starts_with(".") && !rest.starts_with("..")) {
        out.name = ".";
        ++at_;
        return true;
      }
      if (!rest.starts_with(open)) return false;
      const std::size_t end = rest.find('}');
      if (end == rest.npos) return false;
      out.name = survey::trimmed(rest.substr(open.size(), end - open.size()));
      at_ += end + 1;
      return !out.name.empty();
    }
    const std::string_view word = peek_word();
    if (word.empty() || text_.substr(at_ + word.size()).starts_with("(")) return false;
    out.name = word;
    at_ += word.size();
    if (language_ == Language::limesurvey) {
      while (at_ < text_.size() && text_[at_] == '.') {
        const std::size_t dot = at_++;
        const std::string suffix(peek_word());
        if (suffix != "NAOK" && suffix != "value" && suffix != "code" && suffix != "valueNAOK") {
          at_ = dot;
          return false;
        }
        at_ += suffix.size();
      }
      return true;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
        auto part = quoted_text();
        if (!part) return false;
        out.part = std::move(*part);
      } else {
        const std::string_view part = peek_word();
        if (part.empty()) return false;
        out.part = part;
        at_ += part.size();
      }
    }
    if (out.name == "hidden") {
      out.hidden = true;
      out.name = std::exchange(out.part, {});
    }
    return true;
  }

  /// A call that is a condition by itself.
  std::optional<Step> call() {
    const std::string_view next = peek_word();
    if (next.empty() || !survey::trimmed(text_.substr(at_ + next.size(), 3)).starts_with("("))
      return std::nullopt;
    const std::string function = lowered(next);
    const std::size_t start = at_;
    at_ += next.size();
    (void)symbol("(");
    if ((function == "true" || function == "false") && symbol(")"))
      return Step(Condition{.kind = function == "true" ? Clause::yes : Clause::no});
    if (function == "answered" || function == "is_empty") {
      Condition leaf;
      if (!name(leaf) || !symbol(")")) return Step(no("'" + function + "' asks about no answer"));
      leaf.kind = Clause::answered;
      return Step(function == "answered" ? std::move(leaf) : negated(std::move(leaf)));
    }
    if (function == "selected" || function == "contains") {
      Condition leaf;
      if (name(leaf) && symbol(",")) {
        auto what = operand();
        if (what && what->literal && symbol(")")) {
          leaf.comparison = Comparison::contains;
          leaf.literals = {std::move(*what->literal)};
          return Step(std::move(leaf));
        }
      }
      return Step(no("'" + function + "' needs a question and a value"));
    }
    at_ = start;
    if (function == "string-length" || function == "strlen" || function == "count-selected")
      return std::nullopt;
    return Step(no("the function '" + function + "' cannot be translated"));
  }

  const Sign* sign() {
    const std::string next = lowered(peek_word());
    for (const Sign& one : signs) {
      if (is_ascii_letter(one.text.front()) ? next != one.text : !symbol(one.text)) continue;
      if (is_ascii_letter(one.text.front())) at_ += next.size();
      return &one;
    }
    return nullptr;
  }

  Step test() {
    if (auto called = call()) return std::move(*called);
    auto left = operand();
    if (!left) return std::nullopt;
    const bool is_name = !left->literal && left->list.empty();
    if (is_name && !left->length) {
      Condition leaf = left->name;
      leaf.kind = Clause::answered;
      if (word("notempty")) return leaf;
      if (word("empty")) return negated(std::move(leaf));
    }
    bool negative = is_name && word("not");
    const Sign* found = sign();
    if (!found) {
      if (const bool* flag = left->literal ? std::get_if<bool>(&*left->literal) : nullptr)
        return Condition{.kind = *flag ? Clause::yes : Clause::no};
      if (const double* number = left->literal ? std::get_if<double>(&*left->literal) : nullptr)
        return Condition{.kind = *number != 0 ? Clause::yes : Clause::no};
      return no("a value stands where a comparison is needed");
    }
    auto right = operand();
    if (!right) return std::nullopt;
    Comparison comparison = found->comparison;
    if (!is_name) {
      std::swap(*left, *right);
      comparison = mirrored(comparison);
    }
    if (left->literal || !left->list.empty() || (!right->literal && right->list.empty()))
      return no(is_name ? "it compares two answers" : "it compares two values");
    negative = negative != found->negative;
    Condition leaf = left->name;
    leaf.comparison = comparison;
    leaf.literals = right->list;
    if (right->literal) leaf.literals.push_back(std::move(*right->literal));
    if (!right->list.empty() && comparison == Comparison::equal) leaf.comparison = Comparison::in;
    if (left->length) return counted(std::move(leaf));
    if (leaf.literals.size() == 1 && leaf.literals.front() == Literal(std::string()) &&
        language_ != Language::ours) {
      leaf.kind = Clause::answered;
      leaf.literals.clear();
      if (comparison == Comparison::unequal) return leaf;
      if (comparison == Comparison::equal) return negated(std::move(leaf));
      return no("it compares with an empty text");
    }
    if (leaf.literals.size() > 1 && leaf.comparison != Comparison::in)
      return no("it compares with several values");
    return negative ? negated(std::move(leaf)) : std::move(leaf);
  }

  /// A length can be asked for as "more than none" alone.
  Step counted(Condition leaf) {
    const double* number = std::get_if<double>(&leaf.literals.front());
    const Comparison is = leaf.comparison;
    const bool some =
        number && ((*number == 0 && (is == Comparison::greater || is == Comparison::unequal)) ||
                   (*number == 1 && is == Comparison::greater_equal));
    const bool none = number && *number == 0 && is == Comparison::equal;
    if (!some && !none) return no("it compares the length of an answer");
    Condition out{.kind = Clause::answered, .name = leaf.name};
    return some ? out : negated(std::move(out));
  }

  Language language_;
  std::string_view text_;
  std::string& why_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

void print(const Condition& condition, std::string& out);

void print_joined(const Condition& condition, std::string_view with, std::string& out) {
  for (std::size_t i = 0; i < condition.parts.size(); ++i) {
    if (i > 0) out += with;
    const Condition& part = condition.parts[i];
    const bool brackets =
        part.kind == Clause::any || (part.kind == Clause::all && part.kind == condition.kind);
    if (brackets) out += '(';
    print(part, out);
    if (brackets) out += ')';
  }
}

std::string literal_text(const Literal& literal) {
  if (const bool* flag = std::get_if<bool>(&literal)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&literal)) return survey::number_text(*number);
  return quoted(std::get<std::string>(literal));
}

void print(const Condition& condition, std::string& out) {
  static constexpr std::string_view names[] = {
      " == ", " != ", " < ", " <= ", " > ", " >= ", " contains ", " in "};
  switch (condition.kind) {
    case Clause::yes: out += "true"; return;
    case Clause::no: out += "false"; return;
    case Clause::all: print_joined(condition, " and ", out); return;
    case Clause::any: print_joined(condition, " or ", out); return;
    case Clause::negation: {
      const Condition& inner = condition.parts.front();
      if (inner.kind == Clause::test && inner.comparison == Comparison::in) {
        Condition plain = inner;
        out += name_text(plain) + " not in [";
        for (std::size_t i = 0; i < inner.literals.size(); ++i)
          out += (i ? ", " : "") + literal_text(inner.literals[i]);
        out += ']';
        return;
      }
      const bool brackets =
          inner.kind == Clause::all || inner.kind == Clause::any || inner.kind == Clause::test;
      out += brackets ? "not (" : "not ";
      print(inner, out);
      if (brackets) out += ')';
      return;
    }
    case Clause::answered: out += "answered(" + name_text(condition) + ")"; return;
    case Clause::test: break;
  }
  out += name_text(condition) + std::string(names[static_cast<std::size_t>(condition.comparison)]);
  if (condition.comparison == Comparison::in) {
    out += '[';
    for (std::size_t i = 0; i < condition.literals.size(); ++i)
      out += (i ? ", " : "") + literal_text(condition.literals[i]);
    out += ']';
  } else {
    out += literal_text(condition.literals.front());
  }
}

/// `==` and `in` on one name within an `any` are one `in`; so are `contains` of choices.
void fold(Condition& any) {
  std::vector<Condition> out;
  for (Condition& part : any.parts) {
    const bool equal = part.kind == Clause::test && part.comparison == Comparison::equal;
    const bool in = part.kind == Clause::test && part.comparison == Comparison::in;
    if ((equal || in) && !out.empty()) {
      Condition& last = out.back();
      const bool fits = last.kind == Clause::test && last.name == part.name &&
                        last.part == part.part && last.hidden == part.hidden &&
                        (last.comparison == Comparison::equal || last.comparison == Comparison::in);
      if (fits) {
        last.comparison = Comparison::in;
        last.literals.insert(last.literals.end(), part.literals.begin(), part.literals.end());
        continue;
      }
    }
    out.push_back(std::move(part));
  }
  any.parts = std::move(out);
}

}  // namespace

std::optional<Condition> parse_condition(Language language, std::string_view text,
                                         std::string& why) {
  return Parser(language, text, why).run();
}

Condition negated(Condition inner) {
  if (inner.kind == Clause::negation) return std::move(inner.parts.front());
  if (inner.kind == Clause::test && inner.comparison == Comparison::equal) {
    inner.comparison = Comparison::unequal;  // the exact negation in our language
    return inner;
  }
  if (inner.kind == Clause::yes || inner.kind == Clause::no)
    return {.kind = inner.kind == Clause::yes ? Clause::no : Clause::yes};
  Condition out{.kind = Clause::negation};
  out.parts.push_back(std::move(inner));
  return out;
}

Condition both(Condition a, Condition b) {
  if (a.kind == Clause::yes) return b;
  if (b.kind == Clause::yes) return a;
  Condition out{.kind = Clause::all};
  out.parts.push_back(std::move(a));
  out.parts.push_back(std::move(b));
  return out;
}

Condition simplified(Condition condition) {
  for (Condition& part : condition.parts) part = simplified(std::move(part));
  if (condition.kind == Clause::negation) return negated(std::move(condition.parts.front()));
  if (condition.kind == Clause::test && condition.comparison == Comparison::in &&
      condition.literals.size() == 1 && std::holds_alternative<double>(condition.literals.front()))
    condition.comparison = Comparison::equal;
  if (condition.kind != Clause::all && condition.kind != Clause::any) return condition;
  const Clause neutral = condition.kind == Clause::all ? Clause::yes : Clause::no;
  const Clause decisive = condition.kind == Clause::all ? Clause::no : Clause::yes;
  std::vector<Condition> parts;
  for (Condition& part : condition.parts) {
    if (part.kind == decisive) return {.kind = decisive};
    if (part.kind == neutral) continue;
    if (part.kind == condition.kind)
      for (Condition& inner : part.parts) parts.push_back(std::move(inner));
    else
      parts.push_back(std::move(part));
  }
  condition.parts = std::move(parts);
  if (condition.kind == Clause::any) fold(condition);
  if (condition.parts.empty()) return {.kind = neutral};
  if (condition.parts.size() == 1) {
    Condition only = std::move(condition.parts.front());
    return only;
  }
  return condition;
}

std::string to_expression(const Condition& condition) {
  std::string out;
  print(condition, out);
  return out;
}

std::string name_text(const Condition& leaf) {
  if (leaf.hidden) return "hidden." + leaf.name;
  if (leaf.part.empty()) return leaf.name;
  const bool plain = is_ascii_letter(leaf.part.front()) &&
                     std::all_of(leaf.part.begin(), leaf.part.end(), [](char c) {
                       return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '-';
                     });
  return leaf.name + "." + (plain ? leaf.part : quoted(leaf.part));
}

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  return out + quote;
}

std::optional<std::string> spell(const Condition& condition, const Spelling& spelling) {
  switch (condition.kind) {
    case Clause::all:
    case Clause::any: {
      std::string out;
      for (const Condition& part : condition.parts) {
        auto text = spell(part, spelling);
        if (!text) return std::nullopt;
        const bool brackets = part.kind == Clause::any || part.kind == Clause::all;
        if (!out.empty()) out += condition.kind == Clause::all ? spelling.all : spelling.any;
        out += brackets ? "(" + *text + ")" : *text;
      }
      return out;
    }
    case Clause::negation: {
      auto inner = spell(condition.parts.front(), spelling);
      if (!inner) return inner;
      return std::string(spelling.negation_open) + *inner + ")";
    }
    default: return spelling.leaf(condition);
  }
}

}  // namespace insightflow::formats
