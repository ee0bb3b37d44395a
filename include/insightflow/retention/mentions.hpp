#pragma once

#include <insightflow/response/response.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::retention {

/// Finds texts that name a person: as whole words, ASCII letters in either case. "ann" is found in
/// "Ann's" and not in "annual"; where a text begins or ends with a letter beyond ASCII its edge is
/// not looked at, because many languages set no spaces. Linear in what is searched, for a bounded
/// number of short texts. Immutable; safe from several threads.
class Mentions {
 public:
  explicit Mentions(std::span<const std::string> texts);

  bool in(std::string_view text) const;

  /// In any of the respondent's words: values of answers, the words behind "other", hidden fields.
  /// The names of questions and fields are not looked at.
  bool in(const response::Submission& submission) const;

  /// The same for text that is stored as JSON, where some characters are escaped.
  bool in_json(std::string_view text) const;

 private:
  static bool any(const std::vector<std::string>& texts, std::string_view text);

  std::vector<std::string> plain_, escaped_;
};

}  // namespace insightflow::retention
