#pragma once

#include <insightflow/insight/findings.hpp>

#include <string>

/// Findings as documents. Pure functions: no I/O, no clock, no locale; the same findings give the
/// same bytes everywhere. Safe from several threads. Texts of respondents are escaped for the
/// format they are written into; bytes that are not UTF-8 show as U+FFFD.
namespace insightflow::report {

/// How much of the findings the HTML document shows at first sight. Nothing is dropped: what is
/// beyond these numbers stands in a part that unfolds.
struct HtmlOptions {
  std::size_t themes = 10;      ///< Themes drawn and told in full for each question.
  std::size_t quotes = 2;       ///< Quotes shown for each theme and each summary statement.
  std::size_t bars = 15;        ///< Choices drawn for each question.
  std::size_t key_figures = 5;  ///< Tiles on the first screen, beside the base.
};

/// One self-contained page: inline SVG, no script, no external resource. Well-formed as XML too.
/// It adapts to dark and light, to a phone of 360 pixels and to paper. Shares are read in [0, 1],
/// "nps" in points from -100 to 100, "csat" as a share, other metrics in the units of the question.
std::string to_html(const insight::Findings& findings, const HtmlOptions& options = {});

/// CommonMark with tables (GitHub's dialect).
std::string to_markdown(const insight::Findings& findings);

/// The described JSON of `Findings`, indented by two spaces, with a newline at the end. Texts are
/// written as they are and must be UTF-8, as all stored ones are.
std::string to_json(const insight::Findings& findings);

/// Long form, RFC 4180: section,question_id,item,segment,metric,value,low,high,base. A text that a
/// spreadsheet would run as a formula (it begins with = + - @, tab or carriage return) gets a
/// leading apostrophe; numbers are written in full precision and are never touched.
std::string to_csv(const insight::Findings& findings);

enum class Format { html, markdown, json, csv };
BOOST_DESCRIBE_ENUM(Format, html, markdown, json, csv)

/// What a format is on disk and on the wire.
struct FormatInfo {
  Format format;
  std::string_view extension;  ///< Without the dot.
  std::string_view media_type;
  std::string (*render)(const insight::Findings&);
};

/// All formats in the order of their enumerators.
std::span<const FormatInfo> formats();
const FormatInfo& info(Format format);

/// The document in one format, with the usual options.
std::string render(const insight::Findings& findings, Format format);

}  // namespace insightflow::report
