#pragma once

#include <insightflow/insight/build.hpp>
#include <insightflow/llm/task.hpp>

/// What models do for an insight run: they name, describe and reword what the engine has computed.
/// Figures, structure and evidence never come from a model. Each task says what goes in, what may
/// come out, what is done without a model, and what a model may not say.
namespace insightflow::insight {

/// One answer, under an id of its own so that ids of respondents stay here.
struct SampleAnswer {
  std::string id;
  std::string text;
  friend bool operator==(const SampleAnswer&, const SampleAnswer&) = default;
};
BOOST_DESCRIBE_STRUCT(SampleAnswer, (), (id, text))

struct ThemeSample {
  std::string id;
  std::string label;
  std::vector<std::string> terms;
  std::vector<SampleAnswer> answers;
};
BOOST_DESCRIBE_STRUCT(ThemeSample, (), (id, label, terms, answers))

/// The themes of one question.
struct ThemesIn {
  std::string question;
  std::string language;
  std::vector<ThemeSample> themes;
};
BOOST_DESCRIBE_STRUCT(ThemesIn, (), (question, language, themes))

struct CitedAnswer {
  std::string answer_id;
  std::string quote;
};
BOOST_DESCRIBE_STRUCT(CitedAnswer, (), (answer_id, quote))
inline constexpr std::array cited_answer_notes{
    Note{.field = "answer_id", .doc = "Id of the answer.", .required = true, .min = 1, .max = 40},
    Note{.field = "quote",
         .doc = "Copied from that answer, letter by letter.",
         .required = true,
         .min = 1,
         .max = 400}};
constexpr std::span<const Note> field_notes(const CitedAnswer*) {
  return cited_answer_notes;
}

struct ThemeWords {
  std::string id;
  std::string label;
  std::string description;
  std::vector<CitedAnswer> quotes;
};
BOOST_DESCRIBE_STRUCT(ThemeWords, (), (id, label, description, quotes))
inline constexpr std::array theme_words_notes{
    Note{.field = "id", .doc = "Id of the theme.", .required = true, .min = 1, .max = 40},
    Note{.field = "label", .doc = "Two to six words.", .required = true, .min = 2, .max = 60},
    Note{.field = "description",
         .doc = "One or two sentences without figures.",
         .required = true,
         .max = 400},
    Note{.field = "quotes", .doc = "One to three typical ones.", .required = true, .max = 3}};
constexpr std::span<const Note> field_notes(const ThemeWords*) {
  return theme_words_notes;
}

struct ThemesOut {
  std::vector<ThemeWords> themes;
};
BOOST_DESCRIBE_STRUCT(ThemesOut, (), (themes))
inline constexpr std::array themes_out_notes{
    Note{.field = "themes", .doc = "Each at most once.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const ThemesOut*) {
  return themes_out_notes;
}

/// A sentence made of figures.
struct Wording {
  std::string id;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Wording, (), (id, text))
inline constexpr std::array wording_notes{
    Note{.field = "id", .doc = "As it was given.", .required = true, .min = 1, .max = 40},
    Note{.field = "text", .doc = "The new wording.", .required = true, .min = 1, .max = 1'200}};
constexpr std::span<const Note> field_notes(const Wording*) {
  return wording_notes;
}

struct Wordings {
  std::vector<Wording> items;
};
BOOST_DESCRIBE_STRUCT(Wordings, (), (items))
inline constexpr std::array wordings_notes{
    Note{.field = "items", .doc = "Each at most once.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const Wordings*) {
  return wordings_notes;
}

struct GroupIn {
  std::string id;
  std::string name;
  std::string share;  ///< "24 %"
  std::vector<std::string> traits;
};
BOOST_DESCRIBE_STRUCT(GroupIn, (), (id, name, share, traits))

struct GroupsIn {
  std::string language;
  std::vector<GroupIn> groups;
};
BOOST_DESCRIBE_STRUCT(GroupsIn, (), (language, groups))

struct GroupWords {
  std::string id;
  std::string name;
  std::string description;
};
BOOST_DESCRIBE_STRUCT(GroupWords, (), (id, name, description))
inline constexpr std::array group_words_notes{
    Note{.field = "id", .doc = "Id of the group.", .required = true, .min = 1, .max = 40},
    Note{.field = "name", .doc = "Two to five words.", .required = true, .min = 2, .max = 60},
    Note{.field = "description",
         .doc = "One or two sentences on its traits.",
         .required = true,
         .max = 400}};
constexpr std::span<const Note> field_notes(const GroupWords*) {
  return group_words_notes;
}

struct GroupsOut {
  std::vector<GroupWords> groups;
};
BOOST_DESCRIBE_STRUCT(GroupsOut, (), (groups))
inline constexpr std::array groups_out_notes{
    Note{.field = "groups", .doc = "Each at most once.", .required = true, .max = 20}};
constexpr std::span<const Note> field_notes(const GroupsOut*) {
  return groups_out_notes;
}

/// A part of a report, and what it is about.
struct ReportPart {
  std::string id;
  std::string about;
};
BOOST_DESCRIBE_STRUCT(ReportPart, (), (id, about))

struct OutlineIn {
  std::string title;
  std::string language;
  std::vector<ReportPart> parts;
};
BOOST_DESCRIBE_STRUCT(OutlineIn, (), (title, language, parts))

extern const llm::Task<ThemesIn, ThemesOut> analyze_responses;
extern const llm::Task<GroupsIn, GroupsOut> build_personas;
extern const llm::Task<OutlineIn, Outline> generate_report_outline;
extern const llm::Task<Wordings, Wordings> summarize;
extern const llm::Task<Wordings, Wordings> recommend_wording;

/// Which records belong to each theme of each text question, by question id: what `build` tells
/// through `on_coded_text`.
using ThemeRecords = std::map<std::string, std::map<std::string, std::vector<std::uint32_t>>>;
OnCodedText collect(ThemeRecords& records);

/// The outline of a report without a model: the order of our reports.
Outline outline_of(const Findings& findings);

/// Lets the voice of `run` name and describe what `findings` holds, and records in
/// `findings.spoken` who spoke for each part. Does nothing without a client. Errors: those of
/// `llm::run`.
Result<void> reword(Findings& findings, const Dataset& dataset, const Settings& settings,
                    const ThemeRecords& records, const llm::Run& run, const Ctx& ctx = {});

}  // namespace insightflow::insight
