#include "privacy/identifiers.hpp"

#include <insightflow/privacy/checks.hpp>

#include <algorithm>
#include <array>

namespace insightflow::privacy {

namespace {

constexpr bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool key_character(char c) {
  return alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '+' || c == '=';
}

/// Up to 34 letters and digits from token `i` on, single blanks left out. `ends[n]` is the byte
/// behind the n-th of them, if a word ends there.
struct CodeRun {
  std::array<char, 34> characters;
  std::array<std::uint32_t, 35> ends{};
  std::size_t length = 0;
};

CodeRun read_code(const Page& page, std::size_t i) {
  CodeRun code;
  for (std::size_t k = i; k < page.size() && page.wordlike(k); ++k) {
    if (k > i && page[k].begin - page[k - 1].end > 1) break;
    const std::string_view word = page.text_of(k);
    if (code.length + word.size() > code.characters.size() ||
        !std::all_of(word.begin(), word.end(), alphanumeric))
      break;
    for (const char c : word)
      code.characters[code.length++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    code.ends[code.length] = page[k].end;
  }
  return code;
}

std::optional<Found> iban(const Page& page, std::size_t i) {
  const std::string_view start = page.text_of(i);
  if (start.size() < 4 || start[2] < '0' || start[2] > '9' || start[3] < '0' || start[3] > '9')
    return std::nullopt;
  const CodeRun code = read_code(page, i);
  const auto length = static_cast<std::size_t>(iban_length({code.characters.data(), 2}));
  if (length == 0 || length > code.length || code.ends[length] == 0) return std::nullopt;
  if (valid_iban({code.characters.data(), length}))
    return Found{EntityType::iban, page[i].begin, code.ends[length], 0.99};
  if ((page.cues_before(i, 6) & cue_iban) != 0)
    return Found{EntityType::iban, page[i].begin, code.ends[length], 0.6};
  return std::nullopt;
}

struct Prefix {
  std::string_view start;
  std::size_t least;  ///< Characters with the start.
};
/// How the keys of well-known services begin.
constexpr std::array prefixes{
    Prefix{"AKIA", 20},  Prefix{"ASIA", 20},        Prefix{"AIza", 35},     Prefix{"SG.", 40},
    Prefix{"eyJ", 30},   Prefix{"ghp_", 36},        Prefix{"gho_", 36},     Prefix{"ghs_", 36},
    Prefix{"ghu_", 36},  Prefix{"github_pat_", 40}, Prefix{"glpat-", 20},   Prefix{"hf_", 30},
    Prefix{"npm_", 36},  Prefix{"pk_live_", 20},    Prefix{"pk_test_", 20}, Prefix{"rk_live_", 20},
    Prefix{"sk-", 20},   Prefix{"sk_live_", 20},    Prefix{"sk_test_", 20}, Prefix{"whsec_", 20},
    Prefix{"xoxa-", 20}, Prefix{"xoxb-", 20},       Prefix{"xoxp-", 20},    Prefix{"xoxs-", 20},
    Prefix{"ya29.", 30}};

/// The byte behind the key that starts at `at`. Full stops at its end are the sentence's.
std::size_t key_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && key_character(text[end])) ++end;
  while (end > at && (text[end - 1] == '.' || text[end - 1] == '/')) --end;
  return end;
}

/// Where the value begins that the word at `i` names: behind "is", ":" or "="; nothing without one.
std::optional<std::size_t> value_behind(const Page& page, std::size_t i) {
  const std::size_t first = i + 1;
  std::size_t k = first;
  k += page.is(k, Kind::word) && page[k].hash == word_hash("is");
  k += page.is_mark(k, ':') || page.is_mark(k, '=');
  return k == first ? std::nullopt : std::optional(k);
}

std::optional<Found> secret_behind_cue(const Page& page, std::size_t i) {
  // "password: hunter2", "api_key=…", "token is …"
  const auto value = value_behind(page, i);
  if (!value) return std::nullopt;
  std::size_t k = *value;
  if (page.is_mark(k, '"') || page.is_mark(k, '\'')) ++k;
  if (k >= page.size() || page[k].kind == Kind::line) return std::nullopt;
  const std::size_t begin = page[k].begin;
  std::size_t end = begin;
  bool digit = false, letter = false, other = false;
  for (; end < page.text.size() && end - begin < 256 &&
         static_cast<unsigned char>(page.text[end]) > ' ' && page.text[end] != '"' &&
         page.text[end] != '&' && page.text[end] != ',';
       ++end) {
    const char c = page.text[end];
    digit |= c >= '0' && c <= '9';
    letter |= alphanumeric(c) && !(c >= '0' && c <= '9');
    other |= !alphanumeric(c);
  }
  while (end > begin &&
         (page.text[end - 1] == '.' || page.text[end - 1] == '\'' || page.text[end - 1] == '?' ||
          page.text[end - 1] == ';' || page.text[end - 1] == ')'))
    --end;
  const std::size_t length = end - begin;
  if (length < 6 || !digit || !(letter || other)) return std::nullopt;
  return Found{EntityType::secret, static_cast<std::uint32_t>(begin),
               static_cast<std::uint32_t>(end), 0.8};
}

std::optional<Found> user_behind_cue(const Page& page, std::size_t i) {
  const auto value = value_behind(page, i);
  if (!value) return std::nullopt;
  std::size_t k = *value;
  if (!page.wordlike(k)) return std::nullopt;
  std::size_t end = k + 1;
  while (end < page.size() && end - k < 8 && page.touches(end) &&
         (page.wordlike(end) ||
          ((page.is_mark(end, '_') || page.is_mark(end, '.') || page.is_mark(end, '-')) &&
           page.wordlike(end + 1) && page.touches(end + 1))))
    ++end;
  if (page[end - 1].end - page[k].begin < 3) return std::nullopt;
  // A plain word after "login is" is a word.
  if (end == k + 1 && page[k].shape == Shape::lower && !page.is_mark(k - 1, ':') &&
      !page.is_mark(k - 1, '='))
    return std::nullopt;
  return Found{EntityType::username, page[k].begin, page[end - 1].end, 0.7};
}

}  // namespace

std::optional<Found> find_code(const Page& page, std::size_t i) {
  if (i > 0 && page.touches(i) && (page.wordlike(i - 1) || page.is_mark(i - 1, '-')))
    return std::nullopt;
  if (auto found = iban(page, i)) return found;
  if (page[i].kind != Kind::mixed && page[i].shape != Shape::upper) return std::nullopt;
  // An id that starts with a word of letters has digits in the next.
  if (page[i].kind != Kind::mixed && !page.is(i + 1, Kind::mixed) && !page.is(i + 1, Kind::number))
    return std::nullopt;
  const CodeRun code = read_code(page, i);
  const auto found = [&](EntityType type, std::size_t length, double score) {
    return Found{type, page[i].begin, code.ends[length], score};
  };
  for (const std::size_t length : {std::size_t{9}, std::size_t{16}}) {
    if (length > code.length || code.ends[length] == 0) continue;
    const std::string_view text(code.characters.data(), length);
    if (length == 9 ? valid_nino(text) || valid_nif(text) : valid_codice_fiscale(text))
      return found(EntityType::national_id, length, 0.9);
  }
  if (page[i].kind != Kind::mixed) return std::nullopt;
  const std::size_t length = page[i].end - page[i].begin;
  if (length < 6 || length > 16) return std::nullopt;
  const std::uint32_t cues = page.cues_before(i, 6);
  if ((cues & cue_passport) != 0 && length <= 9)
    return Found{EntityType::passport, page[i].begin, page[i].end, 0.8};
  if ((cues & cue_driver) != 0 && (cues & cue_licence) != 0)
    return Found{EntityType::driver_license, page[i].begin, page[i].end, 0.8};
  return std::nullopt;
}

std::optional<Found> find_secret(const Page& page, std::size_t i) {
  const std::string_view text = page.text;
  const std::size_t begin = page[i].begin;
  if (text[begin] == '-') {
    static constexpr std::string_view opening = "-----BEGIN ";
    if (text.compare(begin, opening.size(), opening) != 0) return std::nullopt;
    const std::size_t header = text.find("-----", begin + opening.size());
    if (header == text.npos || text.substr(begin, header - begin).find("PRIVATE KEY") == text.npos)
      return std::nullopt;
    std::size_t end = text.find("-----END", header);
    end =
        end == text.npos ? text.size() : std::min(text.find("-----", end + 8), text.size() - 5) + 5;
    return Found{EntityType::secret, static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(std::min(end, text.size())), 0.99};
  }
  // Few words begin like a key: the first letter, and the low bits of the second.
  static constexpr auto starts = [] {
    std::array<std::uint32_t, 256> out{};
    for (const Prefix& prefix : prefixes)
      out[static_cast<unsigned char>(prefix.start[0])] |= 1u << (prefix.start[1] & 31);
    return out;
  }();
  if (begin + 20 <= text.size() &&
      (starts[static_cast<unsigned char>(text[begin])] >> (text[begin + 1] & 31) & 1) != 0)
    for (const Prefix& prefix : prefixes) {
      if (text.compare(begin, prefix.start.size(), prefix.start) != 0) continue;
      const std::size_t end = key_end(text, begin);
      if (end - begin >= prefix.least)
        return Found{EntityType::secret, static_cast<std::uint32_t>(begin),
                     static_cast<std::uint32_t>(end), 0.98};
    }
  const Token& token = page[i];
  if (token.kind != Kind::word) return std::nullopt;
  if (token.hash == word_hash("bearer") && page.wordlike(i + 1)) {
    const std::size_t end = key_end(text, page[i + 1].begin);
    if (end - page[i + 1].begin >= 16)
      return Found{EntityType::secret, page[i + 1].begin, static_cast<std::uint32_t>(end), 0.9};
  }
  // Only a word with a sign or "is" behind it can announce a value.
  if (!(page.is_mark(i + 1, ':') || page.is_mark(i + 1, '=') ||
        (page.is(i + 1, Kind::word) && page[i + 1].hash == word_hash("is"))))
    return std::nullopt;
  const std::uint32_t cues = cues_of(token.hash);
  if ((cues & cue_secret) != 0) return secret_behind_cue(page, i);
  if ((cues & cue_user) != 0) return user_behind_cue(page, i);
  return std::nullopt;
}

}  // namespace insightflow::privacy
