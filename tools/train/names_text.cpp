#include "names_text.hpp"

#include <insightflow/core/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace insightflow::train {

using privacy::Tag;

namespace {

Words split(std::string_view text, std::string_view marks) {
  Words out;
  while (!text.empty()) {
    const std::size_t mark = text.find_first_of(marks);
    if (mark != 0) out.emplace_back(text.substr(0, mark));
    if (mark == text.npos) break;
    text.remove_prefix(mark + 1);
  }
  return out;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::cerr << "train_names: cannot read " << file << '\n';
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string encode(char32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800)
    return {static_cast<char>(0xC0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3F))};
  return {static_cast<char>(0xE0 | (point >> 12)), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
          static_cast<char>(0x80 | (point & 0x3F))};
}

/// The capital of a letter: what folds to it.
char32_t capital(char32_t point) {
  for (const char32_t lower : {point - 32, point - 1, point - 80})
    if (lower < point && privacy::fold(lower) == point) return lower;
  return point;
}

/// In capitals; with `first` only the first letter of each word.
std::string capitals(std::string_view text, bool first) {
  std::string out;
  bool start = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t point = utf8::decode(text, at);
    if (point != utf8::invalid_code_point && (start || !first))
      out += encode(capital(point));
    else
      out.append(text, begin, at - begin);
    start = point == ' ' || point == '-' || point == '\'';
  }
  return out;
}

}  // namespace

Writer::Writer(const std::filesystem::path& lists,
               const std::vector<std::filesystem::path>& templates, std::uint64_t seed)
    : rng_(seed) {
  lists_["first_names"] = split(read(lists / "first_names.txt"), " \n");
  lists_["surnames"] = split(read(lists / "surnames.txt"), " \n");
  lists_["cities"] = split(read(lists / "cities.txt"), "|\n");
  lists_["countries"] = split(read(lists / "countries.txt"), "|\n");
  for (const std::string& line : split(read(lists / "words.txt"), "\n"))
    if (const std::size_t colon = line.find(": "); line[0] != '#' && colon != line.npos)
      lists_[line.substr(0, colon)] = split(std::string_view(line).substr(colon + 2), "|");
  for (const auto& file : templates)
    for (const std::string& line : split(read(file), "\r\n")) {
      std::string form;
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == 'n') {
          form += '\n';
          ++i;
        } else {
          form += line[i];
        }
      }
      templates_.push_back(form);
    }
}

std::size_t Writer::below(std::size_t n) {
  return static_cast<std::size_t>(rng_.below(n));
}

const std::string& Writer::any(const std::string& list) {
  const Words& words = lists_.at(list);
  return words[below(words.size())];
}

std::string Writer::number(std::size_t digits) {
  std::string out;
  for (std::size_t i = 0; i < digits; ++i) out += static_cast<char>('0' + below(10));
  return out;
}

std::string Writer::coined(const std::string& ends) {
  static const Words starts = split(
      "b c d f g h j k l m n p r s t v w z bl br ch cl cr dr fl fr gl gr kl kr pl pr sch sh sk sl "
      "sm sn "
      "sp st str sv th tr tw wh vl zw zl hr kn st kv dv mr hv tj   ",
      " ");
  static const Words vowels = split(
      "a e i o u a e i o u a e i o ai au ea ee ei ie oo ou ua y ä ö ü å ø á é í ó ú â ê ă ě ů",
      " ");
  static const Words closes = split(
      "b d g k l m n p r s t x l n r s t n r l ck ll nn rr ss tt ld lm ln lt mb nd ng nk nt rd rg "
      "rk rl "
      "rm rn rt sk sp st th tz",
      " ");
  std::string out;
  const std::size_t syllables = 1 + below(2);
  for (std::size_t i = 0; i < syllables; ++i) {
    if (i > 0 || !chance(15)) out += starts[below(starts.size())];
    out += vowels[below(vowels.size())];
    if (chance(i + 1 == syllables ? 75 : 45)) out += closes[below(closes.size())];
  }
  return capitals(out + (chance(80) ? any(ends) : std::string()), true);
}

std::string Writer::first_name() {
  if (chance(8)) return coined("surname_ends").substr(0, std::string::npos);
  const std::string name = capitals(any("first_names"), true);
  return chance(3) ? name + "-" + capitals(any("first_names"), true) : name;
}

std::string Writer::surname() {
  std::string name = chance(35) ? coined("surname_ends") : capitals(any("surnames"), true);
  if (chance(6)) name = any("particles") + std::string(name.empty() ? "" : " ") + name;
  if (chance(4)) name += "-" + capitals(any("surnames"), true);
  return name;
}

std::string Writer::person() {
  const std::string first = first_name();
  const std::size_t form = below(100);
  if (form < 76) return first + " " + surname();
  if (form < 83) return first + " " + static_cast<char>('A' + below(26)) + ". " + surname();
  if (form < 88) return first + " " + first_name() + " " + surname();
  if (form < 92) return first + " " + surname() + " " + any("degrees");
  if (form < 94) return std::string(1, static_cast<char>('A' + below(26))) + ". " + surname();
  if (form < 96) return surname() + ", " + first;
  if (form < 98) return first + " " + surname() + " " + surname();
  return first;
}

std::string Writer::city() {
  std::string name = chance(55) ? capitals(any("cities"), true) : coined("city_ends");
  const std::size_t form = below(100);
  if (form < 6) name = any("city_starts") + (chance(90) ? " " : "") + name;
  if (form >= 94) name += any("city_tails");
  if (form == 50) name += " " + coined("city_ends");
  return name;
}

std::string Writer::country() {
  const std::string& name = any("countries");
  return name.size() <= 3 || name == "u.s." ? capitals(name, false) : capitals(name, true);
}

std::string Writer::company() {
  const auto noun = [&] { return chance(80) ? any("company_words") : coined("company_coin"); };
  const std::size_t form = below(100);
  if (form < 14) return any("companies");
  if (form < 36) return coined("company_coin");
  if (form < 46) return surname() + ", " + surname() + " and " + surname();
  if (form < 52) return surname() + "-" + surname();
  if (form < 60) return surname() + " " + any("company_ends");
  if (form < 74) return noun() + " " + noun() + " " + any("company_ends");
  if (form < 84) return noun() + " " + any("company_ends");
  if (form < 88) return noun() + " " + noun() + " " + noun() + " " + any("company_ends");
  if (form < 91) return city() + " " + noun() + " " + any("company_ends");
  if (form < 94) {
    std::string letters;
    for (std::size_t i = 2 + below(3); i-- > 0;) letters += static_cast<char>('A' + below(26));
    return chance(50) ? letters : letters + " " + any("company_ends");
  }
  if (form < 97) return noun();
  if (form < 98) return surname() + " & " + surname();
  if (form < 99) return capitals(noun(), false) + " " + any("company_ends");
  return noun() + noun();
}

std::string Writer::street() {
  const std::size_t form = below(100);
  const auto name = [&]() -> std::string {
    const std::size_t kind = below(10);
    if (kind < 3) return any("street_names");
    if (kind < 5) return surname();
    if (kind < 6) return first_name();
    if (kind < 7) return person();
    return coined(chance(50) ? "city_ends" : "surname_ends");
  };
  std::string out;
  if (form < 45) {
    out = name() + " " + any("streets_en");
  } else if (form < 63) {
    out = any("streets_before") + " " + name();
    if (chance(25)) out += " " + name();
  } else if (form < 83) {
    const std::string& end = any("streets_end");
    out = chance(75) ? coined("surname_ends") + end
                     : name() + (chance(50) ? "-" : " ") + capitals(end, true);
  } else if (form < 90) {
    out = name() + " " + any("streets_after");
  } else {
    out = coined("city_ends");  // a village whose houses are numbered
    if (chance(30)) out += " " + coined("city_ends");
  }
  const bool numbered = form >= 83 || chance(45);
  if (numbered) out += " " + number(1 + below(3));
  if (numbered && chance(6)) out += static_cast<char>('A' + below(6));
  return out;
}

std::string Writer::secondary() {
  return any("secondary") + " " + number(1 + below(3));
}

std::string Writer::address() {
  const std::size_t form = below(100);
  const std::string state = any("states");
  if (form < 4)
    return "Unit " + number(4) + " Box " + number(4) + "\nDPO " + state + " " + number(5);
  if (form < 8)
    return "PSC " + number(4) + ", Box " + number(4) + "\nAPO " + state + " " + number(5);
  if (form < 12)
    return std::string(chance(50)   ? "USNS "
                       : chance(50) ? "USS "
                                    : "USCGC ") +
           surname() + "\nFPO " + state + " " + number(5);
  std::string zip = number(5);
  if (chance(8))
    zip =
        number(4) + " " + capitals(std::string(1, static_cast<char>('a' + below(26))), false) + "B";
  if (chance(6))
    zip = "S" + std::string(1, static_cast<char>('A' + below(26))) + number(1) + " " + number(1) +
          "LK";
  if (chance(5)) zip += "-" + number(4);
  const Words gaps{" ", "\n", "\n ", ", ", ",\n", "\n  "};
  const auto gap = [&] { return gaps[below(gaps.size())]; };
  std::string out;
  if (chance(85)) out = number(1 + below(4)) + " ";
  out += street();
  if (chance(10)) out += " " + street();
  if (chance(50)) out += gap() + secondary();
  if (form < 22) return out;
  if (form < 40) return out + gap() + zip + " " + city() + (chance(40) ? gap() + country() : "");
  out += gap() + city();
  if (chance(55)) out += (chance(60) ? ", " : gap()) + state;
  if (chance(45)) out += gap() + country();
  if (chance(75)) out += " " + zip;
  return out;
}

std::string Writer::date() {
  const std::string day = std::to_string(1 + below(28));
  const std::string year = std::to_string(1950 + below(80));
  const std::size_t form = below(5);
  if (form == 0)
    return year + "-0" + number(1) + "-1" + number(1) + " 1" + number(1) + ":" + number(2);
  if (form == 1) return std::to_string(1 + below(12)) + "/" + day + "/" + year;
  if (form == 2) return day + " " + any("months") + " " + year;
  if (form == 3) return any("months") + " " + day + ", " + year;
  return any("days");
}

bool Writer::value(std::string_view field, std::string& out, Tag& tag) {
  const auto is = [&](std::string_view start) { return field.substr(0, start.size()) == start; };
  tag = Tag::none;
  if (is("person") || is("name")) {
    tag = Tag::person;
    out = person();
  } else if (is("first_name")) {
    tag = Tag::person;
    out = first_name();
  } else if (is("last_name")) {
    tag = Tag::person;
    out = surname();
  } else if (is("prefix")) {
    tag = Tag::title;
    out = any("titles");
  } else if (is("address")) {
    tag = Tag::address;
    out = address();
  } else if (is("street_name")) {
    tag = Tag::address;
    out = street();
  } else if (is("building_number")) {
    tag = Tag::address;
    out = number(1 + below(4));
  } else if (is("secondary_address")) {
    tag = Tag::address;
    out = secondary();
  } else if (is("state_abbr")) {
    tag = Tag::address;
    out = any("states");
  } else if (is("postcode")) {
    tag = Tag::address;
    out = number(5);
  } else if (is("zipcode")) {
    out = number(5);
  } else if (is("city")) {
    tag = Tag::place;
    out = city();
  } else if (is("country") || is("state")) {
    tag = Tag::place;
    out = country();
  } else if (is("organization")) {
    tag = Tag::organization;
    out = company();
  } else if (is("nation")) {
    tag = Tag::nationality;
    out = any("nationalities");
  } else if (is("day_of_week")) {
    tag = Tag::time;
    out = any("days");
  } else if (is("date")) {
    tag = Tag::time;
    out = date();
  } else if (is("year")) {
    tag = Tag::time;
    out = std::to_string(1900 + below(130));
  } else if (is("age")) {
    out = std::to_string(1 + below(99));
  } else if (is("job")) {
    out = any("jobs");
  } else if (is("phone")) {
    out = "+1 415 555 " + number(4);
  } else if (is("credit_card")) {
    out = "4111 1111 1111 1111";
  } else if (is("email")) {
    out = "a.person@example.com";
  } else if (is("url")) {
    out = "https://example.com/a";
  } else if (is("iban")) {
    out = "GB82WEST12345698765432";
  } else if (is("ssn")) {
    out = "123-45-6789";
  } else if (is("ip_address")) {
    out = "192.0.2.17";
  } else if (is("us_driver_license")) {
    out = "D" + number(7);
  } else {
    return false;
  }
  return true;
}

Sentence Writer::fill(const std::string& form) {
  Sentence out;
  const std::size_t style = below(100);
  for (std::size_t at = 0; at < form.size();) {
    const std::size_t open = form.find("{{", at);
    out.text.append(form, at, open == form.npos ? form.npos : open - at);
    if (open == form.npos) break;
    const std::size_t close = form.find("}}", open);
    std::string text;
    Tag tag{};
    if (close == form.npos ||
        !value(std::string_view(form).substr(open + 2, close - open - 2), text, tag)) {
      out.text += form.substr(open, 2);
      at = open + 2;
      continue;
    }
    at = close + 2;
    // People write names small, and forms print them large.
    if (tag != Tag::none && tag != Tag::title && tag != Tag::time) {
      if (style < 4)
        text = privacy::folded(text);
      else if (tag == Tag::place && chance(10))
        text = capitals(text, false);
      else if (style < 7)
        text = capitals(text, false);
    }
    if (tag != Tag::none)
      out.spans.push_back({out.text.size(), out.text.size() + text.size(), tag});
    out.text += text;
  }
  return out;
}

void Writer::change_case(Sentence& sentence) {
  const std::size_t style = below(100);
  if (style >= 13) return;
  // Letter for letter, so that the spans stay where they are; a letter whose other case has another
  // length stays.
  std::string out;
  for (std::size_t at = 0; at < sentence.text.size();) {
    const std::size_t begin = at;
    const char32_t point = utf8::decode(sentence.text, at);
    std::string letter = sentence.text.substr(begin, at - begin);
    if (point != utf8::invalid_code_point) {
      const std::string changed = style < 9 ? privacy::folded(letter) : capitals(letter, false);
      if (changed.size() == letter.size()) letter = changed;
    }
    out += letter;
  }
  sentence.text = out;
}

Sentence Writer::sentence() {
  Sentence out = fill(templates_[below(templates_.size())]);
  if (chance(15)) {
    Sentence next = fill(templates_[below(templates_.size())]);
    const std::string gap = chance(50) ? " " : chance(50) ? "\n" : ". ";
    for (Span& span : next.spans) {
      span.begin += out.text.size() + gap.size();
      span.end += out.text.size() + gap.size();
      out.spans.push_back(span);
    }
    out.text += gap + next.text;
  }
  // Ordinary words with capitals stand before and behind names.
  if (chance(4)) {
    const std::string word = any("capitalised") + (chance(50) ? ": " : " ");
    for (Span& span : out.spans) {
      span.begin += word.size();
      span.end += word.size();
    }
    out.text = word + out.text;
  }
  change_case(out);
  return out;
}

Sentence Writer::named(std::string_view text) {
  std::string form;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = text.find("[NAME]", at);
    form.append(text.substr(at, mark == text.npos ? text.npos : mark - at));
    if (mark == text.npos) break;
    form += chance(60) ? "{{first_name}}" : chance(60) ? "{{person}}" : "{{last_name}}";
    at = mark + 6;
  }
  Sentence out = fill(form);
  change_case(out);
  return out;
}

namespace {

struct Swap {
  std::string_view words;  ///< Between blanks, in lower case.
  std::array<std::string_view, 3> forms;
};
constexpr std::array swaps{
    Swap{"he", {"{{first_name}}", "{{person}}", "{{prefix}} {{last_name}}"}},
    Swap{"she", {"{{first_name}}", "{{person}}", "{{prefix}} {{last_name}}"}},
    Swap{"him", {"{{first_name}}", "{{person}}", "{{last_name}}"}},
    Swap{"his", {"{{first_name}}'s", "{{person}}'s", "{{last_name}}'s"}},
    Swap{"someone", {"{{first_name}}", "{{person}}", "{{organization}}"}},
    Swap{"somebody", {"{{first_name}}", "{{person}}", "{{organization}}"}},
    Swap{"they", {"{{organization}}", "{{first_name}} and {{first_name}}", "{{organization}}"}},
    Swap{"them", {"{{organization}}", "{{person}}", "{{first_name}} and {{first_name}}"}},
    Swap{"there", {"in {{city}}", "in {{country}}", "to {{city}}, {{country}}"}},
    Swap{"here", {"in {{city}}", "in {{country}}", "at {{building_number}} {{street_name}}"}},
    Swap{"home", {"to {{city}}", "to {{country}}", "to {{address}}"}},
    Swap{"the city", {"{{city}}", "{{city}}", "{{city}}, {{country}}"}},
    Swap{"the town", {"{{city}}", "{{city}}", "{{city}}"}},
    Swap{"this country", {"{{country}}", "{{country}}", "{{country}}"}},
    Swap{"the country", {"{{country}}", "{{country}}", "{{country}}"}},
    Swap{"the world", {"{{country}}", "{{city}}", "{{country}}"}},
    Swap{"the company", {"{{organization}}", "{{organization}}", "the {{organization}}"}},
    Swap{"the store", {"{{organization}}", "the {{organization}}", "{{street_name}}"}},
    Swap{"the bank", {"{{organization}}", "{{organization}}", "the {{organization}}"}},
    Swap{"my bank", {"{{organization}}", "{{organization}}", "{{organization}}"}},
    Swap{"this place", {"{{city}}", "{{organization}}", "{{building_number}} {{street_name}}"}},
    Swap{"my friend", {"{{first_name}}", "{{person}}", "my friend {{first_name}}"}},
    Swap{"my mom", {"{{first_name}}", "my mom {{first_name}}", "{{person}}"}},
    Swap{"my boss", {"{{person}}", "my boss {{first_name}}", "{{last_name}}"}},
    Swap{"the manager", {"{{person}}", "{{first_name}}", "{{prefix}} {{last_name}}"}},
    Swap{"work", {"{{organization}}", "work", "{{organization}} in {{city}}"}},
    Swap{"school", {"{{organization}}", "school", "school in {{city}}"}},
    Swap{"the movie", {"the movie with {{person}}", "the {{person}} movie", "the movie"}},
    Swap{"dude", {"{{first_name}}", "{{person}}", "{{last_name}}"}},
    Swap{"guy", {"{{first_name}}", "{{person}}", "{{last_name}}"}}};

}  // namespace

Sentence Writer::peopled(std::string_view text) {
  const std::string lower = " " + privacy::folded(text) + " ";
  if (lower.size() != text.size() + 2) return {};
  std::vector<std::pair<std::size_t, const Swap*>> places;
  for (const Swap& swap : swaps) {
    const std::string word = " " + std::string(swap.words) + " ";
    for (std::size_t at = lower.find(word); at != lower.npos; at = lower.find(word, at + 1))
      places.push_back({at, &swap});
  }
  if (places.empty()) return {};
  std::sort(places.begin(), places.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string form;
  std::size_t done = 0;
  for (const auto& [at, swap] : places) {
    if (at < done || (places.size() > 1 && chance(30))) continue;
    form.append(text.substr(done, at - done));
    form += swap->forms[below(swap->forms.size())];
    done = at + swap->words.size();
  }
  form.append(text.substr(std::min(done, text.size())));
  Sentence out = fill(form);
  change_case(out);
  return out;
}

Sentence Writer::mistyped(std::string_view text) {
  Words words = split(text, " ");
  for (std::string& word : words) {
    const bool plain =
        std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (!plain || word.size() < 3 || !chance(12)) continue;
    const std::size_t at = below(word.size() - 1);
    switch (below(7)) {
      case 0: std::swap(word[at], word[at + 1]); break;
      case 1: word.erase(at, 1); break;
      case 2: word.insert(at, 1, word[at]); break;
      case 3: word[at] = static_cast<char>('a' + below(26)); break;
      case 4: word = capitals(word, true); break;
      case 5: word = capitals(word, false); break;
      default: {
        word.clear();  // some abbreviation
        const char first = chance(75) ? 'A' : 'a';
        for (std::size_t i = 2 + below(3); i-- > 0;)
          word += static_cast<char>(first + static_cast<char>(below(26)));
      }
    }
  }
  Sentence out;
  for (const std::string& word : words) out.text += (out.text.empty() ? "" : " ") + word;
  const std::size_t style = below(100);
  if (style < 4) out.text = capitals(out.text, true);
  change_case(out);
  return out;
}

}  // namespace insightflow::train
