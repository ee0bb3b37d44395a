#include "observe/mask.hpp"
#include "observe/tracer_state.hpp"

#include <algorithm>
#include <charconv>

namespace insightflow::observe {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

template <std::size_t n>
void append_hex(std::string& to, const std::array<std::uint8_t, n>& bytes) {
  for (const std::uint8_t byte : bytes) to.append({digits[byte >> 4], digits[byte & 15]});
}

/// Lower-case hexadecimal, as the specification wants it.
bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t high = digits.find(text[2 * i]), low = digits.find(text[2 * i + 1]);
    if (high == digits.npos || low == digits.npos) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  constexpr std::size_t known = 55;
  constexpr std::uint8_t sampled = 1;
  if (header.size() < known || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  TraceContext out;
  std::array<std::uint8_t, 1> version{}, flags{};
  if (!read_hex(header, version) || !read_hex(header.substr(3), out.trace) ||
      !read_hex(header.substr(36), out.span) || !read_hex(header.substr(53), flags))
    return std::nullopt;
  if (version[0] == 0xFF || all_zero(out.trace) || all_zero(out.span)) return std::nullopt;
  if (header.size() > known && (version[0] == 0 || header[known] != '-')) return std::nullopt;
  out.sampled = (flags[0] & sampled) != 0;
  return out;
}

std::string traceparent(const TraceContext& context) {
  std::string out = "00-";
  append_hex(out, context.trace);
  out += '-';
  append_hex(out, context.span);
  return out += context.sampled ? "-01" : "-00";
}

std::string trace_id_text(const TraceContext& context) {
  std::string out;
  append_hex(out, context.trace);
  return out;
}

void Span::set(std::string_view name, std::string_view value) {
  if (data_ && !value.empty()) data_->attributes.emplace_back(name, masked(value));
}
void Span::set(std::string_view name, std::int64_t value) {
  if (data_) data_->attributes.emplace_back(name, value);
}
void Span::rename(std::string_view name) {
  if (data_) data_->name = masked(name);
}
void Span::fail(std::string_view message) {
  if (!data_) return;
  data_->failed = true;
  data_->message = masked(message);
}
void Span::end() {
  if (!data_ || !tracer_) return;
  data_->end_ns = now_ns();
  tracer_->take(std::move(*data_));
  data_.reset();
}

TraceOptions trace_options(const std::function<std::string(const char* name)>& look_up) {
  TraceOptions out;
  std::string disabled = look_up("OTEL_SDK_DISABLED");
  std::ranges::transform(disabled, disabled.begin(), [](char c) { return c | 0x20; });
  if (disabled != "true") {
    out.endpoint = look_up("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    if (out.endpoint.empty())
      out.endpoint = traces_endpoint(look_up("OTEL_EXPORTER_OTLP_ENDPOINT"));
  }
  if (const std::string name = look_up("OTEL_SERVICE_NAME"); !name.empty()) out.service_name = name;
  const std::string ratio = look_up("OTEL_TRACES_SAMPLER_ARG");
  double value = 1;
  const auto end = std::from_chars(ratio.data(), ratio.data() + ratio.size(), value);
  if (!ratio.empty() && end.ec == std::errc() && end.ptr == ratio.data() + ratio.size() &&
      value >= 0 && value <= 1)
    out.ratio = value;
  const std::string headers = look_up("OTEL_EXPORTER_OTLP_HEADERS");
  for (std::size_t at = 0; at < headers.size();) {
    const std::size_t end_of_one = std::min(headers.find(',', at), headers.size());
    const std::string one = headers.substr(at, end_of_one - at);
    const std::size_t equals = one.find('=');
    if (equals != one.npos && equals > 0 && one.find_first_of("\r\n") == one.npos)
      out.headers.push_back(one.substr(0, equals) + ": " + one.substr(equals + 1));
    at = end_of_one + 1;
  }
  return out;
}

std::string traces_endpoint(std::string base) {
  if (base.empty()) return base;
  while (base.ends_with('/')) base.pop_back();
  return base + "/v1/traces";
}

Span Tracer::make(std::string_view name, SpanKind kind, std::optional<TraceContext> parent,
                  std::optional<TraceContext> link) {
  Span out;
  TraceContext context;
  if (parent) context.trace = parent->trace;
  state_->draw_ids(context, !parent);
  context.sampled = parent ? parent->sampled : link ? link->sampled : state_->keeps(context);
  out.traceparent_ = observe::traceparent(context);
  if (!context.sampled) return out;
  out.tracer_ = this;
  out.data_ = std::make_unique<SpanData>();
  out.data_->context = context;
  if (parent) out.data_->parent = parent->span;
  out.data_->link = link;
  out.data_->name = masked(name);
  out.data_->kind = kind;
  out.data_->start_ns = now_ns();
  return out;
}

Span Tracer::start(std::string_view name, SpanKind kind, std::string_view parent) {
  const auto context = parse_traceparent(parent);
  if (active()) return make(name, kind, context, std::nullopt);
  Span out;
  if (context) out.traceparent_ = parent;
  return out;
}

Span Tracer::start_linked(std::string_view name, SpanKind kind, std::string_view cause) {
  const auto context = parse_traceparent(cause);
  if (active()) return make(name, kind, std::nullopt, context);
  Span out;
  if (context) out.traceparent_ = cause;
  return out;
}

}  // namespace insightflow::observe
