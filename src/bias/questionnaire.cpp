#include "bias/inspection.hpp"

#include <insightflow/survey/rules.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

/// What only shows in the questionnaire as a whole: order, length, size.
namespace insightflow::bias {

namespace {

bool rates(const Item& item) {
  return item.rating_scale || item.kind() == Kind::matrix;
}

bool asks_overall(const Item& item) {
  return item.kind() == Kind::nps || (rates(item) && item.text.has(Mark::overall));
}

bool personal(const Item& item) {
  return item.kind() == Kind::contact || item.text.has(Mark::demographic);
}

/// True where a later condition or branch needs the answer: then it is a screener.
bool decides(const Inspection& inspection, const Item& item) {
  return !item.question->logic.empty() || inspection.decisive.count(item.question->id) != 0;
}

}  // namespace

void check_order_effect(const Inspection& inspection, Sink& sink) {
  std::size_t facets = 0;
  for (const Item& item : inspection.items) {
    if (asks_overall(item)) {
      if (facets >= 2) {
        sink.text(item, whole_text(item),
                  {"This overall question comes after " + std::to_string(facets) +
                       " about its parts, which will colour it.",
                   "Ask it before them."});
        return;
      }
      return;
    }
    if (rates(item)) facets += item.kind() == Kind::matrix ? item.question->rows.size() : 1;
  }
}

void check_matrix_size(const Item& item, Sink& sink) {
  if (item.kind() != Kind::matrix) return;
  const std::size_t rows = item.question->rows.size();
  const std::size_t columns =
      item.listed ? item.question->options.size()
                  : static_cast<std::size_t>(std::max<std::int64_t>(item.points, 0));
  if (rows <= 10 && columns <= 8 && rows * columns <= 60) return;
  sink.field(item, "rows",
             {"A grid of " + std::to_string(rows) + " rows and " + std::to_string(columns) +
                  " columns is answered without reading.",
              "Split it into grids of at most seven rows, or ask single questions.",
              {},
              Confidence::high});
}

void check_survey_fatigue(const Inspection& inspection, Sink& sink) {
  const double minutes = predicted_minutes(*inspection.survey);
  std::size_t open = 0;
  for (const Item& item : inspection.items) open += item.kind() == Kind::open_text;
  if (minutes > inspection.options->fatigue_minutes) {
    char figure[32];
    std::snprintf(figure, sizeof figure, "%d", static_cast<int>(minutes + 0.5));
    sink.whole("questions", {std::to_string(inspection.items.size()) + " questions take about " +
                                 figure + " minutes; many will not finish.",
                             "Keep what a decision depends on, or split the survey.",
                             {},
                             Confidence::medium});
    return;
  }
  if (open > 6)
    sink.whole("questions",
               {std::to_string(open) + " open questions are more than people will write for.",
                "Keep three at most and make the others closed.",
                {},
                Confidence::medium});
}

void check_early_demographics(const Inspection& inspection, Sink& sink) {
  const std::size_t count = inspection.items.size();
  if (count < 4) return;
  // Where most of the survey is about the person, that is its topic.
  std::size_t all = 0;
  for (const Item& item : inspection.items) all += personal(item);
  if (all * 2 > count) return;
  for (std::size_t i = 0; i * 3 < count; ++i) {
    const Item& item = inspection.items[i];
    if (!personal(item) || decides(inspection, item)) continue;
    sink.text(item, whole_text(item),
              {"A personal question as number " + std::to_string(i + 1) + " of " +
                   std::to_string(count) + ".",
               "Move it to the end, unless later questions depend on it."});
    return;
  }
}

void check_skip_defect(const Inspection& inspection, Sink& sink) {
  bool logic = false;
  for (const Item& item : inspection.items)
    logic = logic || !item.question->show_if.empty() || !item.question->logic.empty();
  if (!logic) return;
  struct Defect {
    std::string_view reason;
    const char* advice;
  };
  static constexpr std::array defects{
      Defect{"target_unknown", "Name a later question, or \"end\"."},
      Defect{"logic_cycle", "Lead on to a later question only."},
      Defect{"question_unreachable", "Delete the question, or let a branch lead to it."},
      Defect{"branch_unreachable",
             "Delete the branch, or put it before the one that always holds."},
      Defect{"reference_unknown", "Name an earlier question."},
      Defect{"reference_not_earlier", "Let conditions look at earlier answers only."},
      Defect{"literal_unknown", "Compare with an answer that can be given."},
      Defect{"comparison_unfit", "Use a comparison that fits the answers."},
      Defect{"part_unknown", "Name a row or part that the question has."},
      Defect{"part_missing", "Name a row or part of the question."},
      Defect{"expression_malformed", "Write the condition anew."}};
  for (const Problem& problem : survey::check(*inspection.survey)) {
    const auto defect = std::find_if(defects.begin(), defects.end(), [&](const Defect& each) {
      return each.reason == problem.reason;
    });
    // "/questions/3/logic/0/if": the question, then the field.
    static constexpr std::string_view start = "/questions/";
    if (defect == defects.end() || !problem.pointer.starts_with(start)) continue;
    std::size_t index = 0, at = start.size();
    for (; at < problem.pointer.size() && problem.pointer[at] >= '0' && problem.pointer[at] <= '9';
         ++at)
      index = index * 10 + static_cast<std::size_t>(problem.pointer[at] - '0');
    if (index >= inspection.items.size()) continue;
    const std::string field =
        at < problem.pointer.size() ? problem.pointer.substr(at + 1) : std::string("logic");
    if (!field.starts_with("show_if") && !field.starts_with("logic")) continue;
    sink.field(inspection.items[index], field,
               {problem.detail, defect->advice, {}, Confidence::high});
  }
}

void check_hypothesis_guessing(const Inspection& inspection, Sink& sink) {
  const Text title = analyse(inspection.survey->title);
  const auto say = [&](std::string_view words) {
    sink.whole("title",
               {"The title tells respondents by " + quote(words) + " which answers are hoped for.",
                "Name the topic alone, e.g. \"Your experience with …\"."});
  };
  // Mild words are parts of names and trades: "Friendly Societies", "Great Western".
  for (const Hit& hit : title.hits) {
    if (!plain(title, hit)) continue;
    const std::string_view word = title.word(hit.first);
    const bool loaded = hit.mark == Mark::loaded_positive || hit.mark == Mark::loaded_negative;
    if (hit.mark == Mark::gives_away ||
        (loaded &&
         !is_one_of(word,
                    {"great",      "dedicated", "generous", "exciting", "improved", "convenient",
                     "friendly",   "helpful",   "popular",  "slow",     "dirty",    "noisy",
                     "poor",       "hidden",    "harsh",    "radical",  "broken",   "delicious",
                     "innovative", "dangerous", "failing",  "failed",   "excellent"}))) {
      say(title.words(hit));
      return;
    }
  }
  // "The effect of coffee on exam grades" is the hypothesis itself.
  for (std::uint32_t i = 0; i + 3 < title.tokens.size(); ++i) {
    if (!is_one_of(title.word(i), {"effect", "effects", "impact", "impacts", "influence"}) ||
        title.word(i + 1) != "of")
      continue;
    for (std::uint32_t k = i + 3; k < title.tokens.size(); ++k)
      if (title.word(k) == "on") {
        say(title.words(i, static_cast<std::uint32_t>(title.tokens.size()) - 1));
        return;
      }
  }
}

}  // namespace insightflow::bias
