#include "privacy/tokens.hpp"

#include <insightflow/core/utf8.hpp>

#include <array>
#include <string>

namespace insightflow::privacy {

namespace {

enum Class : std::uint8_t { blank, line_end, small, large, digit, other, high };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> out{};
  for (int i = 0; i < 256; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (i == '\n' || i == '\r')
      out[at] = line_end;
    else if (i <= ' ')
      out[at] = blank;
    else if (i >= 'a' && i <= 'z')
      out[at] = small;
    else if (i >= 'A' && i <= 'Z')
      out[at] = large;
    else if (i >= '0' && i <= '9')
      out[at] = digit;
    else if (i >= 0x80)
      out[at] = high;
    else
      out[at] = other;
  }
  return out;
}
constexpr auto classes = make_classes();

constexpr Class class_of(char c) {
  return classes[static_cast<unsigned char>(c)];
}

/// Punctuation, symbols and pictures above ASCII; every other code point counts as a letter.
constexpr bool symbol(char32_t point) {
  return point == utf8::invalid_code_point ||
         (point >= 0x80 && point < 0xC0 && point != 0xAA && point != 0xB5 && point != 0xBA) ||
         point == 0xD7 || point == 0xF7 || (point >= 0x2000 && point < 0x2C00) ||
         (point >= 0x3000 && point < 0x3040) || (point >= 0xFE00 && point < 0xFE70) ||
         (point >= 0xFF00 && point < 0xFF21) || point >= 0x1F000;
}

constexpr bool blank_point(char32_t point) {
  return point == 0xA0 || (point >= 0x2000 && point <= 0x200B) || point == 0x202F ||
         point == 0x3000 || point == 0xFEFF;
}

/// As the UTF-8 bytes of the code point.
std::uint32_t hash_point(std::uint32_t hash, char32_t point) {
  if (point < 0x80) return hash_step(hash, static_cast<unsigned char>(point));
  const auto tail = [&](int shift) {
    hash = hash_step(hash, static_cast<unsigned char>(0x80 | (point >> shift & 0x3F)));
  };
  if (point < 0x800) {
    hash = hash_step(hash, static_cast<unsigned char>(0xC0 | (point >> 6)));
  } else if (point < 0x10000) {
    hash = hash_step(hash, static_cast<unsigned char>(0xE0 | (point >> 12)));
    tail(6);
  } else {
    hash = hash_step(hash, static_cast<unsigned char>(0xF0 | (point >> 18 & 7)));
    tail(12);
    tail(6);
  }
  tail(0);
  return hash;
}

/// What a run of letters and digits holds.
struct Run {
  std::uint32_t hash = hash_start;
  std::uint32_t letters = 0, uppers = 0, lowers = 0, digits = 0;
  bool first_upper = false;

  void letter(bool is_upper, bool is_lower) {
    if (letters + digits == 0) first_upper = is_upper;
    ++letters;
    uppers += is_upper;
    lowers += is_lower;
  }

  Shape shape() const {
    if (letters == 0)
      return digits <= 2   ? Shape::digits2
             : digits <= 4 ? Shape::digits4
             : digits == 5 ? Shape::digits5
                           : Shape::digits6;
    if (digits > 0) return Shape::mixed;
    if (uppers == 0) return lowers == 0 ? Shape::caseless : Shape::lower;
    if (uppers == 1 && first_upper) return letters == 1 ? Shape::single_upper : Shape::capitalised;
    return lowers == 0 ? Shape::upper : Shape::camel;
  }
};

bool letter_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const Class kind = class_of(text[at]);
  if (kind != high) return kind == small || kind == large;
  return !symbol(utf8::decode(text, at));
}

/// The length of an apostrophe at `at`, or 0.
std::size_t apostrophe(std::string_view text, std::size_t at) {
  if (text[at] == '\'') return 1;
  return text.substr(at, 3) == "\xE2\x80\x99" ? 3 : 0;
}

/// Whether what follows an apostrophe belongs to the word: "O'Brien", "don't", but not "Ann's".
bool joins(std::string_view text, std::size_t at) {
  if (!letter_at(text, at)) return false;
  const char c = text[at];
  return (c != 's' && c != 'S') || letter_at(text, at + 1);
}

}  // namespace

char32_t fold(char32_t point) noexcept {
  if (point < 0x80) return point >= 'A' && point <= 'Z' ? point + 32 : point;
  if (point >= 0xC0 && point <= 0xDE && point != 0xD7) return point + 32;
  if (point == 0x130) return 'i';
  if (point == 0x178) return 0xFF;
  if ((point >= 0x100 && point <= 0x137) || (point >= 0x14A && point <= 0x177) ||
      (point >= 0x1E00 && point <= 0x1EFF) || (point >= 0x1DE && point <= 0x21F))
    return point | 1;
  if ((point >= 0x139 && point <= 0x148) || (point >= 0x179 && point <= 0x17E))
    return point + (point & 1);
  if (point >= 0x391 && point <= 0x3A9) return point + 32;
  switch (point) {
    case 0x386: return 0x3AC;
    case 0x388: return 0x3AD;
    case 0x389: return 0x3AE;
    case 0x38A: return 0x3AF;
    case 0x38C: return 0x3CC;
    case 0x38E: return 0x3CD;
    case 0x38F: return 0x3CE;
    default: break;
  }
  if (point >= 0x410 && point <= 0x42F) return point + 32;
  if (point >= 0x400 && point <= 0x40F) return point + 80;
  if (point >= 0x490 && point <= 0x4FF) return point | 1;
  return point;
}

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t point = utf8::decode(text, at);
    const char32_t small_point = point == utf8::invalid_code_point ? point : fold(point);
    if (small_point == point)
      out.append(text, start, at - start);
    else if (small_point < 0x80)
      out += static_cast<char>(small_point);
    else if (small_point < 0x800) {
      out += static_cast<char>(0xC0 | (small_point >> 6));
      out += static_cast<char>(0x80 | (small_point & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (small_point >> 12));
      out += static_cast<char>(0x80 | (small_point >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (small_point & 0x3F));
    }
  }
  return out;
}

void tokenize(std::string_view text, std::vector<Token>& out) {
  out.clear();
  bool space = true;
  std::size_t at = 0;
  const std::size_t size = text.size();
  const auto add = [&](std::size_t begin, Kind kind, Shape shape, std::uint32_t hash,
                       std::uint8_t byte) {
    out.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at), hash, kind,
                   shape, space, byte});
    space = false;
  };
  while (at < size) {
    const std::size_t begin = at;
    const Class first = class_of(text[at]);
    if (first == blank) {
      ++at;
      space = true;
      continue;
    }
    if (first == line_end) {
      int ends = 0;
      while (at < size && (class_of(text[at]) == line_end || class_of(text[at]) == blank))
        ends += text[at++] == '\n';
      add(begin, Kind::line, ends > 1 ? Shape::blank_line : Shape::line, word_hash("\n"), '\n');
      space = true;
      continue;
    }
    if (first == other) {
      ++at;
      const auto byte = static_cast<unsigned char>(text[begin]);
      add(begin, Kind::mark, Shape::mark, hash_step(hash_start, byte), byte);
      continue;
    }
    if (first == high) {
      std::size_t next = at;
      const char32_t point = utf8::decode(text, next);
      if (symbol(point)) {
        at = next;
        if (blank_point(point)) {
          space = true;
          continue;
        }
        add(begin, Kind::mark, Shape::mark, hash_point(hash_start, point), 0x80);
        continue;
      }
    }
    Run run;
    for (; at < size;) {
      const char c = text[at];
      const Class kind = class_of(c);
      if (kind == small) {
        run.hash = hash_step(run.hash, static_cast<unsigned char>(c));
        run.letter(false, true);
        ++at;
      } else if (kind == large) {
        run.hash = hash_step(run.hash, static_cast<unsigned char>(c | 0x20));
        run.letter(true, false);
        ++at;
      } else if (kind == digit) {
        run.hash = hash_step(run.hash, static_cast<unsigned char>(c));
        ++run.digits;
        ++at;
      } else if (kind == high || c == '\'') {
        if (const std::size_t length = run.letters > 0 ? apostrophe(text, at) : 0) {
          if (!joins(text, at + length)) break;
          run.hash = hash_step(run.hash, '\'');
          at += length;
          continue;
        }
        if (kind != high) break;
        std::size_t next = at;
        const char32_t point = utf8::decode(text, next);
        if (symbol(point)) break;
        const char32_t lower = fold(point);
        const bool cased = lower != point || (point < 0x530 && point != 0xAA && point != 0xBA) ||
                           (point >= 0x1E00 && point < 0x2000);
        run.hash = hash_point(run.hash, lower);
        run.letter(lower != point, lower == point && cased);
        at = next;
      } else {
        break;
      }
    }
    const Kind kind = run.letters == 0 ? Kind::number : run.digits == 0 ? Kind::word : Kind::mixed;
    add(begin, kind, run.shape(), run.hash, 0);
  }
}

}  // namespace insightflow::privacy
