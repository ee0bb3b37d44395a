#include "bias/inspection.hpp"

#include <algorithm>
#include <array>
#include <map>

/// The form of answer lists: where "not sure" stands, amounts in words, long lists, pictures, and
/// scales that change from question to question.
namespace insightflow::bias {

namespace {

/// Words that lists of amounts without numbers are made of.
bool word_of_amount(std::string_view word) {
  return is_one_of(
      word, {"a",        "lot",    "lots",   "bit",        "little", "some",   "many",   "few",
             "several",  "much",   "not",    "quite",      "very",   "too",    "loads",  "plenty",
             "none",     "hardly", "any",    "great",      "deal",   "only",   "rather", "fairly",
             "moderate", "amount", "short",  "long",       "while",  "time",   "ages",   "of",
             "large",    "small",  "number", "moderately", "tons",   "couple", "huge",   "at",
             "all",      "no",     "almost", "medium",     "high",   "low",    "tiny",   "bits"});
}

bool vague_amount(const Text& label) {
  if (label.tokens.empty() || label.tokens.size() > 5) return false;
  bool amount = false;
  for (const Token& token : label.tokens) {
    if (!word_of_amount(token.word)) return false;
    amount = amount ||
             is_one_of(token.word,
                       {"lot",   "lots",  "bit",    "little", "some",  "many",   "few",  "several",
                        "much",  "loads", "plenty", "deal",   "short", "long",   "ages", "moderate",
                        "large", "small", "tons",   "couple", "huge",  "medium", "high", "low"});
  }
  return amount;
}

/// "how many", "how long", "how much time": what can be counted.
const char* countable(const Text& text) {
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i) {
    if (text.word(i) != "how" || text.tokens[i].quoted) continue;
    const std::string_view next = text.word(i + 1);
    if (next == "often" || next == "frequently") return "times";
    if (next == "many") return "a number";
    if (next == "long" || next == "far") return "a length";
    if (next == "much" &&
        is_one_of(text.word(i + 2), {"time", "money", "water", "sleep", "alcohol", "coffee", "of",
                                     "weight", "rent", "tea", "fruit", "sugar", "electricity"}))
      return "an amount";
    if (next == "much")
      for (std::uint32_t k = i + 2; k < text.tokens.size() && k < i + 6; ++k)
        if (is_one_of(text.word(k), {"spend", "pay", "earn", "save", "weigh", "drink", "cost"}))
          return "an amount";
  }
  return nullptr;
}

/// Lists that have an order of their own: numbers, times, months, schooling.
bool ordered(const Item& item) {
  const LabelList& list = item.list;
  if (list.ordinal || list.ranges || list.numeric || list.construct != Construct::none) return true;
  std::size_t stepped = 0, sorted = 0, counted = 0;
  const Label* before = nullptr;
  for (const Label& label : list.labels) {
    if (label.outside || label.other || label.none) continue;
    ++counted;
    const Text text = analyse(label.core);
    bool step = label.interval.has_value() || text.has(Mark::time_unit) || label.ranked;
    for (const Token& token : text.tokens)
      step = step || is_one_of(token.word,
                               {"school",    "secondary",     "primary",   "bachelor", "bachelor's",
                                "master",    "master's",      "doctorate", "doctoral", "diploma",
                                "degree",    "qualification", "january",   "february", "march",
                                "april",     "june",          "july",      "august",   "september",
                                "october",   "november",      "december",  "monday",   "tuesday",
                                "wednesday", "thursday",      "friday",    "saturday", "sunday"});
    stepped += step;
    sorted += before && std::lexicographical_compare(before->core.begin(), before->core.end(),
                                                     label.core.begin(), label.core.end());
    before = &label;
  }
  return stepped * 2 >= counted || sorted + 1 == counted;
}

/// A picture or a symbol without a word that could be read aloud.
enum class Picture { no, file, symbol };
Picture picture(std::string_view label) {
  const std::string low = lower(label);
  if (low.find("![](") != low.npos) return Picture::file;
  if (const auto image = low.find("<img"); image != low.npos) {
    const auto alt = low.find("alt=", image);
    const bool empty = alt != low.npos && alt + 5 < low.size() &&
                       (low[alt + 4] == '"' || low[alt + 4] == '\'') &&
                       low[alt + 4] == low[alt + 5];
    if (alt == low.npos || empty) return Picture::file;
  }
  if (low.find(' ') == low.npos)
    for (const std::string_view ending : {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})
      if (low.ends_with(ending)) return Picture::file;
  // Letters of every script have two or three bytes from U+00AA on; emoji and arrows stand in
  // U+2190…U+2BFF and in four bytes.
  bool any = false;
  for (std::size_t at = 0; at < label.size();) {
    const auto byte = static_cast<unsigned char>(label[at]);
    if (byte < 0x80) {
      if ((byte >= '0' && byte <= '9') || (low[at] >= 'a' && low[at] <= 'z')) return Picture::no;
      ++at;
      continue;
    }
    const std::size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    const auto next =
        at + 1 < label.size() ? static_cast<unsigned char>(label[at + 1]) : std::uint8_t{0};
    const bool emoji =
        (byte == 0xF0 && next == 0x9F) || (byte == 0xE2 && next >= 0x86 && next < 0xB0);
    const bool joiner = (byte == 0xEF && next == 0xB8) || (byte == 0xE2 && next == 0x80);
    if (!emoji && !joiner) return Picture::no;
    any = any || emoji;
    at += size;
  }
  return any ? Picture::symbol : Picture::no;
}

}  // namespace

void check_misplaced_midpoint(const Item& item, Sink& sink) {
  if (item.kind() == Kind::multiple_choice || item.kind() == Kind::ranking) return;
  const auto& labels = item.list.labels;
  if (item.list.construct == Construct::none || item.list.construct == Construct::yes_no) return;
  std::size_t ranked = 0, first = labels.size(), last = 0, positive = 0, negative = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!labels[i].ranked || labels[i].outside || labels[i].middle) continue;
    ++ranked;
    first = std::min(first, i);
    last = i;
    positive += labels[i].positive;
    negative += labels[i].negative;
  }
  if (ranked < 2) return;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool inside = i > first && i < last;
    if (labels[i].outside && inside) {
      sink.option(item, i,
                  {quote(labels[i].core) + " stands between " + quote(labels[i - 1].core) +
                       " and " + quote(labels[i + 1].core) + " as if it were the middle.",
                   "Move it behind the scale; where a middle is wanted, name it (\"Neither … nor "
                   "…\").",
                   {},
                   Confidence::high});
      return;
    }
    const bool neutral = labels[i].middle && !labels[i].outside;
    if (neutral && !inside && positive > 0 && negative > 0) {
      sink.option(item, i,
                  {quote(labels[i].core) + " is the middle of the scale but stands at its end.",
                   "Put it between the two sides.",
                   {},
                   Confidence::high});
      return;
    }
  }
}

void check_vague_options(const Item& item, Sink& sink) {
  if (!item.listed || item.kind() == Kind::ranking || item.kind() == Kind::matrix) return;
  const char* asked = countable(item.text);
  if (!asked) return;
  const auto& labels = item.list.labels;
  std::size_t amounts = 0, adverbs = 0;
  const Label* example = nullptr;
  for (const Label& label : labels) {
    if (label.outside || label.other || label.interval) continue;
    const bool adverb = label.construct == Construct::frequency && !label.zero && label.rank != 9;
    const bool amount = !adverb && vague_amount(analyse(label.core));
    amounts += amount;
    adverbs += adverb;
    if ((amount || adverb) && !example) example = &label;
  }
  const bool times = std::string_view(asked) == "times";
  if (amounts >= 2 && amounts * 2 >= item.list.substantive) {
    sink.field(item, "options",
               {"The question asks for " + std::string(times ? "a frequency" : asked) +
                    ", but answers such as " + quote(example->core) + " name none.",
                "Offer numbers, e.g. \"None\", \"1 or 2\", \"3 to 5\", \"6 or more\".",
                {},
                Confidence::high});
    return;
  }
  // "Often" where the question names a period: the times could have been counted.
  if (times && adverbs >= 2 && names_time(item) && item.text.has(Mark::period))
    sink.field(item, "options",
               {"The question names a period, so times can be counted, but answers such as " +
                    quote(example->core) + " leave the number open.",
                "Offer numbers of times or days.", Severity::note, Confidence::medium});
}

void check_long_unordered_list(const Item& item, Sink& sink) {
  const survey::Question& question = *item.question;
  if (!item.listed || question.randomize ||
      (item.kind() != Kind::single_choice && item.kind() != Kind::multiple_choice &&
       item.kind() != Kind::ranking))
    return;
  std::size_t count = 0;
  for (std::size_t i = 0; i < item.list.labels.size(); ++i) {
    const Label& label = item.list.labels[i];
    const bool apart = label.outside || label.other || label.none || question.options[i].other ||
                       question.options[i].exclusive;
    count += !apart;
  }
  if (count < 8 || ordered(item)) return;
  sink.field(item, "options",
             {std::to_string(count) + " answers without an order of their own always stand in the "
                                      "same order.",
              "Shuffle them for each respondent (randomize), or sort them by the alphabet.",
              {},
              Confidence::high});
}

void check_inaccessible_type(const Item& item, Sink& sink) {
  const survey::Question& question = *item.question;
  for (std::size_t i = 0; i < item.list.labels.size(); ++i) {
    const Picture seen = picture(item.list.labels[i].source);
    if (seen == Picture::no) continue;
    sink.option(item, i,
                {"The answer " + quote(item.list.labels[i].source) + " is a " +
                     (seen == Picture::file ? "picture" : "symbol") + " without words.",
                 "Write beside it what it shows.", Severity::warning, Confidence::high});
    return;
  }
  if (picture(question.text) == Picture::file) {
    sink.text(
        item, whole_text(item),
        {"The question shows a picture that is not described.",
         "Describe in words what respondents have to see.", Severity::warning, Confidence::high});
    return;
  }
  if (item.kind() == Kind::ranking && question.options.size() > 6)
    sink.field(item, "options",
               {"Putting " + std::to_string(question.options.size()) +
                    " things in order is hard without a mouse, and on a telephone.",
                "Let people choose the three that matter most, or rate each.",
                {},
                Confidence::medium});
}

void check_inconsistent_scales(const Inspection& inspection, Sink& sink) {
  struct Used {
    const Item* item;
    bool rising;
    std::int64_t points;
  };
  std::map<Construct, Used> first;
  for (const Item& item : inspection.items) {
    if (item.kind() == Kind::multiple_choice || item.kind() == Kind::ranking ||
        item.kind() == Kind::nps || item.list.construct == Construct::none ||
        item.list.construct == Construct::yes_no)
      continue;
    const Label* low = nullptr;
    const Label* high = nullptr;
    for (const Label& label : item.list.labels) {
      if (!label.ranked || label.outside) continue;
      if (!low) low = &label;
      high = &label;
    }
    if (!low || low == high || low->rank == high->rank) continue;
    const Used used{&item, high->rank > low->rank,
                    item.listed ? static_cast<std::int64_t>(item.list.substantive) : item.points};
    const auto [known, fresh] = first.try_emplace(item.list.construct, used);
    if (fresh) continue;
    const std::string field = item.listed ? "options" : "scale";
    const std::string name(name_of(item.list.construct));
    if (known->second.rising != used.rising) {
      sink.field(item, field,
                 {"This scale of " + name + " runs from " + quote(low->core) + " to " +
                      quote(high->core) + ", that of question " +
                      std::to_string(known->second.item->index + 1) + " the other way round.",
                  "Let all scales of a kind run the same way.",
                  {},
                  Confidence::high});
    } else if (known->second.points != used.points) {
      sink.field(item, field,
                 {"This scale of " + name + " has " + std::to_string(used.points) +
                      " points, that of question " + std::to_string(known->second.item->index + 1) +
                      " has " + std::to_string(known->second.points) + ".",
                  "Use one scale for what is to be compared.", Severity::note, Confidence::medium});
    }
  }
}

}  // namespace insightflow::bias
