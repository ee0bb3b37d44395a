#pragma once

#include "cli/command.hpp"

#include <functional>

/// Objects in lines of JSON, as the commands for scripts read and write them.
namespace insightflow::cli {

inline constexpr std::size_t longest_line = 64u << 20;
/// As much is written at a time.
inline constexpr std::size_t flush_at = 1u << 16;

struct LineCounts {
  std::int64_t read = 0;
  std::int64_t rejected = 0;
};

/// What to do with a line and the text in its field; the text is empty where the field is null.
using OnTextLine = std::function<Result<void>(const std::string& line, std::string_view text)>;

/// Calls `on_line` for the lines of `file` ("-": standard input) one by one. Lines that are no
/// object, or whose field is missing or no text, are told on standard error with their number (the
/// first 20) and left out; blank ones are passed over. A line may have 64 MiB. `stage` names the
/// work for the progress. Errors: those of `open_file`, `Ctx::check` and `on_line`.
Result<LineCounts> each_text(Context& context, const std::string& file, const std::string& field,
                             std::string_view stage, const Ctx& ctx, const OnTextLine& on_line);

/// `lines_rejected` where lines were left out.
Result<void> all_read(const LineCounts& counts);

/// The object in `line` with one member more, and a line break. What was there stays as it was
/// written, byte for byte, unless it has that member already: then it is written anew, without the
/// old one. `line` is one that `each_text` gave.
Result<std::string> with_member(const std::string& line, std::string_view name,
                                std::string_view json);

}  // namespace insightflow::cli
