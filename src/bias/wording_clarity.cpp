#include "bias/inspection.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

/// Whether the words and the build of a question can be understood at first reading.
namespace insightflow::bias {

namespace {

struct Plainer {
  std::string_view word;
  std::string_view better;
};
/// Formal or rare words with an everyday one of the same meaning, in their dictionary form.
constexpr std::array plainer_words{Plainer{"utilize", "use"},
                                   Plainer{"utilise", "use"},
                                   Plainer{"commence", "start"},
                                   Plainer{"ascertain", "find out"},
                                   Plainer{"endeavour", "try"},
                                   Plainer{"endeavor", "try"},
                                   Plainer{"terminate", "end"},
                                   Plainer{"cease", "stop"},
                                   Plainer{"reside", "live"},
                                   Plainer{"domicile", "home"},
                                   Plainer{"remuneration", "pay"},
                                   Plainer{"renumeration", "pay"},
                                   Plainer{"emolument", "pay"},
                                   Plainer{"facilitate", "help"},
                                   Plainer{"initiate", "start"},
                                   Plainer{"subsequent", "later"},
                                   Plainer{"subsequently", "later"},
                                   Plainer{"prior to", "before"},
                                   Plainer{"insufficient", "not enough"},
                                   Plainer{"inadvertently", "by mistake"},
                                   Plainer{"ameliorate", "improve"},
                                   Plainer{"exacerbate", "make worse"},
                                   Plainer{"mitigate", "reduce"},
                                   Plainer{"alleviate", "ease"},
                                   Plainer{"augment", "increase"},
                                   Plainer{"diminish", "reduce"},
                                   Plainer{"elucidate", "explain"},
                                   Plainer{"expedite", "speed up"},
                                   Plainer{"procure", "get"},
                                   Plainer{"solicit", "ask for"},
                                   Plainer{"peruse", "read"},
                                   Plainer{"converse", "talk"},
                                   Plainer{"imbibe", "drink"},
                                   Plainer{"ingest", "swallow"},
                                   Plainer{"perspire", "sweat"},
                                   Plainer{"inebriated", "drunk"},
                                   Plainer{"intoxicated", "drunk"},
                                   Plainer{"vocation", "job"},
                                   Plainer{"ubiquitous", "common"},
                                   Plainer{"salient", "important"},
                                   Plainer{"pertinent", "relevant"},
                                   Plainer{"erroneous", "wrong"},
                                   Plainer{"erroneously", "by mistake"},
                                   Plainer{"cognizant", "aware"},
                                   Plainer{"cognisant", "aware"},
                                   Plainer{"amicable", "friendly"},
                                   Plainer{"affluent", "rich"},
                                   Plainer{"indigent", "poor"},
                                   Plainer{"impecunious", "poor"},
                                   Plainer{"sedentary", "sitting"},
                                   Plainer{"nocturnal", "at night"},
                                   Plainer{"diurnal", "by day"},
                                   Plainer{"pedagogy", "teaching"},
                                   Plainer{"pedagogical", "teaching"},
                                   Plainer{"propensity", "tendency"},
                                   Plainer{"proclivity", "tendency"},
                                   Plainer{"predilection", "liking"},
                                   Plainer{"aversion", "dislike"},
                                   Plainer{"veracity", "truth"},
                                   Plainer{"efficacy", "effect"},
                                   Plainer{"efficacious", "effective"},
                                   Plainer{"deleterious", "harmful"},
                                   Plainer{"detrimental", "harmful"},
                                   Plainer{"advantageous", "helpful"},
                                   Plainer{"conducive", "helpful"},
                                   Plainer{"paramount", "most important"},
                                   Plainer{"plethora", "many"},
                                   Plainer{"myriad", "many"},
                                   Plainer{"multitude", "many"},
                                   Plainer{"paucity", "lack"},
                                   Plainer{"dearth", "lack"},
                                   Plainer{"cessation", "end"},
                                   Plainer{"termination", "end"},
                                   Plainer{"inception", "start"},
                                   Plainer{"commencement", "start"},
                                   Plainer{"frequented", "visited"},
                                   Plainer{"aforementioned", "this"},
                                   Plainer{"hitherto", "until now"},
                                   Plainer{"henceforth", "from now on"},
                                   Plainer{"notwithstanding", "despite"},
                                   Plainer{"amongst", "among"},
                                   Plainer{"heretofore", "until now"},
                                   Plainer{"pursuant", "under"},
                                   Plainer{"albeit", "although"},
                                   Plainer{"vis-à-vis", "towards"},
                                   Plainer{"per annum", "a year"},
                                   Plainer{"in lieu of", "instead of"},
                                   Plainer{"inter alia", "among others"},
                                   Plainer{"ad hoc", "as needed"},
                                   Plainer{"evince", "show"},
                                   Plainer{"necessitate", "need"},
                                   Plainer{"envisage", "expect"},
                                   Plainer{"envision", "imagine"},
                                   Plainer{"postulate", "claim"},
                                   Plainer{"assert", "say"},
                                   Plainer{"concur", "agree"},
                                   Plainer{"dissent", "disagree"},
                                   Plainer{"refrain", "keep"},
                                   Plainer{"abstain", "keep away"},
                                   Plainer{"curtail", "cut"},
                                   Plainer{"discontinue", "stop"},
                                   Plainer{"disseminate", "spread"},
                                   Plainer{"effectuate", "do"},
                                   Plainer{"enumerate", "list"},
                                   Plainer{"felicitous", "fitting"},
                                   Plainer{"germane", "relevant"},
                                   Plainer{"gratuitous", "needless"},
                                   Plainer{"impede", "slow down"},
                                   Plainer{"inquire", "ask"},
                                   Plainer{"enquire", "ask"},
                                   Plainer{"locality", "area"},
                                   Plainer{"nascent", "new"},
                                   Plainer{"obviate", "avoid"},
                                   Plainer{"optimal", "best"},
                                   Plainer{"optimum", "best"},
                                   Plainer{"parsimonious", "sparing"},
                                   Plainer{"penultimate", "last but one"},
                                   Plainer{"preclude", "prevent"},
                                   Plainer{"prevaricate", "dodge"},
                                   Plainer{"rectify", "correct"},
                                   Plainer{"remit", "send"},
                                   Plainer{"repudiate", "reject"},
                                   Plainer{"scrutinize", "check"},
                                   Plainer{"scrutinise", "check"},
                                   Plainer{"strive", "try"},
                                   Plainer{"substantiate", "prove"},
                                   Plainer{"transmit", "send"},
                                   Plainer{"transpire", "happen"},
                                   Plainer{"vacillate", "waver"},
                                   Plainer{"vehicular", "car"},
                                   Plainer{"vicinity", "area"},
                                   Plainer{"cohabit", "live together"},
                                   Plainer{"attire", "clothes"},
                                   Plainer{"garment", "clothes"},
                                   Plainer{"edifice", "building"},
                                   Plainer{"conveyance", "vehicle"},
                                   Plainer{"progeny", "children"},
                                   Plainer{"offspring", "children"},
                                   Plainer{"spousal", "partner's"},
                                   Plainer{"interlocutor", "person you talked to"},
                                   Plainer{"discern", "see"},
                                   Plainer{"perceive", "see"},
                                   Plainer{"contemplate", "think about"},
                                   Plainer{"ponder",
                                           "think "
                                           "about"},
                                   Plainer{"deem", "think"},
                                   Plainer{"opine", "think"},
                                   Plainer{"apprehensive", "afraid"},
                                   Plainer{"lethargic", "tired"},
                                   Plainer{"fatigued", "tired"},
                                   Plainer{"elated", "very happy"},
                                   Plainer{"disgruntled", "unhappy"},
                                   Plainer{"copious", "plenty of"},
                                   Plainer{"ample", "enough"},
                                   Plainer{"copacetic", "fine"}};

const std::unordered_map<std::string_view, std::string_view>& plainer() {
  static const auto index = [] {
    std::unordered_map<std::string_view, std::string_view> out;
    for (const Plainer& each : plainer_words) out.emplace(each.word, each.better);
    return out;
  }();
  return index;
}

bool noun_before(const Text& text, std::uint32_t at) {
  for (std::uint32_t i = 0; i < at; ++i) {
    const Token& token = text.tokens[i];
    if (token.part != Part::noun || text.bears(i, Mark::time_unit) ||
        text.bears(i, Mark::judgement) || text.bears(i, Mark::instruction))
      continue;
    if (token.word.size() > 2 && !is_one_of(token.word, {"yes", "extent", "scale", "degree"}))
      return true;
  }
  return false;
}

bool ends_sentence(const Text& text, std::uint32_t at) {
  return text.sentence_of(at).last == at;
}

/// "it" that stands for nothing: "Is it easy to …", "How likely is it that …".
bool expletive(const Text& text, std::uint32_t at) {
  for (std::uint32_t i = at + 1; i <= text.sentence_of(at).last; ++i)
    if (is_one_of(text.word(i), {"to", "that", "if", "when", "how", "whether", "why", "what", "you",
                                 "your", "before", "until", "since", "where", "who"}))
      return true;
  return false;
}

}  // namespace

void check_uncommon_word(const Item& item, Sink& sink) {
  const Text& text = item.text;
  std::string room;
  const auto known = [](std::string_view word) { return plainer().count(word) != 0; };
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (token.quoted || (token.capital && text.sentence_of(i).first != i)) continue;
    std::string_view better;
    std::uint32_t last = i;
    if (i + 1 < text.tokens.size() && text.tokens[i + 1].before == 0 && token.word.size() <= 5)
      if (const auto found = plainer().find(token.word + " " + text.tokens[i + 1].word);
          found != plainer().end()) {
        better = found->second;
        last = i + 1;
      }
    bool exact = !better.empty();
    if (better.empty()) {
      if (token.word.size() < 4) continue;
      const std::string_view stem = stem_of(token.word, room, known);
      if (stem.empty()) continue;
      better = plainer().find(stem)->second;
      exact = stem == token.word;
    }
    const Span span = span_of(text, i, last);
    sink.text(item, span,
              {quote(text.words(i, last)) + " is not in everybody's everyday words.",
               exact ? replaced(item.question->text, span, better)
                     : "Use a form of " + quote(better) + ".",
               {},
               Confidence::high});
    return;
  }
}

void check_idiom(const Item& item, Sink& sink) {
  const Text& text = item.text;
  for (const Hit& hit : text.hits) {
    if (hit.mark != Mark::idiom || !plain(text, hit)) continue;
    // A name made of the same words: "Game Changer Gym".
    if (text.tokens[hit.first].capital && hit.first != text.sentence_of(hit.first).first) continue;
    sink.text(item, span_of(text, hit),
              {quote(text.words(hit)) +
                   " does not mean what its words say; translators and many readers miss it.",
               "Say in plain words what is meant.",
               {},
               Confidence::high});
    return;
  }
}

void check_vague_reference(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question() || text.first_person()) return;
  for (const Hit& hit : text.hits)
    if (hit.mark == Mark::vague_noun && plain(text, hit)) {
      // "these issues" and the like are clear where the issues stand before.
      const bool pointing = is_one_of(text.word(hit.first), {"this", "these", "those"});
      if (pointing && text.tokens[hit.first].sentence > 0) continue;
      if (text.word(hit.first) == "all" && !ends_sentence(text, hit.last)) continue;
      sink.text(item, span_of(text, hit),
                {quote(text.words(hit)) + " leaves open what is meant.",
                 "Name the things that are meant."});
      return;
    }
  // Later questions may point to the one before.
  if (item.index > 0 || !item.question->show_if.empty() || item.kind() == survey::Kind::matrix)
    return;
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (token.quoted || token.bracketed || token.sentence > 0) continue;
    const bool demonstrative = is_one_of(token.word, {"this", "that", "these", "those"});
    if (!demonstrative && !is_one_of(token.word, {"it", "they", "them"})) continue;
    if (demonstrative) {
      const bool ends = ends_sentence(text, i);
      const Part next = ends ? Part::auxiliary : text.tokens[i + 1].part;
      const Part before = i == 0 ? Part::auxiliary : text.tokens[i - 1].part;
      const bool stands_alone = next == Part::auxiliary || next == Part::preposition ||
                                next == Part::conjunction || next == Part::adverb;
      const bool opens = before == Part::auxiliary || before == Part::preposition ||
                         before == Part::question_word || before == Part::conjunction ||
                         (ends && before == Part::verb);
      if (!stands_alone || !opens) continue;
      if (!ends && expletive(text, i) && token.word == "that") continue;
    } else if (token.word == "it" && expletive(text, i)) {
      continue;
    }
    if (noun_before(text, i)) continue;
    sink.text(item, span_of(text, i, i),
              {"Nothing in the question says what " + quote(text.words(i, i)) + " stands for.",
               "Name the thing instead."});
    return;
  }
}

void check_ambiguous_syntax(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question() && !item.closed) return;
  const auto say = [&](std::uint32_t first, std::uint32_t last, std::string what,
                       std::string advice) {
    sink.text(item, span_of(text, first, last),
              {std::move(what), std::move(advice), {}, Confidence::medium});
  };
  for (std::uint32_t s = 0; s < text.sentences.size(); ++s) {
    const Sentence& sentence = text.sentences[s];
    std::optional<std::uint32_t> with_and, with_or, universal;
    bool listed = false;
    for (std::uint32_t i = sentence.first; i <= sentence.last; ++i) {
      const Token& token = text.tokens[i];
      if (token.quoted || token.bracketed) continue;
      listed = listed || token.before == ',';
      if (i > sentence.first && token.before == '/' && is_one_of(token.word, {"or", "and"})) {
        say(i - 1, i, "\"and/or\" can be read as both, or as one of the two.",
            "Write \"or\", or name the cases.");
        return;
      }
      const bool pair = text.bears(i, Mark::fixed_pair) || text.bears(i, Mark::antonym) ||
                        text.bears(i, Mark::period);
      if (token.word == "and" && !pair && i > sentence.first) with_and = i;
      if (token.word == "or" && !pair && i > sentence.first &&
          !is_one_of(text.word(i + 1), {"not", "more", "less", "fewer", "older", "so", "no"}))
        with_or = i;
      // "coffee and tea or juice": which of them belong together?
      if (with_and && with_or && !listed) {
        const std::uint32_t first = std::min(*with_and, *with_or);
        const std::uint32_t last = std::max(*with_and, *with_or);
        bool clause = false;
        for (std::uint32_t k = first + 1; k < last; ++k)
          clause = clause || text.tokens[k].part == Part::auxiliary ||
                   text.tokens[k].part == Part::preposition ||
                   text.tokens[k].part == Part::pronoun || text.tokens[k].part == Part::verb ||
                   text.tokens[k].part == Part::conjunction;
        if (last - first <= 4 && last < sentence.last && !clause) {
          say(first - 1, last + 1,
              "\"and\" and \"or\" in " + quote(text.words(first - 1, last + 1)) +
                  " can be grouped in two ways.",
              "List the cases one by one, or ask two questions.");
          return;
        }
      }
      if (is_one_of(token.word, {"all", "every", "everyone", "each"}) &&
          (i == sentence.first ||
           is_one_of(text.word(i - 1), {"that", "are", "do", "did", "think", "were", "is"})))
        universal = i;
      if (universal && i > *universal && i - *universal <= 6 &&
          (token.word == "not" || (token.word.ends_with("n't") && token.part == Part::auxiliary))) {
        say(*universal, i, quote(text.words(*universal, i)) + " can mean none, or not every one.",
            "Write \"none of\" or \"not all of\".");
        return;
      }
      // "Did you not vote because …": not for this reason, or not at all?
      if (token.word == "because" && i > sentence.first + 2)
        for (std::uint32_t k = sentence.first; k + 1 < i; ++k)
          if ((text.word(k) == "not" ||
               (text.word(k).ends_with("n't") && text.tokens[k].part == Part::auxiliary)) &&
              i - k <= 8) {
            say(k, i, quote(text.words(k, i)) + " can deny the act, or only the reason for it.",
                "Ask about the act first and about its reason next.");
            return;
          }
      // "the manager of the team who …": who is described?
      if (is_one_of(token.word, {"who", "that", "which"}) && token.before == 0 &&
          i >= sentence.first + 5 && text.word(i - 3) == "of" && text.word(i - 2) == "the" &&
          text.tokens[i - 1].part == Part::noun && text.tokens[i - 4].part == Part::noun &&
          is_one_of(text.word(i - 5), {"the", "a", "any", "your"}) && i < sentence.last &&
          !is_one_of(text.word(i - 4), {"part", "end", "rest", "most", "some", "side", "number",
                                        "quality", "name", "type", "kind", "size", "cost", "price",
                                        "beginning", "middle", "use", "level", "most"})) {
        say(i - 4, i,
            "In " + quote(text.words(i - 4, i)) + " the clause can describe " +
                quote(text.words(i - 4, i - 4)) + " or " + quote(text.words(i - 1, i - 1)) + ".",
            "Split the sentence, or repeat the noun that is meant.");
        return;
      }
    }
    // "Did you see the guard leaving the shop?": who was leaving?
    for (std::uint32_t i = sentence.first + 3; i + 1 <= sentence.last; ++i)
      if (is_one_of(text.word(i), {"while", "when"}) && text.word(i + 1).ends_with("ing") &&
          text.tokens[i].before == 0 && names_people(text, i - 1) && !text.tokens[i].quoted) {
        say(i - 1, i + 1,
            quote(text.words(i, i + 1)) + " can be about you or about " +
                quote(text.words(i - 1, i - 1)) + ".",
            "Write out who does it: \"while you were …\".");
        return;
      }
  }
}

void check_complex_syntax(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (item.kind() == survey::Kind::consent) return;
  for (const Sentence& sentence : text.sentences) {
    const std::uint32_t words = sentence.last - sentence.first + 1;
    if (words < 12 || text.tokens[sentence.first].quoted) continue;
    const bool request = sentence.end == '?' || text.bears(sentence.first, Mark::instruction);
    if (!request) continue;
    // Where the request itself starts: after the introduction's comma.
    const bool introduced = text.tokens[sentence.first].part == Part::preposition ||
                            text.tokens[sentence.first].part == Part::conjunction ||
                            text.word(sentence.first).ends_with("ing");
    std::uint32_t start = sentence.first;
    for (std::uint32_t i = sentence.first + 1; introduced && i <= sentence.last; ++i) {
      const Part part = text.tokens[i].part;
      if (text.tokens[i].before == ',' &&
          (part == Part::question_word || part == Part::auxiliary ||
           text.bears(i, Mark::instruction) || text.word(i) == "to")) {
        start = i;
        break;
      }
    }
    std::uint32_t before = 0;
    for (std::uint32_t i = sentence.first; i < start; ++i) before += !text.tokens[i].bracketed;
    if (before > 20) {
      sink.text(item, span_of(text, sentence.first, start - 1),
                {std::to_string(before) + " words stand before the question begins.",
                 "Put the question first, or make the introduction a sentence of its own.",
                 {},
                 Confidence::high});
      return;
    }
    std::uint32_t clauses = 0;
    for (std::uint32_t i = start + 1; i <= sentence.last; ++i) {
      const Token& token = text.tokens[i];
      if (token.quoted || token.bracketed) continue;
      const bool that = token.word == "that" && i < sentence.last &&
                        text.tokens[i + 1].part != Part::noun && text.word(i + 1) != "is";
      clauses += that || is_one_of(token.word, {"which", "who", "whom", "whose", "when", "while",
                                                "although", "because", "whether", "if", "unless",
                                                "where", "whereas", "though", "what"});
    }
    if (clauses >= 3 && words > 18) {
      sink.text(item, span_of(text, sentence.first, sentence.last),
                {"One sentence holds " + std::to_string(clauses) + " clauses inside each other.",
                 "Make two or three short sentences of it.",
                 clauses > 3 ? std::nullopt : std::optional(Severity::note), Confidence::medium});
      return;
    }
    // "Did the plan that the council which you elected passed affect you?"
    for (std::uint32_t i = start + 1; i + 6 <= sentence.last && i <= start + 5; ++i) {
      if (clauses < 2 || !is_one_of(text.word(i), {"that", "which", "who", "whom"}) ||
          text.tokens[start].part != Part::auxiliary || text.tokens[i - 1].part != Part::noun ||
          text.tokens[start + 1].part != Part::determiner)
        continue;
      sink.text(item, span_of(text, start, i),
                {"A clause about " + quote(text.words(i - 1, i - 1)) +
                     " stands between the question and its verb.",
                 "Say first what it is about, then ask.",
                 {},
                 Confidence::medium});
      return;
    }
  }
  // Nouns heaped on nouns, in any sentence.
  std::uint32_t run = 0;
  for (std::uint32_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    const bool noun = token.part == Part::noun && !token.capital && !token.quoted &&
                      !token.bracketed && token.word.size() > 2 &&
                      !text.bears(i, Mark::time_unit) && !text.bears(i, Mark::instruction) &&
                      !token.word.ends_with("'s");
    const bool goes_on = noun && (run == 0 || token.before == 0);
    run = goes_on ? run + 1 : noun ? 1 : 0;
    if (run == 5 && text.is_question()) {
      sink.text(
          item, span_of(text, i - 4, i),
          {quote(text.words(i - 4, i)) + " heaps noun on noun.",
           "Take it apart with \"of\", \"for\" and verbs.", Severity::note, Confidence::medium});
      return;
    }
  }
}

void check_memory_overload(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!text.is_question()) return;
  for (const Sentence& sentence : text.sentences) {
    std::uint32_t conditions = 0, commas = 0;
    std::optional<std::uint32_t> first_comma, first_condition;
    std::uint32_t last_condition = 0, last_comma = 0;
    bool joined = false;
    std::uint32_t since = 0;
    for (std::uint32_t i = sentence.first; i <= sentence.last; ++i) {
      const Token& token = text.tokens[i];
      if (token.quoted || token.bracketed) continue;
      const Hit* hit = text.first_in(Mark::condition, i, sentence.last);
      if (hit && hit->first == i && (!text.bears(i, Mark::gate) || text.word(i + 1) == "you") &&
          !(i == sentence.first && text.word(i) == "when" &&
            text.tokens[i + 1 <= sentence.last ? i + 1 : i].part == Part::auxiliary) &&
          (i == sentence.first || !text.bears(i - 1, Mark::condition))) {
        ++conditions;
        if (!first_condition) first_condition = i;
        last_condition = i;
      }
      ++since;
      // Items of a list are short; a comma far from the last one starts a clause.
      if (token.before == ',') {
        if (commas > 0 && since > 4) commas = 0;
        if (commas == 0) first_comma = i;
        ++commas;
        since = 0;
        last_comma = i;
      }
      joined = joined || (commas >= 3 && (token.word == "or" || token.word == "and"));
    }
    if (conditions >= 3) {
      sink.text(item, span_of(text, *first_condition, last_condition),
                {std::to_string(conditions) + " conditions have to be kept in mind at once.",
                 "Ask for the conditions in questions of their own, or drop the rare ones.",
                 {},
                 Confidence::medium});
      return;
    }
    if (commas >= 5 && joined) {
      sink.text(item, span_of(text, *first_comma - 1, last_comma),
                {"A list of " + std::to_string(commas + 1) + " things stands inside the question.",
                 "Make the list the answers, or give two examples and leave out the rest.",
                 {},
                 Confidence::high});
      return;
    }
  }
}

void check_too_short(const Item& item, Sink& sink) {
  const Text& text = item.text;
  const survey::Question& question = *item.question;
  if (text.tokens.empty() || text.tokens.size() > 2 || !question.help.empty()) return;
  if (item.kind() == survey::Kind::consent || item.kind() == survey::Kind::contact ||
      item.kind() == survey::Kind::matrix || !question.show_if.empty())
    return;
  // A line of a battery ("Dizziness") is answered on the scale beside it, "Why?" follows up.
  if (!text.is_question() && item.rating_scale) return;
  if (item.index > 0 && text.tokens[0].part == Part::question_word) return;
  // Without spaces between words, two tokens may be a whole sentence.
  if (text.source.size() > 40) return;
  sink.text(item, whole_text(item),
            {quote(text.source) + " leaves open what exactly is asked.",
             "Write a full question, e.g. \"What is your age in completed years?\".",
             {},
             Confidence::medium});
}

}  // namespace insightflow::bias
