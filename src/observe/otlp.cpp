#include "observe/tracer_state.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <curl/curl.h>

#include <limits>
#include <random>

namespace insightflow::observe {

namespace {

using Steady = std::chrono::steady_clock;

template <std::size_t n>
std::string hex(const std::array<std::uint8_t, n>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) out.append({digits[byte >> 4], digits[byte & 15]});
  return out;
}

json::object attribute(std::string_view key, json::object value) {
  return {{"key", key}, {"value", std::move(value)}};
}

/// 64-bit whole numbers are texts in protobuf's JSON.
json::object any_value(const std::variant<std::string, std::int64_t, bool>& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return {{"stringValue", *text}};
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return {{"intValue", std::to_string(*number)}};
  return {{"boolValue", std::get<bool>(value)}};
}

json::object span_json(const SpanData& span) {
  json::array attributes;
  for (const auto& [name, value] : span.attributes)
    attributes.push_back(attribute(name, any_value(value)));
  json::object out{{"traceId", hex(span.context.trace)},
                   {"spanId", hex(span.context.span)},
                   {"name", span.name},
                   {"kind", static_cast<int>(span.kind)},
                   {"startTimeUnixNano", std::to_string(span.start_ns)},
                   {"endTimeUnixNano", std::to_string(span.end_ns)},
                   {"attributes", std::move(attributes)}};
  if (span.parent) out["parentSpanId"] = hex(*span.parent);
  if (span.link)
    out["links"] = json::array{
        json::object{{"traceId", hex(span.link->trace)}, {"spanId", hex(span.link->span)}}};
  constexpr int error = 2;
  if (span.failed) out["status"] = json::object{{"code", error}, {"message", span.message}};
  return out;
}

std::int64_t steady_ns(Steady::time_point at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::string otlp_json(const std::vector<SpanData>& spans, const TraceOptions& options) {
  json::array list;
  for (const SpanData& span : spans) list.push_back(span_json(span));
  json::array resource{attribute("service.name", any_value(options.service_name))};
  if (!options.service_version.empty())
    resource.push_back(attribute("service.version", any_value(options.service_version)));
  const json::object scope{{"name", "insightflow"}, {"version", options.service_version}};
  return serialize(json::object{
      {"resourceSpans", json::array{json::object{
                            {"resource", json::object{{"attributes", std::move(resource)}}},
                            {"scopeSpans", json::array{json::object{
                                               {"scope", scope}, {"spans", std::move(list)}}}}}}}});
}

Tracer::State::State(TraceOptions given)
    : options(std::move(given)),
      rng((static_cast<std::uint64_t>(std::random_device{}()) << 32) ^ std::random_device{}()),
      give_up_at(never) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
  thread = std::thread([this] { run(); });
}

Tracer::State::~State() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    give_up_at = steady_ns(Steady::now() + options.shutdown);
  }
  woken.notify_all();
  thread.join();
}

void Tracer::State::draw_ids(TraceContext& context, bool new_trace) {
  const auto fill = [&](std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      std::uint64_t drawn = 0;
      while (drawn == 0) drawn = rng.next();  // an id of zeros is none
      for (std::size_t at = 0; at < 8; ++at, drawn >>= 8)
        bytes[i + at] = static_cast<std::uint8_t>(drawn);
    }
  };
  const std::lock_guard lock(drawing);
  fill(context.span);
  if (new_trace) fill(context.trace);
}

bool Tracer::State::keeps(const TraceContext& context) const {
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < context.trace.size(); ++i) low = low << 8 | context.trace[i];
  return options.ratio >= 1 ||
         static_cast<double>(low >> 11) < options.ratio * static_cast<double>(1ull << 53);
}

void Tracer::State::push(SpanData span) {
  const std::lock_guard lock(mutex);
  if (waiting.size() >= options.most_waiting) {
    ++dropped;
    return;
  }
  waiting.push_back(std::move(span));
  ++taken;
  if (waiting.size() == options.batch) woken.notify_one();
}

void Tracer::State::flush() {
  std::unique_lock lock(mutex);
  const std::uint64_t until = taken;
  hurry = true;
  woken.notify_one();
  sent.wait(lock, [&] { return settled >= until; });
}

void Tracer::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    woken.wait_for(lock, options.interval,
                   [&] { return stopping || hurry || waiting.size() >= options.batch; });
    while (!waiting.empty()) {
      const auto count = static_cast<std::ptrdiff_t>(std::min(options.batch, waiting.size()));
      std::vector<SpanData> batch(std::make_move_iterator(waiting.begin()),
                                  std::make_move_iterator(waiting.begin() + count));
      waiting.erase(waiting.begin(), waiting.begin() + count);
      lock.unlock();
      const bool gone = steady_ns(Steady::now()) >= give_up_at;
      const bool taken_over = !gone && send(otlp_json(batch, options));
      (taken_over ? exported : dropped) += count;
      lock.lock();
      settled += static_cast<std::uint64_t>(count);
      sent.notify_all();
      if (!stopping && !hurry && waiting.size() < options.batch) break;
    }
    hurry = false;
    sent.notify_all();
    if (stopping && waiting.empty()) return;
  }
}

bool Tracer::State::send(const std::string& body) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  list = curl_slist_append(list, "Expect:");
  for (const std::string& header : options.headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list,
                                                                            &curl_slist_free_all);
  if (!curl) return false;
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(curl.get(), option, value);
  };
  set(CURLOPT_URL, options.endpoint.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_POSTFIELDS, body.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(options.timeout.count(), 3'000L)));
  // What the collector says is of no use, and may be without end.
  curl_write_callback drop = [](char*, std::size_t, std::size_t count, void*) { return count; };
  set(CURLOPT_WRITEFUNCTION, drop);
  set(CURLOPT_NOPROGRESS, 0L);
  curl_xferinfo_callback watch = [](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return steady_ns(Steady::now()) >= static_cast<State*>(self)->give_up_at ? 1 : 0;
  };
  set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  set(CURLOPT_XFERINFOFUNCTION, watch);

  constexpr int attempts = 2;
  constexpr auto between = std::chrono::milliseconds(200);
  for (int attempt = 1;; ++attempt) {
    long status = 0;
    if (curl_easy_perform(curl.get()) == CURLE_OK)
      curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return true;
    const bool later = status == 429 || status == 502 || status == 503 || status == 504;
    if (!later || attempt == attempts) return false;
    std::this_thread::sleep_for(between);
  }
}

Tracer::Tracer(TraceOptions options)
    : state_(options.endpoint.empty() ? nullptr : std::make_unique<State>(std::move(options))) {}
Tracer::~Tracer() = default;

void Tracer::take(SpanData data) {
  state_->push(std::move(data));
}

void Tracer::flush() {
  if (state_) state_->flush();
}

Tracer::Counts Tracer::counts() const {
  if (!state_) return {};
  const std::lock_guard lock(state_->mutex);
  return {state_->exported, state_->dropped, static_cast<std::int64_t>(state_->waiting.size())};
}

}  // namespace insightflow::observe
