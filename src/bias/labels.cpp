#include "bias/labels.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace insightflow::bias {

namespace {

struct Head {
  std::string_view word;
  Construct construct;
  int side;       ///< +1 or -1
  int fixed = 0;  ///< Strength where it does not come from an adverb.
};

// One-sided words stand at their own strength ("excellent"); the rest take an adverb's.
constexpr std::array heads{
    Head{"agree", Construct::agreement, 1},
    Head{"disagree", Construct::agreement, -1},
    Head{"agreement", Construct::agreement, 1},
    Head{"satisfied", Construct::satisfaction, 1},
    Head{"dissatisfied", Construct::satisfaction, -1},
    Head{"unsatisfied", Construct::satisfaction, -1},
    Head{"happy", Construct::satisfaction, 1},
    Head{"unhappy", Construct::satisfaction, -1},
    Head{"pleased", Construct::satisfaction, 1},
    Head{"excellent", Construct::quality, 1, 7},
    Head{"outstanding", Construct::quality, 1, 8},
    Head{"fantastic", Construct::quality, 1, 7},
    Head{"amazing", Construct::quality, 1, 7},
    Head{"great", Construct::quality, 1, 6},
    Head{"good", Construct::quality, 1},
    Head{"well", Construct::quality, 1},
    Head{"poorly", Construct::quality, -1},
    Head{"badly", Construct::quality, -1},
    Head{"fair", Construct::quality, 1, 1},
    Head{"bad", Construct::quality, -1},
    Head{"poor", Construct::quality, -1},
    Head{"terrible", Construct::quality, -1, 7},
    Head{"awful", Construct::quality, -1, 7},
    Head{"likely", Construct::likelihood, 1},
    Head{"unlikely", Construct::likelihood, -1},
    Head{"important", Construct::importance, 1},
    Head{"unimportant", Construct::importance, -1},
    Head{"easy", Construct::ease, 1},
    Head{"difficult", Construct::ease, -1},
    Head{"hard", Construct::ease, -1},
    Head{"concerned", Construct::concern, 1},
    Head{"unconcerned", Construct::concern, -1},
    Head{"worried", Construct::concern, 1},
    Head{"useful", Construct::usefulness, 1},
    Head{"useless", Construct::usefulness, -1},
    Head{"helpful", Construct::usefulness, 1},
    Head{"unhelpful", Construct::usefulness, -1},
    Head{"support", Construct::support, 1},
    Head{"favor", Construct::support, 1},
    Head{"favour", Construct::support, 1},
    Head{"oppose", Construct::support, -1},
    Head{"clear", Construct::clarity, 1},
    Head{"unclear", Construct::clarity, -1},
    Head{"unfair", Construct::fairness, -1},
    Head{"positive", Construct::sentiment, 1},
    Head{"negative", Construct::sentiment, -1},
    Head{"better", Construct::sentiment, 1},
    Head{"worse", Construct::sentiment, -1},
    Head{"comfortable", Construct::sentiment, 1},
    Head{"uncomfortable", Construct::sentiment, -1},
    Head{"confident", Construct::trust, 1},
    Head{"trustworthy", Construct::trust, 1},
    Head{"approve", Construct::support, 1},
    Head{"disapprove", Construct::support, -1},
    Head{"trust", Construct::trust, 1},
    Head{"distrust", Construct::trust, -1},
    Head{"successful", Construct::quality, 1},
    Head{"unsuccessful", Construct::quality, -1},
    Head{"optimistic", Construct::sentiment, 1},
    Head{"pessimistic", Construct::sentiment, -1},
    Head{"untrustworthy", Construct::trust, -1},
};

struct Strength {
  std::string_view word;
  int value;
};
constexpr std::array strengths{
    Strength{"extremely", 6}, Strength{"completely", 6},    Strength{"totally", 6},
    Strength{"entirely", 6},  Strength{"exceptionally", 6}, Strength{"very", 5},
    Strength{"strongly", 5},  Strength{"highly", 5},        Strength{"much", 5},
    Strength{"quite", 3},     Strength{"fairly", 3},        Strength{"moderately", 3},
    Strength{"rather", 3},    Strength{"moderate", 3},      Strength{"somewhat", 2},
    Strength{"some", 2},      Strength{"tend", 2},          Strength{"slightly", 1},
    Strength{"little", 1},    Strength{"bit", 1},           Strength{"mildly", 1},
    Strength{"lot", 5},       Strength{"deal", 6},          Strength{"complete", 6}};

constexpr std::array frequencies{
    Strength{"never", 0},  Strength{"rarely", 2},       Strength{"seldom", 2},
    Strength{"hardly", 2}, Strength{"occasionally", 3}, Strength{"sometimes", 4},
    Strength{"often", 6},  Strength{"frequently", 6},   Strength{"usually", 7},
    Strength{"always", 9}, Strength{"regularly", 6},    Strength{"infrequently", 2}};

template <class Table>
auto lookup(const Table& table, std::string_view word) {
  return std::find_if(table.begin(), table.end(),
                      [&](const auto& row) { return row.word == word; });
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// "3 = Often", "3 - Often", "3: Often" and "3. Often" mean "Often".
std::string_view strip_code(std::string_view label) {
  const auto trim = [](std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
  };
  label = trim(label);
  std::size_t at = 0;
  while (at < label.size() && digit(label[at])) ++at;
  if (at == 0 || at == label.size()) return label;
  std::string_view rest = trim(label.substr(at));
  if (rest.empty() ||
      (rest[0] != '=' && rest[0] != ':' && rest[0] != '-' && rest[0] != '.' && rest[0] != ')'))
    return label;
  rest = trim(rest.substr(1));
  return rest.empty() || digit(rest[0]) ? label : rest;
}

struct Unit {
  std::string_view word;
  int kind;
  double factor;
};
constexpr std::array units{
    Unit{"minute", 1, 1},     Unit{"minutes", 1, 1},    Unit{"min", 1, 1},
    Unit{"mins", 1, 1},       Unit{"hour", 1, 60},      Unit{"hours", 1, 60},
    Unit{"hr", 1, 60},        Unit{"hrs", 1, 60},       Unit{"day", 1, 1440},
    Unit{"days", 1, 1440},    Unit{"week", 1, 10080},   Unit{"weeks", 1, 10080},
    Unit{"month", 1, 43800},  Unit{"months", 1, 43800}, Unit{"year", 1, 525600},
    Unit{"years", 1, 525600}, Unit{"percent", 2, 1}};

constexpr std::array<std::string_view, 11> number_words{
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};

}  // namespace

std::string_view name_of(Construct construct) {
  static constexpr std::array<std::string_view, 17> names{
      "nothing",    "frequency", "agreement", "satisfaction", "quality", "likelihood",
      "importance", "ease",      "concern",   "usefulness",   "support", "clarity",
      "fairness",   "trust",     "degree",    "yes or no",    "feeling"};
  return names[static_cast<std::size_t>(construct)];
}

std::optional<Interval> read_interval(std::string_view label) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  struct Number {
    double value;
    bool has_unit;
  };
  std::array<Number, 2> numbers{};
  std::size_t count = 0;
  bool below = false, below_closed = false, above = false, above_closed = false, range = false;
  bool high_open = false;
  int unit = 0;
  int words = 0;
  for (std::size_t at = 0; at < label.size();) {
    const char c = label[at];
    if (digit(c)) {
      if (count == 2) return std::nullopt;
      double value = 0, place = 0;
      while (at < label.size()) {
        const bool followed = at + 1 < label.size() && digit(label[at + 1]);
        if (digit(label[at])) {
          if (place == 0) {
            value = value * 10 + (label[at] - '0');
          } else {
            value += (label[at] - '0') * place;
            place /= 10;
          }
        } else if (label[at] == ',' && followed) {
          // a thousands separator
        } else if (label[at] == '.' && followed && place == 0) {
          place = 0.1;
        } else {
          break;
        }
        ++at;
      }
      if (at < label.size() && (label[at] == 'k' || label[at] == 'K')) {
        value *= 1000;
        ++at;
      }
      if (at < label.size() && label[at] == '%') unit = 2;
      if (at < label.size() && label[at] == '+') above = above_closed = true;
      numbers[count++] = {value, false};
      continue;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      std::string word;
      while (at < label.size() &&
             ((label[at] >= 'a' && label[at] <= 'z') || (label[at] >= 'A' && label[at] <= 'Z'))) {
        word += lower(label[at]);
        ++at;
      }
      if (++words > 6) return std::nullopt;
      const auto known_unit = lookup(units, word);
      const auto number =
          std::find(number_words.begin(), number_words.end(), std::string_view(word));
      if (known_unit != units.end()) {
        if (count == 0) return std::nullopt;
        if (unit == 0 || unit == 3) unit = known_unit->kind;
        numbers[count - 1].value *= known_unit->factor;
        numbers[count - 1].has_unit = true;
      } else if (is_one_of(word, {"under", "below", "less", "fewer", "younger"})) {
        if (count == 0)
          below = true;
        else if (range)
          high_open = true;
        else
          below = below_closed = true;
      } else if (is_one_of(word, {"over", "above", "more", "older", "least", "longer", "higher"})) {
        above = true;
        above_closed = count > 0 || word == "least";
      } else if (is_one_of(word, {"up", "most", "maximum"})) {
        if (count == 0) below = below_closed = true;
      } else if (word == "to" || word == "until") {
        if (count > 0) range = true;
      } else if (word == "and") {
        if (count > 0 && !above) range = true;
      } else if (is_one_of(word, {"every", "each", "per", "once", "twice", "don", "always"})) {
        return std::nullopt;
      } else if (word == "none") {
        if (count == 0) numbers[count++] = {0, false};
      } else if (number != number_words.end() && count < 2) {
        numbers[count++] = {static_cast<double>(number - number_words.begin()), false};
      } else if (is_one_of(word, {"or", "than", "at", "between", "from", "times", "time", "euros",
                                  "eur", "usd", "gbp", "dollars", "pounds", "people", "employees",
                                  "old", "about", "but"})) {
      } else if (count > 0) {
        if (unit == 0) unit = 3;
      } else {
        return std::nullopt;
      }
      continue;
    }
    if (c == '-' || static_cast<unsigned char>(c) == 0xE2) {
      if (count > 0) range = true;
    } else if (c == '<') {
      below = true;
    } else if (c == '>') {
      above = true;
      above_closed = false;
    }
    ++at;
  }
  if (count == 0) return std::nullopt;
  Interval out;
  out.unit = unit;
  if (count == 2) {
    // "2-3 hours": the unit stands once, for both.
    if (unit == 1 && numbers[1].has_unit && !numbers[0].has_unit) {
      const std::size_t gap = label.find_first_of("0123456789");
      double bare = 0;
      for (std::size_t i = gap; i < label.size() && digit(label[i]); ++i)
        bare = bare * 10 + (label[i] - '0');
      for (const Unit& each : units)
        if (label.find(each.word) != label.npos) numbers[0].value = bare * each.factor;
    }
    if (!range || numbers[0].value > numbers[1].value) return std::nullopt;
    out.low = numbers[0].value;
    out.high = numbers[1].value;
    out.high_closed = !high_open;
    return out;
  }
  const double value = numbers[0].value;
  if (below && !above) {
    out.low = -infinity;
    out.high = value;
    out.high_closed = below_closed;
  } else if (above) {
    out.low = value;
    out.low_closed = above_closed;
    out.high = infinity;
  } else {
    if (range) return std::nullopt;
    out.low = out.high = value;
    out.single = true;
  }
  return out;
}

Label read_label(std::string_view source) {
  Label label;
  label.source = source;
  label.core = strip_code(source);
  const Text text = analyse(label.core);
  label.other = text.has(Mark::other);
  label.opt_out = text.has(Mark::opt_out);
  label.none = text.has(Mark::none_of);
  label.outside = text.has(Mark::uncertain) || label.opt_out;
  label.bare_number =
      !label.core.empty() && std::all_of(label.core.begin(), label.core.end(),
                                         [](char c) { return digit(c) || c == '-' || c == '+'; });
  label.interval = label.outside ? std::nullopt : read_interval(label.core);
  if (label.outside || label.bare_number) return label;

  int strength = 0, frequency = -1;
  bool negated = false, at_all = false, too = false;
  const Head* head = nullptr;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const std::string& word = text.tokens[i].word;
    if (const auto it = lookup(strengths, word); it != strengths.end()) strength = it->value;
    if (const auto it = lookup(frequencies, word); it != frequencies.end()) frequency = it->value;
    if (const auto it = lookup(heads, word); it != heads.end() && !head) head = &*it;
    if (is_one_of(word, {"not", "no", "don't", "none"})) negated = true;
    too = too || word == "too";
    if (word == "all" && i > 0 && text.tokens[i - 1].word == "at") at_all = true;
  }
  if (text.tokens.size() > 5 && !text.has(Mark::midpoint)) return label;
  if (text.has(Mark::midpoint) && (text.tokens[0].word == "neither" || !(head && head->fixed))) {
    label.middle = label.ranked = true;
    if (head) label.construct = head->construct;
    return label;
  }
  if (head) {
    label.construct = head->construct;
    label.ranked = true;
    if (negated && at_all) {
      label.zero = true;
    } else {
      const int side = negated ? -head->side : head->side;
      const int value = head->fixed ? head->fixed : strength ? strength : 4;
      label.rank = side * (negated ? 2 : value);
      label.positive = side > 0;
      label.negative = side < 0;
      label.denied = negated;
    }
    return label;
  }
  if (frequency >= 0 && text.tokens.size() <= 3) {
    label.construct = Construct::frequency;
    label.ranked = true;
    // "almost" steps back from an end, "very" towards it.
    const std::string& adverb = text.tokens[0].word;
    const int outward = frequency > 4 ? 1 : -1;
    label.rank = frequency;
    if (is_one_of(adverb, {"almost", "nearly", "somewhat", "fairly", "quite"}))
      label.rank -= outward;
    else if (adverb == "very" && frequency > 0 && frequency < 9)
      label.rank += outward;
    label.zero = label.rank == 0;
    return label;
  }
  if (text.tokens.size() == 1 && (text.tokens[0].word == "yes" || text.tokens[0].word == "no")) {
    label.construct = Construct::yes_no;
    return label;
  }
  // "Much less", "A little more": steps to either side of "About the same".
  const std::string_view last = text.word(text.tokens.size() - 1);
  const bool less = is_one_of(last, {"less", "fewer", "lower", "smaller", "slower", "weaker"});
  const bool more = is_one_of(last, {"more", "higher", "larger", "bigger", "faster", "stronger"});
  if ((less || more) && !label.interval && !negated && text.tokens.size() <= 3) {
    label.construct = Construct::degree;
    label.ranked = true;
    label.positive = more;
    label.negative = less;
    label.rank = (more ? 1 : -1) * (strength ? strength : 4);
    return label;
  }
  // "Much too strict" and "much too lenient" are no degrees of one thing.
  if ((negated && at_all) || (strength > 0 && !too)) {
    label.construct = Construct::degree;
    label.ranked = true;
    label.zero = negated;
    label.rank = negated ? 0 : strength;
  }
  return label;
}

const Hit* agreement_request(const Text& text) {
  if (!text.has(Mark::agree_request)) return nullptr;
  for (const Hit& hit : text.hits)
    if (hit.mark == Mark::agree_request && !text.bears(hit.first, Mark::crowd)) return &hit;
  return nullptr;
}

Construct asked_construct(const Text& text) {
  if (agreement_request(text)) return Construct::agreement;
  for (std::size_t i = 0; i + 1 < text.tokens.size(); ++i)
    if (text.tokens[i].word == "how" &&
        (text.tokens[i + 1].word == "often" || text.tokens[i + 1].word == "frequently"))
      return Construct::frequency;
  // "How easy …", "Rate your trust …", "Rate the fairness …": the word that carries the request.
  static constexpr std::array nouns{Strength{"satisfaction", int(Construct::satisfaction)},
                                    Strength{"trust", int(Construct::trust)},
                                    Strength{"fairness", int(Construct::fairness)},
                                    Strength{"concern", int(Construct::concern)},
                                    Strength{"importance", int(Construct::importance)},
                                    Strength{"ease", int(Construct::ease)},
                                    Strength{"usefulness", int(Construct::usefulness)},
                                    Strength{"clarity", int(Construct::clarity)}};
  // Words that carry a request only right behind "rate", "indicate" and the like.
  static constexpr std::array rated{Strength{"quality", int(Construct::quality)},
                                    Strength{"confidence", int(Construct::trust)},
                                    Strength{"likelihood", int(Construct::likelihood)},
                                    Strength{"support", int(Construct::support)}};
  for (std::size_t i = 0; i < text.tokens.size() && i < 6; ++i) {
    const std::string& word = text.tokens[i].word;
    const std::string before = i ? text.tokens[i - 1].word : "";
    if (before == "how") {
      if (word == "fair") return Construct::fairness;
      if (word == "much" || word == "well" || word == "many") return Construct::none;
      if (const auto it = lookup(heads, word); it != heads.end()) return it->construct;
    }
    if ((before == "your" || before == "the") && text.tokens[0].word != "how" &&
        text.tokens[0].word != "what")
      if (const auto it = lookup(nouns, word); it != nouns.end())
        return static_cast<Construct>(it->value);
    if ((before == "your" || before == "the") && i >= 2 && text.bears(i - 2, Mark::instruction))
      if (const auto it = lookup(rated, word); it != rated.end())
        return static_cast<Construct>(it->value);
  }
  return Construct::none;
}

namespace {

/// "Stable" beside "Unstable", "Fair" beside "Unfair": the pair itself tells the two sides apart.
void read_antonyms(std::vector<Label>& labels) {
  // Two bare words ("Employed", "Unemployed") are kinds, not steps.
  std::size_t steps = 0;
  for (const Label& label : labels) steps += !label.core.empty();
  if (steps <= 2 && std::none_of(labels.begin(), labels.end(), [](const Label& label) {
        return label.core.find(' ') != label.core.npos;
      }))
    return;
  std::vector<std::string> last_words;
  for (const Label& label : labels) {
    std::string word = lower(label.core.substr(label.core.find_last_of(' ') + 1));
    if (word.size() > 40) word.clear();
    last_words.push_back(std::move(word));
  }
  const auto opposite = [&](const std::string& word) {
    for (const std::string_view prefix : {"un", "dis", "in", "im"})
      if (std::find(last_words.begin(), last_words.end(), std::string(prefix) + word) !=
          last_words.end())
        return 1;
    for (const std::string_view prefix : {"un", "dis", "in", "im"})
      if (word.size() > prefix.size() + 2 && word.starts_with(prefix) &&
          std::find(last_words.begin(), last_words.end(), word.substr(prefix.size())) !=
              last_words.end())
        return -1;
    return 0;
  };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Label& label = labels[i];
    if (label.outside || label.middle || label.construct == Construct::frequency ||
        label.core.size() > 60 || last_words[i].size() < 3)
      continue;
    const int side = opposite(last_words[i]);
    if (side == 0 || label.positive || label.negative || label.zero) {
      // "Fair" stands for a quality only where no "Unfair" says otherwise.
      if (!(side != 0 && last_words[i] == "fair")) continue;
    }
    int strength = 4;
    const std::string_view first = label.core.substr(0, label.core.find(' '));
    for (const Strength& each : strengths)
      if (first.size() == each.word.size() &&
          std::equal(first.begin(), first.end(), each.word.begin(),
                     [](char a, char b) { return (a | 32) == b; }))
        strength = each.value;
    label.ranked = true;
    label.rank = side * strength;
    label.positive = side > 0;
    label.negative = side < 0;
    label.construct = last_words[i].ends_with("fair") ? Construct::fairness : Construct::sentiment;
  }
}

}  // namespace

LabelList read_labels(const std::vector<std::string_view>& sources) {
  LabelList list;
  std::array<std::size_t, 17> seen{};
  std::size_t numbers = 0, ranked = 0, intervals = 0, ranges = 0;
  int unit = -1;
  bool same_unit = true;
  list.labels.reserve(sources.size());
  for (const std::string_view source : sources) {
    list.labels.push_back(read_label(source));
  }
  if (list.labels.size() <= 12) read_antonyms(list.labels);
  for (const Label& label : list.labels) {
    list.has_other = list.has_other || label.other;
    list.has_opt_out = list.has_opt_out || label.opt_out;
    list.has_none = list.has_none || label.none;
    list.has_uncertain = list.has_uncertain || label.outside;
    if (label.outside || label.core.empty() || label.other) continue;
    ++list.substantive;
    numbers += label.bare_number;
    ranked += label.ranked;
    if (label.construct != Construct::none) ++seen[static_cast<std::size_t>(label.construct)];
    if (label.interval) {
      ++intervals;
      ranges += !label.interval->single;
      if (!(label.interval->single && label.interval->low == 0)) {
        // A word we do not know ("30 oder mehr") changes no number.
        const int scaled = label.interval->unit == 3 ? 0 : label.interval->unit;
        if (unit >= 0 && unit != scaled) same_unit = false;
        unit = scaled;
      }
    }
  }
  if (list.substantive == 0) return list;
  list.numeric = numbers == list.substantive && list.substantive >= 2;
  list.ordinal = ranked == list.substantive && list.substantive >= 2;
  list.ranges = intervals == list.substantive && ranges >= 2 && same_unit;
  const auto most = std::max_element(seen.begin() + 1, seen.end());
  if (*most * 5 >= list.substantive * 3)
    list.construct = static_cast<Construct>(most - seen.begin());
  return list;
}

}  // namespace insightflow::bias
