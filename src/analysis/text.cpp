#include <insightflow/analysis/text.hpp>
#include <insightflow/core/utf8.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <limits>

namespace insightflow::analysis {

namespace {

constexpr std::size_t max_word_bytes = 128;

enum class Class : std::uint8_t { other, letter, digit, space, new_line, ideograph, joiner, emoji };

constexpr std::array<Class, 128> ascii_classes = [] {
  std::array<Class, 128> out{};
  for (int c = 0; c < 128; ++c)
    out[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? Class::letter
             : c >= '0' && c <= '9'                           ? Class::digit
             : c == '\n' || c == '\r'                         ? Class::new_line
             : c <= ' ' || c == 127                           ? Class::space
                                                              : Class::other;
  return out;
}();

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
constexpr bool within(const std::array<Range, N>& ranges, char32_t point) {
  for (const Range& range : ranges)
    if (point >= range.first && point <= range.last) return true;
  return false;
}

constexpr std::array emoji_ranges{Range{0x1F1E6, 0x1F1FF}, Range{0x1F300, 0x1FAFF},
                                  Range{0x2600, 0x27BF},   Range{0x2B50, 0x2B55},
                                  Range{0x2190, 0x21FF},   Range{0x231A, 0x23FF}};
constexpr std::array ideograph_ranges{Range{0x3041, 0x30FF}, Range{0x3400, 0x4DBF},
                                      Range{0x4E00, 0x9FFF}, Range{0xF900, 0xFAFF},
                                      Range{0x20000, 0x3FFFF}};
/// What may follow an emoji as part of it: variation selector, skin tones, tags, keycap.
constexpr std::array emoji_modifiers{Range{0xFE0E, 0xFE0F}, Range{0x1F3FB, 0x1F3FF},
                                     Range{0xE0020, 0xE007F}, Range{0x20E3, 0x20E3}};
constexpr char32_t zero_width_joiner = 0x200D;
constexpr char32_t typographic_apostrophe = 0x2019;

Class class_of(char32_t point) {
  if (point < 128) return ascii_classes[point];
  if (point == utf8::invalid_code_point) return Class::space;
  if (point == 0x2028 || point == 0x2029 || point == 0x85) return Class::new_line;
  if (within(emoji_ranges, point)) return Class::emoji;
  if (within(ideograph_ranges, point)) return Class::ideograph;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_NL: return Class::letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO: return Class::digit;
    case UTF8PROC_CATEGORY_CF: return Class::joiner;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS: return Class::space;
    default: return Class::other;
  }
}

constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr char lower(char c) {
  return is_upper(c) ? static_cast<char>(c + 32) : c;
}

/// The small letter or digit a byte stands for inside a word; 0 for everything else.
constexpr auto word_bytes = [] {
  std::array<char, 256> out{};
  for (std::size_t c = 0; c < ascii_classes.size(); ++c)
    if (ascii_classes[c] == Class::letter || ascii_classes[c] == Class::digit)
      out[c] = lower(static_cast<char>(c));
  return out;
}();

/// Longest first within one first character, so that the first match is the right one.
constexpr std::array<std::string_view, 43> emoticons{
    ":'-(", ":'-)", ">:-(", ":'(", ":')", ":-)", ":-(", ":-D",  ":-P", ":-p", ":-/",
    ":-|",  ":-*",  ":-o",  ":-O", ">:(", ";-)", "=-)", "<\\3", "</3", "^_^", "-_-",
    ":)",   ":(",   ":D",   ":P",  ":p",  ":/",  ":|",  ":*",   ":o",  ":O",  ";)",
    ";(",   ";D",   "=)",   "=(",  "=D",  "<3",  "xD",  "XD",   ":]",  ":["};

/// Which characters follow a first one in any face, a bit each.
constexpr auto face_seconds = [] {
  std::array<std::array<std::uint64_t, 2>, 128> out{};
  for (const std::string_view face : emoticons)
    out[static_cast<unsigned char>(face[0])][face[1] / 64] |= std::uint64_t{1} << face[1] % 64;
  return out;
}();

class Pass {
 public:
  Pass(std::string_view text, TokenizedText& out) : text_(text), out_(out) {}

  void run() {
    while (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 128) {
        step_ascii(ascii_classes[byte]);
      } else {
        std::size_t next = at_;
        const char32_t point = utf8::decode(text_, next);
        step_unicode(class_of(point), next);
      }
    }
  }

 private:
  void step_ascii(Class kind) {
    switch (kind) {
      case Class::letter:
        if (!address() && !emoticon()) word();
        return;
      case Class::digit: word(); return;
      case Class::new_line: new_line_ = true; [[fallthrough]];
      case Class::space:
        spaced_ = true;
        ++at_;
        return;
      default: break;
    }
    const char c = text_[at_];
    if ((c == '@' || c == '#') && named(c == '@' ? TokenKind::handle : TokenKind::hashtag)) return;
    if (emoticon()) return;
    if (c == '-' && !spaced_ && at_ + 1 < text_.size() && after_word_ &&
        starts_word(at_ + 1)) {  // a hyphen inside a compound
      ++at_;
      return;
    }
    std::size_t end = at_;
    while (end < text_.size() && text_[end] == c) ++end;
    punctuation(end);
  }

  void step_unicode(Class kind, std::size_t next) {
    switch (kind) {
      case Class::letter:
      case Class::digit: word(); return;
      case Class::ideograph:
        emit(TokenKind::word, next, text_.substr(at_, next - at_));
        after_word_ = true;
        return;
      case Class::emoji: emoji(next); return;
      case Class::new_line: new_line_ = true; [[fallthrough]];
      case Class::space:
        spaced_ = true;
        at_ = next;
        return;
      case Class::joiner: at_ = next; return;
      case Class::other: punctuation(next); return;
    }
  }

  Token& emit(TokenKind kind, std::size_t end, std::string_view form) {
    Token& token = out_.tokens.emplace_back();
    token.start = static_cast<std::uint32_t>(at_);
    token.end = static_cast<std::uint32_t>(end);
    token.form_start = static_cast<std::uint32_t>(out_.forms.size());
    out_.looked_at += end - at_;
    token.form_size = static_cast<std::uint32_t>(form.size());
    token.kind = kind;
    token.spaced = spaced_;
    token.new_line = new_line_;
    token.linked = after_word_ && !new_line_;
    out_.forms += form;
    at_ = end;
    spaced_ = new_line_ = after_word_ = false;
    return token;
  }

  void punctuation(std::size_t end) {
    emit(TokenKind::punctuation, end, text_.substr(at_, end - at_));
  }

  bool starts_word(std::size_t at) const {
    const char32_t point = utf8::decode(text_, at);
    const Class kind = class_of(point);
    return kind == Class::letter || kind == Class::digit;
  }

  /// Words and numbers. The form is built along the way for ASCII; a word with anything else in it
  /// is normalised as a whole.
  void word() {
    const std::size_t start = at_;
    std::size_t at = at_;
    char* const form = form_.data();
    std::size_t size = 0;
    bool plain = true, elongated = false, digits = true;
    std::size_t letters = 0, capitals = 0;
    const std::size_t limit = std::min(text_.size(), start + max_word_bytes);
    while (at < limit) {
      const char c = text_[at];
      const char folded = word_bytes[static_cast<unsigned char>(c)];
      if (folded > '9') {
        ++letters;
        capitals += folded != c;
        if (size >= 2 && form[size - 1] == folded && form[size - 2] == folded)
          elongated = true;
        else
          form[size++] = folded;
        ++at;
        continue;
      }
      if (static_cast<unsigned char>(c) < 128) {
        digits = digits && letters == 0;
        if (folded == 0 && (at == start || at + 1 >= text_.size() || !inner(c, at, digits))) break;
        form[size++] = c;
        ++at;
        continue;
      }
      digits = digits && letters == 0;
      std::size_t next = at;
      const char32_t point = utf8::decode(text_, next);
      if (point == typographic_apostrophe) {
        if (at == start || digits || next >= text_.size() || !starts_word(next)) break;
        form[size++] = '\'';
      } else {
        const Class kind = class_of(point);
        if (kind != Class::letter && kind != Class::digit && kind != Class::joiner) break;
        std::copy(text_.begin() + static_cast<std::ptrdiff_t>(at),
                  text_.begin() + static_cast<std::ptrdiff_t>(next), form + size);
        size += next - at;
        plain = false;
        digits = digits && kind == Class::digit;
      }
      at = next;
    }
    digits = digits && letters == 0;
    std::string_view spelling(form, size);
    if (!plain) spelling = fold(spelling);
    if (plain && at + 1 < text_.size() && text_[at] == '@' && starts_word(at + 1)) return mail(at);
    Token& token = emit(digits ? TokenKind::number : TokenKind::word, at, spelling);
    token.capital = is_upper(text_[start]);
    token.shouted = letters >= 2 && capitals == letters;
    token.elongated = elongated;
    after_word_ = true;
  }

  /// An apostrophe between letters, a point or comma between digits.
  bool inner(char c, std::size_t at, bool digits) const {
    const auto next = static_cast<unsigned char>(text_[at + 1]);
    if (c == '\'') return !digits && (next >= 128 || ascii_classes[next] == Class::letter);
    if (c == '.' || c == ',') return digits && next < 128 && ascii_classes[next] == Class::digit;
    return false;
  }

  void mail(std::size_t at) {
    while (at < text_.size() && at - at_ < 2 * max_word_bytes) {
      const auto byte = static_cast<unsigned char>(text_[at]);
      const bool part =
          byte < 128 &&
          (ascii_classes[byte] == Class::letter || ascii_classes[byte] == Class::digit ||
           text_[at] == '@' || text_[at] == '-' || text_[at] == '_' ||
           (text_[at] == '.' && at + 1 < text_.size() && starts_word(at + 1)));
      if (!part) break;
      ++at;
    }
    emit(TokenKind::address, at, "@");
  }

  /// NFKC and case folding (utf8proc). Falls back to the spelling as it is.
  std::string_view fold(std::string_view form) {
    constexpr auto options = static_cast<utf8proc_option_t>(
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(form.data());
    const auto size = static_cast<utf8proc_ssize_t>(form.size());
    utf8proc_ssize_t needed = utf8proc_decompose(
        bytes, size, points_.data(), static_cast<utf8proc_ssize_t>(points_.size()), options);
    if (needed < 0 || needed > static_cast<utf8proc_ssize_t>(points_.size()) - 1) return form;
    needed = utf8proc_reencode(points_.data(), needed, options);
    if (needed < 0) return form;
    return {reinterpret_cast<const char*>(points_.data()), static_cast<std::size_t>(needed)};
  }

  bool address() {
    const char first = lower(text_[at_]);
    if (first != 'h' && first != 'w') return false;
    const auto prefix = [&](std::string_view lead) {
      if (text_.size() - at_ <= lead.size()) return false;
      for (std::size_t i = 0; i < lead.size(); ++i)
        if (lower(text_[at_ + i]) != lead[i]) return false;
      return true;
    };
    if (!prefix("http://") && !prefix("https://") && !prefix("www.")) return false;
    std::size_t end = at_;
    while (end < text_.size() && static_cast<unsigned char>(text_[end]) > ' ') ++end;
    out_.looked_at += end - at_;
    while (end > at_ + 1 &&
           std::string_view(".,;:!?)]}'\"").find(text_[end - 1]) != std::string_view::npos)
      --end;
    emit(TokenKind::address, end, "://");
    return true;
  }

  bool named(TokenKind kind) {
    std::size_t end = at_ + 1;
    std::size_t size = 0;
    while (end < text_.size() && end - at_ < max_word_bytes) {
      const auto byte = static_cast<unsigned char>(text_[end]);
      if (byte >= 128 || (ascii_classes[byte] != Class::letter &&
                          ascii_classes[byte] != Class::digit && byte != '_'))
        break;
      form_[size++] = lower(text_[end++]);
    }
    if (size == 0) return false;
    emit(kind, end, {form_.data(), size});
    return true;
  }

  bool emoticon() {
    // Most faces fail at their second character.
    if (!may_begin_face(at_) || after_glued_word()) return false;
    for (const std::string_view face : emoticons) {
      if (text_.substr(at_, face.size()) != face) continue;
      const std::size_t end = at_ + face.size();
      // "XDocument" and "a :port" are no faces.
      if (end < text_.size() && starts_word(end)) continue;
      if (face.back() == '/' && end < text_.size() && text_[end] == '/') continue;
      emit(TokenKind::emoji, end, face);
      return true;
    }
    return false;
  }

  bool may_begin_face(std::size_t at) const {
    if (at + 1 >= text_.size()) return false;
    const auto first = static_cast<unsigned char>(text_[at]);
    const auto second = static_cast<unsigned char>(text_[at + 1]);
    return first < 128 && second < 128 &&
           (face_seconds[first][second / 64] >> second % 64 & 1) != 0;
  }

  /// Letters that may begin a face ("xD") do so only at the start of a word.
  bool after_glued_word() const {
    return after_word_ && !spaced_ &&
           ascii_classes[static_cast<unsigned char>(text_[at_])] == Class::letter;
  }

  void emoji(std::size_t end) {
    const std::string_view base = text_.substr(at_, end - at_);
    std::size_t first = at_;
    const char32_t lead = utf8::decode(text_, first);
    if (lead >= 0x1F1E6 && lead <= 0x1F1FF) {  // flags are pairs
      std::size_t next = end;
      if (next < text_.size()) {
        const char32_t second = utf8::decode(text_, next);
        if (second >= 0x1F1E6 && second <= 0x1F1FF) {
          emit(TokenKind::emoji, next, text_.substr(at_, next - at_));
          return;
        }
      }
    }
    while (end < text_.size()) {
      std::size_t next = end;
      const char32_t point = utf8::decode(text_, next);
      if (within(emoji_modifiers, point)) {
        end = next;
      } else if (point == zero_width_joiner && next < text_.size()) {
        std::size_t joined = next;
        if (!within(emoji_ranges, utf8::decode(text_, joined))) break;
        end = joined;
      } else {
        break;
      }
    }
    emit(TokenKind::emoji, end, base);
  }

  std::string_view text_;
  TokenizedText& out_;
  std::size_t at_ = 0;
  bool spaced_ = false, new_line_ = false, after_word_ = false;
  std::array<char, max_word_bytes + 8> form_;
  std::array<utf8proc_int32_t, 4 * max_word_bytes> points_;  // room to work in
};

constexpr std::array<std::string_view, 26> abbreviations{
    "approx", "apt", "ave", "blvd", "ca",  "cf", "co", "dept", "dr", "e.g", "eg", "est", "fig",
    "ft",     "hwy", "ie",  "i.e",  "inc", "jr", "mr", "mrs",  "ms", "mt",  "sr", "st",  "vs"};

class SentencePass {
 public:
  explicit SentencePass(TokenizedText& out) : out_(out) {}

  void run() {
    const auto& tokens = out_.tokens;
    std::uint32_t first = 0;
    for (std::uint32_t i = 0; i < tokens.size(); ++i) {
      if (i + 1 < tokens.size() && !ends_after(first, i)) continue;
      out_.sentences.push_back({tokens[first].start, tokens[i].end, first, i + 1});
      first = i + 1;
    }
  }

 private:
  bool ends_after(std::uint32_t first, std::uint32_t i) const {
    const auto& tokens = out_.tokens;
    const Token& next = tokens[i + 1];
    if (next.new_line) return true;
    std::uint32_t last = i;
    while (last > first && last + 2 > i && closes(tokens[last])) --last;
    if (tokens[last].kind != TokenKind::punctuation) return false;
    const std::string_view mark = out_.form(tokens[last]);
    if (mark == "。" || mark == "！" || mark == "？") return !closes(next);
    if (!next.spaced) return false;
    if (mark[0] == '!' || mark[0] == '?' || mark == "؟" || mark == "।" || mark == "۔")
      return next.kind != TokenKind::punctuation;
    if (mark == "…" || (mark[0] == '.' && mark.size() > 1)) return next.capital;
    return mark == "." && !abbreviated(first, last, next);
  }

  bool closes(const Token& token) const {
    if (token.kind != TokenKind::punctuation || token.spaced) return false;
    const std::string_view mark = out_.form(token);
    return mark == "\"" || mark == "'" || mark == ")" || mark == "]" || mark == "”" ||
           mark == "’" || mark == "」" || mark == "»";
  }

  bool abbreviated(std::uint32_t first, std::uint32_t point, const Token& next) const {
    if (point == first) return true;
    const Token& before = out_.tokens[point - 1];
    const std::string_view form = out_.form(before);
    if (before.kind == TokenKind::number && point - 1 == first) return true;  // "1. Parking"
    if (form == "etc" || form == "no") return form == "etc" && !next.capital;
    if (form.size() == 1 && before.kind == TokenKind::word) return form != "i";
    return std::find(abbreviations.begin(), abbreviations.end(), form) != abbreviations.end();
  }

  TokenizedText& out_;
};

}  // namespace

void tokenize(std::string_view text, TokenizedText& out) {
  out.tokens.clear();
  out.sentences.clear();
  out.forms.clear();
  out.looked_at = 0;
  text = text.substr(0, std::numeric_limits<std::uint32_t>::max() / 4);
  out.forms.reserve(text.size());
  out.tokens.reserve(text.size() / 4);
  Pass(text, out).run();
  SentencePass(out).run();
}

std::string_view singular(std::string_view form, std::string& scratch) {
  const auto ends = [&](std::string_view tail) { return form.ends_with(tail); };
  if (ends("'s")) form.remove_suffix(2);
  if (form.size() < 4 || !ends("s") || ends("ss") || ends("us") || ends("is")) return form;
  if (ends("ies") && !ends("eies") && !ends("aies")) {
    if (form.size() == 4) return form.substr(0, 3);
    scratch.assign(form.substr(0, form.size() - 3));
    scratch += 'y';
    return scratch;
  }
  for (const std::string_view tail : {"xes", "ches", "shes", "sses", "zzes"})
    if (ends(tail)) return form.substr(0, form.size() - 2);
  return form.substr(0, form.size() - 1);
}

}  // namespace insightflow::analysis
