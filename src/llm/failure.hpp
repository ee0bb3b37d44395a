#pragma once

#include "llm/http.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/time.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::llm {

/// The reasons of `Client`, in the order of its table.
enum class Failure {
  key_refused,
  quota_exhausted,
  model_unknown,
  request_refused,
  context_exceeded,
  refused,
  rate_limited,
  overloaded,
  unreachable,
  timed_out,
  reply_malformed
};

/// An error of a provider. `note` is one more sentence of ours; it never holds the provider's
/// words.
Error failure(Failure what, std::string_view provider, std::string_view note = {});

/// What a provider said about a failure, in whichever format. Its words decide what the failure is
/// and are not passed on: they may repeat a part of the key or of the prompt.
struct Complaint {
  int status = 0;                  ///< Of HTTP; 0 where the complaint came inside an answer.
  std::vector<std::string> words;  ///< Types, codes, statuses, names of quotas.
  std::string message;             ///< In lower case.
  std::chrono::milliseconds wait{0};
};

/// Reads the object that holds the error, or the error that an answer holds.
Complaint complaint_of(const json::value& said);

Failure classify(const Complaint& complaint);

/// The complaint is about how structure was asked for, so that asking another way may help.
bool about_schema(const Complaint& complaint);

/// How long to wait, by `Retry-After` (seconds or a date) or one of its variants in milliseconds;
/// zero where nothing is said, a day at most. `now` serves where the answer holds no `Date`.
std::chrono::milliseconds retry_after(const HttpHead& head, Instant now);

}  // namespace insightflow::llm
