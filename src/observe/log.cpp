#include "core/json_append.hpp"
#include "observe/mask.hpp"

#include <insightflow/core/time.hpp>
#include <insightflow/observe/log.hpp>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace insightflow::observe {

namespace {

/// Quoted where a reader could not tell where it ends.
void append_text(std::string& to, std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != 0x7F;
  });
  plain ? void(to.append(text)) : append_json(to, text);
}

void append_value(std::string& to, const LogField& field, LogFormat format) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    const std::string shown = masked(*text);
    format == LogFormat::json ? append_json(to, shown) : append_text(to, shown);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    to += std::to_string(*number);
  } else {
    to += std::get<bool>(field.value) ? "true" : "false";
  }
}

bool absent(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text && text->empty();
}

/// Hands each line to a function.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> take_;
};

std::shared_ptr<spdlog::sinks::sink> sink_of(const LogOptions& options) {
  if (options.sink) return std::make_shared<FunctionSink>(options.sink);
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

}  // namespace

struct Log::Out {
  explicit Out(const LogOptions& options) : logger("insightflow", sink_of(options)) {
    logger.set_level(spdlog::level::trace);
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::trace);
  }
  spdlog::logger logger;
};

Log::Log(LogOptions options)
    : level_(options.level), format_(options.format), out_(std::make_unique<Out>(options)) {}
Log::~Log() = default;

void Log::write(Level level, std::string_view event, std::span<const LogField> fields) const {
  if (!enabled(level)) return;
  const std::string time = system_clock().now().str();
  const std::string_view word = slug(level);
  std::string line;
  line.reserve(256);
  if (format_ == LogFormat::json) {
    line.append(R"({"time":")").append(time).append(R"(","level":")").append(word);
    line.append(R"(","event":")").append(event).append("\"");
    for (const LogField& field : fields) {
      if (absent(field)) continue;
      line.append(",\"").append(field.name).append("\":");
      append_value(line, field, format_);
    }
    line += '}';
  } else {
    line.append(time).append(" ").append(word).append(word.size() < 5 ? 6 - word.size() : 1, ' ');
    line.append(event);
    for (const LogField& field : fields) {
      if (absent(field)) continue;
      line.append(" ").append(field.name).append("=");
      append_value(line, field, format_);
    }
  }
  out_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

const Log& plain_log() {
  static const Log log({.level = Level::warn, .format = LogFormat::text, .sink = {}});
  return log;
}

}  // namespace insightflow::observe
