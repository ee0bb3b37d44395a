#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightflow::test {

/// Prometheus' text format 0.0.4, read strictly, with everything that is wrong about it.
struct Exposition {
  using Labels = std::map<std::string, std::string>;

  std::map<std::string, std::map<Labels, std::string>> samples;  ///< By the name of the sample.
  std::map<std::string, std::string> types, helps;
  std::vector<std::string> problems;

  static Exposition parse(std::string_view text);

  /// "" where there is no such sample.
  std::string value(const std::string& name, const Labels& labels) const {
    const auto found = samples.find(name);
    if (found == samples.end()) return {};
    const auto sample = found->second.find(labels);
    return sample == found->second.end() ? std::string() : sample->second;
  }
  std::size_t count(const std::string& name) const {
    const auto found = samples.find(name);
    return found == samples.end() ? 0 : found->second.size();
  }

 private:
  void line(std::string_view text);
  bool read_labels(std::string_view text, std::size_t& at, Labels& labels);
  void check_histograms();
  std::string family_of(const std::string& sample) const;

  std::string family_;
  std::set<std::string> closed_;
};

}  // namespace insightflow::test
