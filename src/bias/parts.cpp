#include "bias/language.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

/// Parts of speech: closed classes by list, open ones by ending, and what is left by the word
/// before. Good enough to tell a noun phrase from a clause; not a parser.
namespace insightflow::bias {

namespace {

struct Class {
  Part part;
  std::string_view words;
};
constexpr std::array classes{
    Class{Part::determiner,
          "the a an your our my its their his her this that these those any some each every no "
          "all both another other most more many much few several either neither such whose "
          "less fewer enough"},
    Class{Part::preposition,
          "in at on of with about for from to by during between among across within near after "
          "before until since over under through towards toward into onto as than around without "
          "regarding concerning per against despite besides behind beyond like unlike via inside "
          "outside above below up down off out along upon"},
    Class{Part::pronoun,
          "i you he she it we they me him us them someone anyone everyone somebody anybody "
          "everybody nobody something anything everything nothing yourself myself themselves "
          "itself himself herself ourselves one ones mine yours theirs ours hers"},
    Class{Part::auxiliary,
          "do does did is are am was were be been being have has had will would can could should "
          "may might must shall don't doesn't didn't isn't aren't wasn't weren't haven't hasn't "
          "won't wouldn't can't cannot couldn't shouldn't hadn't"},
    Class{Part::conjunction,
          "and or but nor so if unless because although though while whether when whenever where "
          "whereas once yet"},
    Class{Part::question_word, "how what why which who whom"},
    Class{Part::adverb,
          "not never always often sometimes rarely seldom usually now then here there very too "
          "quite rather just only also even still already again ever soon today yesterday tomorrow "
          "almost perhaps maybe overall together away back well far most least otherwise instead "
          "please approximately online abroad yet n't"},
    Class{Part::number,
          "one two three four five six seven eight nine ten eleven twelve twenty thirty hundred "
          "thousand million first second third"},
    Class{Part::adjective,
          "good bad new old big small large long short high low easy hard fast slow clear fair "
          "poor great safe clean cheap free full happy main other own same last next past present "
          "recent current different general local national public private social personal daily "
          "weekly monthly annual typical average usual available likely unlikely important "
          "certain able open ready sure total major minor early late right wrong strong weak rich "
          "young close friendly lonely final key various common rare true false real whole"},
    Class{Part::noun,
          "supply family reply assembly monopoly city security university quality facility "
          "building meeting training hospital animal meal feed bed need speed seed hotel channel "
          "proposal rental approval arrival wing ring king string spring evening morning ceiling "
          "festival journal capital signal material trial notice"},
    Class{
        Part::verb,
        "go went gone say said see saw seen come came know knew known think thought take took "
        "taken give gave given find found tell told become became leave left feel felt put bring "
        "brought begin began begun keep kept hold held write wrote written stand stood hear heard "
        "let mean meant set meet met run ran pay paid sit sat speak spoke lie lead led grow grew "
        "lose lost fall fell send sent build built understand understood draw break spend spent "
        "cut rise drive drove buy bought wear choose chose chosen eat ate eaten drink drank sleep "
        "slept read teach taught catch sell sold win won forget forgot describe rate indicate "
        "select happen belong live agree disagree appear seem include remain allow provide ask "
        "try turn start show move believe begin stop add expect offer remember decide apply "
        "reach learn explain hope develop carry"}};

using Lexicon = std::unordered_map<std::string_view, Part>;

const Lexicon& lexicon() {
  static const Lexicon words = [] {
    Lexicon out;
    for (const Class& each : classes) {
      std::string_view rest = each.words;
      while (!rest.empty()) {
        const std::size_t cut = rest.find(' ');
        out.try_emplace(rest.substr(0, cut), each.part);
        rest = cut == rest.npos ? std::string_view() : rest.substr(cut + 1);
      }
    }
    return out;
  }();
  return words;
}

struct Ending {
  std::string_view letters;
  Part part;
};
// Longer endings first, so that "-ically" is no noun in "-y".
constexpr std::array endings{
    Ending{"ation", Part::noun},     Ending{"tion", Part::noun},
    Ending{"sion", Part::noun},      Ending{"ment", Part::noun},
    Ending{"ness", Part::noun},      Ending{"ance", Part::noun},
    Ending{"ence", Part::noun},      Ending{"ship", Part::noun},
    Ending{"hood", Part::noun},      Ending{"able", Part::adjective},
    Ending{"ible", Part::adjective}, Ending{"less", Part::adjective},
    Ending{"ical", Part::adjective}, Ending{"ious", Part::adjective},
    Ending{"ally", Part::adverb},    Ending{"ful", Part::adjective},
    Ending{"ous", Part::adjective},  Ending{"ive", Part::adjective},
    Ending{"ism", Part::noun},       Ending{"ist", Part::noun},
    Ending{"ity", Part::noun},       Ending{"ish", Part::adjective},
    Ending{"ial", Part::adjective},  Ending{"nal", Part::adjective},
    Ending{"ing", Part::verb},       Ending{"ic", Part::adjective},
    Ending{"ly", Part::adverb},      Ending{"ed", Part::verb},
    Ending{"al", Part::adjective},
};

Part by_itself(const Text& text, const Token& token) {
  if (token.word[0] >= '0' && token.word[0] <= '9') return Part::number;
  if (const auto found = lexicon().find(token.word); found != lexicon().end()) return found->second;
  // A capital inside a sentence names something.
  if (token.capital && text.sentences[token.sentence].first !=
                           static_cast<std::uint32_t>(&token - text.tokens.data()))
    return Part::noun;
  if (token.marks[static_cast<std::size_t>(Mark::verb)]) return Part::verb;
  for (const Ending& each : endings)
    if (token.word.size() > each.letters.size() + 2 && token.word.ends_with(each.letters))
      return each.part;
  return Part::noun;
}

bool among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool names_people(const Text& text, std::uint32_t token) {
  if (text.bears(token, Mark::people)) return true;
  std::string_view word = text.word(token);
  if (word.size() > 5 && word.ends_with("men")) return true;
  if (word.ends_with('s')) word.remove_suffix(1);
  if (word.size() < 5 ||
      among(word,
            {"number",   "order",      "paper",   "letter",   "water",  "computer", "weather",
             "power",    "answer",     "offer",   "summer",   "winter", "corner",   "dinner",
             "matter",   "centre",     "center",  "other",    "never",  "under",    "rather",
             "over",     "after",      "either",  "neither",  "better", "colour",   "color",
             "floor",    "factor",     "sector",  "error",    "motor",  "monitor",  "printer",
             "counter",  "newsletter", "chapter", "register", "laptop", "cover",    "transfer",
             "semester", "shelter",    "folder",  "router"}))
    return false;
  for (const std::string_view ending : {"er", "or", "ist", "ian", "man", "mate", "ant", "izen"})
    if (word.ends_with(ending)) return text.tokens[token].part == Part::noun;
  return false;
}

int judgement_of(const Text& text, std::uint32_t token) {
  if (text.bears(token, Mark::loaded_negative)) return -1;
  if (text.bears(token, Mark::loaded_positive)) return 1;
  const std::string_view word = text.word(token);
  if (word.size() < 7) return 0;
  const auto framed = [&](std::string_view start, std::initializer_list<std::string_view> endings) {
    if (!word.starts_with(start)) return false;
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view each) { return word.ends_with(each); });
  };
  if (word.ends_with("less"))
    return among(word, {"wireless",   "homeless",  "cordless",     "contactless", "cashless",
                        "paperless",  "stainless", "jobless",      "childless",   "driverless",
                        "sleeveless", "endless",   "countless",    "nonetheless", "regardless",
                        "doubtless",  "painless",  "checkoutless", "topless",     "strapless",
                        "keyless"})
               ? 0
           : among(word, {"flawless", "seamless", "effortless", "priceless", "timeless"}) ? 1
                                                                                          : -1;
  if (framed("mis", {"ing", "ed"})) return word.starts_with("miss") ? 0 : -1;
  if (framed("over", {"iced", "wded", "aded", "rked", "ated", "lown", "tched", "aled"})) return -1;
  if (framed("un", {"able", "ible", "ing", "ful", "ive", "fied", "nly", "dly"}))
    return word.starts_with("uni") || word.starts_with("under") ||
                   among(word, {"unavailable", "unassuming", "unforgettable", "unbeatable"})
               ? 0
               : -1;
  if (framed("in", {"adequate", "efficient", "competent", "consistent", "accurate", "convenient",
                    "flexible", "sensitive", "effective", "humane", "considerate", "tolerable",
                    "excusable", "comprehensible", "sufficient", "coherent", "sincere"}) ||
      framed("ir", {"responsible", "rational"}) || framed("dis", {"ing", "ful", "honest"}))
    return -1;
  for (const std::string_view end : {"-winning", "-class", "-leading", "-loved"})
    if (word.ends_with(end)) return 1;
  return 0;
}

void tag_parts(Text& text) {
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    Token& token = text.tokens[i];
    token.part = by_itself(text, token);
    if (i == 0 || text.tokens[i - 1].sentence != token.sentence || token.before != 0) continue;
    const Token& before = text.tokens[i - 1];
    const bool open_class = token.part == Part::noun || token.part == Part::verb;
    if (!open_class || token.capital) continue;
    // "the use", "their help": a noun; "to use", "you use", "not use": a verb.
    const bool participle = token.word.ends_with("ing") || token.word.ends_with("ed");
    if (token.word.ends_with("ing") && before.part == Part::preposition) {
      token.part = Part::noun;  // "by asking"
      continue;
    }
    if (before.part == Part::determiner || before.part == Part::adjective ||
        before.part == Part::number || (before.part == Part::preposition && before.word != "to"))
      token.part = participle ? Part::adjective : Part::noun;
    else if (before.part == Part::pronoun && before.word != "one" &&
             (token.word.back() != 's' ||
              among(before.word, {"everyone", "everybody", "nobody", "someone", "he", "she"})))
      token.part = Part::verb;
    else if (before.word == "to" && token.word.back() != 's' &&
             (token.part == Part::verb || token.marks[static_cast<std::size_t>(Mark::verb)]))
      token.part = Part::verb;
  }
}

}  // namespace insightflow::bias
