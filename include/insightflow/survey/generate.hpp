#pragma once

#include <insightflow/survey/questionnaire.hpp>

/// From a goal to a first questionnaire, offline: patterns of well-formed questions, chosen by what
/// the goal is after and filled with what it is about.
namespace insightflow::survey {

enum class Tone { neutral, friendly, formal };
BOOST_DESCRIBE_ENUM(Tone, neutral, friendly, formal)

/// What a goal is after; decides which questions are asked.
enum class Intent {
  general,
  satisfaction,
  churn,
  onboarding,
  feature_choice,
  pricing,
  usability,
  event,
  employee,
  course,
  market,
  support,
  product_market_fit,
};
BOOST_DESCRIBE_ENUM(Intent, general, satisfaction, churn, onboarding, feature_choice, pricing,
                    usability, event, employee, course, market, support, product_market_fit)

struct Constraints {
  std::int64_t count = 8;
  std::vector<Kind> kinds;
  std::vector<std::string> must_ask;

  friend bool operator==(const Constraints&, const Constraints&) = default;
};
BOOST_DESCRIBE_STRUCT(Constraints, (), (count, kinds, must_ask))
inline constexpr std::array constraints_notes{
    Note{.field = "count", .doc = "How many questions to aim for.", .min = 3, .max = 40},
    Note{.field = "kinds",
         .doc = "Kinds that may be used; empty allows all.",
         .omit_empty = true,
         .max = 15},
    Note{.field = "must_ask",
         .doc = "Questions to ask word for word.",
         .omit_empty = true,
         .max = 40}};
constexpr std::span<const Note> field_notes(const Constraints*) {
  return constraints_notes;
}

struct Brief {
  std::string goal;
  std::string audience;
  Tone tone = Tone::neutral;
  std::string language = "en";
  Constraints constraints;

  friend bool operator==(const Brief&, const Brief&) = default;
};
BOOST_DESCRIBE_STRUCT(Brief, (), (goal, audience, tone, language, constraints))
inline constexpr std::array brief_notes{
    Note{.field = "goal",
         .doc = "What you want to find out.",
         .required = true,
         .min = 1,
         .max = 1000},
    Note{.field = "audience", .doc = "Who will answer, e.g. \"trial users\".", .max = 200},
    Note{.field = "tone", .doc = "How respondents are addressed."},
    Note{.field = "language", .doc = "BCP 47 tag; English so far.", .min = 2, .max = 35},
    Note{.field = "constraints", .doc = "Length, kinds, and what must be asked."}};
constexpr std::span<const Note> field_notes(const Brief*) {
  return brief_notes;
}

/// What was understood of a goal.
struct Reading {
  Intent intent = Intent::general;
  std::string subject;  ///< As it stands in a question: "our new app", "working from home".
  bool plural = false;
};

/// What the goal is after and what it is about. Pure; never fails (the subject of a goal that names
/// none is the usual one of its intent, e.g. "our product").
Reading read_goal(std::string_view goal);

/// Makes a questionnaire: the general before the specific, the personal last, follow-ups shown only
/// where they apply, ids q1, q2, … in the order of asking. Must-asks stand word for word, with the
/// kind read from their opening, whatever `kinds` says. There are fewer questions than `count`
/// where the allowed kinds give no more without repetition. Pure: the same brief, the same bytes.
/// Errors: `goal_missing`, `count_out_of_range`, `must_ask_missing_text`, `must_ask_exceeds_count`,
/// `utf8_invalid` (invalid); `kinds_exhausted` when the allowed kinds leave no question at all;
/// `language_unsupported` (unsupported).
Result<Questionnaire> generate(const Brief& brief);

}  // namespace insightflow::survey

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<survey::Brief>();
}  // namespace insightflow
