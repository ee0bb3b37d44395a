#include "bias/inspection.hpp"

/// Wordings that push an answer: leading, loaded, primed, presuming.
namespace insightflow::bias {

namespace {

/// A sentence that asks, or asks to rate.
bool requests(const Text& text, const Sentence& sentence) {
  return sentence.end == '?' || text.bears(sentence.first, Mark::instruction) ||
         text.bears(sentence.first, Mark::question_word);
}

/// Sentences and clauses before the request itself end here.
std::optional<std::uint32_t> preamble_end(const Text& text) {
  for (const Sentence& sentence : text.sentences) {
    if (!requests(text, sentence)) continue;
    if (sentence.first > 0) return sentence.first;
    for (std::uint32_t i = sentence.first + 4; i + 2 <= sentence.last; ++i) {
      const Token& token = text.tokens[i];
      const bool clause_break =
          token.before == ';' || token.before == ':' || token.before == '-' ||
          (token.before == ',' && is_one_of(token.word, {"so", "do", "would", "how", "should"}));
      if (clause_break && !text.bears(sentence.first, Mark::question_word) &&
          !text.bears(sentence.first, Mark::auxiliary) &&
          !text.bears(sentence.first, Mark::instruction))
        return i;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

/// "Responsible drivers …", "like all good neighbours", "as a caring owner": a virtue of people in
/// general, held up to the respondent.
std::optional<Hit> praised_people(const Text& text) {
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (!text.bears(i, Mark::virtue) || token.quoted || token.bracketed ||
        !names_people(text, i + 1) || text.tokens[i + 1].before != 0)
      continue;
    const bool opens = text.sentence_of(i).first == i;
    const std::string_view before = opens ? "" : text.word(i - 1);
    const std::string_view second = i > 1 ? text.word(i - 2) : "";
    const bool general =
        (opens && text.word(i + 1).back() == 's') || (opens && text.word(i + 1) == "people") ||
        is_one_of(before, {"all", "every", "any", "most", "like", "other"}) ||
        (is_one_of(before, {"a", "an"}) &&
         (is_one_of(second, {"like", "being"}) ||
          (second == "as" &&
           (text.sentence_of(i).first == i - 2 || text.tokens[i - 2].before == ','))));
    if (general) return Hit{Mark::virtue, i, i + 1};
  }
  return std::nullopt;
}

/// "as everyone should", "as we all ought to", "like you are supposed to": a norm in passing.
std::optional<Hit> norm_clause(const Text& text) {
  for (std::uint32_t i = 1; i + 2 < text.tokens.size(); ++i) {
    if (!is_one_of(text.word(i), {"as", "like"}) || text.tokens[i].quoted) continue;
    const std::uint32_t last = std::min(i + 4, text.sentence_of(i).last);
    for (std::uint32_t k = i + 2; k <= last; ++k)
      if (is_one_of(text.word(k), {"should", "ought", "must", "supposed", "expected"}))
        return text.tokens[i + 1].part == Part::pronoun || names_people(text, i + 1)
                   ? std::optional(Hit{Mark::norm, i, k})
                   : std::nullopt;
  }
  return std::nullopt;
}

/// "Trams keep the air clean, so would you …": the words before ", so" argue for an answer.
std::optional<std::uint32_t> argued(const Text& text) {
  if (text.sentences.empty() || text.sentences[0].end != '?') return std::nullopt;
  for (std::uint32_t i = 1; i < text.sentences[0].last; ++i) {
    const Token& token = text.tokens[i];
    const bool asks = is_one_of(text.word(i + 1), {"would", "should", "do", "does", "could", "can",
                                                   "how", "what", "why", "is", "are", "shall"});
    if (is_one_of(token.word, {"so", "therefore", "hence", "thus"}) && token.before == ',' && asks)
      return i > 2 && !text.bears(0, Mark::auxiliary) && !text.bears(0, Mark::question_word)
                 ? std::optional(i)
                 : std::nullopt;
    if (is_one_of(token.word, {"you", "your", "i", "we", "if"})) return std::nullopt;
  }
  return std::nullopt;
}

/// The end of an opening clause that states a fact as a reason ("Since reading is essential, …",
/// "Knowing that …, …") and is not about the respondent.
std::optional<std::uint32_t> given_fact(const Text& text) {
  if (text.sentences.empty() || text.sentences[0].end != '?') return std::nullopt;
  const bool reason = is_one_of(text.word(0), {"since", "because", "given", "knowing",
                                               "considering", "seeing", "as", "now"}) ||
                      (text.word(0) == "keeping" && text.word(1) == "in");
  if (!reason || text.tokens[0].quoted || is_one_of(text.word(1), {"a", "an"})) return std::nullopt;
  bool verb = false;
  for (std::uint32_t i = 1; i <= text.sentences[0].last; ++i) {
    const Token& token = text.tokens[i];
    if (token.before == ',' && i > 3) return verb ? std::optional(i - 1) : std::nullopt;
    if (is_one_of(token.word, {"you", "your", "you've", "you're", "i", "we"})) return std::nullopt;
    verb = verb || token.part == Part::auxiliary ||
           (token.part == Part::verb && !token.word.ends_with("ing") && i > 1) ||
           text.bears(i, Mark::claim);
  }
  return std::nullopt;
}

}  // namespace

void check_leading(const Item& item, Sink& sink) {
  const Text& text = item.text;
  for (const Sentence& sentence : text.sentences) {
    if (sentence.end != '?' && !requests(text, sentence)) continue;
    for (const Hit& hit : text.hits) {
      if (hit.first < sentence.first || hit.last > sentence.last || !plain(text, hit)) continue;
      if (hit.mark == Mark::tag && hit.last == sentence.last && hit.first > sentence.first &&
          text.tokens[hit.first].before == ',') {
        Span span = span_of(text, hit);
        std::size_t comma = static_cast<std::size_t>(span.start);
        while (comma > 0 && item.question->text[comma] != ',') --comma;
        span.start = static_cast<std::int64_t>(comma);
        sink.text(item, span,
                  {"The tag " + quote(text.words(hit)) + " asks for agreement.",
                   "Drop the tag and ask openly, with both answers in the question.",
                   {},
                   Confidence::high});
        return;
      }
      if (hit.mark == Mark::negative_opener && hit.first == sentence.first) {
        sink.text(item, span_of(text, hit),
                  {"Opening with " + quote(text.words(hit)) + " expects a yes.",
                   "Ask without the negation: \"Do you think … or not?\"",
                   {},
                   Confidence::high});
        return;
      }
      if (hit.mark == Mark::agree_pressure || hit.mark == Mark::assertive) {
        sink.text(item, span_of(text, hit),
                  {quote(text.words(hit)) + " tells respondents what to answer.",
                   replaced(item.question->text, span_of(text, hit), ""),
                   {},
                   Confidence::high});
        return;
      }
    }
    // "How great …", "How much do you love …": the degree is open, the direction is not.
    if (text.tokens[sentence.first].word == "how" && sentence.last > sentence.first + 2) {
      const std::uint32_t next = sentence.first + 1;
      if ((text.bears(next, Mark::loaded_positive) &&
           !is_one_of(text.tokens[next].word, {"helpful", "convenient", "friendly", "popular"})) ||
          (text.bears(next, Mark::loaded_negative) &&
           is_one_of(text.tokens[next].word,
                     {"terrible", "awful", "horrible", "disastrous", "annoying", "frustrating",
                      "outrageous", "wasteful", "ridiculous"}))) {
        sink.text(item, span_of(text, sentence.first, next),
                  {quote(text.words(sentence.first, next)) + " leaves only one direction open.",
                   "Name both ends, as in \"How good or poor …\".",
                   {},
                   Confidence::high});
        return;
      }
      // "How much better is …": that it is better is not asked.
      if (text.tokens[next].word == "much" && text.word(next + 2) != "or" &&
          is_one_of(text.word(next + 1),
                    {"better", "worse", "easier", "harder", "faster", "slower", "safer", "cleaner",
                     "happier", "healthier", "stronger", "friendlier", "simpler", "clearer"})) {
        sink.text(
            item, span_of(text, sentence.first, next + 1),
            {quote(text.words(sentence.first, next + 1)) + " takes the direction for granted.",
             "Ask openly, as in \"Is it better, worse or about the same?\"."});
        return;
      }
      const Hit* verb = text.first_in(Mark::praise_verb, next, std::min(next + 3, sentence.last));
      if (verb && text.tokens[next].word == "much" &&
          !is_one_of(text.tokens[verb->first].word, {"benefit", "regret"})) {
        sink.text(item, span_of(text, *verb),
                  {"Asking how much people " + quote(text.words(*verb)) +
                       " takes for granted that they do.",
                   "Name both ends, as in \"How much do you like or dislike …\"."});
        return;
      }
    }
  }
  // "clearly" before a verb of need is an argument; after a verb it is a manner.
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i)
    if (text.tokens[i].word == "clearly" && !text.tokens[i].quoted &&
        (i == 0 || text.bears(i + 1, Mark::claim))) {
      sink.text(item, span_of(text, i, i),
                {"\"clearly\" settles the matter before it is asked.",
                 replaced(item.question->text, span_of(text, i, i), "")});
      return;
    }
}

void check_loaded_language(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question() || text.first_person()) return;
  for (std::uint32_t i = 1; i + 1 < text.tokens.size(); ++i) {
    const int judgement = judgement_of(text, i);
    const Hit hit{Mark::claim, i, i};
    if (judgement == 0 || !plain(text, hit)) continue;
    const Token& before = text.tokens[i - 1];
    const Token& after = text.tokens[i + 1];
    if (text.tokens[i].sentence != after.sentence || after.before != 0) continue;
    // Only as a property of a definite thing: "our amazing app", "the bank's hidden fees".
    const bool definite =
        is_one_of(before.word,
                  {"the", "our", "your", "this", "these", "those", "its", "their", "my", "such"}) ||
        (before.word.size() > 2 && before.word.substr(before.word.size() - 2) == "'s") ||
        judgement_of(text, i - 1) != 0 || before.word == "new";
    const bool noun_follows =
        !text.bears(hit.last + 1, Mark::preposition) &&
        !text.bears(hit.last + 1, Mark::auxiliary) && !text.bears(hit.last + 1, Mark::determiner) &&
        !text.bears(hit.last + 1, Mark::pronoun) &&
        !is_one_of(after.word, {"or", "and", "deal", "part", "than", "extent", "enough", "things",
                                "britain", "news", "motion", "food"});
    if (!definite || !noun_follows || text.tokens[hit.first].capital) continue;
    const bool praise = judgement > 0;
    sink.text(item, span_of(text, hit),
              {quote(text.words(hit)) + (praise ? " praises " : " condemns ") +
                   quote(after.before == 0 ? text.words(hit.last + 1, hit.last + 1) : "") +
                   " before the respondent has judged it.",
               replaced(item.question->text, span_of(text, hit), ""),
               {},
               Confidence::high});
    return;
  }
}

void check_priming_preamble(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (const auto so = argued(text)) {
    sink.text(item, span_of(text, 0, *so - 1),
              {quote(text.words(0, *so - 1)) + " argues for an answer before the question.",
               replaced(item.question->text, {0, text.tokens[*so + 1].start}, ""),
               {},
               Confidence::high});
    return;
  }
  if (const auto clause = given_fact(text)) {
    sink.text(item, span_of(text, 0, *clause),
              {quote(text.words(0, *clause)) + " puts a fact into the respondent's mind first.",
               replaced(item.question->text, {0, text.tokens[*clause + 1].start}, ""),
               {},
               Confidence::high});
    return;
  }
  for (const Hit& hit : text.hits)
    if (hit.mark == Mark::crowd && plain(text, hit) && text.is_question()) {
      // "most people" may itself be what is asked about, later in the request.
      const Sentence& sentence = text.sentences[text.tokens[hit.first].sentence];
      const bool opens = hit.first <= sentence.first + 1 || sentence.end != '?' ||
                         text.tokens[hit.first].before == ',';
      const bool counted = hit.first > sentence.first && text.tokens[hit.first - 1].word == "how";
      if (!opens || counted || text.bears(sentence.first, Mark::auxiliary)) continue;
      sink.text(
          item, span_of(text, hit),
          {quote(text.words(hit)) + " tells respondents what others think before they answer.",
           "Delete the preamble; ask the question alone.",
           {},
           Confidence::high});
      return;
    }
  // "Experts recommend daily exercise. Do you …?"
  const auto authority = [&](std::uint32_t at) {
    return is_one_of(text.word(at), {"experts", "scientists", "doctors", "researchers",
                                     "economists", "studies", "research", "science", "specialists",
                                     "teachers", "psychologists", "historians", "statistics",
                                     "evidence", "data", "polls", "surveys", "engineers"}) &&
           is_one_of(text.word(at + 1),
                     {"recommend", "recommends", "say",    "says",    "warn",    "warns",
                      "agree",     "agrees",     "advise", "show",    "shows",   "suggest",
                      "suggests",  "find",       "finds",  "believe", "claim",   "argue",
                      "indicate",  "indicates",  "prove",  "proves",  "confirm", "confirms",
                      "demand",    "urge",       "call",   "have",    "has"});
  };
  for (std::uint32_t i = 0; text.is_question() && i < 3 && i + 1 < text.tokens.size(); ++i) {
    if (!authority(i) || text.tokens[i].quoted) continue;
    sink.text(item, span_of(text, i, i + 1),
              {quote(text.words(i, i + 1)) + " lends weight to one answer.",
               "Delete the preamble; ask the question alone.",
               {},
               Confidence::high});
    return;
  }
  const auto end = preamble_end(text);
  if (!end) return;
  const Sentence& first = text.sentences[0];
  const Hit* claim = text.first_in(Mark::claim, first.first, *end - 1);
  if (!claim || !plain(text, *claim) || text.bears(first.first, Mark::instruction)) return;
  for (std::uint32_t i = first.first; i < *end; ++i)
    if (is_one_of(text.tokens[i].word, {"you", "your", "i", "question", "questions", "following",
                                        "survey", "we", "answer", "next", "section"}))
      return;
  if (first.end == '?' && first.last < *end) return;
  // A virtue held up is the social norm, which has a rule of its own.
  if (const auto virtue = praised_people(text); virtue && virtue->first < *end) return;
  if (*end - first.first < 4) return;
  sink.text(item, span_of(text, first.first, *end - 1),
            {"The preamble " + quote(text.words(first.first, *end - 1)) +
                 " argues for an answer before the question.",
             replaced(item.question->text, {0, text.tokens[*end].start}, "")});
}

void check_presupposition(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!item.question->show_if.empty() || text.has(Mark::gate) || !text.is_question()) return;
  if (item.survey->branched_to.count(item.question->id)) return;
  if (item.listed && (item.list.has_none || item.list.has_uncertain)) return;
  // "Why do you oppose …", "Why did you fail to …": the attitude or failure is taken as given.
  for (std::uint32_t i = 0; i + 3 < text.tokens.size(); ++i) {
    if (text.word(i) != "why" || !is_one_of(text.word(i + 1), {"do", "did", "are", "were"}) ||
        text.word(i + 2) != "you" || text.tokens[i].quoted)
      continue;
    const bool attitude =
        (text.bears(i + 3, Mark::mental) && !is_one_of(text.word(i + 3), {"think", "need"})) ||
        text.bears(i + 3, Mark::negative_word) ||
        is_one_of(text.word(i + 3), {"fail", "ignore", "distrust", "waste", "cheat", "lie",
                                     "regret", "fear", "resent", "neglect", "struggle", "waste",
                                     "refuse", "skip", "miss", "quit", "stop", "hide"});
    if (!attitude) continue;
    sink.text(item, span_of(text, i, i + 3),
              {quote(text.words(i, i + 3)) + " takes for granted that the respondent does so.",
               "Ask first whether it is so, and show this only to those who say yes."});
    return;
  }
  const Hit* hit = text.first(Mark::presumes);
  if (!hit || !plain(text, *hit)) return;
  const std::string_view opener = text.words(*hit);
  const auto at = [&](std::uint32_t i) -> const std::string& {
    static const std::string nothing;
    return i < text.tokens.size() ? text.tokens[i].word : nothing;
  };
  if (hit->first != text.sentences[text.tokens[hit->first].sentence].first) return;
  const std::string& second = at(hit->first + 1);
  // "How has X changed/improved …", "How long have you been …": only with the verb that presumes.
  if (at(hit->first) == "how" && (second == "has" || second == "have")) {
    bool presumes = false;
    for (std::uint32_t i = hit->last + 1; i < text.tokens.size(); ++i)
      presumes = presumes || is_one_of(at(i), {"improved", "helped", "worsened", "benefited",
                                               "reduced", "increased", "hurt", "harmed"});
    if (!presumes) return;
  }
  if (at(hit->first) == "how" && second == "long" &&
      !is_one_of(at(hit->last + 1), {"struggling", "suffering", "avoiding", "hiding", "neglecting",
                                     "ignoring", "wasting", "failing"}))
    return;
  if (opener == "Which of our" || opener == "which of our") {
    if (item.kind() != survey::Kind::single_choice) return;
  }
  if (second == "do" && at(hit->first + 3) == "think" && item.kind() == survey::Kind::open_text)
    return;
  if (is_one_of(at(hit->first), {"where"})) return;
  sink.text(item, span_of(text, *hit),
            {quote(opener) + " takes for granted that it applies to everybody who is asked.",
             "Ask first whether it applies and show this only to those who say so, or add \"if "
             "any\" and an answer for everybody else."});
}

void check_social_desirability(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  const auto say = [&](Span span, std::string_view words) {
    sink.text(item, span,
              {quote(words) + " names the behaviour that is expected.",
               "Ask for the behaviour alone, and make every answer sound acceptable.",
               {},
               Confidence::high});
  };
  for (const Hit& hit : text.hits) {
    if (hit.mark != Mark::norm || !plain(text, hit)) continue;
    say(span_of(text, hit), text.words(hit));
    return;
  }
  for (const auto& held_up : {norm_clause(text), praised_people(text)})
    if (held_up) {
      say(span_of(text, *held_up), text.words(*held_up));
      return;
    }
}

void check_agree_disagree(const Item& item, Sink& sink) {
  const Text& text = item.text;
  const Hit* request = agreement_request(text);
  const bool scale = item.list.construct == Construct::agreement;
  if (request && plain(text, *request) && item.closed) {
    sink.text(item, span_of(text, *request),
              {quote(text.words(*request)) +
                   " asks for agreement instead of asking about the thing itself.",
               "Ask for the property directly, e.g. \"How clear or unclear …\" with answers from "
               "\"Very unclear\" to \"Very clear\".",
               Severity::warning, Confidence::high});
    return;
  }
  if (!scale && item.kind() != survey::Kind::likert) return;
  if (item.kind() == survey::Kind::likert && !scale && item.list.construct != Construct::none)
    return;
  sink.text(item, whole_text(item),
            {"Answers of agreement invite saying yes to " +
                 quote(item.question->text.substr(
                     0, std::min<std::size_t>(item.question->text.find_first_of(".?!"), 60))) +
                 ".",
             "Where you can, ask for the property itself with answers of its own.", Severity::note,
             Confidence::medium});
}

}  // namespace insightflow::bias
