#include "http/limits.hpp"

#include "http/client_address.hpp"

#include <algorithm>
#include <charconv>

namespace insightflow::http {

namespace {

constexpr LimitRule rules[] = {
    {"sign_in_sender",
     Traffic::sign_in,
     CountedBy::sender,
     {20, 60},
     "Signing in, registering and resetting passwords, from one address"},
    {"submit_sender",
     Traffic::submit,
     CountedBy::sender,
     {120, 120},
     "Answers and survey pages, from one address"},
    {"submit_slug",
     Traffic::submit,
     CountedBy::slug,
     {10'000, 60'000},
     "Answers and survey pages of one survey"},
    {"api_key", Traffic::api, CountedBy::key, {2'000, 12'000}, "Calls with one key or session"},
    {"api_sender", Traffic::api, CountedBy::sender, {4'000, 24'000}, "Calls from one address"}};

std::int64_t seconds_up(std::chrono::milliseconds time) {
  return (time.count() + 999) / 1'000;
}

std::string counted_as(CountedBy by, const Counted& counted) {
  switch (by) {
    case CountedBy::sender: return is_loopback(counted.sender) ? "" : sender_of(counted.sender);
    case CountedBy::key: return std::string(counted.key);
    case CountedBy::slug: return std::string(counted.slug);
  }
  return {};
}

}  // namespace

struct Limits::Rule {
  Traffic traffic;
  CountedBy by;
  security::RateLimiter limiter;
};

std::span<const LimitRule> limit_rules() {
  return rules;
}

Result<LimitSetting> parse_limit(std::string_view text) {
  const Error malformed = fail(
      Code::invalid, "rate_limit_malformed",
      "'" + std::string(text) + "' is no rate limit; write RULE=BURST,PER_MINUTE or RULE=off.");
  const std::size_t equals = text.find('=');
  if (equals == text.npos) return malformed;
  LimitSetting out{.rule = std::string(text.substr(0, equals)), .rate = std::nullopt};
  std::string names;
  for (const LimitRule& rule : rules) (names += names.empty() ? "" : ", ") += rule.name;
  if (std::none_of(std::begin(rules), std::end(rules),
                   [&](const LimitRule& rule) { return rule.name == out.rule; }))
    return fail(Code::invalid, "rate_limit_unknown",
                "There is no rate limit '" + out.rule + "'; there are " + names + ".");
  const std::string_view value = text.substr(equals + 1);
  if (value == "off") return out;
  security::Rate rate;
  const char* const end = value.data() + value.size();
  const auto burst = std::from_chars(value.data(), end, rate.burst);
  if (burst.ec != std::errc() || burst.ptr == end || *burst.ptr != ',') return malformed;
  const auto even = std::from_chars(burst.ptr + 1, end, rate.per_minute);
  if (even.ec != std::errc() || even.ptr != end || rate.burst < 1 || rate.burst > 1'000'000 ||
      rate.per_minute < 1 || rate.per_minute > 60'000'000)
    return malformed;
  out.rate = rate;
  return out;
}

Limits::Limits(std::span<const LimitSetting> settings) {
  for (const LimitRule& rule : rules) {
    std::optional<security::Rate> rate = rule.rate;
    for (const LimitSetting& setting : settings)
      if (setting.rule == rule.name) rate = setting.rate;
    if (rate) rules_.push_back({rule.traffic, rule.by, security::RateLimiter(*rate)});
  }
}
Limits::~Limits() = default;
Limits::Limits(Limits&&) noexcept = default;

std::optional<security::Verdict> Limits::take(Traffic traffic, const Counted& counted,
                                              Instant now) {
  std::optional<security::Verdict> least;
  for (Rule& rule : rules_) {
    if (rule.traffic != traffic) continue;
    const std::string key = counted_as(rule.by, counted);
    if (key.empty()) continue;
    const security::Verdict verdict = rule.limiter.take(key, now);
    if (!least || verdict.remaining < least->remaining || !verdict.allowed) least = verdict;
    if (!verdict.allowed) break;
  }
  return least;
}

Traffic traffic_of(const Operation& operation) {
  if (operation.name.starts_with("auth.")) return Traffic::sign_in;
  if (operation.name.starts_with("public.")) return Traffic::submit;
  return Traffic::api;
}

void add_limit_headers(Response& response, const security::Verdict& verdict) {
  response.headers.emplace_back("RateLimit-Limit", std::to_string(verdict.limit));
  response.headers.emplace_back("RateLimit-Remaining", std::to_string(verdict.remaining));
  response.headers.emplace_back("RateLimit-Reset", std::to_string(seconds_up(verdict.full_after)));
}

Error too_many(const security::Verdict& verdict) {
  const std::int64_t seconds = std::max<std::int64_t>(seconds_up(verdict.retry_after), 1);
  Error error = fail(Code::rate_limited, "rate_limited",
                     "Too many requests; try again in " + std::to_string(seconds) +
                         (seconds == 1 ? " second." : " seconds."));
  error.retry_after = verdict.retry_after;
  return error;
}

}  // namespace insightflow::http
