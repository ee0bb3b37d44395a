#include "target.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/privacy/redact.hpp>

#include <string>

using namespace insightflow;
using namespace insightflow::privacy;
using fuzz::require;

/// Entities lie in the text, in order and apart, at the starts of characters; what was replaced is
/// gone, and the rest is as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const bool valid = !utf8::first_invalid(text);
  const auto entities = detect(text);
  std::size_t at = 0, kept = 0;
  for (const Entity& entity : entities) {
    require(entity.begin >= at && entity.begin < entity.end && entity.end <= text.size(),
            "entities lie in the text, in order");
    require(entity.score >= 0.5 && entity.score <= 1, "scores are what was asked for");
    if (valid) {
      require(utf8::length(text.substr(0, entity.begin)) == entity.begin_character &&
                  utf8::length(text.substr(0, entity.end)) == entity.end_character,
              "characters are counted");
      require((static_cast<unsigned char>(text[entity.begin]) & 0xC0) != 0x80,
              "no character is cut");
    }
    kept += entity.begin - at;
    at = entity.end;
  }
  kept += text.size() - at;
  require(detect(text) == entities, "the same text gives the same entities");

  const std::string dropped = replace(text, entities, Mode::drop);
  require(dropped.size() <= kept && dropped.size() + entities.size() >= kept,
          "dropping leaves the rest");
  const Pseudonyms names("a key", "a scope");
  const std::string named = replace(text, entities, Mode::pseudonym, &names);
  require(valid == !utf8::first_invalid(named) || !valid, "the result is text again");
  return 0;
}
