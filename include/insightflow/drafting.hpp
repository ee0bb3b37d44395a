#pragma once

#include <insightflow/bias/lint.hpp>
#include <insightflow/jobs/worker.hpp>
#include <insightflow/llm/task.hpp>
#include <insightflow/survey/surveys.hpp>

/// What models do for questionnaires: they write drafts and look for bias beyond the linter's
/// rules. Without a model the generator and the linter answer alone.
namespace insightflow {

struct QuestionDraft {
  survey::Kind kind = survey::Kind::open_text;
  std::string text;
  std::vector<std::string> options;
};
BOOST_DESCRIBE_STRUCT(QuestionDraft, (), (kind, text, options))
inline constexpr std::array question_draft_notes{
    Note{.field = "kind", .doc = "What can be answered.", .required = true},
    Note{.field = "text", .doc = "The question as asked.", .required = true, .min = 5, .max = 300},
    Note{.field = "options",
         .doc = "Choices in order, where the kind has any.",
         .required = true,
         .max = 20}};
constexpr std::span<const Note> field_notes(const QuestionDraft*) {
  return question_draft_notes;
}

struct QuestionnaireDraft {
  std::string title;
  std::string intro;
  std::vector<QuestionDraft> questions;
};
BOOST_DESCRIBE_STRUCT(QuestionnaireDraft, (), (title, intro, questions))
inline constexpr std::array questionnaire_draft_notes{
    Note{.field = "title", .doc = "Shown to respondents.", .required = true, .min = 1, .max = 120},
    Note{.field = "intro", .doc = "One or two sentences.", .required = true, .max = 500},
    Note{.field = "questions", .doc = "In the order of asking.", .required = true, .max = 40}};
constexpr std::span<const Note> field_notes(const QuestionnaireDraft*) {
  return questionnaire_draft_notes;
}

/// The questionnaire of a draft: ids q1, q2, … in the order of asking.
survey::Questionnaire questionnaire_of(const QuestionnaireDraft& draft, const survey::Brief& brief);

/// Writes a questionnaire from a goal. Questions that the linter calls unusable are left out; a
/// draft without a must-ask, with too few questions, or that could not be published is asked for
/// again.
extern const llm::Task<survey::Brief, QuestionnaireDraft> generate_questions;

struct KnownProblem {
  std::string question_id;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(KnownProblem, (), (question_id, message))

struct WordedQuestion {
  std::string id;
  std::string text;
  std::vector<std::string> options;
};
BOOST_DESCRIBE_STRUCT(WordedQuestion, (), (id, text, options))

struct BiasIn {
  std::string language;
  std::vector<WordedQuestion> questions;
  std::vector<KnownProblem> known;
};
BOOST_DESCRIBE_STRUCT(BiasIn, (), (language, questions, known))

struct BiasClaim {
  std::string question_id;
  std::string words;
  std::string message;
  std::string suggestion;
};
BOOST_DESCRIBE_STRUCT(BiasClaim, (), (question_id, words, message, suggestion))
inline constexpr std::array bias_claim_notes{
    Note{.field = "question_id", .doc = "Id of the question.", .required = true, .max = 64},
    Note{.field = "words",
         .doc = "The words at fault, letter by letter.",
         .required = true,
         .min = 1,
         .max = 300},
    Note{.field = "message",
         .doc = "What they do to the answers, in one sentence.",
         .required = true,
         .min = 10,
         .max = 300},
    Note{.field = "suggestion",
         .doc = "A better wording, or nothing.",
         .required = true,
         .max = 300}};
constexpr std::span<const Note> field_notes(const BiasClaim*) {
  return bias_claim_notes;
}

struct BiasOut {
  std::vector<BiasClaim> findings;
};
BOOST_DESCRIBE_STRUCT(BiasOut, (), (findings))
inline constexpr std::array bias_out_notes{
    Note{.field = "findings", .doc = "Empty when nothing is wrong.", .required = true, .max = 40}};
constexpr std::span<const Note> field_notes(const BiasOut*) {
  return bias_out_notes;
}

/// Looks for bias that the linter has not found. The words at fault must stand in the question.
extern const llm::Task<BiasIn, BiasOut> detect_bias;

/// The rule of the findings of a model.
inline constexpr std::string_view reviewed_rule = "reviewed";

/// The linter's report with what a model added, and who that was.
struct Review {
  bias::Report report;
  llm::Spoken spoken;
};
BOOST_DESCRIBE_STRUCT(Review, (), (report, spoken))
inline constexpr std::array review_notes{
    Note{.field = "report", .doc = "All findings of the linter, then those of the model."},
    Note{.field = "spoken", .doc = "Who looked beside the linter."}};
constexpr std::span<const Note> field_notes(const Review*) {
  return review_notes;
}

/// Lints, and lets the voice of `run` add notes of low confidence under the rule "reviewed".
/// Nothing of the linter is removed or changed. Errors: those of `llm::run`.
Result<Review> review(const survey::Questionnaire& questionnaire, const bias::Options& options,
                      const llm::Run& run, const Ctx& ctx = {});

/// The kind of the jobs that generate a survey.
inline constexpr std::string_view generation_job = "survey_generation";

/// Queues the generation of a draft. Of requests with the same `key`, one at most is under way.
/// Errors: those of `survey::generate`, at once (with a model, other languages than the generator's
/// are left to it); `permission_missing`.
Result<jobs::JobHistory> start_generation(const identity::Scope& scope, const survey::Brief& brief,
                                          std::string_view key = {},
                                          const llm::Voice* voice = nullptr);

/// Runs such jobs; the result's subject is the id of the draft. Answers of models are checkpoints.
jobs::Handler generation_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                                 const llm::Voice* voice = nullptr);

}  // namespace insightflow

// Their field tables are instantiated once, in the engine's library.
namespace insightflow {
extern template const Type& type_of<Review>();
}  // namespace insightflow
