#include "support/exposition.hpp"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace insightflow::test {

namespace {

bool name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':';
}

std::string take_name(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  while (at < text.size() && name_char(text[at])) ++at;
  return std::string(text.substr(start, at - start));
}

bool is_number(const std::string& text) {
  if (text == "+Inf" || text == "-Inf" || text == "NaN") return true;
  char* end = nullptr;
  (void)std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size() && text[0] != ' ';
}

}  // namespace

Exposition Exposition::parse(std::string_view text) {
  Exposition out;
  if (!text.ends_with('\n')) out.problems.push_back("the last line does not end");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.line(text.substr(at, end - at));
    at = end + 1;
  }
  out.check_histograms();
  return out;
}

/// The metric a sample belongs to: histograms have three suffixes.
std::string Exposition::family_of(const std::string& sample) const {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!sample.ends_with(suffix)) continue;
    const std::string base = sample.substr(0, sample.size() - suffix.size());
    if (const auto type = types.find(base); type != types.end() && type->second == "histogram")
      return base;
  }
  return sample;
}

void Exposition::line(std::string_view text) {
  const auto wrong = [&](const std::string& what) {
    problems.push_back(what + ": " + std::string(text));
  };
  if (text.empty()) return;
  for (const std::string_view keyword : {"# HELP ", "# TYPE "}) {
    if (!text.starts_with(keyword)) continue;
    std::size_t at = keyword.size();
    const std::string name = take_name(text, at);
    auto& into = keyword[2] == 'H' ? helps : types;
    if (name.empty() || at >= text.size() || text[at] != ' ') return wrong("malformed");
    if (!into.emplace(name, text.substr(at + 1)).second) wrong("said twice");
    if (samples.contains(name)) wrong("after its samples");
    return;
  }
  if (text.starts_with('#')) return wrong("a comment nobody asked for");
  std::size_t at = 0;
  const std::string name = take_name(text, at);
  if (name.empty()) return wrong("no name");
  Labels labels;
  if (at < text.size() && text[at] == '{' && !read_labels(text, at, labels))
    return wrong("malformed labels");
  if (at >= text.size() || text[at] != ' ') return wrong("no space before the value");
  const std::string value(text.substr(at + 1));
  if (!is_number(value)) return wrong("not a number");
  const std::string family = family_of(name);
  if (!types.contains(family) || !helps.contains(family)) wrong("no TYPE or HELP");
  if (family != family_) {
    closed_.insert(family_);
    if (closed_.contains(family)) wrong("its metric was left before");
    family_ = family;
  }
  if (!samples[name].emplace(labels, value).second) wrong("twice");
}

bool Exposition::read_labels(std::string_view text, std::size_t& at, Labels& labels) {
  ++at;
  while (at < text.size() && text[at] != '}') {
    const std::string name = take_name(text, at);
    if (name.empty() || text.substr(at, 2) != "=\"") return false;
    std::string value;
    for (at += 2; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] != '\\') {
        value += text[at];
        continue;
      }
      if (++at >= text.size()) return false;
      if (text[at] != 'n' && text[at] != '"' && text[at] != '\\') return false;
      value += text[at] == 'n' ? '\n' : text[at];
    }
    if (at++ >= text.size() || !labels.emplace(name, value).second) return false;
    if (at < text.size() && text[at] == ',') ++at;
  }
  return at < text.size() && text[at++] == '}';
}

/// Buckets never fall, the last is +Inf and equals the count, and there is a sum.
void Exposition::check_histograms() {
  for (const auto& [name, type] : types) {
    if (type != "histogram") continue;
    std::map<Labels, std::map<double, double>> series;
    for (const auto& [labels, value] : samples[name + "_bucket"]) {
      Labels without = labels;
      const std::string bound = without["le"];
      without.erase("le");
      series[without][bound == "+Inf" ? std::numeric_limits<double>::infinity()
                                      : std::stod(bound)] = std::stod(value);
    }
    for (const auto& [labels, buckets] : series) {
      double last = 0;
      for (const auto& [bound, count] : buckets) {
        if (count < last) problems.push_back(name + ": buckets fall");
        last = count;
      }
      if (!std::isinf(buckets.rbegin()->first)) problems.push_back(name + ": no +Inf");
      if (value(name + "_count", labels).empty() ||
          std::stod(value(name + "_count", labels)) != last)
        problems.push_back(name + ": count is not that of +Inf");
      if (value(name + "_sum", labels).empty()) problems.push_back(name + ": no sum");
    }
  }
}

}  // namespace insightflow::test
