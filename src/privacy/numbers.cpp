#include "privacy/identifiers.hpp"

#include <insightflow/privacy/checks.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace insightflow::privacy {

namespace {

constexpr std::size_t most_groups = 8;
constexpr std::size_t most_digits = 24;

/// Groups of digits with one mark or blank between them, as written.
struct Phrase {
  struct Group {
    std::size_t token = 0;
    std::uint8_t start = 0;   ///< Of its digits.
    std::uint8_t length = 0;  ///< Number of its digits.
    char before = 0;          ///< The separator before it.
    bool enclosed = false;    ///< In round brackets.
  };
  std::array<Group, most_groups> groups;
  std::size_t count = 0;
  std::array<char, most_digits> digits;
  std::size_t length = 0;
  std::size_t first = 0;  ///< Token: the plus sign, the bracket or the first group.
  std::size_t end = 0;    ///< Behind the last token.
  bool plus = false;
  bool extension = false;
};

/// A mixed token "4466x8827": where the x stands, or 0.
std::size_t extension_in(std::string_view word) {
  const std::size_t x = word.find_first_not_of("0123456789");
  if (x == 0 || x == word.npos || (word[x] != 'x' && word[x] != 'X') || x + 1 == word.size() ||
      word.find_first_not_of("0123456789", x + 1) != word.npos)
    return 0;
  return x;
}

bool number_or_extension(const Page& page, std::size_t i) {
  return page.is(i, Kind::number) || (page.is(i, Kind::mixed) && extension_in(page.text_of(i)) > 0);
}

bool add_group(const Page& page, std::size_t token, char before, bool enclosed, Phrase& phrase) {
  std::string_view word = page.text_of(token);
  const std::size_t x = page[token].kind == Kind::mixed ? extension_in(word) : 0;
  if (x > 0) word = word.substr(0, x);
  if (phrase.count == most_groups || phrase.length + word.size() > most_digits) return false;
  phrase.groups[phrase.count++] = {token, static_cast<std::uint8_t>(phrase.length),
                                   static_cast<std::uint8_t>(word.size()), before, enclosed};
  std::copy(word.begin(), word.end(),
            phrase.digits.begin() + static_cast<std::ptrdiff_t>(phrase.length));
  phrase.length += word.size();
  phrase.extension = x > 0;
  return true;
}

bool separator(const Page& page, std::size_t i) {
  return page.is_mark(i, '-') || page.is_mark(i, '.') || page.is_mark(i, '/');
}

Phrase read_phrase(const Page& page, std::size_t i) {
  Phrase phrase;
  phrase.first = i;
  if (page.is_mark(i, '+')) {
    phrase.plus = true;
    ++i;
  }
  const auto bracketed = [&](std::size_t k) {
    return page.is_mark(k, '(') && page.is(k + 1, Kind::number) && page.is_mark(k + 2, ')');
  };
  if (page.is_mark(i, '(')) {
    if (!bracketed(i) || !add_group(page, i + 1, 0, true, phrase)) return phrase;
    i += 3;
  } else {
    if (!number_or_extension(page, i) || !add_group(page, i, 0, false, phrase)) return phrase;
    ++i;
  }
  phrase.end = i;
  while (!phrase.extension) {
    if (bracketed(i)) {
      if (!add_group(page, i + 1, ' ', true, phrase)) break;
      i += 3;
    } else if (number_or_extension(page, i)) {
      if (!add_group(page, i, page.touches(i) ? ')' : ' ', false, phrase)) break;
      ++i;
    } else if (separator(page, i) && number_or_extension(page, i + 1) && page.touches(i + 1) &&
               (page.touches(i) || page[i - 1].kind == Kind::mark)) {
      if (!add_group(page, i + 1, static_cast<char>(page[i].byte), false, phrase)) break;
      i += 2;
    } else {
      break;
    }
    phrase.end = i;
  }
  return phrase;
}

/// A run of groups of a phrase: what the tests below look at.
struct Part {
  const Phrase& phrase;
  std::size_t from, to;  ///< Groups.
  std::uint32_t cues;    ///< Around the whole phrase.
  bool stuck_before, stuck_after;
  bool before_name;  ///< A word with a capital follows: a house and its street.

  std::size_t count() const { return to - from; }
  std::size_t length(std::size_t group) const { return phrase.groups[from + group].length; }
  char before(std::size_t group) const { return phrase.groups[from + group].before; }
  bool enclosed(std::size_t group) const { return phrase.groups[from + group].enclosed; }
  bool plus() const { return phrase.plus && from == 0; }
  bool has(std::uint32_t cue) const { return (cues & cue) != 0; }
  std::string_view digits(std::size_t group) const {
    const auto& g = phrase.groups[from + group];
    return {phrase.digits.data() + g.start, g.length};
  }
  std::string_view digits() const {
    const auto& last = phrase.groups[to - 1];
    const std::size_t start = phrase.groups[from].start;
    return {phrase.digits.data() + start, last.start + last.length - start};
  }
  bool same_separators() const {
    for (std::size_t g = 2; g < count(); ++g)
      if (before(g) != before(1)) return false;
    return true;
  }
  template <std::size_t N>
  bool lengths(const std::array<std::size_t, N>& wanted) const {
    if (count() != N) return false;
    for (std::size_t g = 0; g < N; ++g)
      if (length(g) != wanted[g]) return false;
    return true;
  }
};

struct Verdict {
  EntityType type{};
  double score = 0;
};

int to_int(std::string_view digits) {
  int out = 0;
  for (const char c : digits.substr(0, 8)) out = out * 10 + (c - '0');
  return out;
}

std::optional<Verdict> ip_address(const Part& part) {
  if (part.count() != 4 || part.before(1) != '.' || !part.same_separators() || part.plus())
    return std::nullopt;
  for (std::size_t g = 0; g < 4; ++g)
    if (part.length(g) > 3 || to_int(part.digits(g)) > 255 ||
        (part.length(g) > 1 && part.digits(g)[0] == '0'))
      return std::nullopt;
  if (part.has(cue_version) && !part.has(cue_address)) return std::nullopt;
  return Verdict{EntityType::ip_address, 0.95};
}

std::optional<Verdict> card(const Part& part) {
  const std::string_view digits = part.digits();
  if (part.plus() || digits.size() < 12 || !part.same_separators() || part.stuck_before)
    return std::nullopt;
  for (std::size_t g = 0; g < part.count(); ++g)
    if (part.enclosed(g) || (part.count() > 1 && (part.length(g) < 3 || part.length(g) > 7)))
      return std::nullopt;
  if (part.count() > 1 && part.before(1) != ' ' && part.before(1) != '-') return std::nullopt;
  if (valid_card(digits))
    return Verdict{EntityType::credit_card, part.has(cue_card)   ? 0.99
                                            : digits.size() < 13 ? 0.6
                                                                 : 0.9};
  // Mistyped, but called a card.
  if (part.has(cue_card) && digits.size() >= 13 && issued_card(digits))
    return Verdict{EntityType::credit_card, 0.6};
  return std::nullopt;
}

std::optional<Verdict> social_security(const Part& part) {
  const bool grouped = part.lengths<3>({3, 2, 4}) && part.same_separators() && !part.enclosed(0) &&
                       (part.before(1) == '-' || part.before(1) == ' ');
  const bool told = part.has(cue_social);
  if (part.plus() || !(grouped ? part.before(1) == '-' || told : told && part.count() == 1) ||
      !valid_us_ssn(part.digits()))
    return std::nullopt;
  return Verdict{EntityType::us_ssn, told ? 0.98 : 0.85};
}

struct National {
  std::size_t digits;
  bool (*valid)(std::string_view) noexcept;
  std::array<std::size_t, 4>
      groups;  ///< A grouping that speaks for itself; zeros: a cue is needed.
};
constexpr std::array nationals{National{10, valid_nhs, {3, 3, 4}},
                               National{11, valid_pesel, {}},
                               National{11, valid_cpf, {3, 3, 3, 2}},
                               National{11, valid_abn, {2, 3, 3, 3}},
                               National{11, valid_german_tax_id, {}},
                               National{9, valid_tfn, {}},
                               National{8, valid_tfn, {}},
                               National{9, valid_sin, {}},
                               National{9, valid_bsn, {}},
                               National{15, valid_nir, {}},
                               National{12, valid_aadhaar, {4, 4, 4}},
                               National{10, valid_personnummer, {6, 4}}};

std::optional<Verdict> national(const Part& part) {
  const std::string_view digits = part.digits();
  if (part.plus() || part.enclosed(0)) return std::nullopt;
  const bool told = part.has(cue_national | cue_social);
  for (const National& form : nationals) {
    if (form.digits != digits.size() || !form.valid(digits)) continue;
    if (told) return Verdict{EntityType::national_id, 0.9};
    // The French key leaves one number in 97, and no other number is that long.
    if (form.digits == 15) return Verdict{EntityType::national_id, 0.8};
    std::size_t same = 0;
    while (same < part.count() && same < form.groups.size() &&
           form.groups[same] == part.length(same))
      ++same;
    const bool grouped = part.count() > 1 && same == part.count() &&
                         (same == form.groups.size() || form.groups[same] == 0);
    // Three, three and four digits are a phone number as well.
    if (grouped && form.digits != 10 && !part.has(cue_phone))
      return Verdict{EntityType::national_id, 0.75};
    if (grouped && form.groups[0] == 6 && part.before(1) == '-')
      return Verdict{EntityType::national_id, 0.8};
  }
  return std::nullopt;
}

/// A date in digits: which three groups are year, month and day.
bool date(const Part& part) {
  if (part.count() != 3 || !part.same_separators() || part.enclosed(0) || part.plus()) return false;
  const char mark = part.before(1);
  if (mark != '/' && mark != '-' && mark != '.') return false;
  const int a = to_int(part.digits(0)), b = to_int(part.digits(1)), c = to_int(part.digits(2));
  const auto day_and_month = [](int x, int y) {
    return x >= 1 && y >= 1 && ((x <= 31 && y <= 12) || (x <= 12 && y <= 31));
  };
  if (part.length(0) == 4)
    return a >= 1000 && a <= 2999 && part.length(1) <= 2 && part.length(2) <= 2 &&
           day_and_month(b, c);
  return part.length(0) <= 2 && part.length(1) <= 2 &&
         (part.length(2) == 2 || (part.length(2) == 4 && c >= 1000 && c <= 2999)) &&
         day_and_month(a, b);
}

struct CountryCode {
  std::string_view code;
  std::uint8_t least, most;  ///< Digits behind the code.
};
/// ITU-T E.164 country codes with the lengths of their numbering plans; where a plan is not in the
/// table, 6 to 12 digits are believed.
constexpr std::array country_codes{
    CountryCode{"1", 10, 10},  CountryCode{"7", 10, 10},  CountryCode{"20", 8, 10},
    CountryCode{"27", 9, 9},   CountryCode{"30", 10, 10}, CountryCode{"31", 9, 9},
    CountryCode{"32", 8, 9},   CountryCode{"33", 9, 9},   CountryCode{"34", 9, 9},
    CountryCode{"36", 8, 9},   CountryCode{"39", 6, 11},  CountryCode{"40", 9, 9},
    CountryCode{"41", 9, 9},   CountryCode{"43", 7, 13},  CountryCode{"44", 9, 10},
    CountryCode{"45", 8, 8},   CountryCode{"46", 7, 10},  CountryCode{"47", 8, 8},
    CountryCode{"48", 9, 9},   CountryCode{"49", 6, 12},  CountryCode{"51", 8, 9},
    CountryCode{"52", 10, 11}, CountryCode{"54", 10, 11}, CountryCode{"55", 10, 11},
    CountryCode{"56", 9, 9},   CountryCode{"57", 10, 10}, CountryCode{"58", 10, 10},
    CountryCode{"60", 8, 10},  CountryCode{"61", 9, 9},   CountryCode{"62", 8, 12},
    CountryCode{"63", 9, 10},  CountryCode{"64", 8, 10},  CountryCode{"65", 8, 8},
    CountryCode{"66", 8, 9},   CountryCode{"81", 9, 10},  CountryCode{"82", 8, 10},
    CountryCode{"84", 9, 10},  CountryCode{"86", 10, 11}, CountryCode{"90", 10, 10},
    CountryCode{"91", 10, 10}, CountryCode{"92", 9, 10},  CountryCode{"351", 9, 9},
    CountryCode{"352", 6, 9},  CountryCode{"353", 7, 9},  CountryCode{"354", 7, 7},
    CountryCode{"358", 6, 11}, CountryCode{"370", 8, 8},  CountryCode{"371", 8, 8},
    CountryCode{"372", 7, 8},  CountryCode{"380", 9, 9},  CountryCode{"385", 8, 9},
    CountryCode{"386", 8, 8},  CountryCode{"420", 9, 9},  CountryCode{"421", 9, 9},
    CountryCode{"852", 8, 8},  CountryCode{"886", 8, 9},  CountryCode{"966", 8, 9},
    CountryCode{"971", 8, 9},  CountryCode{"972", 8, 9}};

/// Whether these digits, country code first, are a number of some country.
bool international(std::string_view digits) {
  for (const CountryCode& country : country_codes) {
    if (!digits.starts_with(country.code)) continue;
    std::size_t rest = digits.size() - country.code.size();
    // "+44 (0)20…": the trunk zero stays out of the count.
    if (rest > 0 && digits[country.code.size()] == '0' && country.code != "39") --rest;
    return rest >= country.least && rest <= country.most;
  }
  return !digits.empty() && digits[0] != '0' && digits.size() >= 8 && digits.size() <= 15;
}

std::optional<Verdict> phone(const Part& part) {
  const std::string_view digits = part.digits();
  const auto found = [](double score) { return Verdict{EntityType::phone_number, score}; };
  if (date(part) || digits.size() < 5 || digits.size() > 17) return std::nullopt;
  if (part.plus()) {
    if (international(digits)) return found(0.95);
    return digits.size() >= 7 ? std::optional(found(0.7)) : std::nullopt;
  }
  const bool told = part.has(cue_phone);
  if (part.stuck_before || part.stuck_after) return std::nullopt;
  if (part.has(cue_not_phone) && !told) return std::nullopt;
  if (digits.starts_with("00") && digits.size() >= 10 && international(digits.substr(2)))
    return found(part.count() > 1 || told ? 0.9 : 0.6);

  // North America: an optional 1 or 001, then three, three and four.
  std::size_t g = 0;
  if (part.count() > 3 && (part.digits(0) == "1" || part.digits(0) == "001")) g = 1;
  if (part.count() == g + 3 && part.length(g) == 3 && part.length(g + 1) == 3 &&
      part.length(g + 2) == 4) {
    const bool possible = part.digits(g)[0] >= '2' && part.digits(g + 1)[0] >= '2';
    const bool blanks = part.before(g + 2) == ' ';
    return found(told ? 0.95 : part.enclosed(g) || possible ? (blanks ? 0.7 : 0.85) : 0.6);
  }
  if (part.count() == 2 && part.enclosed(0) && part.length(0) == 3 && part.length(1) == 7)
    return found(told ? 0.9 : 0.75);

  bool decimal = part.count() == 2 && part.before(1) == '.';
  if (told && !decimal && digits.size() <= 15 && !(part.before_name && digits.size() < 10)) {
    if (part.count() == 1) return found(digits.size() >= 7 ? 0.85 : 0.6);
    return found(0.85);
  }
  if (part.count() > 1 && part.enclosed(0) && digits.size() >= 7) return found(0.75);
  bool grouped = part.count() >= 2 && part.count() <= 6 && !decimal;
  for (std::size_t k = 1; grouped && k < part.count(); ++k) grouped = part.length(k) >= 2;
  if (grouped && digits[0] == '0' && digits.size() >= 9 && digits.size() <= 12 &&
      part.length(0) >= 2)
    return found(0.7);
  if (part.count() == 1 && digits[0] == '0' && (digits.size() == 10 || digits.size() == 11))
    return found(0.55);
  return std::nullopt;
}

std::optional<Verdict> documents(const Part& part) {
  const std::size_t length = part.digits().size();
  if (part.count() != 1 || part.plus() || length < 6 || length > 14) return std::nullopt;
  if (part.has(cue_passport) && length <= 9) return Verdict{EntityType::passport, 0.75};
  if (part.has(cue_driver) && part.has(cue_licence))
    return Verdict{EntityType::driver_license, 0.8};
  return std::nullopt;
}

std::optional<Verdict> birthday(const Part& part) {
  if (!part.has(cue_birth)) return std::nullopt;
  if (date(part)) return Verdict{EntityType::date_of_birth, 0.9};
  const int year = to_int(part.digits());
  if (part.count() == 1 && part.length(0) == 4 && year >= 1900 && year <= 2030)
    return Verdict{EntityType::date_of_birth, 0.6};
  return std::nullopt;
}

using Test = std::optional<Verdict> (*)(const Part&);
/// In order of how sure a yes is.
constexpr std::array<Test, 7> tests{ip_address, card, social_security, birthday, documents,
                                    national,   phone};

/// The last token of "x12", "x 12" or "ext. 12" at token `i`; 0 where there is none.
std::size_t extension_behind(const Page& page, std::size_t i) {
  if (page.is(i, Kind::mixed)) {
    const std::string_view word = page.text_of(i);
    return (word[0] == 'x' || word[0] == 'X') &&
                   word.find_first_not_of("0123456789", 1) == word.npos
               ? i
               : 0;
  }
  if (!page.is(i, Kind::word) ||
      (page[i].hash != word_hash("x") && page[i].hash != word_hash("ext")))
    return 0;
  const std::size_t digits = i + (page.is_mark(i + 1, '.') ? 2 : 1);
  return page.is(digits, Kind::number) ? digits : 0;
}

bool glue(const Page& page, std::size_t i) {
  if (page.wordlike(i)) return true;
  return i < page.size() && page[i].kind == Kind::mark &&
         std::string_view("-_/#$=.%\\*").find(static_cast<char>(page[i].byte)) !=
             std::string_view::npos;
}

}  // namespace

std::optional<Found> find_number(const Page& page, std::size_t i, std::size_t& looked) {
  const Phrase phrase = read_phrase(page, i);
  if (phrase.count == 0) return std::nullopt;
  looked = phrase.end;
  // One or two short numbers are nothing.
  if (phrase.length < 4) return std::nullopt;

  std::uint32_t cues = page.cues_before(phrase.first, 6);
  bool stuck_before =
      phrase.first > 0 && page.touches(phrase.first) && glue(page, phrase.first - 1);
  const bool touches_next = page.touches(phrase.end);
  std::size_t next = phrase.end;
  // "…-Office\": a label behind the number.
  while (next < page.size() && next < phrase.end + 3 && page[next].kind == Kind::mark) ++next;
  // The next sentence is about something else.
  const bool sentence_ends = page.is_mark(phrase.end, '.') && !page.is(phrase.end + 1, Kind::mark);
  const std::uint32_t after = sentence_ends ? 0 : page.cues_after(next, 2);
  cues |= after & (cue_phone | cue_not_phone);
  bool stuck_after = touches_next && glue(page, phrase.end) && (after & cue_phone) == 0;
  if (stuck_after &&
      (page.is_mark(phrase.end, '.') || page.is_mark(phrase.end, '-') ||
       page.is_mark(phrase.end, '*') || page.is_mark(phrase.end, '\\')) &&
      !(page.wordlike(phrase.end + 1) && page.touches(phrase.end + 1)))
    stuck_after = false;  // the end of the sentence

  const bool before_name = page.is(phrase.end, Kind::word) && page[phrase.end].space_before &&
                           page[phrase.end].shape == Shape::capitalised;

  for (std::size_t from = 0; from < phrase.count; ++from) {
    if (from > 0 && phrase.groups[from].before != ' ') continue;
    for (std::size_t to = phrase.count; to > from; --to) {
      if (to < phrase.count && phrase.groups[to].before != ' ') continue;
      const Part part{
          phrase,     from, to, cues, stuck_before && from == 0, stuck_after && to == phrase.count,
          before_name};
      if (part.digits().size() < 4) continue;
      for (const Test test : tests) {
        const auto verdict = test(part);
        if (!verdict) continue;
        const std::size_t first =
            from == 0 ? phrase.first
                      : phrase.groups[from].token - (phrase.groups[from].enclosed ? 1 : 0);
        std::size_t last = phrase.groups[to - 1].token + (phrase.groups[to - 1].enclosed ? 1 : 0);
        if (verdict->type == EntityType::phone_number && to == phrase.count)
          last = std::max(last, extension_behind(page, phrase.end));
        return Found{verdict->type, page[first].begin, page[last].end, verdict->score};
      }
    }
  }
  return std::nullopt;
}

std::optional<Found> find_birthday(const Page& page, std::size_t i) {
  // "12 March 1985", "March 12, 1985", "12 of March"
  if (page[i].kind == Kind::word && !page.is(i + 1, Kind::number) && !page.is(i + 1, Kind::mixed) &&
      !page.is_mark(i + 1, '.'))
    return std::nullopt;
  const bool month_first = page.is(i, Kind::word) && (cues_of(page[i].hash) & cue_month) != 0;
  std::size_t k = i;
  if (month_first) {
    k = i + 1;
    if (page.is_mark(k, '.')) ++k;
    if (!(page.is(k, Kind::number) || page.is(k, Kind::mixed))) return std::nullopt;
  } else {
    if (page[i].kind != Kind::number || page[i].shape != Shape::digits2) return std::nullopt;
    k = i + 1;
    if (page.is_mark(k, '.') || (page.is(k, Kind::word) && page[k].hash == word_hash("of"))) ++k;
    if (!page.is(k, Kind::word) || (cues_of(page[k].hash) & cue_month) == 0) return std::nullopt;
  }
  if ((page.cues_before(i, 6) & cue_birth) == 0) return std::nullopt;
  std::size_t last = k;
  if (page.is_mark(k + 1, ',') || page.is_mark(k + 1, '.')) ++k;
  if (page.is(k + 1, Kind::number) && page[k + 1].shape <= Shape::digits4) last = k + 1;
  return Found{EntityType::date_of_birth, page[i].begin, page[last].end, 0.9};
}

}  // namespace insightflow::privacy
