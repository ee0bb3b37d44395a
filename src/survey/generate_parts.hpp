#pragma once

#include <insightflow/survey/generate.hpp>

/// The generator's tables.
namespace insightflow::survey::generation {

/// Answer lists and scales that patterns share.
enum class Answers {
  none,
  satisfaction,
  ease,
  recommend,
  importance,
  quality,
  value,
  likelihood,
  usefulness,
  fit,
  disappointment,
  interest,
  yes_no,
  frequency_month,
  tenure,
  trial_tenure,
  leave_reasons,
  feature_areas,
  price_view,
  next_step,
  channels,
  source,
  sessions,
  work_mode,
  alternatives,
  age,
  pace,
  contacts,
  wait,
  expectations
};

/// One question to be filled: {s} is the subject, {is}, {was}, {do}, {it} agree with it.
struct Pattern {
  bool existing = false;   ///< Only where people know the thing: not for "a meal-planning app".
  std::string_view key{};  ///< Named only where a follow-up refers to it.
  int priority = 5;        ///< 1 is kept longest.
  Kind kind = Kind::open_text;
  std::string_view text{};
  Answers answers = Answers::none;
  std::string_view follows{};    ///< Key of the question it follows up.
  std::string_view condition{};  ///< With {q} for that question's id.
  std::string_view friendly{};   ///< Other words for other tones; empty: the same.
  std::string_view formal{};
};

/// The questions of one intent, in the order of asking.
struct Plan {
  Intent intent;
  std::string_view subject;  ///< Where the goal names none.
  std::string_view title;    ///< {s} is the subject.
  std::span<const Pattern> opening;
  std::span<const std::string_view> facets;  ///< Things to be satisfied with, as noun phrases.
};

const Plan& plan_of(Intent intent);
std::span<const Pattern> closing_patterns();
std::span<const std::string_view> common_facets();

/// Fills options or scale of a question.
void give_answers(Question& question, Answers answers);

}  // namespace insightflow::survey::generation
