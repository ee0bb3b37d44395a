#include "bias/inspection.hpp"

#include <algorithm>
#include <cmath>

/// Words that different people measure differently: degrees, absolutes, times, conjecture.
namespace insightflow::bias {

bool names_time(const Item& item) {
  const Text& text = item.text;
  if (text.has(Mark::period)) return true;
  for (std::uint32_t i = 1; i < text.tokens.size(); ++i) {
    const std::string& before = text.tokens[i - 1].word;
    if (text.bears(i, Mark::time_unit) &&
        (is_one_of(before, {"a", "per", "each", "every", "this", "last", "past", "previous", "one",
                            "typical", "average", "usual", "the", "on", "in"}) ||
         (before[0] >= '0' && before[0] <= '9')))
      return true;
    // "in 2025", "since March"
    if (text.tokens[i].word.size() == 4 &&
        text.tokens[i].word.find_first_not_of("0123456789") == std::string::npos && before == "in")
      return true;
  }
  const auto says_time = [](std::string_view label) {
    const Text read = analyse(label);
    return read.has(Mark::time_unit) || read.has(Mark::period);
  };
  for (const Label& label : item.list.labels)
    if (says_time(label.core)) return true;
  return !item.question->help.empty() && says_time(item.question->help);
}

namespace {

/// "Have you …", "Did you …", "How many … have you …": about an act or trait of the respondent.
bool asks_about_you(const Text& text) {
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i)
    if (text.tokens[i].part == Part::auxiliary && text.word(i + 1) == "you") return true;
  return false;
}

/// "good service", "a reasonable amount", "is … safe": a measure that each sets for himself.
std::optional<std::uint32_t> unmeasured(const Text& text) {
  for (std::uint32_t i = 1; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (token.quoted || token.bracketed || token.capital || text.bears(i, Mark::antonym)) continue;
    const std::string_view before = text.word(i - 1);
    const bool ends = text.sentence_of(i).last == i;
    // "Good parents": a virtue held up, which is the matter of another rule.
    if (text.bears(i, Mark::virtue) && names_people(text, i + 1)) continue;
    const bool attribute =
        is_one_of(token.word, {"good", "bad", "healthy", "reasonable", "normal", "decent",
                               "adequate", "appropriate", "proper", "suitable", "sufficient",
                               "enough", "high-quality", "modern", "nice", "fair", "successful"}) &&
        i < text.sentence_of(i).last &&
        (text.tokens[i + 1].part == Part::noun || token.word == "enough") &&
        text.tokens[i + 1].before == 0 && !text.tokens[i + 1].capital &&
        (text.tokens[i - 1].part != Part::pronoun) &&
        !is_one_of(text.word(i + 1),
                   {"friend", "friends", "morning", "news", "weight", "deal", "trade", "person",
                    "people", "share", "reason", "idea", "faith", "language", "delivery"});
    // "Is the bus reliable?": a trait of a thing, not a state of the respondent.
    const std::uint32_t first = text.sentence_of(i).first;
    const bool thing =
        is_one_of(text.word(first), {"is", "are", "was", "were"}) && text.word(first + 1) != "you";
    bool shaped = false;
    for (const std::string_view ending : {"able", "ible", "ful", "ive", "ient"})
      shaped = shaped || (token.word.size() > 6 && token.word.ends_with(ending));
    shaped = shaped && thing && token.part == Part::adjective &&
             !is_one_of(token.word, {"available", "responsible", "rechargeable", "renewable",
                                     "active", "native", "inclusive", "refundable", "removable",
                                     "deductible", "foldable", "vegetable", "positive", "negative",
                                     "alive", "visible", "edible", "portable"});
    const bool listed =
        is_one_of(token.word, {"good",      "bad",        "relevant", "nice",       "appropriate",
                               "healthy",   "reasonable", "decent",   "safe",       "normal",
                               "adequate",  "sufficient", "modern",   "suitable",   "attractive",
                               "efficient", "expensive",  "cheap",    "fast",       "slow",
                               "big",       "small",      "large",    "important",  "interesting",
                               "easy",      "difficult",  "fair",     "comfortable"}) &&
        (thing || !is_one_of(token.word, {"easy", "difficult", "important", "comfortable"}));
    const bool predicate =
        ends && (shaped || listed) &&
        !is_one_of(before, {"feel", "felt", "feeling", "or", "and", "how", "you", "too", "not"});
    if (attribute || predicate) return i;
  }
  return std::nullopt;
}

}  // namespace

void check_vague_quantifier(const Item& item, Sink& sink) {
  const Text& text = item.text;
  for (const Hit& hit : text.hits) {
    if (hit.mark != Mark::vague) continue;
    const Token& token = text.tokens[hit.first];
    if (token.quoted || token.bracketed) continue;
    const std::string previous = hit.first ? text.tokens[hit.first - 1].word : "";
    const std::string next =
        hit.last + 1 < text.tokens.size() ? text.tokens[hit.last + 1].word : "";
    // "how often", "how many", "most often", "more often": here the word is the measure asked for.
    if (is_one_of(previous, {"how", "most", "more", "least", "less", "as", "too", "so", "or",
                             "than", "that", "very"}) ||
        next == "or" || next == "if")
      continue;
    if (is_one_of(token.word, {"many", "several", "a", "sometimes", "usually", "normally",
                               "typically", "generally"}) &&
        !(item.kind() == survey::Kind::yes_no || item.list.construct == Construct::yes_no))
      continue;
    const bool question = text.is_question() && !text.first_person();
    const bool about_you = text.first_in(Mark::pronoun, 0, hit.first) != nullptr ||
                           is_one_of(previous, {"been", "being"});
    // In "the app you use regularly" the word only describes; in "Do you regularly …" it is asked.
    const Hit* clause =
        text.first_in(Mark::subordinator, text.sentences[token.sentence].first + 1, hit.first);
    const bool asked = question && about_you && !clause &&
                       text.bears(text.sentences[token.sentence].first, Mark::auxiliary);
    if (!question && item.list.construct == Construct::frequency) continue;
    sink.text(item, span_of(text, hit),
              {quote(text.words(hit)) + " means something different to each respondent.",
               "Give a number and a period, e.g. \"at least once a week in the last month\".",
               asked ? std::nullopt : std::optional(Severity::note),
               asked ? Confidence::high : Confidence::low});
    return;
  }
  if (yes_or_no(item) && text.is_question() && !text.has(Mark::agree_request) &&
      !text.tokens.empty() && text.tokens[0].part == Part::auxiliary &&
      !is_one_of(text.word(0), {"would", "should", "could", "can", "will", "may"}))
    if (const auto at = unmeasured(text)) {
      sink.text(item, span_of(text, *at, *at),
                {quote(text.words(*at, *at)) +
                     " has no measure: each respondent draws the line elsewhere.",
                 "Say what counts, or offer graded answers.",
                 {},
                 Confidence::medium});
      return;
    }
  // "How modern is it?" with "Modern" and "Not modern".
  if (item.closed && item.listed && item.list.substantive == 2 && text.word(0) == "how") {
    const std::string_view asked = text.word(1);
    const auto echoes = [&](const Label& label) {
      const Text read = analyse(label.core);
      return !read.tokens.empty() && read.tokens.back().word == asked;
    };
    if (std::all_of(item.list.labels.begin(), item.list.labels.end(), [&](const Label& label) {
          return label.outside || label.other || echoes(label);
        })) {
      sink.text(item, span_of(text, 1, 1),
                {quote(text.words(1, 1)) + " has degrees, but the answers are yes and no to it.",
                 "Offer five labelled answers.",
                 {},
                 Confidence::medium});
      return;
    }
  }
  // "Is it good?" answered on three words of the same vagueness.
  if (item.closed && item.listed && item.list.substantive <= 3 && text.is_question() &&
      !text.has(Mark::agree_request)) {
    for (std::uint32_t i = 0; i < text.tokens.size(); ++i)
      if (is_one_of(text.tokens[i].word,
                    {"good", "bad", "relevant", "nice", "appropriate", "reasonable", "decent"}) &&
          !(text.bears(i, Mark::virtue) && names_people(text, i + 1)) &&
          (i + 1 == text.tokens.size() || !text.bears(i, Mark::antonym)) &&
          (i == 0 || text.tokens[i - 1].word == "how" ||
           text.sentences[text.tokens[i].sentence].last == i)) {
        sink.text(item, span_of(text, i, i),
                  {quote(text.words(i, i)) + " has no measure, and " +
                       std::to_string(item.list.substantive) + " answers cannot give it one.",
                   "Say in which respect, and offer five labelled answers."});
        return;
      }
  }
}

void check_absolute(const Item& item, Sink& sink) {
  const Text& text = item.text;
  const bool yes_no =
      item.kind() == survey::Kind::yes_no || item.list.construct == Construct::yes_no;
  const bool agreement =
      item.list.construct == Construct::agreement || item.kind() == survey::Kind::likert;
  if (!yes_no && !agreement) return;
  for (const Hit& hit : text.hits) {
    if (hit.mark != Mark::absolute || text.bears(hit.first, Mark::absolute_exempt)) continue;
    const Token& token = text.tokens[hit.first];
    if (token.quoted || token.bracketed || (token.capital && hit.first > 0)) continue;
    if (hit.last + 1 < text.tokens.size() && text.bears(hit.last + 1, Mark::time_unit)) continue;
    // "Did you report all income": an object counted out, not a rule without exception.
    if (token.word == "all" && yes_no && hit.first > text.sentence_of(hit.first).first + 1 &&
        !is_one_of(text.word(hit.first + 1), {"of", "your", "the", "my"}))
      continue;
    const bool opens_clause =
        text.first_in(Mark::subordinator, text.sentences[token.sentence].first + 1, hit.first);
    const bool strong = text.is_question() && !text.first_person() && !opens_clause &&
                        !is_one_of(token.word, {"nothing", "none"});
    sink.text(item, span_of(text, hit),
              {quote(text.words(hit)) + " admits no exception, so many must answer no.",
               "Use a degree instead, or ask how often.",
               strong ? std::nullopt : std::optional(Severity::note)});
    return;
  }
}

void check_hypothetical(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  std::optional<std::uint32_t> would, condition;
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const std::string& word = text.tokens[i].word;
    if (text.tokens[i].quoted) continue;
    if (word == "would" && !would) would = i;
    const std::string next = i + 1 < text.tokens.size() ? text.tokens[i + 1].word : "";
    if (word == "if" && !condition &&
        !is_one_of(next, {"any", "anything", "so", "at", "ever", "applicable"}))
      condition = i;
  }
  const Hit* opener = text.first(Mark::hypothetical_opener);
  if (opener && opener->first != text.sentences[text.tokens[opener->first].sentence].first)
    opener = nullptr;
  if (!(would && condition) && !opener) return;
  const Span span = opener
                        ? span_of(text, *opener)
                        : span_of(text, std::min(*would, *condition), std::max(*would, *condition));
  sink.text(item, span,
            {"Asks what people would do in a case they are not in.",
             "Ask what they did the last time something like it happened.",
             {},
             Confidence::medium});
}

void check_missing_reference_period(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  const Hit* asked = text.first(Mark::habitual_count);
  if (!asked || text.tokens[asked->first].quoted || names_time(item)) return;
  // The verb tells a count of acts from a feeling or a disposition.
  bool past = false, mind = false, should = false;
  for (std::uint32_t i = asked->last + 1; i < text.tokens.size(); ++i) {
    const std::string& word = text.tokens[i].word;
    past = past || is_one_of(word, {"did", "have", "has", "were", "was"});
    mind =
        mind || is_one_of(word, {"feel", "think", "find", "worry", "felt", "thought", "worried"});
    should =
        should || is_one_of(word, {"should", "would", "will", "must", "want", "like", "prefer"});
  }
  if (should) return;
  const bool fragment = text.sentences[text.tokens[asked->first].sentence].last <= asked->last;
  const bool mild = (mind && !past) || fragment;
  sink.text(item, span_of(text, *asked),
            {quote(text.words(*asked)) + " is asked without a period of time.",
             "Name one, e.g. \"In the last 7 days, " +
                 std::string(1, static_cast<char>(
                                    item.question->text[text.tokens[asked->first].start] | 32)) +
                 std::string(text.words(*asked)).substr(1) + " …\".",
             mild ? std::optional(Severity::note) : std::nullopt});
}

void check_distant_recall(const Item& item, Sink& sink) {
  const Text& text = item.text;
  // Answers that count in hundreds ask for a number nobody keeps, however the question puts it.
  bool hundreds = false, money = false;
  for (const Label& label : item.list.labels)
    if (label.interval && !label.outside)
      hundreds = hundreds || (std::isfinite(label.interval->high) ? label.interval->high
                                                                  : label.interval->low) >= 100;
  std::optional<std::uint32_t> asked;
  for (std::uint32_t i = 1; i < text.tokens.size() && !asked; ++i)
    if (text.tokens[i - 1].word == "how" &&
        (text.tokens[i].word == "many" || (text.tokens[i].word == "often" && item.list.ranges))) {
      asked = i - 1;
      money = is_one_of(text.word(i + 1), {"euros", "dollars", "pounds", "people", "kilometres",
                                           "kilometers", "miles", "kilograms"});
    }
  if (!asked || !text.is_question() || text.has(Mark::rare_event)) return;
  bool own_acts = false;
  for (std::uint32_t i = *asked + 2; i + 1 < text.tokens.size(); ++i)
    own_acts = own_acts || (is_one_of(text.tokens[i].word, {"did", "have"}) &&
                            is_one_of(text.tokens[i + 1].word, {"you", "your"}));
  if (!own_acts) return;
  const bool small = text.has(Mark::small_act) || (hundreds && !money);
  for (std::uint32_t i = 1; i < text.tokens.size(); ++i) {
    const std::string& unit = text.tokens[i].word;
    const std::string& before = text.tokens[i - 1].word;
    const std::string& opener = i > 1 ? text.tokens[i - 2].word : before;
    const auto opens = [](std::string_view word) {
      return is_one_of(word, {"past", "last", "previous", "this"});
    };
    if (!opens(before) && !opens(opener)) continue;
    int number = 1;
    if (before.find_first_not_of("0123456789") == std::string::npos && before.size() < 4)
      number = std::stoi(before);
    if (before == "twelve") number = 12;
    const bool year = unit == "year" || unit == "years" || (unit == "months" && number >= 12);
    const bool month = unit == "month" || unit == "months";
    if (!year && !(month && small)) continue;
    sink.text(item, span_of(text, i - 1, i),
              {quote(text.words(*asked, *asked + 2)) + " over " + quote(text.words(i - 1, i)) +
                   " asks for a count nobody keeps.",
               "Ask for the last 7 days, or for a usual week."});
    return;
  }
}

void check_sensitive_required(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!item.closed && item.kind() != survey::Kind::number) return;
  if (!text.has(Mark::sensitive) && !text.has(Mark::threatening)) return;
  const Hit* topic = nullptr;
  for (const Hit& hit : text.hits)
    if ((hit.mark == Mark::sensitive || hit.mark == Mark::threatening) &&
        !text.tokens[hit.first].quoted &&
        (!topic || (topic->mark == Mark::sensitive && hit.mark == Mark::threatening)))
      topic = &hit;
  if (!topic || !text.is_question() || item.list.has_opt_out || text.has(Mark::opt_out)) return;
  if (!item.question->help.empty() && analyse(item.question->help).has(Mark::opt_out)) return;
  // A question about policy or opinion on the topic is not about the respondent.
  bool about_self = false, opinion = text.has(Mark::agree_request), should = false;
  for (const Token& token : text.tokens) {
    about_self = about_self || is_one_of(token.word, {"you", "your", "yourself", "you've"});
    should = should || token.word == "should";
    opinion =
        opinion || is_one_of(token.word, {"think", "satisfied", "support", "oppose", "opinion",
                                          "important", "concerned", "view", "policy", "law", "laws",
                                          "worried", "heard", "read", "information"});
  }
  if (!about_self || opinion || should) return;
  // An act that is punished or looked down on, asked straight out: yes, no, or how often.
  const bool straight =
      topic->mark == Mark::threatening && asks_about_you(text) &&
      (yes_or_no(item) || item.list.ranges || item.kind() == survey::Kind::number);
  const bool required = item.question->required;
  sink.text(item, span_of(text, *topic),
            {quote(text.words(*topic)) + " is a private matter, " +
                 (required ? "the answer is required and nobody can decline."
                           : "and no answer lets respondents decline."),
             "Add \"Prefer not to say\"" +
                 std::string(required ? " and do not require an answer." : ".") +
                 (straight ? " Say first that it happens to many." : ""),
             required || straight ? std::nullopt : std::optional(Severity::note)});
}

}  // namespace insightflow::bias
