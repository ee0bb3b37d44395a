#pragma once

#include "http/message.hpp"

#include <insightflow/operations.hpp>
#include <insightflow/security/rate_limit.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace insightflow::http {

/// What one rule counts together.
enum class CountedBy { sender, key, slug };
BOOST_DESCRIBE_ENUM(CountedBy, sender, key, slug)

/// Which requests a rule is for.
enum class Traffic { sign_in, submit, api };
BOOST_DESCRIBE_ENUM(Traffic, sign_in, submit, api)

struct LimitRule {
  std::string_view name;
  Traffic traffic;
  CountedBy by;
  security::Rate rate;
  std::string_view summary;
};

/// The rules, with the rates that hold unless others are named.
std::span<const LimitRule> limit_rules();

/// A rate for one rule: "submit_sender=60,120" is a burst and so many a minute, "submit_sender=off"
/// lifts it.
struct LimitSetting {
  std::string rule;
  std::optional<security::Rate> rate;
};
/// Errors: `rate_limit_malformed`, `rate_limit_unknown`.
Result<LimitSetting> parse_limit(std::string_view text);

/// What a request is counted under; an empty text is not counted.
struct Counted {
  std::string_view sender;  ///< The client's address.
  std::string_view key;     ///< What it shows in Authorization.
  std::string_view slug;    ///< Of the survey it is about.
};

/// Counts requests by the rules. Requests from loopback are not counted by sender: behind a proxy
/// that is not trusted everybody seems to come from there. Safe from several threads; memory is
/// bounded, see `security::RateLimiter`.
class Limits {
 public:
  explicit Limits(std::span<const LimitSetting> settings = {});
  ~Limits();
  Limits(Limits&&) noexcept;

  /// Takes one of each rule that is about this traffic, in the order of the table, up to the first
  /// that refuses. Gives the verdict with the least remaining; none where no rule is about it.
  std::optional<security::Verdict> take(Traffic traffic, const Counted& counted, Instant now);

 private:
  struct Rule;
  std::vector<Rule> rules_;
};

/// What a request is: a form or an API call that submits answers, one that signs in, or another.
Traffic traffic_of(const Operation& operation);

/// RateLimit-Limit, -Remaining and -Reset, and Retry-After where it was refused.
void add_limit_headers(Response& response, const security::Verdict& verdict);

/// `rate_limited`, with the time to wait.
Error too_many(const security::Verdict& verdict);

}  // namespace insightflow::http
