#include <insightflow/core/json.hpp>
#include <insightflow/report/report.hpp>

#include <boost/json/value.hpp>

namespace insightflow::report {

namespace {

constexpr std::array format_table{
    FormatInfo{Format::html, "html", "text/html; charset=utf-8",
               [](const insight::Findings& findings) { return to_html(findings); }},
    FormatInfo{Format::markdown, "md", "text/markdown; charset=utf-8", &to_markdown},
    FormatInfo{Format::json, "json", "application/json", &to_json},
    FormatInfo{Format::csv, "csv", "text/csv; charset=utf-8", &to_csv}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < format_table.size(); ++i)
    if (static_cast<std::size_t>(format_table[i].format) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const FormatInfo> formats() {
  return format_table;
}

const FormatInfo& info(Format format) {
  return format_table[static_cast<std::size_t>(format)];
}

std::string render(const insight::Findings& findings, Format format) {
  return info(format).render(findings);
}

std::string to_json(const insight::Findings& findings) {
  std::string out = pretty(insightflow::to_json(findings));
  if (out.empty() || out.back() != '\n') out += '\n';
  return out;
}

}  // namespace insightflow::report
