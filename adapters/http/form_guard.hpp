#pragma once

#include <insightflow/core/result.hpp>
#include <insightflow/core/time.hpp>

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What keeps machines from filling in public forms, without asking anybody else: a field that
/// people do not see, the time since the form was fetched, and on request a puzzle for the browser.
/// None of them stops who writes a program for this very server; they make it pay.
namespace insightflow::http {

struct FormRules {
  /// A form that comes back sooner was not read by a person. Range: 0 to one hour.
  std::int64_t least_ms = 1'000;
  /// A form that comes back later is given out again, with what was typed. Range: one minute to 30
  /// days.
  std::int64_t most_ms = 24LL * 3'600'000;
  /// Leading zero bits that the puzzle asks for; 0: there is none. Range: 0 to 24. A browser tries
  /// some hundred thousand numbers a second, and needs 2^bits of them on average.
  int work_bits = 0;
};

/// "MIN,MAX" in seconds. Errors: `form_time_malformed`.
Result<FormRules> parse_form_time(std::string_view text, FormRules rules = {});

/// Why answers were not taken yet.
enum class FormFault {
  trapped,   ///< The field that people do not see was filled in.
  hurried,   ///< Sooner than `FormRules::least_ms`.
  expired,   ///< Later than `FormRules::most_ms`.
  forged,    ///< No token, one of another survey, or one that is not ours.
  replayed,  ///< The token came with other answers before.
  unworked,  ///< The puzzle is not solved.
  foreign    ///< The form was sent from another site.
};
BOOST_DESCRIBE_ENUM(FormFault, trapped, hurried, expired, forged, replayed, unworked, foreign)

/// Gives out tokens of forms and checks them. A token holds the time, something random and an
/// HMAC-SHA-256 over both and the slug; the server remembers nothing. Thread-safe.
class FormGuard {
 public:
  /// Servers with the same key take each other's tokens.
  FormGuard(std::string key, const FormRules& rules) : key_(std::move(key)), rules_(rules) {}

  const FormRules& rules() const { return rules_; }

  /// At most 45 visible ASCII characters; different each time.
  std::string issue(std::string_view slug, Instant now) const;

  /// `forged`, `hurried`, `expired` or nothing.
  std::optional<FormFault> check(std::string_view slug, std::string_view token, Instant now) const;

  /// Whether SHA-256 of the token, ':' and the digits of `work` begins with enough zero bits.
  bool worked(std::string_view token, std::string_view work) const;

 private:
  std::string seal(std::string_view slug, std::string_view body) const;

  std::string key_;
  FormRules rules_;
};

/// The field that people do not see.
inline constexpr std::string_view trap_field = "homepage";
/// The field with the answer to the puzzle.
inline constexpr std::string_view work_field = "work";

/// The script that solves the puzzle: of forms with `data-work`, the bits, into the field above. It
/// starts when the page is there and holds the last "send" back until it is done.
std::string_view work_script();

}  // namespace insightflow::http
