#include <insightflow/llm/tokens.hpp>

#include <algorithm>
#include <array>

namespace insightflow::llm {

namespace {

/// How many tokens a provider's vocabulary makes of a thousand counted here.
constexpr std::array<std::pair<Wire, std::int64_t>, 4> vocabularies{
    {{Wire::openai, 1000}, {Wire::anthropic, 1200}, {Wire::gemini, 1000}, {Wire::ollama, 1200}}};

enum class Run { none, space, word, digits, other_letters };

/// Letters and digits that share a token.
constexpr std::int64_t run_length(Run run) {
  return run == Run::word ? 4 : run == Run::digits ? 3 : run == Run::other_letters ? 2 : 1;
}

}  // namespace

std::int64_t count_tokens(std::string_view text, Wire wire) {
  std::int64_t tokens = 0, length = 0;
  Run now = Run::none;
  const auto close = [&] {
    if (now != Run::none && now != Run::space)
      tokens += (length + run_length(now) - 1) / run_length(now);
    length = 0;
  };
  const auto add = [&](Run run) {
    if (run != now) close();
    now = run;
    ++length;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      add(Run::word);
    } else if (c >= '0' && c <= '9') {
      add(Run::digits);
    } else if (c == ' ') {
      add(Run::space);
    } else if (c < 0x80) {
      close();
      now = Run::none;
      ++tokens;
    } else if (c >= 0xE0) {  // Beyond the two-byte alphabets: ideographs, kana, emoji.
      close();
      now = Run::none;
      tokens += c >= 0xF0 ? 2 : 1;
    } else if (c >= 0xC0) {
      add(Run::other_letters);
    }
  }
  close();
  for (const auto& [one, permille] : vocabularies)
    if (one == wire) tokens = (tokens * permille + 999) / 1000;
  return tokens;
}

}  // namespace insightflow::llm
