#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace insightflow::response {

/// What one question was answered with, in the canonical form that is stored:
/// - number: rating, nps, csat, ces, likert without options, number
/// - text: open_text, date (YYYY-MM-DD), the option id of single_choice, yes_no, likert with
/// options
/// - boolean: consent
/// - list of option ids: multiple_choice (in the question's order), ranking (best first)
/// - map: matrix (row id to option id or number as text), contact (name, email, phone)
using Value = std::variant<bool, double, std::string, std::vector<std::string>,
                           std::map<std::string, std::string>>;

struct Answer {
  Value value;
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// By question id.
using Answers = std::map<std::string, Answer>;

/// What a respondent sends.
struct Submission {
  Answers answers;
  std::map<std::string, std::string> other;  ///< The words behind a chosen "other", by question id.
  std::string language;
  std::map<std::string, std::string> hidden;
};
BOOST_DESCRIBE_STRUCT(Submission, (), (answers, other, language, hidden))
inline constexpr std::array submission_notes{
    Note{.field = "answers", .doc = "By question id.", .required = true, .pii = true, .max = 500},
    Note{.field = "other",
         .doc = "The words behind a chosen \"other\" option, by question id.",
         .pii = true,
         .omit_empty = true,
         .max = 500},
    Note{.field = "language",
         .doc = "BCP 47 tag the respondent saw.",
         .omit_empty = true,
         .max = 35},
    Note{.field = "hidden",
         .doc = "Hidden fields of the link, by name.",
         .pii = true,
         .omit_empty = true,
         .max = 50}};
constexpr std::span<const Note> field_notes(const Submission*) {
  return submission_notes;
}

/// A stored, validated response.
struct Response : Submission {
  ResponseId id;
  SurveyId survey_id;
  std::int64_t version = 0;  ///< Of the survey it answers.
  Instant submitted_at;
};
BOOST_DESCRIBE_STRUCT(Response, (Submission), (id, survey_id, version, submitted_at))

}  // namespace insightflow::response

namespace insightflow {

template <>
struct JsonCodec<response::Answer> {
  static constexpr std::string_view name = "Answer";
  static Result<void> read(response::Answer& answer, const boost::json::value& from);
  static void write(const response::Answer& answer, boost::json::value& to);
  static void schema(boost::json::object& to);
};

}  // namespace insightflow

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<response::Submission>();
extern template const Type& type_of<response::Response>();
}  // namespace insightflow
