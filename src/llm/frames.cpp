#include "llm/frames.hpp"

#include <algorithm>
#include <utility>

namespace insightflow::llm {

Result<void> Framer::put(std::string_view bytes, OnFrame on_frame) {
  if (framing_ == Framing::whole) {
    held_ += bytes;
    return success();
  }
  while (!bytes.empty()) {
    if (after_return_) {
      after_return_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (end == bytes.npos) {
      held_ += bytes;
      return success();
    }
    after_return_ = bytes[end] == '\r';
    if (held_.empty()) {
      BOOST_OUTCOME_TRY(line(bytes.substr(0, end), on_frame));
    } else {
      held_ += bytes.substr(0, end);
      const std::string whole = std::exchange(held_, {});
      BOOST_OUTCOME_TRY(line(whole, on_frame));
    }
    bytes.remove_prefix(end + 1);
  }
  return success();
}

Result<void> Framer::end(OnFrame on_frame) {
  const std::string rest = std::exchange(held_, {});
  if (framing_ == Framing::whole) return on_frame(rest);
  if (!rest.empty()) {
    BOOST_OUTCOME_TRY(line(rest, on_frame));
  }
  return framing_ == Framing::events ? dispatch(on_frame) : success();
}

Result<void> Framer::line(std::string_view line, OnFrame on_frame) {
  if (std::exchange(first_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (framing_ == Framing::lines)
    return line.find_first_not_of(" \t") == line.npos ? success() : on_frame(line);
  if (line.empty()) return dispatch(on_frame);
  // Everything else (comments, event, id, retry) says nothing that the data does not say; only
  // older servers of llama.cpp send what went wrong in a field of its own.
  const std::string_view field = line.substr(0, line.find(':'));
  if (field != "data" && field != "error") return success();
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (std::exchange(has_data_, true)) data_ += '\n';
  data_ += line;
  return success();
}

Result<void> Framer::dispatch(OnFrame on_frame) {
  if (!std::exchange(has_data_, false)) return success();
  const std::string data = std::exchange(data_, {});
  return data.empty() ? success() : on_frame(data);
}

}  // namespace insightflow::llm
