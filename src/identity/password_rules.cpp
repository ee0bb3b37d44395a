#include "identity/common_passwords.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/identity/password_rules.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <set>

namespace insightflow::identity {

namespace {

constexpr std::size_t longest_email = 254, longest_local_part = 64, longest_label = 63;
constexpr std::size_t longest_affix = 4;  // what people put before and behind a word
constexpr std::size_t least_context = 4, least_rest = 4;

Result<std::string> nfc(std::string_view text) {
  BOOST_OUTCOME_TRY(utf8::check(text));
  utf8proc_uint8_t* raw = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> hold(raw, &std::free);
  if (size < 0) return fail(Code::invalid, "utf8_invalid", "This text cannot be read as Unicode.");
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

/// With the letters that people write as digits and signs written as letters again.
std::string unmasked(std::string_view lower_text) {
  static constexpr std::string_view masks = "@4831!0$57+", letters = "aabeiiossttt";
  static_assert(masks.size() + 1 == letters.size());
  std::string out(lower_text);
  for (char& c : out)
    if (const std::size_t at = masks.find(c); at != masks.npos) c = letters[at];
  return out;
}

/// Whether a text goes along one row of keys, up or down: "12345678", "qwertyui", "lkjhgfdsa".
bool is_row(std::string_view text) {
  static constexpr std::string_view rows[] = {"01234567890123456789",
                                              "abcdefghijklmnopqrstuvwxyz",
                                              "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
                                              "qwertzuiopasdfghjklyxcvbnm",
                                              "azertyuiopqsdfghjklmwxcvbn",
                                              "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
                                              "1q2w3e4r5t6y7u8i9o0p",
                                              "qazwsxedcrfvtgbyhnujm",
                                              "!@#$%^&*()_+",
                                              "q1w2e3r4t5y6u7i8o9p0"};
  const std::string reversed(text.rbegin(), text.rend());
  return std::any_of(std::begin(rows), std::end(rows), [&](std::string_view row) {
    return row.find(text) != row.npos || row.find(reversed) != row.npos;
  });
}

/// Whether a text is one piece of at most four characters over and over: "aaaaaaaa", "12121212".
bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= 4 && period * 2 <= text.size(); ++period)
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  return false;
}

/// Whether digits are a date: yyyymmdd, ddmmyyyy or mmddyyyy.
bool is_date(std::string_view text) {
  if (text.size() != 8 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  const auto number = [&](std::size_t at, std::size_t count) {
    int out = 0;
    for (std::size_t i = at; i < at + count; ++i) out = out * 10 + (text[i] - '0');
    return out;
  };
  const auto plausible = [](int year, int a, int b) {
    return year >= 1900 && year <= 2100 && std::min(a, b) >= 1 && std::min(a, b) <= 12 &&
           std::max(a, b) <= 31;
  };
  return plausible(number(0, 4), number(4, 2), number(6, 2)) ||
         plausible(number(4, 4), number(0, 2), number(2, 2));
}

/// The letters between what stands before and behind them, where that is not much.
std::string_view root_of(std::string_view text) {
  std::size_t begin = 0, end = text.size();
  while (begin < end && !is_letter(text[begin])) ++begin;
  while (end > begin && !is_letter(text[end - 1])) --end;
  const std::string_view tail = text.substr(end);
  const bool short_tail = tail.size() <= longest_affix || is_row(tail) || is_repetition(tail) ||
                          (tail.size() == 5 && !is_digit(tail.back()));
  return begin <= longest_affix && short_tail ? text.substr(begin, end - begin) : text;
}

bool is_listed(std::string_view word) {
  return std::binary_search(common_words().begin(), common_words().end(), word);
}

/// A listed word, two of them, or one twice.
bool is_listed_or_pair(std::string_view word) {
  if (is_listed(word)) return true;
  for (std::size_t cut = 3; cut + 3 <= word.size(); ++cut)
    if (is_listed(word.substr(0, cut)) && is_listed(word.substr(cut)) &&
        word.size() < least_password + longest_affix)
      return true;
  return false;
}

}  // namespace

Result<std::string> normal_email(std::string_view email) {
  const auto malformed = [] {
    return fail(Code::invalid, "email_malformed",
                "This is no e-mail address; one looks like name@example.org.", "/email");
  };
  while (!email.empty() && email.front() == ' ') email.remove_prefix(1);
  while (!email.empty() && email.back() == ' ') email.remove_suffix(1);
  if (email.size() > longest_email || utf8::first_invalid(email)) return malformed();
  BOOST_OUTCOME_TRY(const std::string composed, nfc(email));
  const std::string out = lowered(composed);
  const std::size_t at = out.rfind('@');
  if (at == out.npos || at == 0 || at > longest_local_part) return malformed();
  for (const char c : out)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
        std::string_view("<>()[],;:\\\"").find(c) != std::string_view::npos)
      return malformed();
  if (out.find('@') != at || out.front() == '.' || out[at - 1] == '.' || out.find("..") != out.npos)
    return malformed();
  const std::string_view domain = std::string_view(out).substr(at + 1);
  if (domain.find('.') == domain.npos) return malformed();
  for (std::size_t begin = 0; begin <= domain.size();) {
    const std::size_t end = std::min(domain.find('.', begin), domain.size());
    const std::string_view label = domain.substr(begin, end - begin);
    if (label.empty() || label.size() > longest_label || label.front() == '-' ||
        label.back() == '-')
      return malformed();
    for (const char c : label)
      if (!is_letter(c) && !is_digit(c) && c != '-') return malformed();
    begin = end + 1;
  }
  return out;
}

Result<std::string> normal_password(std::string_view password) {
  if (password.size() > longest_password * 4)
    return fail(Code::invalid, "password_long", "A password has at most 256 characters.",
                "/password");
  BOOST_OUTCOME_TRY(std::string out, nfc(password));
  if (utf8::length(out) > longest_password)
    return fail(Code::invalid, "password_long", "A password has at most 256 characters.",
                "/password");
  return out;
}

bool is_common_password(std::string_view password) {
  const std::string low = lowered(password);
  if (is_row(low) || is_repetition(low) || is_date(low)) return true;
  for (const std::string_view text : {std::string_view(low), root_of(low)}) {
    const std::string plain = unmasked(text);
    if (is_listed_or_pair(text) || is_listed_or_pair(plain) || is_listed(root_of(plain)))
      return true;
    // A row of keys with something short behind it: "qwerty123", "asdfgh1!".
    if (text.size() >= 4 && is_row(text)) return true;
  }
  // Two rows, one behind the other: "qwerty123456", "abc12345".
  for (std::size_t cut = 3; cut + 3 <= low.size(); ++cut)
    if (is_row(std::string_view(low).substr(0, cut)) && is_row(std::string_view(low).substr(cut)))
      return true;
  return false;
}

Result<std::string> new_password(std::string_view password,
                                 const std::vector<std::string>& context) {
  BOOST_OUTCOME_TRY(std::string out, normal_password(password));
  if (utf8::length(out) < least_password)
    return fail(Code::invalid, "password_short",
                "A password has at least 8 characters; 15 are better. A few words are easy to "
                "remember.",
                "/password");
  if (is_common_password(out))
    return fail(Code::invalid, "password_common",
                "This password is among the first that are guessed. Take a few words that only "
                "you would put together.",
                "/password");
  std::set<std::string> words;
  for (const std::string& text : context) {
    const std::string low = lowered(text);
    for (std::size_t begin = 0; begin < low.size();) {
      while (begin < low.size() && !is_letter(low[begin]) && !is_digit(low[begin])) ++begin;
      std::size_t end = begin;
      while (end < low.size() && (is_letter(low[end]) || is_digit(low[end]))) ++end;
      if (end - begin >= least_context) words.insert(low.substr(begin, end - begin));
      begin = end;
    }
  }
  const std::string low = lowered(out);
  for (const std::string& text : {low, unmasked(low)})
    for (const std::string& word : words) {
      if (text.find(word) == text.npos) continue;
      // What is left beside the word must be worth something by itself.
      std::string rest = text;
      for (std::size_t at = rest.find(word); at != rest.npos; at = rest.find(word))
        rest.erase(at, word.size());
      std::size_t letters = 0;
      for (const char c : rest) letters += is_letter(c);
      if (letters < least_rest && rest.size() < least_password)
        return fail(Code::invalid, "password_guessable",
                    "This password is made of your name, your address or the name of the product. "
                    "Take words that have nothing to do with them.",
                    "/password");
    }
  return out;
}

}  // namespace insightflow::identity
