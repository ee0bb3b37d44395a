#include "analysis/hash.hpp"

#include <insightflow/analysis/text.hpp>

#include <array>

namespace insightflow::analysis {

namespace {

/// In byte order. Beside function words it holds words of judgement ("good") and of speaking about
/// one's opinion ("believe"), which name no subject.
constexpr std::string_view words[] = {
    "a",          "able",        "about",        "above",        "absolutely",
    "actually",   "add",         "added",        "address",      "addressed",
    "after",      "again",       "ago",          "all",          "allow",
    "allowed",    "allowing",    "allows",       "almost",       "along",
    "already",    "also",        "although",     "always",       "am",
    "amazing",    "among",       "amount",       "an",           "and",
    "another",    "any",         "anybody",      "anymore",      "anyone",
    "anything",   "anyway",      "anywhere",     "appreciate",   "are",
    "area",       "areas",       "aren't",       "arent",        "around",
    "as",         "ask",         "asked",        "at",           "available",
    "average",    "away",        "awesome",      "awful",        "back",
    "bad",        "be",          "became",       "because",      "become",
    "becoming",   "been",        "before",       "being",        "believe",
    "below",      "beside",      "besides",      "best",         "better",
    "between",    "big",         "bit",          "both",         "bring",
    "but",        "by",          "came",         "can",          "can't",
    "cannot",     "cant",        "cause",        "caused",       "certain",
    "clear",      "clearly",     "come",         "comes",        "comment",
    "comments",   "completely",  "concern",      "concerned",    "concerns",
    "consider",   "considered",  "continue",     "continued",    "could",
    "couldn't",   "couldnt",     "currently",    "day",          "days",
    "dear",       "definitely",  "did",          "didn't",       "didnt",
    "different",  "difficult",   "dislike",      "dissatisfied", "do",
    "does",       "doesn't",     "doesnt",       "doing",        "don't",
    "done",       "dont",        "due",          "during",       "each",
    "easily",     "easy",        "either",       "else",         "enjoy",
    "enjoyed",    "enough",      "especially",   "etc",          "even",
    "ever",       "every",       "everybody",    "everyone",     "everything",
    "everywhere", "example",     "examples",     "excellent",    "expect",
    "expected",   "extremely",   "fantastic",    "far",          "feel",
    "felt",       "few",         "find",         "fine",         "first",
    "fix",        "fixed",       "fixing",       "focus",        "for",
    "found",      "from",        "general",      "get",          "gets",
    "getting",    "give",        "given",        "gives",        "glad",
    "go",         "goes",        "going",        "gone",         "gonna",
    "good",       "got",         "gotten",       "great",        "had",
    "hadn't",     "hadnt",       "happen",       "happy",        "hard",
    "has",        "hasn't",      "hasnt",        "hate",         "have",
    "haven't",    "havent",      "having",       "he",           "he'd",
    "he'll",      "he's",        "hello",        "help",         "helped",
    "helpful",    "helping",     "helps",        "hence",        "her",
    "here",       "here's",      "hers",         "herself",      "hey",
    "hi",         "high",        "higher",       "highly",       "him",
    "himself",    "his",         "hope",         "hopefully",    "horrible",
    "hour",       "hours",       "how",          "how's",        "however",
    "i",          "i'd",         "i'll",         "i'm",          "i've",
    "idk",        "if",          "im",           "important",    "improve",
    "improved",   "improvement", "improvements", "improving",    "in",
    "increase",   "increased",   "increasing",   "indeed",       "instead",
    "into",       "is",          "isn't",        "isnt",         "issue",
    "issues",     "it",          "it'd",         "it'll",        "it's",
    "its",        "itself",      "ive",          "just",         "keep",
    "keeps",      "kind",        "kinda",        "know",         "lack",
    "lacking",    "large",       "last",         "least",        "leave",
    "leaving",    "less",        "let",          "let's",        "level",
    "like",       "liked",       "likely",       "little",       "live",
    "lives",      "lol",         "long",         "look",         "looked",
    "looking",    "lot",         "lots",         "love",         "loved",
    "low",        "lower",       "madam",        "made",         "make",
    "makes",      "making",      "many",         "may",          "maybe",
    "me",         "mean",        "might",        "mine",         "minute",
    "minutes",    "month",       "months",       "more",         "moreover",
    "most",       "mostly",      "move",         "moved",        "moving",
    "much",       "must",        "my",           "myself",       "n/a",
    "na",         "namely",      "near",         "need",         "needed",
    "needs",      "neither",     "never",        "nevertheless", "new",
    "next",       "nice",        "nil",          "no",           "nobody",
    "non",        "none",        "nor",          "not",          "nothing",
    "now",        "nowhere",     "number",       "of",           "off",
    "often",      "oh",          "ok",           "okay",         "on",
    "once",       "one",         "ones",         "only",         "onto",
    "or",         "other",       "others",       "otherwise",    "our",
    "ours",       "ourselves",   "out",          "over",         "overall",
    "own",        "part",        "particularly", "parts",        "people",
    "per",        "perhaps",     "person",       "place",        "places",
    "please",     "plus",        "poor",         "poorly",       "possible",
    "prefer",     "pretty",      "priority",     "problem",      "problems",
    "proper",     "properly",    "provide",      "provided",     "provides",
    "providing",  "put",         "quite",        "rather",       "really",
    "reason",     "reasons",     "recently",     "recommend",    "recommended",
    "reduce",     "reduced",     "reducing",     "regarding",    "regards",
    "require",    "required",    "requires",     "rest",         "ridiculous",
    "sad",        "said",        "same",         "satisfactory", "satisfied",
    "saw",        "say",         "says",         "see",          "seem",
    "seemed",     "seems",       "seen",         "seriously",    "several",
    "she",        "she'd",       "she'll",       "she's",        "should",
    "shouldn't",  "shouldnt",    "side",         "sides",        "simply",
    "since",      "sir",         "small",        "so",           "some",
    "somebody",   "somehow",     "someone",      "something",    "sometimes",
    "somewhat",   "somewhere",   "soon",         "specific",     "start",
    "started",    "starting",    "still",        "stop",         "stopped",
    "stopping",   "stuff",       "such",         "sufficient",   "superb",
    "sure",       "take",        "takes",        "tell",         "terrible",
    "than",       "thank",       "thanks",       "that",         "that's",
    "thats",      "the",         "their",        "theirs",       "them",
    "themselves", "then",        "there",        "there's",      "therefore",
    "theres",     "these",       "they",         "they'd",       "they'll",
    "they're",    "they've",     "theyre",       "thing",        "things",
    "think",      "this",        "those",        "though",       "thought",
    "three",      "through",     "throughout",   "thus",         "till",
    "to",         "today",       "together",     "told",         "tomorrow",
    "too",        "took",        "totally",      "tough",        "toward",
    "towards",    "tried",       "try",          "trying",       "two",
    "unable",     "under",       "understand",   "unhappy",      "unless",
    "until",      "up",          "upon",         "us",           "use",
    "used",       "useful",      "useless",      "using",        "usually",
    "various",    "very",        "via",          "want",         "wanted",
    "wants",      "was",         "wasn't",       "wasnt",        "way",
    "ways",       "we",          "we'd",         "we'll",        "we're",
    "we've",      "week",        "weeks",        "well",         "went",
    "were",       "weren't",     "werent",       "weve",         "what",
    "what's",     "whatever",    "whats",        "when",         "whenever",
    "where",      "where's",     "wherever",     "whether",      "which",
    "while",      "who",         "who's",        "whoever",      "whole",
    "whom",       "whose",       "why",          "will",         "wish",
    "with",       "within",      "without",      "won't",        "wonderful",
    "wont",       "worse",       "worst",        "would",        "would'nt",
    "wouldn't",   "wouldnt",     "yeah",         "year",         "years",
    "yes",        "yesterday",   "yet",          "you",          "you'd",
    "you'll",     "you're",      "you've",       "your",         "youre",
    "yours",      "yourself",    "yourselves",
};

/// The hashes of the words, in a table with room to spare.
class Set {
 public:
  Set() {
    for (const std::string_view word : words) {
      std::size_t at = hash(word) % cells_.size();
      while (cells_[at] != 0) at = (at + 1) % cells_.size();
      cells_[at] = hash(word);
    }
  }
  bool holds(std::uint64_t key) const {
    for (std::size_t at = key % cells_.size(); cells_[at] != 0; at = (at + 1) % cells_.size())
      if (cells_[at] == key) return true;
    return false;
  }

 private:
  std::array<std::uint64_t, 4096> cells_{};
};
static_assert(std::size(words) < 2048);

}  // namespace

bool is_stop_word(std::string_view form) {
  static const Set set;
  return set.holds(hash(form));
}

}  // namespace insightflow::analysis
