#include "llm/failure.hpp"

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::llm;
using std::chrono::milliseconds;

TEST_CASE("what providers say, and what it means") {
  struct Row {
    std::string_view name;
    int status;
    std::string_view body;
    std::string_view reason;
    std::int64_t wait_ms = 0;
  };
  const Row rows[] = {
      {"OpenAI quota", 429,
       R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})",
       "llm_quota_exhausted"},
      {"OpenAI rate", 429,
       R"({"error":{"message":"Rate limit reached for m in organization org-1 on tokens","type":"tokens","param":null,"code":"rate_limit_exceeded"}})",
       "llm_rate_limited"},
      {"OpenAI context", 400,
       R"({"error":{"message":"This model's maximum context length is 8 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})",
       "llm_context_exceeded"},
      {"Azure filter", 400,
       R"({"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       "llm_refused"},
      {"vLLM context", 400,
       R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However","type":"BadRequestError","param":null,"code":400})",
       "llm_context_exceeded"},
      {"vLLM model", 404,
       R"({"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404})",
       "llm_model_unknown"},
      {"llama.cpp context", 400,
       R"({"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":8}})",
       "llm_context_exceeded"},
      {"llama.cpp loading", 503,
       R"({"error":{"message":"Loading model","type":"unavailable_error","code":503}})",
       "llm_overloaded"},
      {"LiteLLM budget", 400,
       R"({"error":{"message":"litellm.ContextWindowExceededError","type":"ContextWindowExceededError","param":null,"code":"400"}})",
       "llm_context_exceeded"},
      {"FastAPI", 422, R"({"detail":[{"loc":["body"],"msg":"field required"}]})",
       "llm_request_refused"},
      {"GLM balance", 429, R"({"error":{"code":"1113","message":"..."}})", "llm_quota_exhausted"},
      {"GLM rate", 429, R"({"error":{"code":"1302","message":"..."}})", "llm_rate_limited"},
      {"GLM filter", 400, R"({"error":{"code":"1301","message":"..."},"contentFilter":[]})",
       "llm_refused"},
      {"Anthropic overloaded", 529,
       R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"})",
       "llm_overloaded"},
      {"Anthropic credit", 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}})",
       "llm_quota_exhausted"},
      {"Anthropic context", 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}})",
       "llm_context_exceeded"},
      {"Gemini key", 400,
       R"({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}})",
       "llm_key_refused"},
      {"Gemini minute", 429,
       R"({"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.0745s"}]}})",
       "llm_rate_limited", 34'075},
      {"Gemini day", 429,
       R"({"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}})",
       "llm_quota_exhausted"},
      {"Gemini in a list", 503,
       R"([{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}])",
       "llm_overloaded"},
      {"Gemini context", 400,
       R"({"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8).","status":"INVALID_ARGUMENT"}})",
       "llm_context_exceeded"},
      {"Ollama model", 404, R"({"error":"model \"x\" not found, try pulling it first"})",
       "llm_model_unknown"},
      {"Ollama embedding", 400, R"({"error":"the input length exceeds the context length"})",
       "llm_context_exceeded"},
      {"LiteLLM in a stream", 0, R"({"error":{"message":"m","code":"429"}})", "llm_rate_limited"},
      {"nothing known in a stream", 0, R"({"error":{"message":"m"}})", "llm_overloaded"},
      {"with the status as a number", 0, R"({"error":{"message":"m","code":429}})",
       "llm_rate_limited"},
      {"payment", 402, R"({"error":{"message":"m","code":402}})", "llm_quota_exhausted"},
      {"a gateway's page", 502, "null", "llm_overloaded"},
      {"a gateway's patience", 504, "null", "llm_timed_out"},
      {"forbidden", 403, "null", "llm_key_refused"},
      {"too much", 413, "null", "llm_context_exceeded"},
      {"nothing known", 418, "{}", "llm_request_refused"},
      {"a number out of range", 0, R"({"error":{"code":9223372036854775807}})", "llm_overloaded"},
      {"types that are none", 400,
       R"({"error":{"type":[],"code":{},"details":[1,{"violations":3}]}})", "llm_request_refused"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Complaint complaint = complaint_of(parse_json(row.body).value());
    if (row.status != 0) complaint.status = row.status;
    const Error error = failure(classify(complaint), "house");
    CHECK(error.reason == row.reason);
    CHECK(error.detail.find("\"house\"") != std::string::npos);
    CHECK(complaint.wait == milliseconds(row.wait_ms));
  }
}

TEST_CASE("how long to wait") {
  struct Row {
    std::vector<Header> headers;
    std::int64_t ms;
  };
  const Instant now = Instant::parse("2026-01-31T08:00:00Z").value();
  const Row rows[] = {
      {{}, 0},
      {{{"Retry-After", "20"}}, 20'000},
      {{{"retry-after", "1.5"}}, 1'500},
      {{{"retry-after-ms", "250"}, {"Retry-After", "1"}}, 250},
      {{{"x-ms-retry-after-ms", "40"}}, 40},
      {{{"Retry-After", "Sat, 31 Jan 2026 08:01:00 GMT"}}, 60'000},
      {{{"Retry-After", "Sat, 31 Jan 2026 08:01:00 GMT"},
        {"Date", "Sat, 31 Jan 2026 08:00:50 GMT"}},
       10'000},
      {{{"Retry-After", "Sat, 31 Jan 2026 07:00:00 GMT"}}, 0},
      {{{"Retry-After", "-5"}}, 0},
      {{{"Retry-After", "soon"}}, 0},
      {{{"Retry-After", ""}}, 0},
      {{{"Retry-After", "nan"}}, 0},
      {{{"Retry-After", "inf"}}, 0},
      {{{"Retry-After", "99999999999999999999999"}}, 86'400'000},
      {{{"Retry-After", "5 seconds"}}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.ms);
    CHECK(retry_after({429, row.headers}, now) == milliseconds(row.ms));
  }
}
