#include "bias/inspection.hpp"

#include <algorithm>
#include <array>

/// What the respondent has to do to answer: know, count, calculate, take a side.
namespace insightflow::bias {

namespace {

bool asks_amount(const Text& text, std::uint32_t at) {
  return text.word(at) == "how" &&
         is_one_of(text.word(at + 1), {"many", "much", "long", "often", "far", "frequently"});
}

std::optional<std::uint32_t> amount_in(const Text& text) {
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i)
    if (!text.tokens[i].quoted && asks_amount(text, i)) return i;
  return std::nullopt;
}

bool about_self(const Text& text) {
  for (const Token& token : text.tokens)
    if (is_one_of(token.word, {"you", "your", "you've", "yours"})) return true;
  return false;
}

/// Numbers have to be given: typed in, or chosen from ranges.
bool numeric_answer(const Item& item) {
  if (!item.closed) return true;
  std::size_t numbers = 0;
  for (const Label& label : item.list.labels)
    numbers += label.interval.has_value() || label.bare_number;
  return numbers * 2 > item.list.labels.size();
}

struct Poles {
  std::string_view one, other;
  bool verb;
};
constexpr std::array poles{Poles{"support", "oppose", true},
                           Poles{"favour", "oppose", true},
                           Poles{"favor", "oppose", true},
                           Poles{"approve", "disapprove", true},
                           Poles{"oppose", "support", true},
                           Poles{"trust", "distrust", true},
                           Poles{"satisfied", "dissatisfied", false},
                           Poles{"happy", "unhappy", false},
                           Poles{"easy", "difficult", false},
                           Poles{"difficult", "easy", false},
                           Poles{"likely", "unlikely", false},
                           Poles{"good", "poor", false},
                           Poles{"positive", "negative", false},
                           Poles{"clear", "unclear", false},
                           Poles{"fair", "unfair", false},
                           Poles{"important", "unimportant", false},
                           Poles{"comfortable", "uncomfortable", false},
                           Poles{"dissatisfied", "satisfied", false}};

}  // namespace

void check_constant_behaviour(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  std::optional<std::uint32_t> habit, count;
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i) {
    const std::string_view word = text.word(i);
    if (text.tokens[i].quoted) continue;
    if (word == "do" && is_one_of(text.word(i + 1), {"you", "your"}) && !habit) habit = i;
    if (is_one_of(word, {"how"}) && is_one_of(text.word(i + 1), {"many", "much", "long", "far"}))
      count = i;
    if (is_one_of(word, {"what", "which", "at"}) &&
        is_one_of(text.word(i + 1), {"time", "day", "days", "what"}))
      count = i;
    // A period that is over, or an average, lets the answer vary.
    if (is_one_of(word, {"last", "past", "previous", "typical", "average", "usual", "yesterday",
                         "recent", "most", "vary", "varies", "contract", "contracted"}))
      return;
  }
  if (!habit || text.has(Mark::gate)) return;
  for (const Label& label : item.list.labels) {
    const Text read = analyse(label.core);
    for (std::uint32_t i = 0; i < read.tokens.size(); ++i)
      if (is_one_of(read.word(i), {"varies", "vary", "depends", "differs", "different", "variable",
                                   "irregular", "irregularly"}))
        return;
  }
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const std::string_view word = text.word(i);
    if (text.tokens[i].quoted || text.tokens[i].bracketed) continue;
    const bool unit = is_one_of(word, {"each", "every", "per", "a"}) &&
                      text.bears(i + 1, Mark::time_unit) && count;
    const bool each_time = word == "every" && text.word(i + 1) == "time";
    const bool usually = text.bears(i, Mark::habit) && count && i > *habit;
    if (!unit && !each_time && !usually) continue;
    const std::uint32_t last = usually ? i : i + 1;
    sink.text(item, span_of(text, i, last),
              {quote(text.words(i, last)) + " takes for granted that one time is like the other.",
               "Ask about the last 7 days, or offer \"It varies\".",
               {},
               Confidence::medium});
    return;
  }
}

void check_computation(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question() || !about_self(text)) return;
  // "What share … [Less than half | About half | More than half]" is an estimate, not a sum.
  if (const Hit* share = text.first(Mark::share)) {
    const std::string_view before = share->first ? text.word(share->first - 1) : "";
    const bool asked =
        is_one_of(before, {"what", "which", "the", "approximate", "approximately", "many"}) ||
        share->last > share->first;
    if (plain(text, *share) && asked && numeric_answer(item) && !item.rating_scale) {
      bool told = false;  // "the percentage you were told": read off, not worked out
      for (std::uint32_t i = 0; i < text.tokens.size(); ++i)
        told = told || is_one_of(text.word(i),
                                 {"shown", "told", "printed", "displayed", "stated", "agree"});
      if (!told) {
        sink.text(
            item, span_of(text, *share),
            {"Asks respondents to work out a " + quote(text.words(*share)) + " in their heads.",
             "Ask for the two amounts, or offer \"None\", \"Less than half\", \"About half\", "
             "\"More than half\" and \"All\".",
             {},
             Confidence::high});
        return;
      }
    }
  }
  const auto amount = amount_in(text);
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const std::string_view word = text.word(i);
    const std::string_view next = text.word(i + 1);
    if (text.tokens[i].quoted || text.tokens[i].bracketed) continue;
    const bool average =
        (word == "on" && next == "average" && amount) ||
        (word == "average" &&
         is_one_of(next, {"number", "amount", "time", "daily", "weekly", "monthly", "annual",
                          "yearly", "cost", "duration", "spend"}) &&
         !item.rating_scale && item.list.construct == Construct::none && numeric_answer(item));
    const bool total =
        amount && ((word == "in" && next == "total") || word == "altogether" || word == "combined");
    const bool sum = is_one_of(word, {"total", "sum"}) && numeric_answer(item) &&
                     is_one_of(next, {"number", "amount", "time", "cost", "of", "spend", "spending",
                                      "expenses"}) &&
                     !item.rating_scale && item.list.construct == Construct::none;
    if (!average && !total && !sum) continue;
    const bool one = word == "altogether" || word == "combined";
    sink.text(item, span_of(text, i, one ? i : i + 1),
              {"Asks for " + std::string(average ? "an average" : "a total") +
                   " that has to be worked out first.",
               average ? "Ask for the last day or week and work out the average from the answers."
                       : "Ask for the parts and add them up from the answers.",
               Severity::note, Confidence::medium});
    return;
  }
}

void check_proxy_knowledge(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  for (const Sentence& sentence : text.sentences) {
    // The subject stands right behind the first auxiliary.
    std::uint32_t aux = sentence.first;
    while (aux <= sentence.last && text.tokens[aux].part != Part::auxiliary) {
      const Part part = text.tokens[aux].part;
      if (part == Part::pronoun || part == Part::conjunction) break;
      ++aux;
    }
    if (aux > sentence.last || text.tokens[aux].part != Part::auxiliary || text.tokens[aux].quoted)
      continue;
    const std::uint32_t subject = aux + 1;
    const std::string_view first = text.word(subject);
    const bool owned = is_one_of(first, {"your", "the", "his", "her", "their", "our"});
    const bool crowd = is_one_of(first, {"most", "other", "people", "many", "others", "average"});
    if (!owned && !crowd) continue;
    std::optional<std::uint32_t> head;
    for (std::uint32_t i = subject; i <= std::min(subject + 3, sentence.last); ++i) {
      if (text.tokens[i].part == Part::auxiliary || text.tokens[i].part == Part::preposition) break;
      if (names_people(text, i)) head = i;
    }
    if (!head || (first == "the" && !is_one_of(text.word(*head), {"people", "others", "person"}) &&
                  text.word(*head).back() != 's'))
      continue;
    // "your team's plan", "your doctor's office" are things.
    if (text.word(*head).ends_with("'s") || text.word(*head + 1) == "members'") continue;
    const bool child = is_one_of(
        text.word(*head), {"child", "children", "son", "daughter", "sons", "daughters", "kids"});
    const bool own = text.word(*head) == "household" || text.word(*head) == "family";
    bool mind = false, about_me = false;
    std::uint32_t last = *head;
    for (std::uint32_t i = *head + 1; i <= sentence.last; ++i) {
      about_me = about_me || is_one_of(text.word(i), {"you", "me", "us", "your"});
      if (!mind && i <= *head + 4 && text.bears(i, Mark::mental) && text.word(i - 1) != "to" &&
          (text.tokens[i].part != Part::preposition || i == *head + 1)) {
        mind = true;
        last = i;
      }
    }
    // "How satisfied is your partner …": the feeling stands before the person.
    for (std::uint32_t i = sentence.first; i < aux; ++i)
      if (text.bears(i, Mark::mental)) mind = true;
    const bool acts = amount_in(text).has_value() && !about_me && !child && !own && owned;
    if (!mind && !acts) continue;
    if (own && !mind) continue;
    sink.text(item, span_of(text, subject, last),
              {"Respondents cannot know " +
                   std::string(mind ? "what goes on in the mind of " : "the acts of ") +
                   quote(text.words(subject, *head)) + "; they can only guess.",
               "Ask about what they themselves think, do or have seen.",
               mind && !own ? std::nullopt : std::optional(Severity::note), Confidence::medium});
    return;
  }
}

void check_unbalanced_request(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question() || !item.closed || text.has(Mark::antonym) || text.has(Mark::two_sided))
    return;
  bool positive = false, negative = false;
  for (const Label& label : item.list.labels) {
    positive = positive || label.positive;
    negative = negative || (label.negative && !label.zero);
  }
  // A scale of satisfaction has two sides, labelled or not.
  const bool bipolar =
      (positive && negative) || (item.kind() == survey::Kind::csat && !positive && !negative);
  for (std::uint32_t i = 1; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (token.quoted || token.bracketed || token.before != 0) continue;
    const auto pair = std::find_if(poles.begin(), poles.end(),
                                   [&](const Poles& each) { return each.one == token.word; });
    if (pair == poles.end()) continue;
    const std::string_view before = text.word(i - 1);
    const bool named = std::any_of(text.tokens.begin(), text.tokens.end(),
                                   [&](const Token& other) { return other.word == pair->other; });
    if (named) return;
    // "Do you support …", "How strongly do you favour …"; "How satisfied …", "Are you happy …".
    const bool asked = pair->verb ? is_one_of(before, {"you", "strongly"}) && i >= 2
                                  : before == "how" || before == "you";
    if (!asked) continue;
    const bool opens = i <= 5 || text.sentence_of(i).first + 5 >= i;
    if (!opens || !(bipolar || (pair->verb && yes_or_no(item)))) continue;
    const Span span = span_of(text, i, i);
    sink.text(
        item, span,
        {"The question names only " + quote(text.words(i, i)) + ", not " + quote(pair->other) + ".",
         replaced(item.question->text, span,
                  std::string(text.words(i, i)) + " or " + std::string(pair->other)),
         {},
         Confidence::high});
    return;
  }
}

}  // namespace insightflow::bias
