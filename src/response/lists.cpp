#include <insightflow/response/validate.hpp>
#include <insightflow/survey/words.hpp>

namespace insightflow::response {

survey::Given given(const Submission& submission, const survey::Reference& reference) {
  const auto word = [](const auto& map, const std::string& key) -> survey::Given {
    const auto found = map.find(key);
    if (found == map.end()) return {};
    return std::string_view(found->second);
  };
  if (reference.hidden) return word(submission.hidden, reference.name);
  const auto found = submission.answers.find(reference.name);
  if (found == submission.answers.end() || is_empty(found->second.value)) return {};
  const Value& value = found->second.value;
  if (const auto* map = std::get_if<std::map<std::string, std::string>>(&value))
    return reference.part.empty() ? survey::Given(true) : word(*map, reference.part);
  if (reference.part == "other") return word(submission.other, reference.name);
  if (!reference.part.empty()) return {};
  struct {
    survey::Given operator()(bool b) const { return b; }
    survey::Given operator()(double d) const { return d; }
    survey::Given operator()(const std::string& s) const { return std::string_view(s); }
    survey::Given operator()(const std::vector<std::string>& v) const { return std::span(v); }
    survey::Given operator()(const std::map<std::string, std::string>&) const { return true; }
  } view;
  return std::visit(view, value);
}

bool is_empty(const Value& value) {
  struct {
    bool operator()(bool) const { return false; }
    bool operator()(double) const { return false; }
    bool operator()(const std::string& s) const { return survey::is_blank(s); }
    bool operator()(const std::vector<std::string>& v) const {
      return std::all_of(v.begin(), v.end(), [&](const std::string& s) { return (*this)(s); });
    }
    bool operator()(const std::map<std::string, std::string>& m) const {
      return std::all_of(m.begin(), m.end(),
                         [&](const auto& part) { return (*this)(part.second); });
    }
  } empty;
  return std::visit(empty, value);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  std::string part;
  const auto finish = [&] {
    if (const auto word = survey::trimmed(part); !word.empty()) out.emplace_back(word);
    part.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ';' || text[i + 1] == '\\'))
      part += text[++i];
    else if (text[i] == ';')
      finish();
    else
      part += text[i];
  }
  finish();
  return out;
}

std::string join_list(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += ';';
    for (const char c : part) {
      if (c == ';' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace insightflow::response
