#pragma once

#include <insightflow/core/function_ref.hpp>
#include <insightflow/core/result.hpp>

#include <string>
#include <string_view>

namespace insightflow::llm {

/// How one answer is cut into JSON texts: it is one; each line is one; each server-sent event is
/// one.
enum class Framing { whole, lines, events };

/// Cuts bytes, however they arrive, into JSON texts. Linear in the bytes, however small the pieces.
class Framer {
 public:
  using OnFrame = FunctionRef<Result<void>(std::string_view)>;

  explicit Framer(Framing framing = Framing::whole) : framing_(framing) {}
  Result<void> put(std::string_view bytes, OnFrame on_frame);
  /// The end of the bytes: what is still held is a frame too.
  Result<void> end(OnFrame on_frame);

 private:
  Result<void> line(std::string_view line, OnFrame on_frame);
  Result<void> dispatch(OnFrame on_frame);

  Framing framing_;
  std::string held_;  ///< The line that is not yet whole, or all of a whole text.
  std::string data_;  ///< Of the event that is not yet whole.
  bool has_data_ = false;
  bool first_ = true;          ///< Nothing was read, so a byte order mark may come.
  bool after_return_ = false;  ///< The last line ended by CR: an LF now belongs to it.
};

}  // namespace insightflow::llm
