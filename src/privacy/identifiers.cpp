#include "privacy/identifiers.hpp"

namespace insightflow::privacy {

std::uint32_t Page::cues_before(std::size_t i, std::size_t count) const {
  std::uint32_t cues = 0;
  const std::size_t far = i > 24 ? i - 24 : 0;
  while (i-- > far && count > 0) {
    if (tokens[i].shape == Shape::blank_line) break;
    if (tokens[i].kind != Kind::word && tokens[i].kind != Kind::mixed) continue;
    cues |= cues_of(tokens[i].hash);
    --count;
  }
  return cues;
}

std::uint32_t Page::cues_after(std::size_t i, std::size_t count) const {
  std::uint32_t cues = 0;
  for (; i < size() && count > 0; ++i, --count) {
    if (tokens[i].kind == Kind::line) break;
    if (tokens[i].kind == Kind::word) cues |= cues_of(tokens[i].hash);
  }
  return cues;
}

std::size_t Page::token_at(std::size_t from, std::size_t at) const {
  while (from < size() && tokens[from].begin < at) ++from;
  return from;
}

namespace {

bool hex_word(const Page& page, std::size_t i) {
  const Token& token = page[i];
  if (token.end - token.begin > 4) return false;
  for (const char c : page.text_of(i))
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
  return true;
}

}  // namespace

void find_identifiers(const Page& page, std::vector<Found>& out) {
  out.clear();
  std::size_t number_looked = 0;  // tokens before these were part of a number that is nothing,
  std::size_t domain_looked = 0;  // or of a chain of words and dots that is nothing
  for (std::size_t i = 0; i < page.size();) {
    const Token& token = page[i];
    std::optional<Found> found;
    const bool touched = page.touches(i + 1);
    switch (token.kind) {
      case Kind::line: break;
      case Kind::mark:
        if (token.byte == '@') {
          found = find_mail_or_handle(page, i);
        } else if ((token.byte == '+' || token.byte == '(') && page.is(i + 1, Kind::number)) {
          if (i >= number_looked) found = find_number(page, i, number_looked);
        } else if (token.byte == ':' && page.is_mark(i + 1, ':') && touched) {
          found = find_hex_address(page, i);
        } else if (token.byte == '-' && touched && page.is_mark(i + 1, '-')) {
          found = find_secret(page, i);
        }
        break;
      case Kind::word:
        if (touched && page.is_mark(i + 1, ':')) {
          found = find_url(page, i);
          if (!found && hex_word(page, i)) found = find_hex_address(page, i);
        } else if (touched && page.is_mark(i + 1, '-') && hex_word(page, i)) {
          found = find_hex_address(page, i);
        }
        if (!found && touched && i >= domain_looked &&
            (page.is_mark(i + 1, '.') || page.is_mark(i + 1, '-')))
          found = find_domain(page, i, domain_looked);
        if (!found && (token.shape == Shape::lower || token.shape == Shape::camel ||
                       token.shape == Shape::upper || token.shape == Shape::capitalised))
          found = find_secret(page, i);
        if (!found && token.shape == Shape::upper) found = find_code(page, i);
        if (!found) found = find_birthday(page, i);
        break;
      case Kind::number:
        if (touched && page.is_mark(i + 1, ':')) found = find_hex_address(page, i);
        if (!found && touched && page.is_mark(i + 1, '-') && token.shape == Shape::digits2)
          found = find_hex_address(page, i);
        if (!found && i >= number_looked) found = find_number(page, i, number_looked);
        if (!found) found = find_birthday(page, i);
        if (!found && touched && i >= domain_looked && page.is_mark(i + 1, '.') &&
            page.is(i + 2, Kind::word))
          found = find_domain(page, i, domain_looked);
        break;
      case Kind::mixed:
        if (touched && (page.is_mark(i + 1, ':') || page.is_mark(i + 1, '-')) && hex_word(page, i))
          found = find_hex_address(page, i);
        if (!found) found = find_secret(page, i);
        if (!found) found = find_code(page, i);
        if (!found && i >= number_looked) found = find_number(page, i, number_looked);
        if (!found && touched && i >= domain_looked &&
            (page.is_mark(i + 1, '.') || page.is_mark(i + 1, '-')))
          found = find_domain(page, i, domain_looked);
        break;
    }
    if (!found) {
      ++i;
      continue;
    }
    // A mail address begins before its mark: what was found inside of it gives way.
    while (!out.empty() && out.back().end > found->begin) out.pop_back();
    out.push_back(*found);
    i = page.token_at(i, found->end);
  }
}

}  // namespace insightflow::privacy
