#pragma once

#include <string_view>

namespace insightflow::http {

/// What the page itself says, in one language.
struct PageWords {
  std::string_view language;
  std::string_view skip, page, page_about, next, back, submit, required, languages, other_text;
  std::string_view problem_title, error, rank_place, at_most, from_to, choose_between, choose_least,
      choose_most, rank_all;
  std::string_view name, email, phone, nps_low, nps_high;
  std::string_view thanks_title, thanks;
  std::string_view closed_title, closed, not_open_title, not_open, full_title, full, unknown_title,
      unknown, failed_title, failed;
  std::string_view missing, missing_consent, rank_twice, wrong;
  std::string_view leave_empty, fault_title, fault_trapped, fault_hurried, fault_renewed,
      fault_replayed, fault_unworked, fault_foreign, working, no_script;
};

/// The words for a language tag or an Accept-Language header; English where there are none.
const PageWords& page_words(std::string_view language);

/// A language's name in that language; the tag itself where it is not known.
std::string_view language_name(std::string_view tag);

/// The style sheet.
std::string_view page_style();

}  // namespace insightflow::http
