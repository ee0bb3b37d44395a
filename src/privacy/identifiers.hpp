#pragma once

#include "privacy/cues.hpp"
#include "privacy/tokens.hpp"

#include <insightflow/privacy/entity.hpp>

#include <optional>
#include <vector>

/// Identifiers by their form: what needs no knowledge of names.
namespace insightflow::privacy {

struct Found {
  EntityType type{};
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  double score = 0;
};

/// A text and its tokens, with the questions the rules ask of them.
struct Page {
  std::string_view text;
  const std::vector<Token>& tokens;

  std::size_t size() const { return tokens.size(); }
  const Token& operator[](std::size_t i) const { return tokens[i]; }
  std::string_view text_of(std::size_t i) const {
    return text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
  }
  bool is_mark(std::size_t i, char mark) const {
    return i < size() && tokens[i].kind == Kind::mark &&
           tokens[i].byte == static_cast<std::uint8_t>(mark);
  }
  /// Token `i` follows the one before without a gap.
  bool touches(std::size_t i) const {
    return i > 0 && i < size() && tokens[i - 1].end == tokens[i].begin;
  }
  bool is(std::size_t i, Kind kind) const { return i < size() && tokens[i].kind == kind; }
  bool wordlike(std::size_t i) const {
    return i < size() && (tokens[i].kind == Kind::word || tokens[i].kind == Kind::number ||
                          tokens[i].kind == Kind::mixed);
  }
  /// The cues of the `count` tokens before token `i`, as far as the paragraph goes.
  std::uint32_t cues_before(std::size_t i, std::size_t count) const;
  /// The cues of the `count` tokens from `i` on in this line.
  std::uint32_t cues_after(std::size_t i, std::size_t count) const;
  /// The first token that starts at byte `at` or behind it, looking from token `from`.
  std::size_t token_at(std::size_t from, std::size_t at) const;
};

/// Each rule looks at what starts with token `i`.
std::optional<Found> find_number(const Page& page, std::size_t i, std::size_t& looked);
std::optional<Found> find_birthday(const Page& page, std::size_t i);
std::optional<Found> find_mail_or_handle(const Page& page, std::size_t at_mark);
std::optional<Found> find_url(const Page& page, std::size_t i);
std::optional<Found> find_domain(const Page& page, std::size_t i, std::size_t& looked);
std::optional<Found> find_hex_address(const Page& page, std::size_t i);
std::optional<Found> find_code(const Page& page, std::size_t i);    ///< IBAN, ids with letters
std::optional<Found> find_secret(const Page& page, std::size_t i);  ///< keys, passwords, logins

/// All identifiers in order, without overlap; `out` is overwritten. Linear time.
void find_identifiers(const Page& page, std::vector<Found>& out);

}  // namespace insightflow::privacy
