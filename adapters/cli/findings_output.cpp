#include "cli/findings_output.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>

namespace insightflow::cli {

namespace {

constexpr std::size_t quotes_shown = 2;

/// A quote on one line, without control characters.
std::string one_line(std::string_view quote) {
  std::string out;
  for (const char c : quote) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

}  // namespace

std::string findings_text(const insight::Findings& findings) {
  std::string out = (findings.title.empty() ? "Findings" : findings.title) + "\n" +
                    std::to_string(findings.responses_used) + " of " +
                    std::to_string(findings.responses_total) + " responses used\n\n";
  for (const insight::Statement& statement : findings.summary) {
    out += "• " + one_line(statement.text) + "\n";
    std::size_t shown = 0;
    for (const insight::Evidence& evidence : statement.evidence) {
      if (shown == quotes_shown || !insight::own_words(findings, evidence)) continue;
      out += "    “" + one_line(evidence.quote) + "”  [" + evidence.response_id + "]\n";
      ++shown;
    }
  }
  if (findings.summary.empty())
    out +=
        "There is nothing to sum up: no figure or theme stands out from what chance would give.\n";
  for (const std::string& note : findings.notes) out += "\nNote: " + note + "\n";
  out += "\nEngine: " + findings.manifest.engine + "\n";
  for (const llm::Spoken& one : findings.spoken)
    if (!one.fallback.empty()) out += "  " + one.part + ": local, " + one.fallback + "\n";
  return out;
}

Result<std::vector<insight::WeightTarget>> read_targets(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  BOOST_OUTCOME_TRY(const auto parsed, parse_json(text));
  const auto malformed = [&](const std::string& what) {
    return fail(Code::invalid, "targets_malformed",
                "'" + path + "': " + what +
                    " Targets are written as {\"COLUMN\":{\"VALUE\":PERCENT, …}, …}.");
  };
  if (!parsed.is_object() || parsed.get_object().empty())
    return malformed("there is no column to weight by.");
  std::vector<insight::WeightTarget> out;
  for (const auto& [column, shares] : parsed.get_object()) {
    insight::WeightTarget& target = out.emplace_back();
    target.by = column;
    if (!shares.is_object() || shares.get_object().empty())
      return malformed("'" + target.by + "' has no shares.");
    for (const auto& [value, share] : shares.get_object()) {
      if (!share.is_number())
        return malformed("the share of '" + std::string(value) + "' in '" + target.by +
                         "' is no number.");
      target.shares.emplace(value, share.to_number<double>());
    }
  }
  return out;
}

Result<report::Format> report_format(const std::string& asked, const std::string& path) {
  if (!asked.empty()) {
    for (const report::FormatInfo& info : report::formats())
      if (asked == slug(info.format) || asked == info.extension) return info.format;
    return fail(Code::invalid, "format_unknown",
                "A report is html, markdown, json or csv, not '" + asked + "'.");
  }
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const report::FormatInfo& info : report::formats())
    if (extension == "." + std::string(info.extension)) return info.format;
  if (extension.empty() || extension == ".htm") return report::Format::html;
  return fail(Code::invalid, "format_unknown",
              "'" + path + "' does not tell the format. Say --format html, markdown, json or csv.");
}

}  // namespace insightflow::cli
