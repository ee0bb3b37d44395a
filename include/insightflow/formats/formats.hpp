#pragma once

#include <insightflow/survey/questionnaire.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Questionnaires in the formats of other programs. Pure functions over bytes: no file is opened,
/// nothing is fetched, no entity or formula is expanded. Safe to call from several threads.
namespace insightflow::formats {

enum class Format {
  json,      ///< Our own.
  surveyjs,  ///< SurveyJS JSON.
  qsf,       ///< Qualtrics survey file.
  lss,       ///< LimeSurvey survey structure.
  xlsx,      ///< XLSForm in an Excel workbook.
  xls,       ///< XLSForm in an old binary Excel workbook; read only.
  triples,   ///< triple-s 2.0 XML.
};
BOOST_DESCRIBE_ENUM(Format, json, surveyjs, qsf, lss, xlsx, xls, triples)

/// One thing that the other side has no place for.
struct Loss {
  std::string place;  ///< "line 12", "survey!C5" or a JSON pointer into what was read.
  std::string what;   ///< What was left out.
  std::string why;
  /// The written file holds it for this program alone; others do not see it.
  bool restored = false;

  friend bool operator==(const Loss&, const Loss&) = default;
};
BOOST_DESCRIBE_STRUCT(Loss, (), (place, what, why, restored))
inline constexpr std::array loss_notes{
    Note{.field = "place", .doc = "A line, a cell or a JSON pointer."},
    Note{.field = "what", .doc = "What was left out."}, Note{.field = "why", .doc = "Why."},
    Note{.field = "restored",
         .doc = "Other programs do not see it, but reading the file back here restores it.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Loss*) {
  return loss_notes;
}

struct Imported {
  Format format = Format::json;
  survey::Questionnaire survey;
  std::vector<Loss> losses;
};
BOOST_DESCRIBE_STRUCT(Imported, (), (format, survey, losses))

struct Written {
  std::string bytes;
  std::vector<Loss> losses;
};

/// What is known of a format.
struct Entry {
  Format format;
  std::string_view title;
  std::string_view extensions;  ///< Separated by blanks; the first is the usual one.
  std::string_view media_type;
  bool writes;
};
std::span<const Entry> table();
const Entry& entry(Format format);

/// The format of a file, by its content; where the content does not say, by the extension of
/// `name`. Errors: `format_unknown`.
Result<Format> detect(std::string_view bytes, std::string_view name = {});

/// Reads a questionnaire. The result may be a draft that cannot be published yet
/// (survey::check tells why); every text is plain, valid UTF-8 without controls.
///
/// Conditions are translated where our language can say the same, else listed as a loss. Ids that
/// are no identifiers here are rewritten.
///
/// A file that `write` made and nobody changed gives the same questionnaire again, for it holds a
/// copy of it with a digest of what the file itself says; after a change the file itself is read.
///
/// Limits: 64 MiB of input; 128 MiB and 200 times the packed size for workbooks; 64 levels of
/// nesting; 32767 characters a cell; 5,000 questions, sections and hidden fields; 200 languages;
/// 1 MiB for one text. Linear in the input.
///
/// Errors, each with the place in the detail: `format_mismatch` (the bytes are of another format),
/// `input_too_large`, `xml_malformed`, `xml_doctype`, `xml_too_deep`, `zip_malformed`, `zip_bomb`,
/// `workbook_malformed`, `sheet_missing`, `cell_too_long`, `survey_malformed`, `utf8_invalid`, and
/// those of `parse_json` and `from_json`.
Result<Imported> read(std::string_view bytes, Format format);
/// Detects, then reads.
Result<Imported> read(std::string_view bytes, std::string_view name = {});

/// Writes a questionnaire. The losses are what other programs will not see, found by reading the
/// bytes again without our own remarks and comparing; `restored` ones come back when this library
/// reads the unchanged file. The same questionnaire gives the same bytes.
/// Errors: `format_read_only`, `survey_unfit` (the format cannot hold it at all).
Result<Written> write(const survey::Questionnaire& survey, Format format);

/// The same questionnaire in one spelling: usual scales and options left out, expressions with
/// single blanks and quotes, chains of `==` on one name as `in`. Two questionnaires that ask the
/// same in the same way are equal in this form.
survey::Questionnaire canonical(survey::Questionnaire survey);

/// The places (JSON pointers) at which two questionnaires differ, both in canonical form.
std::vector<std::string> differences(const survey::Questionnaire& a,
                                     const survey::Questionnaire& b);

}  // namespace insightflow::formats

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<formats::Imported>();
extern template const Type& type_of<formats::Loss>();
}  // namespace insightflow
