#pragma once

#include <insightflow/response/response.hpp>
#include <insightflow/survey/questionnaire.hpp>
#include <insightflow/survey/reference.hpp>

#include <memory>

namespace insightflow::survey {
class Flow;
}

namespace insightflow::response {

/// How strict to be.
/// - `submit`: what a respondent sends now. Everything holds.
/// - `import`: what was collected elsewhere. Required questions and the logic are not enforced, nor
///   are least and most choices; words stand for values: "9" for 9, "Yes" for true, "a;b" for a
///   list
///   (`\;` for a semicolon inside), labels in any case and language, the scale's labels. A word
///   that is no option goes to the question's "other" option where there is one.
enum class Check { submit, import };

/// Checks submissions against one published questionnaire. Built once per version; immutable and
/// cheap to copy, so one may serve many threads. A few microseconds for five answers.
class Validator {
 public:
  /// The questionnaire should pass `survey::check`. Errors: those of `survey::Flow::build`.
  static Result<Validator> build(survey::Questionnaire questionnaire);

  /// The submission in the canonical form of response.hpp: options by id (an exact label is taken
  /// too, true or false for yes_no), multiple choices in the question's order, line ends as LF,
  /// blank answers left out, the language as the questionnaire writes it. Otherwise one error that
  /// lists every problem with its pointer: /answers/q1, /answers/q4/row, /other/q3, /hidden/plan,
  /// /language.
  ///
  /// Reasons: `question_unknown`, `not_asked`, `answer_missing`, `consent_required`,
  /// `type_mismatch`, `option_unknown`, `option_duplicate`, `exclusive_combined`,
  /// `too_few_choices`, `too_many_choices`, `out_of_scale`, `not_whole`, `not_finite`,
  /// `row_unknown`, `row_missing`, `date_invalid`, `email_invalid`, `phone_invalid`,
  /// `part_unknown`, `text_too_long`, `utf8_invalid`, `control_character`, `other_not_chosen`,
  /// `other_text_missing`, `hidden_unknown`, `language_unknown`.
  ///
  /// Choices made here: a required matrix needs every row; a ranking without least and most choices
  /// must rank every option; the words behind "other" must be there when the question is required.
  Result<Submission> check(Submission submission, Check mode = Check::submit) const;

  const survey::Questionnaire& questionnaire() const noexcept;
  const survey::Flow& flow() const noexcept;

 private:
  struct Prepared;
  std::shared_ptr<const Prepared> prepared_;
};

/// Builds a validator and uses it once.
Result<Submission> validate(const survey::Questionnaire& questionnaire, Submission submission,
                            Check mode = Check::submit);

/// What a name in an expression stands for in a submission; a view into it.
survey::Given given(const Submission& submission, const survey::Reference& reference);

/// True for an answer that says nothing: blank text, empty list, only blank parts.
bool is_empty(const Value& value);

/// Splits at semicolons; `\;` and `\\` stand for themselves without the backslash. Parts are
/// trimmed, empty ones left out. `join_list` is its inverse for parts that are trimmed.
std::vector<std::string> split_list(std::string_view text);
std::string join_list(const std::vector<std::string>& parts);

}  // namespace insightflow::response
