#include "support/promql.hpp"

#include <cctype>

namespace insightflow::test {

namespace {

const std::set<std::string, std::less<>> aggregations{"sum", "max", "min", "avg", "count", "topk"};
const std::set<std::string, std::less<>> functions{
    "rate", "increase", "changes", "histogram_quantile", "predict_linear", "time"};
const std::set<std::string, std::less<>> operators{"and", "or", "unless"};

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':';
}

struct Reader {
  std::string_view text;
  Promql& out;
  std::size_t at = 0;
  std::string brackets{};

  bool end() const { return at >= text.size(); }
  void skip_space() {
    while (!end() && text[at] == ' ') ++at;
  }
  std::string word() {
    const std::size_t start = at;
    while (!end() && word_char(text[at])) ++at;
    return std::string(text.substr(start, at - start));
  }
  void wrong(std::string what) { out.problems.push_back(std::move(what)); }

  /// {label="text",…}; the reader stands on the brace.
  std::set<std::string> matchers() {
    std::set<std::string> labels;
    ++at;
    while (!end() && text[at] != '}') {
      labels.insert(word());
      const std::size_t quote = text.find('"', at);
      const std::string_view compared = text.substr(at, quote == text.npos ? 0 : quote - at);
      if (compared != "=" && compared != "!=" && compared != "=~" && compared != "!~") {
        wrong("a label is not compared with a text");
        at = std::min(text.find('}', at), text.size() - 1);
        break;
      }
      at = std::min(text.find('"', quote + 1), text.size() - 1) + 1;
      if (!end() && text[at] == ',') ++at;
    }
    ++at;
    return labels;
  }

  /// (a, b) behind "by".
  void labels_of_group() {
    skip_space();
    if (end() || text[at] != '(') return wrong("by without labels");
    for (++at; !end() && text[at] != ')'; ++at) {
      skip_space();
      if (const std::string label = word(); !label.empty()) out.grouped.insert(label);
      skip_space();
      if (!end() && text[at] == ')') break;
    }
    ++at;
  }

  void name() {
    const std::string name = word();
    skip_space();
    if (name == "by") return labels_of_group();
    if (operators.contains(name)) return;
    if (aggregations.contains(name)) {
      out.aggregated = true;
      return;
    }
    if (!end() && text[at] == '(') {
      if (!functions.contains(name)) wrong("no function " + name);
      return;
    }
    std::set<std::string> labels;
    if (!end() && text[at] == '{') labels = matchers();
    out.selectors.emplace_back(name, std::move(labels));
  }

  /// [5m]; the reader stands on the bracket.
  void range() {
    const std::size_t close = std::min(text.find(']', at), text.size());
    const std::string inside(text.substr(at + 1, close - at - 1));
    const std::size_t digits = inside.find_first_not_of("0123456789");
    const bool time = digits > 0 && digits + 1 == inside.size() &&
                      std::string_view("smhd").find(inside[digits]) != std::string_view::npos;
    if (!time && inside != "$__rate_interval") wrong("[" + inside + "] is no time");
    at = close + 1;
  }

  void run() {
    while (!end()) {
      const char c = text[at];
      if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
        name();
      } else if (c == '[') {
        range();
      } else if (c == '(') {
        brackets += c;
        ++at;
      } else if (c == ')') {
        if (brackets.empty()) return wrong("a bracket too many");
        brackets.pop_back();
        ++at;
      } else if (std::string_view(" 0123456789.,+-*/<>=!").find(c) != std::string_view::npos) {
        ++at;
      } else {
        return wrong(std::string("unexpected ") + c);
      }
    }
    if (!brackets.empty()) wrong("a bracket is not closed");
  }
};

}  // namespace

Promql Promql::parse(std::string_view text) {
  Promql out;
  Reader{text, out}.run();
  return out;
}

}  // namespace insightflow::test
