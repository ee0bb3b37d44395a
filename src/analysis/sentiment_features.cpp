#include "analysis/sentiment_features.hpp"

#include "analysis/lexicon.hpp"

#include <algorithm>

namespace insightflow::analysis {

namespace {

constexpr std::string_view negators[] = {
    "ain't",   "aint",    "barely",  "cannot", "cant",     "hardly", "lack",    "lacked",
    "lacking", "lacks",   "neither", "never",  "no",       "nobody", "none",    "nor",
    "not",     "nothing", "nowhere", "rarely", "scarcely", "seldom", "without", "zero"};
static_assert(std::is_sorted(std::begin(negators), std::end(negators)));

constexpr std::string_view turns[] = {"although", "but",    "except", "however",
                                      "still",    "though", "while",  "yet"};
static_assert(std::is_sorted(std::begin(turns), std::end(turns)));

constexpr std::string_view unapostrophised[] = {"arent", "couldnt", "didnt",  "doesnt", "dont",
                                                "hadnt", "hasnt",   "havent", "isnt",   "shouldnt",
                                                "wasnt", "werent",  "wont",   "wouldnt"};
static_assert(std::is_sorted(std::begin(unapostrophised), std::end(unapostrophised)));

}  // namespace

Scope scope_of(std::string_view form) {
  if (form.ends_with("n't") || std::binary_search(std::begin(negators), std::end(negators), form) ||
      std::binary_search(std::begin(unapostrophised), std::end(unapostrophised), form))
    return Scope::negates;
  if (std::binary_search(std::begin(turns), std::end(turns), form)) return Scope::ends;
  return Scope::none;
}

WordTraits features::traits_of(std::string_view form) {
  return {static_cast<std::int8_t>(strength_of(form)), scope_of(form)};
}

}  // namespace insightflow::analysis
