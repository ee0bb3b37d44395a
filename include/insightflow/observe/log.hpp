#pragma once

#include <insightflow/core/fields.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace insightflow::observe {

enum class Level { debug, info, warn, error, off };
BOOST_DESCRIBE_ENUM(Level, debug, info, warn, error, off)

enum class LogFormat { text, json };
BOOST_DESCRIBE_ENUM(LogFormat, text, json)

/// One thing an event says. Texts must live until the call returns.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view name, std::string_view value) : name(name), value(value) {}
  LogField(std::string_view name, const std::string& value)
      : name(name), value(std::string_view(value)) {}
  LogField(std::string_view name, const char* value) : name(name), value(std::string_view(value)) {}
  LogField(std::string_view name, bool value) : name(name), value(value) {}
  template <std::integral I>
  LogField(std::string_view name, I value) : name(name), value(static_cast<std::int64_t>(value)) {}
};

struct LogOptions {
  Level level = Level::info;  ///< Events below are left out; `off` leaves all out.
  LogFormat format = LogFormat::json;
  /// Takes each line, without its end, one at a time. Default: standard error.
  std::function<void(std::string_view line)> sink;
};

/// One line per event, as JSON or as text for people:
///
///     {"time":"2026-03-01T08:05:00.000Z","level":"info","event":"job_end","kind":"insight_run",…}
///     2026-03-01T08:05:00.000Z info  job_end kind=insight_run …
///
/// Fields with an empty text are left out. A line never holds a line end, and whatever looks like
/// an API key of ours is masked, should one get into a path or a message. Callers leave out what
/// else nobody may see: queries, headers, answers. Safe from several threads; a line is never torn.
class Log {
 public:
  explicit Log(LogOptions options = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled(Level level) const noexcept { return level >= level_ && level != Level::off; }

  /// `event` is a stable slug.
  void write(Level level, std::string_view event, std::span<const LogField> fields) const;
  void write(Level level, std::string_view event, std::initializer_list<LogField> fields) const {
    write(level, event, std::span(fields.begin(), fields.size()));
  }

 private:
  struct Out;
  Level level_;
  LogFormat format_;
  std::unique_ptr<Out> out_;
};

/// For those who were given none: warnings and errors, as text, on standard error.
const Log& plain_log();

}  // namespace insightflow::observe
