#pragma once

#include <insightflow/core/fields.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What is asked: questions, their order and their logic. Plain data that depends on core alone.
namespace insightflow::survey {

enum class Kind {
  single_choice,
  multiple_choice,
  rating,
  nps,
  csat,
  ces,
  likert,
  matrix,
  ranking,
  yes_no,
  number,
  date,
  open_text,
  consent,
  contact,
};
BOOST_DESCRIBE_ENUM(Kind, single_choice, multiple_choice, rating, nps, csat, ces, likert, matrix,
                    ranking, yes_no, number, date, open_text, consent, contact)

/// One answer to choose, or one row of a matrix. In JSON a bare string stands for an option whose
/// id is its label.
struct Option {
  std::string id;
  std::string label;
  bool other = false;      ///< Takes a text of the respondent's own.
  bool exclusive = false;  ///< "None of these": cannot be combined with others.

  friend bool operator==(const Option&, const Option&) = default;
};

/// A numeric scale with both ends included; for `number` questions, the allowed range.
struct Scale {
  std::int64_t min = 1;
  std::int64_t max = 5;
  std::map<std::string, std::string> labels;  ///< By the number as text: {"1": "Very poor"}.

  friend bool operator==(const Scale&, const Scale&) = default;
};
BOOST_DESCRIBE_STRUCT(Scale, (), (min, max, labels))
inline constexpr std::array scale_notes{
    Note{.field = "min", .doc = "Lowest value.", .required = true, .min = -1e9, .max = 1e9},
    Note{.field = "max", .doc = "Highest value.", .required = true, .min = -1e9, .max = 1e9},
    Note{.field = "labels",
         .doc = "Words for some or all values, by the value.",
         .omit_empty = true,
         .max = 101}};
constexpr std::span<const Note> field_notes(const Scale*) {
  return scale_notes;
}

/// "If this holds once the question is answered, go there next."
struct Branch {
  std::string condition;
  std::string target;  ///< A later question's id, or "end".

  friend bool operator==(const Branch&, const Branch&) = default;
};
BOOST_DESCRIBE_STRUCT(Branch, (), (condition, target))
inline constexpr std::array branch_notes{Note{.field = "condition",
                                              .doc = "An expression over answers given so far.",
                                              .key = "if",
                                              .required = true,
                                              .max = 2000},
                                         Note{.field = "target",
                                              .doc = "The id of a later question, or \"end\".",
                                              .key = "goto",
                                              .required = true,
                                              .max = 64}};
constexpr std::span<const Note> field_notes(const Branch*) {
  return branch_notes;
}

/// A finding of the linter that the author has looked at and keeps.
struct Allowance {
  std::string rule;
  std::string reason;

  friend bool operator==(const Allowance&, const Allowance&) = default;
};
BOOST_DESCRIBE_STRUCT(Allowance, (), (rule, reason))
inline constexpr std::array allowance_notes{
    Note{.field = "rule", .doc = "Id of a linter rule.", .required = true, .max = 64},
    Note{.field = "reason", .doc = "Why the finding is accepted.", .required = true, .max = 500}};
constexpr std::span<const Note> field_notes(const Allowance*) {
  return allowance_notes;
}

/// Instructions to the linter, kept with what they are about.
struct LintNotes {
  std::vector<Allowance> allow;

  friend bool operator==(const LintNotes&, const LintNotes&) = default;
};
BOOST_DESCRIBE_STRUCT(LintNotes, (), (allow))

struct Question {
  std::string id;
  Kind kind = Kind::open_text;
  std::string text;
  std::string help;
  std::string section;
  bool required = false;
  std::vector<Option> options;
  bool randomize = false;
  std::optional<std::int64_t> min_choices;
  std::optional<std::int64_t> max_choices;
  std::optional<Scale> scale;
  std::vector<Option> rows;
  std::optional<std::int64_t> max_length;
  std::string show_if;
  std::vector<Branch> logic;
  std::optional<LintNotes> lint;

  friend bool operator==(const Question&, const Question&) = default;
};
BOOST_DESCRIBE_STRUCT(Question, (),
                      (id, kind, text, help, section, required, options, randomize, min_choices,
                       max_choices, scale, rows, max_length, show_if, logic, lint))
inline constexpr std::array question_notes{
    Note{.field = "id",
         .doc = "Unique in the questionnaire: a letter, then letters, digits, _ or -.",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "kind", .doc = "What can be answered.", .required = true},
    Note{.field = "text",
         .doc = "The question as asked. {{id}} pipes in an earlier answer.",
         .required = true,
         .max = 2000},
    Note{.field = "help", .doc = "A line below the question.", .omit_empty = true, .max = 2000},
    Note{.field = "section",
         .doc = "Id of the section it stands in.",
         .omit_empty = true,
         .max = 64},
    Note{.field = "required", .doc = "Must be answered when it is asked.", .omit_empty = true},
    Note{.field = "options",
         .doc = "Choices in order; the columns of a matrix.",
         .omit_empty = true,
         .max = 500},
    Note{.field = "randomize",
         .doc = "Shuffle the options for each respondent; \"other\" and "
                "exclusive ones stay last.",
         .omit_empty = true},
    Note{.field = "min_choices", .doc = "Fewest options to choose or rank.", .min = 0, .max = 500},
    Note{.field = "max_choices", .doc = "Most options to choose or rank.", .min = 1, .max = 500},
    Note{.field = "scale", .doc = "Numeric range. Left out: nps 0-10, ces 1-7, others 1-5."},
    Note{.field = "rows", .doc = "Rows of a matrix.", .omit_empty = true, .max = 100},
    Note{.field = "max_length",
         .doc = "Longest text in characters; 10000 when left out.",
         .min = 1,
         .max = 100000},
    Note{.field = "show_if",
         .doc = "Asked only if this expression over earlier answers holds.",
         .omit_empty = true,
         .max = 2000},
    Note{.field = "logic",
         .doc = "Where to go next; the first condition that holds decides.",
         .omit_empty = true,
         .max = 100},
    Note{.field = "lint", .doc = "Linter findings accepted for this question."}};
constexpr std::span<const Note> field_notes(const Question*) {
  return question_notes;
}

/// A run of questions under one heading; a page of the public survey.
struct Section {
  std::string id;
  std::string title;
  std::string description;

  friend bool operator==(const Section&, const Section&) = default;
};
BOOST_DESCRIBE_STRUCT(Section, (), (id, title, description))
inline constexpr std::array section_notes{
    Note{.field = "id", .doc = "Unique among the sections.", .required = true, .min = 1, .max = 64},
    Note{.field = "title", .doc = "Heading.", .max = 300},
    Note{.field = "description", .doc = "Introduction.", .omit_empty = true, .max = 5000}};
constexpr std::span<const Note> field_notes(const Section*) {
  return section_notes;
}

/// One question's words in another language; what is absent stays in the main language.
struct QuestionTranslation {
  std::string text;
  std::string help;
  std::map<std::string, std::string> options;  ///< Label by option id.
  std::map<std::string, std::string> rows;     ///< Label by row id.
  std::map<std::string, std::string> labels;   ///< Scale label by value.

  friend bool operator==(const QuestionTranslation&, const QuestionTranslation&) = default;
};
BOOST_DESCRIBE_STRUCT(QuestionTranslation, (), (text, help, options, rows, labels))
inline constexpr std::array question_translation_notes{
    Note{.field = "text", .doc = "The question.", .omit_empty = true, .max = 2000},
    Note{.field = "help", .doc = "The line below it.", .omit_empty = true, .max = 2000},
    Note{.field = "options", .doc = "Labels by option id.", .omit_empty = true},
    Note{.field = "rows", .doc = "Labels by row id.", .omit_empty = true},
    Note{.field = "labels", .doc = "Scale labels by value.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const QuestionTranslation*) {
  return question_translation_notes;
}

struct Translation {
  std::string title;
  std::string description;
  std::string closing;
  std::map<std::string, QuestionTranslation> questions;  ///< By question id.

  friend bool operator==(const Translation&, const Translation&) = default;
};
BOOST_DESCRIBE_STRUCT(Translation, (), (title, description, closing, questions))
inline constexpr std::array translation_notes{
    Note{.field = "title", .doc = "The title.", .omit_empty = true, .max = 300},
    Note{.field = "description", .doc = "The introduction.", .omit_empty = true, .max = 5000},
    Note{.field = "closing", .doc = "The words of thanks.", .omit_empty = true, .max = 5000},
    Note{.field = "questions", .doc = "By question id.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Translation*) {
  return translation_notes;
}

/// Everything a respondent may see or trigger. Order of `questions` is the order of asking.
struct Questionnaire {
  std::string title;
  std::string language = "en";
  std::string description;
  std::string closing;
  std::vector<Section> sections;
  std::vector<Question> questions;
  std::vector<std::string> hidden;
  std::map<std::string, Translation> translations;
  std::optional<LintNotes> lint;

  friend bool operator==(const Questionnaire&, const Questionnaire&) = default;
};
BOOST_DESCRIBE_STRUCT(Questionnaire, (),
                      (title, language, description, closing, sections, questions, hidden,
                       translations, lint))
inline constexpr std::array questionnaire_notes{
    Note{.field = "title", .doc = "Shown to respondents.", .required = true, .min = 1, .max = 300},
    Note{.field = "language", .doc = "BCP 47 tag of the texts.", .min = 2, .max = 35},
    Note{.field = "description",
         .doc = "Introduction for respondents.",
         .omit_empty = true,
         .max = 5000},
    Note{.field = "closing",
         .doc = "Words of thanks after the last question.",
         .omit_empty = true,
         .max = 5000},
    Note{.field = "sections",
         .doc = "Headings that questions refer to.",
         .omit_empty = true,
         .max = 100},
    Note{.field = "questions", .doc = "In the order of asking.", .required = true, .max = 500},
    Note{.field = "hidden",
         .doc = "Names of fields a link may carry, e.g. \"plan\".",
         .omit_empty = true,
         .max = 50},
    Note{.field = "translations", .doc = "By BCP 47 tag.", .omit_empty = true, .max = 100},
    Note{.field = "lint", .doc = "Linter findings accepted for the whole questionnaire."}};
constexpr std::span<const Note> field_notes(const Questionnaire*) {
  return questionnaire_notes;
}

/// The question of an id, or null.
inline const Question* find(const Questionnaire& survey, std::string_view id) {
  for (const Question& question : survey.questions)
    if (question.id == id) return &question;
  return nullptr;
}

/// True for kinds answered with a number on a scale when the question lists no options.
constexpr bool is_scaled(Kind kind) {
  return kind == Kind::rating || kind == Kind::nps || kind == Kind::csat || kind == Kind::ces ||
         kind == Kind::likert;
}

/// The scale in force: the question's own, else the usual one of its kind.
inline Scale scale_of(const Question& question) {
  if (question.scale) return *question.scale;
  if (question.kind == Kind::nps) return {0, 10, {}};
  if (question.kind == Kind::ces) return {1, 7, {}};
  return {1, 5, {}};
}

/// The options in force: the question's own; "yes" and "no" for a `yes_no` that lists none.
inline std::vector<Option> options_of(const Question& question) {
  if (question.kind == Kind::yes_no && question.options.empty())
    return {{"yes", "Yes"}, {"no", "No"}};
  return question.options;
}

}  // namespace insightflow::survey

namespace insightflow {

template <>
struct JsonCodec<survey::Option> {
  static constexpr std::string_view name = "Option";
  static Result<void> read(survey::Option& option, const boost::json::value& from);
  static void write(const survey::Option& option, boost::json::value& to);
  static void schema(boost::json::object& to);
};

}  // namespace insightflow

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<survey::Question>();
extern template const Type& type_of<survey::Questionnaire>();
}  // namespace insightflow
