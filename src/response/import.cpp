#include "response/store.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/response/lines.hpp>
#include <insightflow/response/mapping.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/response/transfer.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/access.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <set>

namespace insightflow::response {

namespace {

constexpr std::size_t rows_per_commit = 500;
constexpr auto permission = identity::Permission::response_import;

/// One row of the file: what it says, or why it cannot be taken.
struct Candidate {
  std::int64_t line = 0;
  std::string original;
  Result<ImportedRow> row = ImportedRow{};
};

/// Where rows come from, whatever the format.
struct RowSource {
  virtual ~RowSource() = default;
  /// False at the end.
  virtual Result<bool> next(Candidate& out) = 0;
  Mapping mapping;
};

/// Rows of a CSV file. The mapping is made from the first one.
class CsvRows final : public RowSource {
 public:
  CsvRows(const survey::Questionnaire& survey, ChunkSource source, const ImportOptions& options)
      : survey_(survey), reader_(std::move(source)), columns_(options.columns) {}

  Result<bool> next(Candidate& out) override {
    if (mapping.columns.empty()) {
      BOOST_OUTCOME_TRY(const bool any, reader_.next(row_));
      if (!any)
        return fail(Code::invalid, "file_empty", "The file is empty: not even a header was found.");
      if (row_.fault != RowFault::none)
        return fail(Code::invalid, "header_malformed",
                    "The header (line " + std::to_string(row_.line) +
                        ") cannot be read: " + std::string(slug(row_.fault)) + ".");
      BOOST_OUTCOME_TRY(mapping, map_columns(survey_, row_.fields, columns_));
    }
    BOOST_OUTCOME_TRY(const bool more, reader_.next(row_));
    if (!more) return false;
    out.line = row_.line;
    out.original.clear();
    append_csv_row(out.original, row_.fields, reader_.delimiter(), false);
    if (row_.fault != RowFault::none)
      out.row = fail(Code::invalid, slug(row_.fault),
                     "The row has " + std::to_string(row_.fields.size()) +
                         " fields; the header has " + std::to_string(mapping.columns.size()) + ".");
    else
      out.row = row_to_submission(survey_, mapping, row_.fields);
    return true;
  }

 private:
  const survey::Questionnaire& survey_;
  CsvReader reader_;
  const std::map<std::string, std::string>& columns_;
  CsvRow row_;
};

/// A value of a flat JSON object as the text a table cell would hold.
std::string cell_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (!value.is_array()) return serialize(value);
  std::vector<std::string> parts;
  for (const json::value& item : value.get_array()) parts.push_back(cell_text(item));
  return join_list(parts);
}

/// Lines of JSON: responses as the export writes them, or flat objects, which the first one
/// decides.
class JsonlRows final : public RowSource {
 public:
  JsonlRows(const survey::Questionnaire& survey, ChunkSource source, const ImportOptions& options)
      : survey_(survey), lines_(std::move(source)), columns_(options.columns) {}

  Result<bool> next(Candidate& out) override {
    BOOST_OUTCOME_TRY(const bool more, lines_.next(out.original));
    if (!more) return false;
    out.line = lines_.line();
    const auto parsed = parse_json(out.original);
    if (!parsed) {
      out.row = parsed.error();
    } else if (const auto* object = parsed.value().if_object(); object == nullptr) {
      out.row = fail(Code::invalid, "type_mismatch", "Each line is one JSON object.");
    } else if (object->contains("answers")) {
      out.row = whole(parsed.value());
    } else {
      BOOST_OUTCOME_TRY(flat(*object, out.row));
    }
    out.original += '\n';
    return true;
  }

 private:
  static Result<ImportedRow> whole(const json::value& value) {
    BOOST_OUTCOME_TRY(auto submission, from_json<Submission>(value, Audience::storage));
    ImportedRow row;
    row.submission = std::move(submission);
    const json::object& object = value.get_object();
    if (const auto* id = object.if_contains("id"); id && id->is_string()) row.id = id->get_string();
    if (const auto* at = object.if_contains("submitted_at"); at && at->is_string()) {
      BOOST_OUTCOME_TRY(row.submitted_at, Instant::parse(at->get_string()));
    }
    return row;
  }

  /// Errors are those of the file; those of the row go into `row`.
  Result<void> flat(const json::object& object, Result<ImportedRow>& row) {
    if (mapping.columns.empty()) {
      for (const auto& [key, value] : object) header_.emplace_back(key);
      BOOST_OUTCOME_TRY(mapping, map_columns(survey_, header_, columns_));
    }
    std::vector<std::string> fields;
    std::size_t known = 0;
    for (const std::string& name : header_) {
      const auto* value = object.if_contains(name);
      known += value != nullptr;
      fields.push_back(value ? cell_text(*value) : std::string());
    }
    if (known < object.size())
      row = fail(Code::invalid, "too_many_fields", "The line has keys that the first one has not.");
    else
      row = row_to_submission(survey_, mapping, fields);
    return success();
  }

  const survey::Questionnaire& survey_;
  LineReader lines_;
  const std::map<std::string, std::string>& columns_;
  std::vector<std::string> header_;
};

/// The same row of the same file always gets the same id, so that an import can be repeated. It
/// begins with the line, which keeps the index of ids growing at its end, or is a hash of the row's
/// own name.
ResponseId derived_id(SurveyId survey, const Candidate& candidate, const std::string& name) {
  const std::string hash = security::sha256(
      survey.str() + '\n' +
      (name.empty() ? std::to_string(candidate.line) + '\n' + candidate.original : name));
  ResponseId id;
  auto& bytes = id.uuid.bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned byte = 0;
    std::from_chars(hash.data() + 2 * i, hash.data() + 2 * i + 2, byte, 16);
    bytes[i] = static_cast<std::uint8_t>(byte);
  }
  if (name.empty())
    for (std::size_t i = 0; i < 6; ++i)
      bytes[i] = static_cast<std::uint8_t>(candidate.line >> (40 - 8 * i));
  bytes[6] = 0x80 | (bytes[6] & 0x0F);  // UUID version 8: custom (RFC 9562)
  bytes[8] = 0x80 | (bytes[8] & 0x3F);
  return id;
}

/// The id a row is stored under; nothing when the survey has it already.
Result<std::optional<ResponseId>> free_id(storage::Tx& tx, SurveyId survey,
                                          const Candidate& candidate, const std::string& name,
                                          const std::set<ResponseId>& taken) {
  const auto owner = [&](ResponseId id) {
    return tx.find<SurveyId>("SELECT survey_id FROM responses WHERE id = ?1", {id});
  };
  if (const auto own = ResponseId::parse(name)) {
    if (taken.contains(own.value())) return std::nullopt;
    BOOST_OUTCOME_TRY(const auto used_by, owner(own.value()));
    if (!used_by) return own.value();
    if (*used_by == survey) return std::nullopt;
  }
  const ResponseId derived = derived_id(survey, candidate, name);
  BOOST_OUTCOME_TRY(const auto used_by, owner(derived));
  if (used_by || taken.contains(derived)) return std::nullopt;
  return derived;
}

class Import {
 public:
  Import(identity::Scope scope, SurveyId survey, const Validator& validator, std::int64_t version,
         const Quarantine& quarantine)
      : scope_(scope),
        survey_(survey),
        validator_(validator),
        version_(version),
        quarantine_(quarantine) {}

  Result<ImportReport> run(RowSource& rows, const Ctx& ctx) {
    BOOST_OUTCOME_TRY(quarantine_("line,reason,where,detail,row\r\n"));
    Candidate candidate;
    for (;;) {
      BOOST_OUTCOME_TRY(const bool more, rows.next(candidate));
      if (!more) break;
      ++report_.rows;
      BOOST_OUTCOME_TRY(take(candidate));
      if (waiting_.size() == rows_per_commit) {
        BOOST_OUTCOME_TRY(ctx.check());
        BOOST_OUTCOME_TRY(commit());
        ctx.report("importing", report_.rows);
      }
    }
    BOOST_OUTCOME_TRY(commit());
    report_.unmapped_columns = rows.mapping.unmapped_columns;
    report_.missing_questions = rows.mapping.missing_questions;
    if (report_.rows != report_.imported + report_.already_there + report_.rejected)
      return fail(Code::internal, "counts_differ", "The rows of the import do not add up.");
    return report_;
  }

 private:
  struct Waiting {
    Candidate candidate;
    ImportedRow row;
  };

  Result<void> take(Candidate& candidate) {
    if (!candidate.row) return reject(candidate, candidate.row.error());
    auto valid = validator_.check(candidate.row.value().submission, Check::import);
    if (!valid) return reject(candidate, valid.error());
    if (valid.value().answers.empty())
      return reject(candidate, fail(Code::invalid, "row_empty", "The row answers no question."));
    ImportedRow row = std::move(candidate.row).value();
    row.submission = std::move(valid).value();
    waiting_.push_back({{candidate.line, candidate.original, ImportedRow{}}, std::move(row)});
    return success();
  }

  Result<void> reject(const Candidate& candidate, const Error& error) {
    ++report_.rejected;
    ++report_.reasons[std::string(error.reason)];
    std::string where = error.pointer, detail = error.detail;
    for (std::size_t i = 1; i < error.problems.size(); ++i) {
      where += " " + error.problems[i].pointer;
      detail += " " + error.problems[i].detail;
    }
    std::string_view original = candidate.original;
    while (original.ends_with('\n') || original.ends_with('\r')) original.remove_suffix(1);
    std::string piece;
    append_csv_row(piece, {std::to_string(candidate.line), std::string(error.reason), where, detail,
                           std::string(original)});
    return quarantine_(piece);
  }

  Result<void> commit() {
    if (waiting_.empty()) return success();
    std::int64_t stored = 0;
    BOOST_OUTCOME_TRY(scope_.db.write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(survey::require(tx, scope_, permission, survey_));
      std::vector<ResponseRow> fresh;
      std::set<ResponseId> taken;
      for (const Waiting& waiting : waiting_) {
        BOOST_OUTCOME_TRY(const auto id,
                          free_id(tx, survey_, waiting.candidate, waiting.row.id, taken));
        if (!id) continue;
        taken.insert(*id);
        const Submission& from = waiting.row.submission;
        fresh.push_back({.workspace_id = scope_.actor.workspace,
                         .survey_id = survey_,
                         .id = *id,
                         .version = version_,
                         .submitted_at = waiting.row.submitted_at.value_or(scope_.clock.now()),
                         .language = from.language,
                         .answers = from.answers,
                         .other = from.other,
                         .hidden = from.hidden,
                         .source = Source::file});
      }
      stored = static_cast<std::int64_t>(fresh.size());
      return fresh.empty() ? Result<void>(success()) : insert_responses(tx, survey_, fresh);
    }));
    report_.imported += stored;
    report_.already_there += static_cast<std::int64_t>(waiting_.size()) - stored;
    waiting_.clear();
    return success();
  }

  identity::Scope scope_;
  const SurveyId survey_;
  const Validator& validator_;
  const std::int64_t version_;
  const Quarantine& quarantine_;
  ImportReport report_;
  std::vector<Waiting> waiting_;
};

}  // namespace

Result<ImportReport> Transfers::import(SurveyId survey, ChunkSource source,
                                       const ImportOptions& options, const Quarantine& quarantine,
                                       const Ctx& ctx) {
  BOOST_OUTCOME_TRY(scope_.reach(permission));
  const auto latest = scope_.db.read([&](storage::Tx& tx) -> Result<survey::Version> {
    BOOST_OUTCOME_TRY(survey::require(tx, scope_, permission, survey));
    return survey::find_version(tx, survey, 0);
  });
  if (!latest && latest.error().reason == "version_unknown")
    return fail(Code::conflict, "survey_unpublished",
                "Answers are stored under a published version. Publish the survey first.");
  BOOST_OUTCOME_TRY(const auto version, latest);
  BOOST_OUTCOME_TRY(const auto validator, Validator::build(version.questionnaire));
  Import import(scope_, survey, validator, version.number, quarantine);
  if (options.format == TableFormat::csv) {
    CsvRows rows(version.questionnaire, std::move(source), options);
    return import.run(rows, ctx);
  }
  JsonlRows rows(version.questionnaire, std::move(source), options);
  return import.run(rows, ctx);
}

}  // namespace insightflow::response

namespace insightflow {
template const Type& type_of<response::ImportReport>();
}  // namespace insightflow
