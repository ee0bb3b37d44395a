#include "bias/inspection.hpp"

#include <algorithm>
#include <array>

/// How a question is built: one thing at a time, no double negatives, no needless length.
namespace insightflow::bias {

namespace {

bool in_examples(const Text& text, std::uint32_t at) {
  const Hit* opener =
      text.first_in(Mark::example_opener, text.sentences[text.tokens[at].sentence].first, at);
  return opener && (opener->first > 0) && !text.bears(opener->first, Mark::verb);
}

/// The last word of a class between the start of its sentence and `at`, or nothing.
std::optional<std::uint32_t> last_of(const Text& text, std::uint32_t at, Mark mark) {
  const std::uint32_t first = text.sentences[text.tokens[at].sentence].first;
  for (std::uint32_t i = at; i-- > first;)
    if (text.bears(i, mark)) return i;
  return std::nullopt;
}

/// Pairs that describe one thing: time, place and people the question is about, not judged by it.
bool describes(const Text& text, std::uint32_t at_left, std::uint32_t at_right) {
  const Token& left = text.tokens[at_left];
  const Token& right = text.tokens[at_right];
  // "the opening hours and the staff": with an article of its own, each is a thing to judge.
  const bool own = text.bears(at_right, Mark::determiner) &&
                   text.first_in(Mark::judgement, text.sentence_of(at_left).first, at_left);
  for (const std::uint32_t side : {at_left, at_right})
    if (text.bears(side, Mark::pronoun) ||
        (!own && (text.bears(side, Mark::time_unit) || text.bears(side, Mark::people))))
      return true;
  if (left.capital && right.capital && at_left > 0) return true;
  const auto number = [](char c) { return c >= '0' && c <= '9'; };
  if (number(left.word[0]) || number(right.word[0]) || left.word == right.word) return true;
  const auto clause = last_of(text, at_right, Mark::subordinator);
  if (clause && *clause > text.sentences[left.sentence].first) return true;
  // "in stations and shops", "between price and quality": the pair is an adjunct or one relation.
  const auto preposition = last_of(text, at_left + 1, Mark::preposition);
  if (!preposition || text.bears(*preposition + 1, Mark::verb)) return false;
  // "to book and cancel": two acts, not a place.
  if (text.word(*preposition) == "to" && *preposition + 1 == at_left &&
      text.tokens[at_right].part != Part::determiner && !text.tokens[at_left].capital)
    return false;
  const bool own_article = text.bears(at_right, Mark::determiner);
  return at_left - *preposition <= 3 && !own_article &&
         is_one_of(text.tokens[*preposition].word,
                   {"in", "at", "during", "between", "among", "across", "within", "from", "by",
                    "near", "after", "before", "until", "since", "over", "to", "for"});
}

/// "for tracking costs" ends at this token: a gerund behind a preposition, its object, and no more.
bool gerund_before(const Text& text, std::uint32_t at) {
  for (std::uint32_t i = at, steps = 0; i > 1 && steps < 4; --i, ++steps) {
    if (i < at && text.word(i).ends_with("ing"))
      return is_one_of(text.word(i - 1), {"for", "of", "with", "about", "at", "in", "by"});
    if (text.bears(i, Mark::preposition) || text.tokens[i].part == Part::auxiliary) return false;
  }
  return false;
}

/// "benefits you were not entitled to": a clause whose "that" is left out.
bool reduced_clause(const Text& text, std::uint32_t at) {
  const std::uint32_t first = text.sentence_of(at).first;
  for (std::uint32_t i = first + 2; i < at; ++i)
    if (text.tokens[i].part == Part::pronoun && text.tokens[i].before == 0 &&
        text.tokens[i - 1].part == Part::noun && text.tokens[i + 1].part == Part::auxiliary)
      return true;
  return false;
}

bool second_question(const Text& text, std::uint32_t at) {
  const std::string& next = text.tokens[at].word;
  return is_one_of(
      next, {"how", "why", "do", "does", "did", "are", "is", "was", "were", "would", "which"});
}

/// A verb we know, or a bare word before "your", "the", "a": "… and restart your computer".
bool acts(const Text& text, std::uint32_t at) {
  if (text.bears(at, Mark::judgement)) return false;
  if (text.bears(at, Mark::verb)) return true;
  return at + 1 < text.tokens.size() && text.bears(at + 1, Mark::determiner) &&
         !text.bears(at, Mark::determiner) && !text.bears(at, Mark::preposition) &&
         !text.bears(at, Mark::auxiliary) && !text.bears(at, Mark::pronoun) &&
         !text.bears(at, Mark::question_word) && !text.tokens[at].word.ends_with("ing");
}

/// An act or a judgement about things: what a pair can make ambiguous.
bool asks_one_thing(const Text& text, std::uint32_t at) {
  const std::uint32_t first = text.sentences[text.tokens[at].sentence].first;
  if (text.first_in(Mark::judgement, first, at)) return true;
  if (text.tokens[first].word == "how")
    return !is_one_of(text.tokens[first + 1].word,
                      {"often", "many", "much", "long", "frequently", "do", "did", "old", "does"});
  return is_one_of(text.tokens[first].word, {"is", "are", "was", "were"});
}

}  // namespace

void check_double_barrelled(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (item.kind() == survey::Kind::consent || item.kind() == survey::Kind::contact) return;
  const bool statement = !text.is_question();
  for (std::uint32_t i = 1; i + 1 < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    const bool as_well = token.word == "well" && text.tokens[i - 1].word == "as" &&
                         text.tokens[i + 1].word == "as" && i + 2 < text.tokens.size();
    const bool slash = token.before == '/' && token.word.size() > 2 && !token.acronym &&
                       text.tokens[i - 1].word.size() > 3;
    if (token.word != "and" && !as_well && !slash) continue;
    if (token.quoted || token.bracketed || text.tokens[i - 1].sentence != token.sentence ||
        text.tokens[i + 1].sentence != token.sentence)
      continue;
    if (text.bears(i, Mark::fixed_pair) || text.bears(i, Mark::period) || in_examples(text, i))
      continue;
    if (slash && (text.bears(i, Mark::people) || text.bears(i, Mark::pronoun) ||
                  text.bears(i - 1, Mark::pronoun) || text.bears(i, Mark::determiner)))
      continue;
    const std::uint32_t next = as_well ? i + 2 : slash ? i : i + 1;
    const std::uint32_t left = as_well && i > 1 ? i - 2 : i - 1;
    const bool new_question = !slash && second_question(text, next);
    // "listen to you and explain": what follows a pronoun's "and" is no second person but an act.
    const bool bare_act = text.tokens[left].part == Part::pronoun && left > 1 &&
                          text.tokens[next].part == Part::verb &&
                          !text.tokens[next].word.ends_with("ed");
    // "for tracking costs and sending money": two acts with an object each.
    const bool gerunds = text.word(next).ends_with("ing") &&
                         next < text.sentences[token.sentence].last &&
                         text.tokens[next + 1].part != Part::preposition &&
                         gerund_before(text, left) && asks_one_thing(text, i);
    const bool second_act =
        !statement && !slash &&
        (gerunds || ((acts(text, next) || bare_act) && last_of(text, i, Mark::verb) &&
                     !text.bears(i - 1, Mark::preposition)));
    const bool clause =
        last_of(text, i, Mark::subordinator).value_or(0) > text.sentences[token.sentence].first;
    bool two = new_question && (!clause || text.bears(next, Mark::question_word));
    if (!two && !statement) {
      if (second_act && !clause)
        two = true;
      else if (slash ? text.bears(i - 1, Mark::judgement) || asks_one_thing(text, i)
                     : asks_one_thing(text, i))
        two = !describes(text, left, next);
    }
    if (statement && item.rating_scale && asks_one_thing(text, i) && !describes(text, left, next) &&
        !slash) {
      sink.text(item, span_of(text, left, next),
                {"The statement joins two things at " + quote(text.words(left, next)) +
                     "; a rating cannot say which of them is meant.",
                 "Make two statements of it.", Severity::note, Confidence::low});
      return;
    }
    if (!two) continue;
    sink.text(item, span_of(text, left, next),
              {"Asks about two things at once: what stands before and after " +
                   quote(slash     ? "/"
                         : as_well ? "as well as"
                                   : "and") +
                   " in " + quote(text.words(left, next)) + " may deserve different answers.",
               "Ask two questions, one for each part.", std::nullopt,
               new_question || second_act ? Confidence::medium : Confidence::high});
    return;
  }
  std::uint32_t questions = 0;
  for (const Sentence& sentence : text.sentences) {
    if (sentence.end != '?' || text.tokens[sentence.first].quoted) continue;
    if (++questions == 2 && sentence.last - sentence.first >= 2 && item.closed) {
      sink.text(item, span_of(text, sentence.first, sentence.last),
                {"Holds two questions; " + quote(text.words(sentence.first, sentence.last)) +
                     " is the second.",
                 "Give each its own place and its own answers.", Severity::note});
      return;
    }
  }
}

void check_negation(const Item& item, Sink& sink) {
  const Text& text = item.text;
  const Hit* negator = nullptr;
  const Hit* second = nullptr;
  const Hit* failed = nullptr;
  for (const Hit& hit : text.hits) {
    const Token& token = text.tokens[hit.first];
    if (token.quoted || token.bracketed) continue;
    if (hit.mark != Mark::negator && hit.mark != Mark::negative_word) continue;
    // "Some people vote, others do not. Did you …?": only the request counts.
    if (text.is_question() && text.sentence_of(hit.first).end == '.' &&
        !text.bears(text.sentence_of(hit.first).first, Mark::instruction))
      continue;
    if (text.bears(hit.first, Mark::antonym) || text.bears(hit.first, Mark::uncertain)) continue;
    const bool plain_negator = hit.mark == Mark::negator;
    // A tag or a rhetorical opener is a matter of leading; "whether or not" and "no longer" of
    // idiom.
    if (plain_negator && hit.first == text.sentences[token.sentence].first &&
        token.word.find('\'') != token.word.npos)
      continue;
    if (plain_negator && token.word == "no" && text.bears(hit.first, Mark::tag) &&
        token.before == ',')
      continue;
    const std::string previous = hit.first ? text.tokens[hit.first - 1].word : "";
    const std::string next =
        hit.first + 1 < text.tokens.size() ? text.tokens[hit.first + 1].word : "";
    if (previous == "or" && (token.word == "not" || next == previous)) continue;
    if (token.word == "fail" && next == "to") failed = &hit;
    if (previous == "or" && hit.mark == Mark::negative_word) continue;
    if (next == "or" && hit.mark == Mark::negative_word) continue;
    if (hit.first > 1 && text.word(hit.first - 3) == "if" && token.word == "not") continue;
    if (token.word == "no" && is_one_of(next, {"more", "less", "fewer", "later", "earlier"}))
      continue;
    if (is_one_of(next, {"longer", "only", "applicable", "sure", "counting", "including", "say",
                         "matter", "one"}))
      continue;
    if (hit.mark == Mark::negator && !negator &&
        !is_one_of(token.word, {"without", "lack", "fail"})) {
      if (second == nullptr || second->first != hit.first) negator = &hit;
    } else if (!second && (!negator || negator->first != hit.first)) {
      second = &hit;
    }
  }
  // "fail to avoid": two negatives without a "not".
  if (!negator && failed && second && second->first == failed->first) {
    const Hit* behind = text.first_in(
        Mark::negative_word, failed->last + 1,
        std::min<std::uint32_t>(failed->last + 3, text.sentence_of(failed->first).last));
    if (behind) {
      negator = failed;
      second = behind;
    }
  }
  if (!negator) return;
  const std::string& word = text.tokens[negator->first].word;
  if (second && text.tokens[second->first].sentence == text.tokens[negator->first].sentence) {
    const auto first = std::min(negator->first, second->first);
    const auto last = std::max(negator->last, second->last);
    if (last - first <= 9) {
      // In a plain statement with answers of frequency or truth a second negative is common and
      // mild.
      const bool request = text.is_question() || item.list.construct == Construct::agreement;
      sink.text(item, span_of(text, first, last),
                {"Double negative: " + quote(text.words(*negator)) + " and " +
                     quote(text.words(*second)) + " turn each other round.",
                 "Say it in the positive.", request ? std::nullopt : std::optional(Severity::note),
                 Confidence::high});
      return;
    }
  }
  if (!item.closed || text.tokens[negator->first].quoted) return;
  const bool yes_no =
      item.kind() == survey::Kind::yes_no || item.list.construct == Construct::yes_no;
  const bool agreement =
      item.list.construct == Construct::agreement || item.kind() == survey::Kind::likert;
  const bool inside_clause =
      text.first_in(Mark::subordinator, text.sentences[text.tokens[negator->first].sentence].first,
                    negator->first) != nullptr ||
      reduced_clause(text, negator->first);
  if (!yes_no && !agreement) return;
  if (yes_no && (!text.is_question() || inside_clause)) return;
  const bool strong = yes_no ? word == "not" || word == "never" : text.is_question();
  sink.text(item, span_of(text, *negator),
            {"The " + std::string(text.is_question() ? "question" : "statement") +
                 " is negated by " + quote(text.words(*negator)) + ", so " +
                 (agreement ? "disagreeing with it is a double negative."
                            : "it is unclear what \"yes\" affirms."),
             "Ask about what is the case, not about what is not.",
             strong && !text.first_person() ? std::nullopt : std::optional(Severity::note)});
}

void check_too_long(const Item& item, Sink& sink) {
  const auto words = item.text.tokens.size();
  if (!item.closed && item.kind() == survey::Kind::open_text && words <= 60) return;
  // One sentence scores higher than running text, hence the eight grades beyond the audience's.
  if (words >= 20 && words <= 30) {
    const double grade = reading_grade(item.text.source);
    if (grade <= item.survey->options->reading_grade + 8) return;
    sink.text(
        item, whole_text(item),
        {"The question reads like school grade " + std::to_string(static_cast<int>(grade)) + ".",
         "Use shorter words and two sentences.", Severity::note, Confidence::medium});
    return;
  }
  if (words <= 30) return;
  const bool far = words > 50;
  sink.text(item, whole_text(item),
            {"The question has " + std::string(item.text.cut_off ? "more than " : "") +
                 std::to_string(words) + " words; aim for at most 25.",
             "Move explanations to the help text and keep the request itself.",
             far ? std::nullopt : std::optional(Severity::note), Confidence::high});
}

void check_jargon(const Item& item, Sink& sink) {
  static constexpr std::array common = std::to_array<std::string_view>(
      {"usa", "us",   "uk",   "eu",    "tv",     "id",  "ids",  "pc",       "pcs", "gps",
       "faq", "faqs", "pdf",  "pdfs",  "url",    "hiv", "dna",  "covid",    "it",  "hr",
       "atm", "dvd",  "cd",   "sms",   "ok",     "am",  "pm",   "ceo",      "ad",  "bc",
       "un",  "nhs",  "tvs",  "dj",    "diy",    "usb", "wifi", "wi-fi",    "sim", "pin",
       "vip", "asap", "lgbt", "lgbtq", "lgbtq+", "uv",  "bbc",  "nato",     "fbi", "phd",
       "ba",  "ma",   "gp",   "nba",   "aids",   "suv", "bmi",  "html",     "csv", "xl",
       "i",   "ii",   "iii",  "iv",    "no",     "not", "all",  "covid-19", "vr",  "ai",
       "app", "eur",  "usd",  "gbp",   "http",   "qr",  "mp3",  "led"});
  const Text& text = item.text;
  std::size_t capitals = 0;
  for (const Token& token : text.tokens) capitals += token.acronym;
  if (capitals * 3 > text.tokens.size()) return;  // A line written in capitals.
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (!token.acronym || token.word.size() > 6 ||
        std::find(common.begin(), common.end(), token.word) != common.end())
      continue;
    // Capitals for stress ("NOT counting", "DURING") are words, not abbreviations.
    bool stressed = text.bears(i, Mark::verb) || text.bears(i, Mark::preposition) ||
                    text.bears(i, Mark::determiner) || text.bears(i, Mark::pronoun) ||
                    text.bears(i, Mark::auxiliary) || text.bears(i, Mark::absolute) ||
                    text.bears(i, Mark::vague) || text.bears(i, Mark::period) ||
                    text.bears(i, Mark::people) || text.bears(i, Mark::time_unit) ||
                    text.bears(i, Mark::judgement) || text.bears(i, Mark::question_word) ||
                    text.bears(i, Mark::instruction) || text.bears(i, Mark::subordinator);
    stressed = stressed || is_one_of(token.word, {"and", "or", "ever", "only", "both", "more",
                                                  "less", "most", "least", "one", "best", "yes"});
    const auto& known = item.survey->known_terms;
    std::string singular = token.word;
    if (!singular.empty() && singular.back() == 's') singular.pop_back();
    if (stressed || known.count(token.word) || known.count(singular)) continue;
    sink.text(item, span_of(text, i, i),
              {quote(text.words(i, i)) + " is not spelt out here or before.",
               "Write the full name, with the abbreviation in brackets, at its first use.",
               text.is_question() ? std::nullopt : std::optional(Severity::note)});
    return;
  }
}

}  // namespace insightflow::bias
