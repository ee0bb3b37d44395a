#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightflow {

/// What kind of failure happened. Decides the HTTP status, the exit code and whether a retry helps.
enum class Code {
  invalid,          ///< The caller's input is wrong; retrying the same input cannot help.
  unauthenticated,  ///< No credentials, or credentials that are not known.
  forbidden,        ///< Known caller, permission missing.
  not_found,        ///< Unknown here; also the answer for things of another workspace.
  conflict,         ///< The state of the thing does not allow it (closed survey, stale version).
  stale,            ///< A precondition on the version (If-Match) does not hold.
  too_large,        ///< Input beyond a documented limit.
  unsupported,      ///< A media type, format or feature this build does not have.
  rate_limited,     ///< Retry later.
  cancelled,        ///< The caller asked to stop.
  timed_out,        ///< A deadline passed.
  unavailable,      ///< A resource is temporarily missing (busy database, full disk); retry later.
  corrupt,          ///< Stored data does not pass its checks.
  internal,         ///< A defect in this program.
};

/// One wrong place in an input.
struct Problem {
  std::string pointer;      ///< JSON pointer (RFC 6901) into the input; empty for the whole.
  std::string_view reason;  ///< Stable slug with static storage duration.
  std::string detail;       ///< One sentence for a person.

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The one error type. `reason` is a stable slug with static storage duration that programs may
/// compare; `detail` is a sentence that says what, where and what to do, and never holds SQL,
/// credentials or a respondent's words. `pointer` is a JSON pointer into the input where that makes
/// sense. When several places are wrong, `problems` lists them all and the first is repeated above.
/// `retry_after` is how long to wait before the same call may succeed; zero where nobody knows.
struct Error {
  Code code = Code::internal;
  std::string_view reason = "internal";
  std::string detail;
  std::string pointer;
  std::vector<Problem> problems;
  std::chrono::milliseconds retry_after{0};

  friend bool operator==(const Error&, const Error&) = default;
};

/// The stable slug of a code, e.g. "not_found".
constexpr std::string_view slug(Code code) noexcept {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::unauthenticated: return "unauthenticated";
    case Code::forbidden: return "forbidden";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::stale: return "stale";
    case Code::too_large: return "too_large";
    case Code::unsupported: return "unsupported";
    case Code::rate_limited: return "rate_limited";
    case Code::cancelled: return "cancelled";
    case Code::timed_out: return "timed_out";
    case Code::unavailable: return "unavailable";
    case Code::corrupt: return "corrupt";
    case Code::internal: return "internal";
  }
  return "internal";
}

/// True where the same call may succeed later without a change by the caller.
constexpr bool retryable(Code code) noexcept {
  return code == Code::rate_limited || code == Code::timed_out || code == Code::unavailable;
}

/// An `Error` from a non-empty list of problems; the first one becomes the headline.
inline Error invalid(std::vector<Problem> problems) {
  Error error{Code::invalid,
              problems.front().reason,
              problems.front().detail,
              problems.front().pointer,
              {}};
  error.problems = std::move(problems);
  return error;
}

}  // namespace insightflow
