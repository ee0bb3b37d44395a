#pragma once

#include <insightflow/analysis/figures.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Numbers and texts as people read them. Nothing here depends on a locale.
namespace insightflow::report {

inline constexpr std::string_view no_break_space = "\u00a0";

/// At most `decimals` places, no trailing zeros, U+2212 as the minus sign.
std::string decimal(double value, int decimals);
/// The shortest text that reads back as the same number; for machines.
std::string exact(double value);
/// 12345 as "12,345".
std::string count(std::int64_t value);
/// A share in [0, 1] as "34 %"; what is not zero never reads as 0 %, nor what is not all as 100 %.
std::string percent(double share);
/// "30–39 %".
std::string percent_range(const analysis::Interval& interval);
/// With a sign unless it is zero: "+12".
std::string points(double value);
/// "1 answer", "2 answers"; the plural adds an s unless it is given.
std::string counted(std::int64_t n, std::string_view one, std::string_view many = {});

/// How a metric reads: its name for people, its value and its interval.
struct MetricWords {
  std::string label;
  std::string value;
  std::string interval;  ///< "+4 to +20"; empty when there is none.
};
MetricWords words_of(const analysis::Metric& metric);

/// For element content and quoted attributes. Control characters become visible signs.
std::string escape_html(std::string_view text);
/// As above, without the characters that steer writing direction: for places that cannot be
/// isolated with <bdi>, such as attributes and SVG text.
std::string escape_html_plain(std::string_view text);
/// One line of Markdown in which no character of `text` is markup, in a table cell or outside.
std::string escape_markdown(std::string_view text);
/// One CSV field, quoted where needed, harmless to a spreadsheet.
std::string escape_csv(std::string_view text);

/// `text` in lines of at most `columns` (wide characters count two), at most `lines` of them; the
/// last one ends in an ellipsis when something is left over. Breaks inside words only when it must.
std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t lines);

}  // namespace insightflow::report
