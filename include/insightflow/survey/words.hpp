#pragma once

#include <algorithm>
#include <string_view>

/// Small tests on texts that questionnaires and answers share.
namespace insightflow::survey {

constexpr bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

/// True for nothing but ASCII white space.
constexpr bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

/// Without ASCII white space at both ends.
constexpr std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// A letter, then letters, digits, _ or -.
constexpr bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_ascii_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '-';
         });
}

/// The shape of a BCP 47 tag: two to eight letters, then parts of up to eight letters or digits.
constexpr bool is_language_tag(std::string_view tag) {
  std::size_t part = 0;
  for (std::size_t start = 0; start <= tag.size(); ++part) {
    const std::size_t end = std::min(tag.find('-', start), tag.size());
    const std::string_view piece = tag.substr(start, end - start);
    if (piece.size() < (part == 0 ? 2u : 1u) || piece.size() > 8) return false;
    for (const char c : piece)
      if (!is_ascii_letter(c) && (part == 0 || !is_ascii_digit(c))) return false;
    start = end + 1;
  }
  return true;
}

/// A day of the Gregorian calendar written YYYY-MM-DD.
constexpr bool is_calendar_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto digits = [&](std::size_t at, std::size_t count) {
    int out = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (!is_ascii_digit(text[i])) return -1;
      out = out * 10 + (text[i] - '0');
    }
    return out;
  };
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= longest[month - 1] && (leap || month != 2 || day < 29);
}

/// True for C0 controls other than tab and line ends, and for DEL.
constexpr bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
}

/// ASCII letters in lower case; other characters as they are.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  constexpr auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace insightflow::survey
