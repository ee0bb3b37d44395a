#include <insightflow/retention/mentions.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace insightflow::retention {

namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

constexpr bool word(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/// A name goes on where ASCII letters or digits meet; a letter beyond ASCII behind "Ann" may be of
/// the same word too ("Anné"), but in front of a name in a text without spaces it is not.
constexpr bool edge(char inside, char outside) {
  return !word(inside) || !word(outside);
}

bool holds(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || edge(name.front(), text[at - 1])) &&
        (end == text.size() || edge(name.back(), text[end])))
      return true;
  }
  return false;
}

}  // namespace

Mentions::Mentions(std::span<const std::string> texts) {
  for (const std::string& text : texts) {
    plain_.push_back(folded(text));
    const std::string quoted = boost::json::serialize(boost::json::value(text));
    escaped_.push_back(folded(std::string_view(quoted).substr(1, quoted.size() - 2)));
  }
}

bool Mentions::any(const std::vector<std::string>& texts, std::string_view text) {
  const std::string searched = folded(text);
  return std::ranges::any_of(texts, [&](const std::string& one) { return holds(searched, one); });
}

bool Mentions::in(std::string_view text) const {
  return any(plain_, text);
}

bool Mentions::in_json(std::string_view text) const {
  return any(escaped_, text);
}

bool Mentions::in(const response::Submission& submission) const {
  struct Look {
    const Mentions& mentions;
    bool operator()(bool) const { return false; }
    bool operator()(double) const { return false; }
    bool operator()(const std::string& text) const { return mentions.in(text); }
    bool operator()(const std::vector<std::string>& texts) const {
      return std::ranges::any_of(texts, *this);
    }
    bool operator()(const std::map<std::string, std::string>& texts) const {
      return std::ranges::any_of(texts, [&](const auto& one) { return (*this)(one.second); });
    }
  };
  const Look look{*this};
  return look(submission.other) || look(submission.hidden) ||
         std::ranges::any_of(submission.answers, [&](const auto& answer) {
           return std::visit(look, answer.second.value);
         });
}

}  // namespace insightflow::retention
