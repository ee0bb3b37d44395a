#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>

#include <boost/json/value.hpp>

#include <string>

using namespace insightflow;
using fuzz::require;

/// What the strict parser accepts it also prints, and what it prints it reads back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto value = parse_json(text);
  if (!value) {
    require(!value.error().reason.empty() && !value.error().detail.empty(), "a refusal says why");
    return 0;
  }
  require(!utf8::first_invalid(text), "what is accepted is UTF-8");
  for (const std::string& printed : {serialize(value.value()), pretty(value.value())}) {
    require(!utf8::first_invalid(printed), "what is printed is UTF-8");
    const auto again = parse_json(printed);
    require(again.has_value(), "what is printed can be read");
    // 1E+2 is printed as 100 and comes back as an integer: the text tells whether it is the same.
    require(serialize(again.value()) == serialize(value.value()), "and prints as the same text");
  }
  return 0;
}
