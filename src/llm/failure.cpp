#include "llm/failure.hpp"

#include "llm/json_peek.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace insightflow::llm {

namespace {

using std::chrono::milliseconds;

struct Meaning {
  Code code;
  std::string_view reason;
  std::string_view what;  ///< Behind "The provider NAME ".
  std::string_view help;
};
// In the order of `Failure`.
constexpr std::array<Meaning, 11> meanings{{
    {Code::forbidden, "llm_key_refused", "does not accept the key for this",
     "Check the variable or file that holds the key, and what the key may be used for."},
    {Code::forbidden, "llm_quota_exhausted", "has nothing left to spend for this key",
     "Add credit there or raise the limit; a retry will not help soon."},
    {Code::not_found, "llm_model_unknown", "has no such model",
     "Check the model's name, and the base URL."},
    {Code::invalid, "llm_request_refused", "calls the request malformed",
     "Check that the base URL, the wire and the model belong together."},
    {Code::too_large, "llm_context_exceeded", "says that the messages do not fit the model",
     "Send less, or choose a model with a larger context."},
    {Code::conflict, "llm_refused", "declined to answer", "Word the request differently."},
    {Code::rate_limited, "llm_rate_limited", "has had too many calls for now", "Call again later."},
    {Code::unavailable, "llm_overloaded", "is down or overloaded", "Call again later."},
    {Code::unavailable, "llm_unreachable", "could not be reached, or the connection broke",
     "Check the base URL, the proxy and the network; then call again."},
    {Code::timed_out, "llm_timed_out", "took too long",
     "Call again, or allow more time in its settings."},
    {Code::unavailable, "llm_reply_malformed", "sent what its documentation does not describe",
     "Check that the wire is the right one for the base URL."},
}};

enum class Match {
  word,    ///< One of the words is this.
  part,    ///< One of the words holds this.
  phrase,  ///< The message holds this.
  status,  ///< HTTP's status is in the range.
};
struct Sign {
  Match match;
  std::string_view text;
  Failure failure;
  int from = 0;
  int to = 0;
};
constexpr Sign word(std::string_view text, Failure failure) {
  return {Match::word, text, failure};
}
constexpr Sign phrase(std::string_view text, Failure failure) {
  return {Match::phrase, text, failure};
}
constexpr Sign status(int from, int to, Failure failure) {
  return {Match::status, {}, failure, from, to};
}
// The first that fits decides, so what is precise stands before what is general. Sources: the error
// pages of OpenAI, Anthropic, Gemini, Z.AI (the numbers), vLLM, llama.cpp and Ollama.
constexpr std::array signs{
    word("insufficient_quota", Failure::quota_exhausted),
    word("billing_hard_limit_reached", Failure::quota_exhausted),
    word("billing_not_active", Failure::quota_exhausted),
    word("billing_error", Failure::quota_exhausted),
    word("1113", Failure::quota_exhausted),
    word("1304", Failure::quota_exhausted),
    word("1308", Failure::quota_exhausted),
    word("1309", Failure::quota_exhausted),
    word("1310", Failure::quota_exhausted),
    Sign{Match::part, "PerDay", Failure::quota_exhausted},
    phrase("credit balance is too low", Failure::quota_exhausted),
    word("context_length_exceeded", Failure::context_exceeded),
    word("exceed_context_size_error", Failure::context_exceeded),
    word("string_above_max_length", Failure::context_exceeded),
    word("request_too_large", Failure::context_exceeded),
    word("ContextWindowExceededError", Failure::context_exceeded),
    word("1261", Failure::context_exceeded),
    phrase("maximum context length", Failure::context_exceeded),
    phrase("prompt is too long", Failure::context_exceeded),
    phrase("exceeds the maximum number of tokens", Failure::context_exceeded),
    phrase("exceeds the available context", Failure::context_exceeded),
    phrase("exceeds the context length", Failure::context_exceeded),
    phrase("exceeds maximum context", Failure::context_exceeded),
    phrase("exceed context limit", Failure::context_exceeded),
    word("content_filter", Failure::refused),
    word("content_policy_violation", Failure::refused),
    word("ResponsibleAIPolicyViolation", Failure::refused),
    word("ContentPolicyViolationError", Failure::refused),
    word("1301", Failure::refused),
    word("model_not_found", Failure::model_unknown),
    word("1211", Failure::model_unknown),
    word("invalid_api_key", Failure::key_refused),
    word("API_KEY_INVALID", Failure::key_refused),
    word("API_KEY_SERVICE_BLOCKED", Failure::key_refused),
    word("authentication_error", Failure::key_refused),
    word("permission_error", Failure::key_refused),
    word("UNAUTHENTICATED", Failure::key_refused),
    word("PERMISSION_DENIED", Failure::key_refused),
    word("1000", Failure::key_refused),
    word("1001", Failure::key_refused),
    word("1002", Failure::key_refused),
    word("1003", Failure::key_refused),
    word("1004", Failure::key_refused),
    phrase("api key not valid", Failure::key_refused),
    word("rate_limit_error", Failure::rate_limited),
    word("rate_limit_exceeded", Failure::rate_limited),
    word("RESOURCE_EXHAUSTED", Failure::rate_limited),
    word("1302", Failure::rate_limited),
    word("1303", Failure::rate_limited),
    word("1305", Failure::rate_limited),
    word("1312", Failure::rate_limited),
    word("timeout_error", Failure::timed_out),
    word("DEADLINE_EXCEEDED", Failure::timed_out),
    word("overloaded_error", Failure::overloaded),
    status(300, 399, Failure::request_refused),
    status(401, 401, Failure::key_refused),
    status(402, 402, Failure::quota_exhausted),
    status(403, 403, Failure::key_refused),
    status(404, 404, Failure::model_unknown),
    status(408, 408, Failure::timed_out),
    status(409, 409, Failure::overloaded),
    status(413, 413, Failure::context_exceeded),
    status(429, 429, Failure::rate_limited),
    status(504, 504, Failure::timed_out),
    status(400, 499, Failure::request_refused),
    word("not_found_error", Failure::model_unknown),
    word("NOT_FOUND", Failure::model_unknown),
    word("invalid_request_error", Failure::request_refused),
    word("INVALID_ARGUMENT", Failure::request_refused),
    word("BadRequestError", Failure::request_refused),
};

bool fits(const Sign& sign, const Complaint& complaint) {
  switch (sign.match) {
    case Match::word:
      return std::find(complaint.words.begin(), complaint.words.end(), sign.text) !=
             complaint.words.end();
    case Match::part:
      return std::any_of(complaint.words.begin(), complaint.words.end(),
                         [&](const std::string& one) { return one.find(sign.text) != one.npos; });
    case Match::phrase: return complaint.message.find(sign.text) != complaint.message.npos;
    case Match::status: return complaint.status >= sign.from && complaint.status <= sign.to;
  }
  return false;
}

constexpr milliseconds longest_wait = std::chrono::hours(24);
milliseconds bounded_wait(double ms) {
  if (!(ms > 0)) return milliseconds(0);
  return ms >= static_cast<double>(longest_wait.count())
             ? longest_wait
             : milliseconds(static_cast<std::int64_t>(std::ceil(ms)));
}

/// A number with nothing behind it but `unit`.
bool read_number(std::string_view text, std::string_view unit, double& out) {
  if (!text.ends_with(unit)) return false;
  text.remove_suffix(unit.size());
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && std::isfinite(out);
}

/// Words are short; a longer one is something else.
void add_word(Complaint& complaint, const json::value* said) {
  constexpr std::size_t most_words = 32, longest_word = 120;
  if (said == nullptr || complaint.words.size() >= most_words) return;
  if (const json::string* text = said->if_string(); text != nullptr && text->size() <= longest_word)
    complaint.words.emplace_back(*text);
  else if (const std::int64_t* number = said->if_int64())
    complaint.words.push_back(std::to_string(*number));
  else
    return;
  // Inside an answer the code is often what HTTP's status would have been.
  double status = 0;
  if (complaint.status == 0 && read_number(complaint.words.back(), "", status) && status >= 400 &&
      status <= 599)
    complaint.status = static_cast<int>(status);
}

/// Gemini's details: the reason of an `ErrorInfo`, the quotas of a `QuotaFailure`, the delay of a
/// `RetryInfo`.
void read_details(Complaint& complaint, const json::array& details) {
  for (const json::value& item : details) {
    const json::object* detail = item.if_object();
    if (detail == nullptr) continue;
    add_word(complaint, detail->if_contains("reason"));
    if (const json::array* violations = array_in(*detail, "violations"))
      for (const json::value& violation : *violations)
        if (const json::object* object = violation.if_object())
          add_word(complaint, object->if_contains("quotaId"));
    if (double seconds = 0; read_number(text_in(*detail, "retryDelay"), "s", seconds))
      complaint.wait = bounded_wait(seconds * 1000);
  }
}

}  // namespace

Error failure(Failure what, std::string_view provider, std::string_view note) {
  const Meaning& meaning = meanings[static_cast<std::size_t>(what)];
  std::string detail = "The provider \"" + std::string(provider) + "\" ";
  detail.append(meaning.what).append(". ");
  if (!note.empty()) detail.append(note) += ' ';
  detail += meaning.help;
  return fail(meaning.code, meaning.reason, std::move(detail));
}

Complaint complaint_of(const json::value& said) {
  Complaint complaint;
  const json::value* error = &said;
  if (const json::array* list = said.if_array(); list != nullptr && !list->empty())
    error = &list->front();
  const json::object* object = error->if_object();
  if (object != nullptr)
    if (const json::value* inner = object->if_contains("error"); inner != nullptr) {
      error = inner;
      if (inner->is_object()) object = &inner->get_object();
    }
  std::string_view message = text_of(error);
  if (object != nullptr) {
    for (const std::string_view key : {"type", "code", "status"})
      add_word(complaint, object->if_contains(key));
    if (const json::array* details = array_in(*object, "details"))
      read_details(complaint, *details);
    if (const json::object* inner = object_in(*object, "innererror"))
      add_word(complaint, inner->if_contains("code"));
    if (message.empty()) message = text_in(*object, "message");
    if (message.empty()) message = text_in(*object, "detail");
    complaint.message = text_in(*object, "param");
    complaint.message += ' ';
  }
  complaint.message += message.substr(0, 2000);
  std::transform(complaint.message.begin(), complaint.message.end(), complaint.message.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return complaint;
}

Failure classify(const Complaint& complaint) {
  const auto found = std::find_if(signs.begin(), signs.end(),
                                  [&](const Sign& sign) { return fits(sign, complaint); });
  return found != signs.end() ? found->failure : Failure::overloaded;
}

bool about_schema(const Complaint& complaint) {
  if (complaint.status != 400 && complaint.status != 422 && complaint.status != 501) return false;
  constexpr std::array<std::string_view, 7> names{
      "response_format", "json_schema",       "schema",       "output_config",
      "grammar",         "structured output", "output_format"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return complaint.message.find(name) != complaint.message.npos;
  });
}

milliseconds retry_after(const HttpHead& head, Instant now) {
  double number = 0;
  for (const std::string_view name : {"retry-after-ms", "x-ms-retry-after-ms"})
    if (read_number(head.find(name), "", number)) return bounded_wait(number);
  const std::string_view value = head.find("retry-after");
  if (read_number(value, "", number)) return bounded_wait(number * 1000);
  const auto seconds_of = [](std::string_view date) {
    return date.empty() ? -1 : curl_getdate(std::string(date).c_str(), nullptr);
  };
  const std::int64_t until = seconds_of(value);
  if (until < 0) return milliseconds(0);
  const std::int64_t sent = seconds_of(head.find("date"));
  return bounded_wait(static_cast<double>(until * 1000 - (sent >= 0 ? sent * 1000 : now.ms)));
}

}  // namespace insightflow::llm
