#include "bias/inspection.hpp"

#include <algorithm>
#include <cstdio>

/// What only shows in the questionnaire as a whole: order, length, size.
namespace insightflow::bias {

namespace {

using survey::Kind;

/// Seconds to answer, beyond reading, by kind.
double handling(const survey::Question& question) {
  switch (question.kind) {
    case Kind::open_text: return 25;
    case Kind::matrix:
      return 4.0 * static_cast<double>(std::max<std::size_t>(question.rows.size(), 1));
    case Kind::ranking:
      return 4.0 * static_cast<double>(std::max<std::size_t>(question.options.size(), 1));
    case Kind::multiple_choice: return 7;
    case Kind::contact: return 15;
    case Kind::number:
    case Kind::date: return 6;
    default: return 4;
  }
}

std::size_t words(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool letter = c != ' ' && c != '\n' && c != '\t';
    count += letter && !inside;
    inside = letter;
  }
  return count;
}

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
  if (!item.question->logic.empty()) return true;
  for (const Item& other : inspection.items)
    if (other.question->show_if.find(item.question->id) != std::string::npos) return true;
  return false;
}

}  // namespace

double predicted_minutes(const survey::Questionnaire& survey) {
  double seconds = static_cast<double>(words(survey.description)) * 0.3;
  for (const survey::Question& question : survey.questions) {
    std::size_t read = words(question.text) + words(question.help);
    for (const survey::Option& option : question.options) read += words(option.label);
    for (const survey::Option& row : question.rows) read += words(row.label);
    seconds += static_cast<double>(read) * 0.3 + handling(question);
  }
  return seconds / 60;
}

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
  for (std::size_t i = 0; i * 3 < count; ++i) {
    const Item& item = inspection.items[i];
    if (!personal(item) || decides(inspection, item)) continue;
    // Where most of the survey is about the person, that is its topic.
    std::size_t all = 0;
    for (const Item& other : inspection.items) all += personal(other);
    if (all * 2 > count) return;
    sink.text(item, whole_text(item),
              {"A personal question as number " + std::to_string(i + 1) + " of " +
                   std::to_string(count) + ".",
               "Move it to the end, unless later questions depend on it."});
    return;
  }
}

}  // namespace insightflow::bias
