#pragma once

#include <insightflow/response/csv.hpp>

#include <string>

namespace insightflow::response {

/// Reads lines (LF or CRLF) from a stream in constant memory; passes over empty ones. Not
/// thread-safe.
class LineReader {
 public:
  explicit LineReader(ChunkSource source, std::size_t most = 16u << 20)
      : source_(std::move(source)), most_(most) {}

  /// The next line without its end; false when there is none. Errors: `line_too_long`, and what the
  /// source returns.
  Result<bool> next(std::string& line) {
    for (;;) {
      line.clear();
      BOOST_OUTCOME_TRY(const bool more, read(line));
      if (!more) return false;
      ++line_;
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) return true;
    }
  }

  /// The number of the line last read, from 1.
  std::int64_t line() const noexcept { return line_; }

 private:
  Result<bool> read(std::string& line) {
    for (;;) {
      if (rest_.empty()) {
        if (ended_) return !line.empty();
        BOOST_OUTCOME_TRY(rest_, source_());
        ended_ = rest_.empty();
        continue;
      }
      const std::size_t end = rest_.find('\n');
      line.append(rest_.substr(0, end));
      if (line.size() > most_)
        return fail(Code::too_large, "line_too_long",
                    "Line " + std::to_string(line_ + 1) + " has more than " +
                        std::to_string(most_) + " bytes.");
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      if (end != std::string_view::npos) return true;
    }
  }

  ChunkSource source_;
  const std::size_t most_;
  std::string_view rest_;
  bool ended_ = false;
  std::int64_t line_ = 0;
};

}  // namespace insightflow::response
