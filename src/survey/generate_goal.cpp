#include "survey/generate_parts.hpp"

#include <algorithm>
#include <array>

/// Reading a goal: what it is after, and the noun phrase it is about.
namespace insightflow::survey {

namespace {

struct Word {
  std::string text;  ///< As written.
  std::string lower;
  char after = 0;  ///< Punctuation behind it.
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<Word> words_of(std::string_view goal) {
  std::vector<Word> out;
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  for (std::size_t at = 0; at < goal.size();) {
    if (blank(goal[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < goal.size() && !blank(goal[end])) ++end;
    std::string_view piece = goal.substr(at, end - at);
    at = end;
    while (!piece.empty() && is_one_of(piece.substr(0, 1), {"(", "\"", "'", "["}))
      piece.remove_prefix(1);
    Word word;
    while (!piece.empty() && is_one_of(piece.substr(piece.size() - 1),
                                       {".", ",", "?", "!", ":", ";", ")", "\"", "'", "]", "-"})) {
      word.after = piece.back();
      piece.remove_suffix(1);
    }
    if (piece.empty()) {
      if (!out.empty()) out.back().after = ',';
      continue;
    }
    word.text = piece;
    for (const char c : piece) word.lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    out.push_back(std::move(word));
  }
  return out;
}

struct Sign {
  Intent intent;
  std::string_view words;  ///< Phrases separated by '|'; a final '*' takes any ending.
};
/// Tried from top to bottom; the more telling come first.
constexpr std::array signs{
    Sign{Intent::product_market_fit,
         "product-market fit|product market fit|pmf|must-have|disappointed"},
    Sign{Intent::onboarding,
         "onboarding|getting started|sign up|signup|sign-up|first week|first steps|activation|"
         "setup|set up"},
    Sign{Intent::employee,
         "employee*|staff|workplace|burnout|morale|team members|coworkers|colleagues|"
         "working from home|remote work|hybrid work|engagement survey|company culture"},
    Sign{Intent::churn,
         "churn*|leave|leaving|left|cancel*|unsubscrib*|quit*|stopped using|stop using|abandon*|"
         "retention|attrition|drop off|dropping off|lose customers|losing customers|lapsed"},
    Sign{Intent::pricing,
         "price*|pricing|pay|willingness to pay|subscription fee|fees|discount*|expensive|cost"},
    Sign{Intent::feature_choice,
         "feature*|roadmap|prioriti*|build next|improve next|develop next|add next"},
    Sign{Intent::usability,
         "usability|usable|easy to use|ease of use|easy is|navigat*|interface|ux|redesign*|"
         "user experience|accessib*|hard to use|confus*"},
    Sign{Intent::support,
         "customer support|our support|support team|tech support|technical support|help desk|"
         "helpdesk|customer service|tickets|service desk|with support|support quality|call centre|"
         "call center"},
    Sign{Intent::course,
         "course*|class|classes|training|students|lecture*|curriculum|lessons|bootcamp|teaching|"
         "seminar"},
    Sign{Intent::event,
         "event*|post-event|conference*|meetup*|webinar*|workshop*|concert*|festival*|summit|"
         "hackathon*|"
         "exhibition|fair|attendees|offsite"},
    Sign{Intent::market,
         "market*|competitor*|demand|segment*|brand|potential customers|would people buy|"
         "interest in|consumers|awareness"},
    Sign{Intent::satisfaction,
         "satisf*|happy|happiness|nps|loyalty|recommend*|experience|csat|feel about"}};

/// Words that name people or the thing wanted of them, not what the survey is about.
bool is_people(std::string_view word) {
  return is_one_of(
      word, {"users",      "employee",    "user",         "customers",   "customer",   "employees",
             "people",     "clients",     "students",     "members",     "visitors",   "buyers",
             "consumers",  "attendees",   "guests",       "patients",    "residents",  "staff",
             "parents",    "teachers",    "readers",      "subscribers", "players",    "developers",
             "citizens",   "respondents", "participants", "shoppers",    "everyone",   "us",
             "them",       "they",        "we",           "it",          "colleagues", "teams",
             "learners",   "adopters",    "volunteers",   "donors",      "firms",      "companies",
             "businesses", "families",    "workers",      "women",       "men",        "nurses",
             "managers",   "drivers",     "owners",       "tenants",     "pupils",     "travellers",
             "travelers",  "founders",    "freelancers",  "seniors",     "households", "startups"});
}

bool is_topic_of_intent(std::string_view word) {
  return is_one_of(
      word,
      {"satisfaction", "feedback",    "feature",        "features",    "price",      "prices",
       "pricing",      "churn",       "usability",      "reasons",     "reason",     "opinions",
       "opinion",      "experience",  "thoughts",       "ease",        "value",      "support",
       "roadmap",      "fit",         "product-market", "interest",    "demand",     "happiness",
       "loyalty",      "nps",         "csat",           "survey",      "needs",      "retention",
       "attrition",    "activation",  "awareness",      "willingness", "engagement", "morale",
       "views",        "attitudes",   "perception",     "adoption",    "trial",      "onboarding",
       "signup",       "market",      "segment",        "segments",    "quality",    "improvements",
       "improvement",  "cost",        "fees",           "next",        "use",        "insights",
       "experiences",  "preferences", "burnout-rate",   "trials",      "behaviour",  "behavior"});
}

bool is_time(std::string_view word) {
  return is_one_of(word, {"month",    "months",    "week",    "weeks",    "year",      "years",
                          "quarter",  "day",       "days",    "today",    "yesterday", "january",
                          "february", "march",     "april",   "may",      "june",      "july",
                          "august",   "september", "october", "november", "december",  "spring",
                          "summer",   "autumn",    "winter",  "trial",    "weeks"});
}

bool ends_phrase(std::string_view word) {
  return is_one_of(
      word,
      {"whether",  "go",      "went",      "liked",    "low",       "high",    "right",  "in",
       "at",       "on",      "with",      "about",    "for",       "from",    "to",     "by",
       "during",   "between", "among",     "across",   "within",    "after",   "before", "since",
       "than",     "as",      "into",      "through",  "but",       "or",      "so",     "because",
       "when",     "while",   "if",        "where",    "who",       "which",   "that",   "what",
       "how",      "why",     "is",        "are",      "was",       "were",    "do",     "does",
       "did",      "has",     "have",      "had",      "will",      "would",   "should", "could",
       "can",      "might",   "next",      "again",    "more",      "better",  "most",   "first",
       "works",    "work",    "works",     "leave",    "need",      "want",    "now",    "yet",
       "good",     "useful",  "worth",     "enough",   "regularly", "often",   "today",  "&",
       "/",        "–",       "—",         "vs",       "versus",    "felt",    "feel",   "went",
       "compared", "using",   "regarding", "soon",     "anymore",   "quickly", "being",  "be",
       "meets",    "meet",    "compare",   "compares", "went",      "like"});
}

bool is_article(std::string_view word) {
  return is_one_of(word, {"the", "a", "an", "our", "your", "my", "their", "its", "this", "these",
                          "those", "his", "her"});
}

/// Verbs that a goal opens with or has behind "to": what is to be done, never the thing itself.
bool is_act(std::string_view word) {
  return is_one_of(
      word,
      {"understand",  "determine",  "find",     "figure",   "learn",    "discover", "identify",
       "decide",      "get",        "know",     "hear",     "see",      "collect",  "gather",
       "explore",     "uncover",    "validate", "improve",  "increase", "reduce",   "decrease",
       "prioritise",  "prioritize", "build",    "develop",  "add",      "evaluate", "assess",
       "analyse",     "analyze",    "examine",  "compare",  "choose",   "make",     "help",
       "keep",        "boost",      "grow",     "prevent",  "avoid",    "measure",  "gauge",
       "investigate", "establish",  "clarify",  "verify",   "confirm",  "tell",     "ask",
       "want",        "need",       "try",      "optimise", "optimize", "raise",    "lower",
       "cut",         "retain",     "attract",  "win",      "leave",    "cancel",   "churn",
       "buy",         "pay",        "stay",     "come",     "go",       "return",   "recommend",
       "switch",      "join"});
}

/// Nouns that take no article on their own.
bool is_mass(std::string_view word) {
  return is_one_of(
      word,
      {"transport",   "work",       "parking",     "health",     "care",          "healthcare",
       "software",    "housing",    "education",   "safety",     "communication", "childcare",
       "food",        "coffee",     "training",    "traffic",    "recycling",     "shopping",
       "banking",     "packaging",  "shipping",    "teaching",   "learning",      "culture",
       "morale",      "burnout",    "wellbeing",   "well-being", "engagement",    "transportation",
       "insurance",   "energy",     "electricity", "internet",   "security",      "privacy",
       "flexibility", "leadership", "management",  "music",      "news",          "research",
       "broadband",   "furniture",  "clothing",    "gaming",     "nutrition",     "delivery"});
}

/// Praise and blame would make every question a leading one; they are left out.
bool is_colour(std::string_view word) {
  return is_one_of(
      word, {"amazing",    "great",       "awesome",       "excellent",     "innovative",
             "fantastic",  "wonderful",   "terrible",      "awful",         "bad",
             "poor",       "best",        "award-winning", "revolutionary", "world-class",
             "confusing",  "slow",        "ugly",          "horrible",      "outdated",
             "all",        "every",       "always",        "exciting",      "improved",
             "brilliant",  "beloved",     "popular",       "unreliable",    "broken",
             "clunky",     "annoying",    "failing",       "failed",        "hidden",
             "useless",    "outstanding", "stunning",      "cutting-edge",  "state-of-the-art",
             "overpriced", "expensive",   "many",          "several",       "frustrating",
             "rude",       "dirty",       "noisy",         "unfair",        "friendly",
             "helpful",    "convenient",  "generous",      "dedicated",     "superb",
             "delicious",  "each",        "any",           "some",          "current",
             "recent",     "overall"});
}

/// A measure that is written in capitals, but is no name of a thing.
bool is_measure(std::string_view word) {
  return is_one_of(word, {"nps", "csat", "ces", "kpi", "kpis", "sus", "roi"});
}

/// "deeply", "very": a manner, never a thing.
bool is_adverb(std::string_view word) {
  if (is_one_of(word, {"very", "quite", "rather", "truly", "too", "much"})) return true;
  return word.size() > 4 && word.ends_with("ly") &&
         !is_one_of(word, {"family", "supply", "assembly", "reply", "anomaly", "jelly", "belly",
                           "butterfly", "monopoly", "italy"});
}

/// Small words of other languages.
bool is_foreign(std::string_view word) {
  return is_one_of(
      word, {"der",   "die",  "das",   "und",     "warum",    "unsere",   "unserer", "unseren",
             "wie",   "wir",  "nicht", "ist",     "sind",     "für",      "mit",     "von",
             "le",    "les",  "nos",   "notre",   "pourquoi", "des",      "du",      "est",
             "sont",  "avec", "dans",  "une",     "pour",     "el",       "los",     "las",
             "qué",   "¿qué", "por",   "nuestro", "nuestra",  "nuestros", "del",     "cómo",
             "¿cómo", "¿por", "una",   "os",      "nossos",   "nosso",    "quê",     "porque",
             "como",  "il",   "gli",   "nostri",  "nostro",   "perché",   "che",     "di",
             "della", "het",  "een",   "onze",    "waarom",   "och",      "våra",    "varför"});
}

bool capital(std::string_view word) {
  return !word.empty() && ((word[0] >= 'A' && word[0] <= 'Z') ||
                           (word.size() > 1 && word[1] >= 'A' && word[1] <= 'Z'));
}

bool looks_plural(std::string_view word) {
  return word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") &&
         !word.ends_with("is") && word != "news" && word != "analytics" && word != "sales" &&
         !capital(word);
}

struct Phrase {
  std::string text;
  bool plural = false;
};

/// The noun phrase that starts at `at`, or nothing where what stands there is none.
std::optional<Phrase> phrase_at(const std::vector<Word>& words, std::size_t at, Intent intent) {
  std::vector<const Word*> taken;
  bool article = false, head_seen = false;
  std::size_t head = 0;
  const bool gerund = at < words.size() && words[at].lower.size() > 5 &&
                      words[at].lower.ends_with("ing") && !capital(words[at].text) &&
                      at + 1 < words.size() &&
                      is_one_of(words[at + 1].lower, {"from", "in", "at", "with", "on"});
  if (at < words.size() && is_act(words[at].lower) && (at == 0 || !capital(words[at].text)))
    return std::nullopt;
  for (std::size_t i = at; i < words.size() && taken.size() < 8; ++i) {
    const Word& word = words[i];
    if (taken.empty() && is_article(word.lower)) {
      article = true;
      taken.push_back(&word);
      continue;
    }
    if (is_one_of(word.lower,
                  {"not", "no", "never", "without", "everything", "nothing", "anything"}))
      return std::nullopt;
    if (word.lower == "and" || word.lower == "&") break;
    if (!gerund && ends_phrase(word.lower) && !(word.lower == "of" && head_seen)) break;
    if (gerund && is_one_of(word.lower, {"and", "or", "is", "are"})) break;
    if (is_colour(word.lower) && !capital(word.text)) continue;
    if (is_adverb(word.lower) && !capital(word.text)) {
      if (word.after != 0) break;
      continue;
    }
    if (word.lower == "of" && !head_seen) break;
    taken.push_back(&word);
    if (!head_seen || word.lower == "of") {
      if (word.lower == "of") {
        // "the quality of our coffee": the head stays before "of".
        head = taken.size() - 2;
        head_seen = true;
      }
    }
    if (word.lower != "of" && (taken.size() < 2 || taken[taken.size() - 2]->lower != "of") &&
        !head_seen)
      head = taken.size() - 1;
    // A head may be followed by "of …"; so look ahead.
    if (i + 1 < words.size() && words[i + 1].lower == "of" && word.after == 0) head_seen = true;
    if (word.after != 0) break;
  }
  while (!taken.empty() && (taken.back()->lower == "of" || is_article(taken.back()->lower)))
    taken.pop_back();
  if (taken.size() <= (article ? 1u : 0u)) return std::nullopt;
  head = std::min(head, taken.size() - 1);
  const Word& noun = *taken[head];
  const Word& last = *taken.back();
  if (is_people(noun.lower) || is_people(last.lower) || is_time(last.lower)) return std::nullopt;
  // "satisfaction with …", "the price of X": the thing itself stands further on.
  if (is_measure(noun.lower) || (is_topic_of_intent(noun.lower) && !capital(noun.text)))
    return std::nullopt;
  const char first = last.lower[0];
  if (first >= '0' && first <= '9') return std::nullopt;

  // A capital that only opens the goal makes no name of a plural.
  const bool opens_goal = at == 0 && taken.size() == 1;
  Phrase out;
  out.plural = !gerund && looks_plural(opens_goal ? noun.lower : noun.text);
  const std::string& opener = taken[0]->lower;
  std::size_t from = 0;
  if (article) {
    from = 1;
    if (is_one_of(opener, {"my", "our"}))
      out.text = "our";
    else if (is_one_of(opener, {"their", "his", "her", "your", "its"}))
      out.text = "your";
    else if (is_one_of(opener, {"a", "an"}))
      out.text = opener;
    else
      out.text = is_one_of(opener, {"these", "those", "this"}) ? opener : "the";
  } else if (!gerund && !out.plural && (opens_goal || !capital(taken[0]->text)) &&
             !is_mass(noun.lower) && !is_mass(last.lower)) {
    out.text = "the";
  } else if (out.plural && (opens_goal || !capital(taken[0]->text))) {
    // Things of an open market are not ours yet.
    if (intent != Intent::market && intent != Intent::pricing) out.text = "our";
  }
  for (std::size_t i = from; i < taken.size(); ++i) {
    if (!out.text.empty()) out.text += ' ';
    out.text += i == 0 && at == 0 && !article ? taken[i]->lower : taken[i]->text;
  }
  return out;
}

bool matches(const std::vector<Word>& words, std::string_view phrase, std::size_t at) {
  while (true) {
    const std::size_t cut = phrase.find(' ');
    std::string_view word = phrase.substr(0, cut);
    if (at >= words.size()) return false;
    if (word.ends_with('*')) {
      word.remove_suffix(1);
      if (!std::string_view(words[at].lower).starts_with(word)) return false;
    } else if (words[at].lower != word) {
      return false;
    }
    if (cut == phrase.npos) return true;
    phrase.remove_prefix(cut + 1);
    ++at;
  }
}

Intent intent_of(const std::vector<Word>& words) {
  for (const Sign& sign : signs) {
    std::string_view rest = sign.words;
    while (!rest.empty()) {
      const std::size_t cut = rest.find('|');
      for (std::size_t at = 0; at < words.size(); ++at)
        if (matches(words, rest.substr(0, cut), at)) return sign.intent;
      rest = cut == rest.npos ? std::string_view() : rest.substr(cut + 1);
    }
  }
  return Intent::general;
}

bool acts_on(std::string_view word) {
  return is_one_of(
      word, {"experience", "whether",    "liked",     "leave",       "leaving",    "left",
             "cancel",     "cancelling", "canceling", "use",         "improve",    "evaluate",
             "measure",    "assess",     "test",      "review",      "understand", "rate",
             "like",       "love",       "abandon",   "abandoning",  "buy",        "join",
             "attend",     "choose",     "redesign",  "visit",       "quit",       "renew",
             "launch",     "validate",   "explore",   "recommend",   "check",      "price",
             "hate",       "enjoy",      "trust",     "want",        "need",       "start",
             "adopt",      "is",         "are",       "was",         "were",       "did",
             "does",       "do",         "quitting",  "churn",       "uninstall",  "uninstalling",
             "navigate",   "prefer",     "try",       "unsubscribe", "evaluating", "improving",
             "navigating", "analyse",    "analyze",   "study",       "gauge",      "examine"});
}

}  // namespace

Reading read_goal(std::string_view goal) {
  const std::vector<Word> words = words_of(goal);
  Reading reading;
  reading.intent = intent_of(words);
  std::optional<Phrase> found;
  const auto look_behind = [&](std::initializer_list<std::string_view> prepositions) {
    for (std::size_t i = 0; i + 1 < words.size() && !found; ++i)
      if (is_one_of(words[i].lower, prepositions) && words[i].after == 0)
        found = phrase_at(words, i + 1, reading.intent);
  };
  // "think of X" beats "evaluate X", which beats "the webinar on X" and "in X".
  // Two small words of another language: its nouns would be taken for the name of a thing.
  const bool english = std::count_if(words.begin(), words.end(),
                                     [](const Word& word) { return is_foreign(word.lower); }) < 2;
  if (!english) {
    reading.subject = generation::plan_of(reading.intent).subject;
    return reading;
  }
  look_behind({"with", "about", "of", "regarding", "towards", "toward"});
  for (std::size_t i = 0; i + 1 < words.size() && !found; ++i)
    if (acts_on(words[i].lower) && words[i].after == 0 && !is_people(words[i + 1].lower) &&
        // "How is our shop?" names a thing, "are prices right?" does not.
        (!is_one_of(words[i].lower, {"is", "are", "was", "were", "do", "did", "does"}) ||
         is_article(words[i + 1].lower) || capital(words[i + 1].text)))
      found = phrase_at(words, i + 1, reading.intent);
  look_behind({"on", "at", "from", "using", "for"});
  look_behind({"in", "to"});
  if (!found && words.size() <= 5 && !words.empty() && !ends_phrase(words[0].lower) &&
      !acts_on(words[0].lower)) {
    found = phrase_at(words, 0, reading.intent);
    // "Onboarding survey", "Course feedback": what is left of the heading names the thing.
    if (!found && words.size() >= 2 && !is_topic_of_intent(words[0].lower) &&
        !is_people(words[0].lower)) {
      std::vector<Word> rest(words.begin(), words.end());
      while (!rest.empty() && is_topic_of_intent(rest.back().lower)) rest.pop_back();
      if (!rest.empty()) found = phrase_at(rest, 0, reading.intent);
    }
  }
  // Braces would be read as piping, and what is as long as a text is no name of a thing.
  if (found &&
      (found->text.size() > 80 || found->text.find_first_of("{}<>|\\") != found->text.npos))
    found.reset();
  if (found) {
    reading.subject = std::move(found->text);
    reading.plural = found->plural;
  } else {
    reading.subject = generation::plan_of(reading.intent).subject;
  }
  return reading;
}

}  // namespace insightflow::survey
