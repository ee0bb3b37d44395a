#include "formats/readers.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/formats/formats.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/words.hpp>

#include <boost/json/value.hpp>

#include <algorithm>

namespace insightflow::formats {

namespace {

constexpr std::size_t max_file_bytes = 64u << 20;
constexpr std::size_t digest_length = 64;

Result<Found> read_own(std::string_view bytes, bool) {
  Found out;
  if (const auto strict = from_json_text<survey::Questionnaire>(bytes); !strict)
    for (const Problem& problem : strict.error().problems)
      if (problem.reason == "field_unknown")
        out.losses.push_back({problem.pointer, "an unknown field", problem.detail});
  BOOST_OUTCOME_TRY(out.survey, from_json_text<survey::Questionnaire>(bytes, Audience::storage));
  return out;
}
Result<Written> write_own(const survey::Questionnaire& survey, std::string_view) {
  return Written{pretty(to_json(survey)), {}};
}

struct FormatRow {
  Entry entry;
  Result<Found> (*read)(std::string_view bytes, bool hints);
  Result<Written> (*write)(const survey::Questionnaire& survey, std::string_view copy);
};
constexpr FormatRow rows[] = {
    {{Format::json, "InsightFlow JSON", "json", "application/json", true}, read_own, write_own},
    {{Format::surveyjs, "SurveyJS", "surveyjs.json surveyjs", "application/json", true},
     read_surveyjs,
     write_surveyjs},
    {{Format::qsf, "Qualtrics QSF", "qsf", "application/vnd.qualtrics.survey+json", true},
     read_qsf,
     write_qsf},
    {{Format::lss, "LimeSurvey", "lss", "application/vnd.limesurvey.survey+xml", true},
     read_lss,
     write_lss},
    {{Format::xlsx, "XLSForm", "xlsx",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true},
     read_xlsx,
     write_xlsx},
    {{Format::xls, "XLSForm (xls)", "xls", "application/vnd.ms-excel", false}, read_xls, nullptr},
    {{Format::triples, "triple-s", "sss xml", "application/vnd.triple-s+xml", true},
     read_triples,
     write_triples}};

const FormatRow& row(Format format) {
  return *std::find_if(std::begin(rows), std::end(rows),
                       [&](const FormatRow& one) { return one.entry.format == format; });
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         survey::equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// The format named by the end of a file's name; the longest extension wins.
std::optional<Format> by_extension(std::string_view name) {
  std::optional<Format> out;
  std::size_t longest = 0;
  for (const FormatRow& one : rows)
    for (std::string_view rest = one.entry.extensions; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string extension = "." + std::string(rest.substr(0, end));
      if (extension.size() > longest && ends_ignoring_case(name, extension)) {
        out = one.entry.format;
        longest = extension.size();
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  return out;
}

std::string_view without_mark(std::string_view bytes) {
  return bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes;
}

/// JSON formats differ in their top keys; a look at the text tells them without parsing it twice.
std::optional<Format> by_content(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04")) return Format::xlsx;
  if (bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return Format::xls;
  const std::string_view text = survey::trimmed(without_mark(bytes));
  if (text.starts_with('{') || text.starts_with('[')) {
    const auto has = [&](std::string_view key) {
      for (std::size_t at = 0; (at = text.find(key, at)) != text.npos; at += key.size())
        if (survey::trimmed(text.substr(at + key.size(), 8)).starts_with(':')) return true;
      return false;
    };
    if (has("\"SurveyElements\"")) return Format::qsf;
    if (has("\"elements\"") || has("\"pages\"")) return Format::surveyjs;
    if (!has("\"questions\"")) return std::nullopt;
    if (has("\"kind\"")) return Format::json;
    return has("\"type\"") && has("\"name\"") ? std::optional(Format::surveyjs) : std::nullopt;
  }
  const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  if (!text.starts_with('<') && !wide) return std::nullopt;
  std::string head;
  for (const char c : bytes.substr(0, 8192))
    if (c != '\0') head += c;
  if (head.find("<LimeSurveyDocType") != head.npos) return Format::lss;
  if (head.find("<sss") != head.npos) return Format::triples;
  return std::nullopt;
}

}  // namespace

std::span<const Entry> table() {
  static constexpr auto entries = [] {
    std::array<Entry, std::size(rows)> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows[i].entry;
    return out;
  }();
  return entries;
}

const Entry& entry(Format format) {
  return row(format).entry;
}

Result<Format> detect(std::string_view bytes, std::string_view name) {
  if (const auto format = by_content(bytes)) return *format;
  if (const auto format = by_extension(name)) return *format;
  return fail(
      Code::unsupported, "format_unknown", "This is no questionnaire in a known format (" + [] {
        std::string all;
        for (const Entry& one : table()) (all += all.empty() ? "" : ", ") += slug(one.format);
        return all;
      }() + "). Name the format where the file is one of them.");
}

namespace {

/// What the file says to everybody.
std::string digest_of(const survey::Questionnaire& survey) {
  return security::sha256(to_json_text(survey));
}

/// A digest of what the file says without the copy, and the copy as JSON without blanks and markup.
std::string copy_of(const survey::Questionnaire& survey, const survey::Questionnaire& others) {
  std::string out = digest_of(others);
  for (const char c : to_json_text(survey)) switch (c) {
      case '\x7F': out += "\\u007f"; break;
      case ' ': out += "\\u0020"; break;
      case '<': out += "\\u003c"; break;
      case '>': out += "\\u003e"; break;
      case '&': out += "\\u0026"; break;
      default: out += c;
    }
  return out;
}

Result<Found> read_with(std::string_view bytes, Format format, bool hints) {
  if (bytes.size() > max_file_bytes)
    return fail(Code::too_large, "input_too_large", "The file has more than 64 MiB.");
  const FormatRow& known = row(format);
  if (const auto seen = by_content(bytes); seen && *seen != format && format != Format::json)
    return fail(Code::invalid, "format_mismatch",
                "At byte 0: this is not " + std::string(known.entry.title) + " but " +
                    std::string(entry(*seen).title) + ".");
  BOOST_OUTCOME_TRY(auto out, known.read(without_mark(bytes), hints));
  out.format = format;
  return out;
}

}  // namespace

Result<Imported> read(std::string_view bytes, Format format) {
  BOOST_OUTCOME_TRY(auto found, read_with(bytes, format, true));
  if (found.copy.size() <= digest_length) return static_cast<Imported&&>(found);
  // The copy holds as long as the file says what it said when the copy was made.
  BOOST_OUTCOME_TRY(const auto others, read_with(bytes, format, false));
  const std::string_view copy = found.copy;
  if (digest_of(others.survey) != copy.substr(0, digest_length))
    return static_cast<Imported&&>(found);
  auto survey =
      from_json_text<survey::Questionnaire>(copy.substr(digest_length), Audience::storage);
  if (!survey) return static_cast<Imported&&>(found);
  return Imported{format, std::move(survey.value()), {}};
}

Result<Imported> read(std::string_view bytes, std::string_view name) {
  BOOST_OUTCOME_TRY(const auto format, detect(bytes, name));
  return read(bytes, format);
}

Result<Written> write(const survey::Questionnaire& survey, Format format) {
  const FormatRow& known = row(format);
  if (!known.write)
    return fail(Code::unsupported, "format_read_only",
                std::string(known.entry.title) + " is read only. Write xlsx instead.");
  if (format == Format::json) return write_own(survey, {});
  const survey::Questionnaire plain = canonical(survey);
  BOOST_OUTCOME_TRY(const auto bare, known.write(plain, {}));
  BOOST_OUTCOME_TRY(const auto others, read_with(bare.bytes, format, false));
  BOOST_OUTCOME_TRY(auto out, known.write(plain, copy_of(survey, others.survey)));
  BOOST_OUTCOME_TRY(const auto again, read(out.bytes, format));
  const auto ours = differences(plain, again.survey);
  for (Loss& loss : out.losses) loss.restored = ours.empty();
  const std::string why = std::string(known.entry.title) + " has no place for it";
  const json::value meant = to_json(plain);
  for (std::string& place : differences(plain, others.survey)) {
    const bool told = std::any_of(out.losses.begin(), out.losses.end(), [&](const Loss& loss) {
      return place == loss.place || place.starts_with(loss.place + "/");
    });
    if (told) continue;
    const bool restored = std::find(ours.begin(), ours.end(), place) == ours.end();
    boost::system::error_code absent;
    const bool added = meant.find_pointer(place, absent) == nullptr;
    std::string what = describe_place(plain, place);
    out.losses.push_back(
        {std::move(place), std::move(what),
         added ? "it was not said, and " + std::string(known.entry.title) + " says something" : why,
         restored});
  }
  // What is lost here alone, should a remark of our own be misread.
  for (const std::string& place : ours)
    if (std::none_of(out.losses.begin(), out.losses.end(), [&](const Loss& loss) {
          return place == loss.place || place.starts_with(loss.place + "/");
        }))
      out.losses.push_back({place, describe_place(plain, place), why});
  return out;
}

}  // namespace insightflow::formats

namespace insightflow {
template const Type& type_of<formats::Imported>();
template const Type& type_of<formats::Loss>();
}  // namespace insightflow
