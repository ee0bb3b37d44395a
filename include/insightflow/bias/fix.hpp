#pragma once

#include <insightflow/bias/lint.hpp>

/// Mechanical repairs of a questionnaire, as data: each is a JSON Patch (RFC 6902) that an editor
/// can show and apply.
///
/// A repair is offered only where it takes nothing away from what is asked and answered:
///
/// | rule | repair | why it is safe |
/// |---|---|---|
/// | sensitive-required | adds "Prefer not to say" | all other answers stay as they are |
/// | non-exhaustive-options | adds "Other (please specify)" | the same |
/// | illogical-order | sorts the answers from one end to the other | answers are stored by id |
/// | long-unordered-list | shuffles the options | "other" and exclusive ones stay last |
/// | scale-labels | words for the ends of a `csat` scale | the kind fixes which end is good |
/// | suppression | deletes what is needed no more | nothing else reads it |
///
/// Left alone are options that translations name (a new one would be untranslated), and lists that
/// hold "Other" or "None" without saying so in `other` or `exclusive`. Repairs of kind `wording`
/// change the question's words: a word that judges is left out. They may move answers, so they are
/// applied on request alone.
namespace insightflow::bias {

enum class FixKind { structure, wording };
BOOST_DESCRIBE_ENUM(FixKind, structure, wording)

enum class EditOp { add, replace, remove };
BOOST_DESCRIBE_ENUM(EditOp, add, replace, remove)

/// Any JSON value, kept as text.
struct JsonText {
  std::string text = "null";

  friend bool operator==(const JsonText&, const JsonText&) = default;
};

/// One operation of a JSON Patch.
struct Edit {
  EditOp op = EditOp::replace;
  std::string path;
  std::optional<JsonText> value;  ///< None for `remove`.

  friend bool operator==(const Edit&, const Edit&) = default;
};
BOOST_DESCRIBE_STRUCT(Edit, (), (op, path, value))
inline constexpr std::array edit_notes{
    Note{.field = "op", .doc = "As in RFC 6902."},
    Note{.field = "path", .doc = "JSON pointer in the questionnaire."},
    Note{.field = "value", .doc = "What is put there; none for remove."}};
constexpr std::span<const Note> field_notes(const Edit*) {
  return edit_notes;
}

struct Fix {
  std::string rule;
  std::string question_id;  ///< Empty when it is about the questionnaire.
  FixKind kind = FixKind::structure;
  std::string title;
  std::vector<Edit> edits;  ///< In this order.

  friend bool operator==(const Fix&, const Fix&) = default;
};
BOOST_DESCRIBE_STRUCT(Fix, (), (rule, question_id, kind, title, edits))
inline constexpr std::array fix_notes{
    Note{.field = "rule", .doc = "Whose finding it repairs."},
    Note{.field = "question_id",
         .doc = "The question; left out when it is about the whole.",
         .omit_empty = true},
    Note{.field = "kind", .doc = "Whether it changes the words of a question."},
    Note{.field = "title", .doc = "What it does."},
    Note{.field = "edits", .doc = "A JSON Patch of the questionnaire."}};
constexpr std::span<const Note> field_notes(const Fix*) {
  return fix_notes;
}

/// The repairs there are for the findings of a report, at most one for each question and kind, in
/// the order of the questionnaire. `survey` must be the one that was linted. Each was tried: it
/// makes its finding disappear and no new one appear (linted with `options`). Pure.
std::vector<Fix> fixes(const survey::Questionnaire& survey, const Report& report,
                       const Options& options = {});

struct Repaired {
  survey::Questionnaire survey;
  Report report;             ///< Of the repaired questionnaire.
  std::vector<Fix> applied;  ///< In the order in which they were applied.
};

/// Applies repairs until none is left. Doing it again changes nothing. `wording` also applies those
/// that change the words of questions. Pure.
Repaired repair(const survey::Questionnaire& survey, const Options& options = {},
                bool wording = false);

/// Applies repairs to the JSON text a questionnaire was read from. What they do not touch keeps
/// every byte; what they add follows the layout around it. Errors: those of `parse_json`, and
/// `pointer_unknown` where the text has no such place.
Result<std::string> apply_to_text(std::string_view source, std::span<const Fix> fixes);

/// A unified diff of two texts, with three lines of context; empty when they are equal.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace insightflow::bias

namespace insightflow {

template <>
struct JsonCodec<bias::JsonText> {
  static constexpr std::string_view name = "JsonValue";
  static Result<void> read(bias::JsonText& text, const boost::json::value& from);
  static void write(const bias::JsonText& text, boost::json::value& to);
  static void schema(boost::json::object& to);
};

// Its field table is instantiated once, in this room's library.
extern template const Type& type_of<bias::Fix>();

}  // namespace insightflow
