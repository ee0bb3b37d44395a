#include "support/faulty_database.hpp"
#include "support/inspect.hpp"
#include "support/sample_survey.hpp"
#include "support/sanitized.hpp"
#include "support/shared_data.hpp"
#include "support/tables.hpp"
#include "support/world.hpp"

#include <insightflow/response/intake.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/response/transfer.hpp>
#include <insightflow/survey/surveys.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

using namespace insightflow;
using namespace insightflow::response;
using test::drain;
using test::in_pieces;
using test::sample_answer;
using test::sample_survey;

namespace {

struct Fixture : test::World {
  survey::Surveys surveys{scope()};
  Transfers transfers{scope()};
  survey::Survey survey = published(sample_survey());

  survey::Survey published(const survey::Survey& draft) {
    return surveys.publish(surveys.create(draft).value().id).value();
  }
  Result<ImportReport> import(const std::string& text, TableFormat format, std::string& quarantine,
                              std::size_t piece = 4096) {
    quarantine.clear();
    return transfers.import(survey.id, in_pieces(text, piece), {.format = format},
                            test::into(quarantine));
  }
  std::string exported(TableFormat format) {
    return drain(transfers.export_all(survey.id, format).value());
  }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// Answers as JSON lines.
std::string lines_of(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += to_json_text(sample_answer(i)) + '\n';
  return out;
}

struct BadRow {
  std::string text;
  std::string reason;  ///< Empty for a good one.
  std::string where;
};

/// Each row on its line, behind `head`; every way to cut the file gives the same outcome.
void check_table(Fixture& world, TableFormat format, const std::string& head,
                 std::span<const BadRow> rows) {
  std::string file = head;
  std::map<std::string, std::int64_t> reasons;
  std::vector<std::pair<std::string, std::string>> expected;
  std::int64_t line = head.empty() ? 0 : 1, good = 0;
  for (const BadRow& row : rows) {
    file += row.text + "\n";
    ++line;
    if (row.reason.empty()) {
      ++good;
    } else {
      ++reasons[row.reason];
      expected.emplace_back(std::to_string(line), row.reason);
    }
  }
  const auto total = static_cast<std::int64_t>(rows.size());
  std::string first;
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}, std::size_t{7}}) {
    CAPTURE(piece);
    const bool again = !first.empty();
    std::string quarantine;
    const auto imported = world.import(file, format, quarantine, piece);
    REQUIRE(reason(imported) == "ok");
    const ImportReport& report = imported.value();
    CHECK(report.rows == total);
    CHECK(report.rejected == total - good);
    CHECK(report.imported == (again ? 0 : good));
    CHECK(report.already_there == (again ? good : 0));
    CHECK(report.reasons == reasons);
    CHECK(world.number("SELECT count(*) FROM responses") == good);
    if (again) CHECK(quarantine == first);
    first = quarantine;
    const auto kept = test::fields_of(quarantine);
    REQUIRE(kept.size() == expected.size() + 1);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto& fields = kept[i + 1];
      const auto& [at, why] = expected[i];
      REQUIRE(fields.size() == 5);
      CAPTURE(at);
      CHECK(fields[0] == at);
      CHECK(fields[1] == why);
      const BadRow& row = rows[static_cast<std::size_t>(std::stoll(at)) - (head.empty() ? 1 : 2)];
      if (!row.where.empty()) CHECK(fields[2] == row.where);
      CHECK(unescape_formula(fields[4]).substr(0, 4) == row.text.substr(0, 4));
    }
  }
  CHECK(test::broken_invariants(*world.db) == std::vector<std::string>{});
}

std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "CSV: good rows are stored, bad ones set aside with line and reason") {
  const BadRow rows[] = {
      {"9,Price,Boards;Comments,Good,Poor,fine,free", "", ""},
      {"11,Price,,,,,", "out_of_scale", "/answers/score"},
      {"many,Price,,,,,", "type_mismatch", "/answers/score"},
      {"9,Price,Boards;Ghosts,,,,", "option_unknown", ""},
      {"9,,,Superb,,,", "option_unknown", ""},
      {"9,Price,,,", "too_few_fields", ""},
      {"9,Price,,,,,,,,", "too_many_fields", ""},
      {"9,Luck,,,,,", "", ""},  // goes to "other"
      {",,,,,,", "row_empty", ""},
      {"9,,,,,caf\xE9,", "utf8_invalid", ""},
      {"9,,,,,\"a\"b,", "stray_quote", ""},
      {"7,,,,,\"say \"\"hi\"\"\",team", "", ""},
      {"9.5,,,,,half,", "not_whole", "/answers/score"},
      {"=1+1,,,,,x,", "type_mismatch", "/answers/score"},
      {"3,,,,,=SUM(A1),", "", ""},
      {"12,Price,Ghosts,,,,", "out_of_scale", "/answers/score /answers/used/0"},
  };
  check_table(*this, TableFormat::csv,
              "score,reason,used,parts/Support,parts/Docs,words,hidden.plan\n", rows);
}

TEST_CASE_FIXTURE(Fixture, "JSON lines: good rows are stored, bad ones set aside") {
  const BadRow rows[] = {
      {to_json_text(sample_answer(1)), "", ""},
      {R"({"answers":{"score":11}})", "out_of_scale", "/answers/score"},
      {R"({"answers":{"score":3},"hidden":{"x":"y"}})", "hidden_unknown", "/hidden/x"},
      {R"({"answers":{"score":3})", "json_malformed", ""},
      {R"([1,2])", "type_mismatch", ""},
      {R"("text")", "type_mismatch", ""},
      {R"({"answers":{"score":3,"score":4}})", "json_duplicate_key", ""},
      {R"({"answers":{"words":"\ud800"}})", "json_malformed", ""},
      {"{\"answers\":{\"words\":\"caf\xE9\"}}", "utf8_invalid", ""},
      {std::string(40, '[') + std::string(40, ']'), "json_too_deep", ""},
      {R"({"answers":{}})", "row_empty", ""},
      {R"({"answers":{"words":"later"},"submitted_at":"yesterday"})", "instant_malformed", ""},
      {R"({"answers":{"words":"later"},"submitted_at":"2026-01-01T10:00:00+01:00"})", "", ""},
      {to_json_text(sample_answer(2)), "", ""},
  };
  check_table(*this, TableFormat::jsonl, "", rows);
}

TEST_CASE_FIXTURE(Fixture,
                  "files that cannot be read as a whole are errors, before anything is stored") {
  struct Row {
    std::string name;
    std::string text;
    TableFormat format;
    std::string reason;
  };
  const Row rows[] = {
      {"empty", "", TableFormat::csv, "file_empty"},
      {"only blank lines", "\n\r\n\n", TableFormat::csv, "file_empty"},
      {"other columns", "a,b\n1,2\n", TableFormat::csv, "nothing_mapped"},
      {"twice the same", "score,score\n1,2\n", TableFormat::csv, "column_duplicate"},
      {"open quote", "score,words\n1,\"never closed\n", TableFormat::csv, "quote_unbalanced"},
      {"UTF-16", std::string("\xFF\xFEs\0c\0", 6), TableFormat::csv, "encoding_unsupported"},
      {"other keys", "{\"a\":1}\n", TableFormat::jsonl, "nothing_mapped"},
      {"long line", "{\"a\":\"" + std::string(17u << 20, 'x') + "\"}", TableFormat::jsonl,
       "line_too_long"},
      {"header alone", "score,words\n", TableFormat::csv, "ok"},
      {"no line", "", TableFormat::jsonl, "ok"}};
  const std::string before = test::dump(*db);
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string quarantine;
    CHECK(reason(import(row.text, row.format, quarantine, 65536)) == row.reason);
  }
  CHECK(test::dump(*db) == before);
  std::string quarantine;
  const auto import_as = [&](identity::Scope who, SurveyId id) {
    return reason(Transfers(who).import(id, in_pieces(lines_of(1)), {.format = TableFormat::jsonl},
                                        test::into(quarantine)));
  };
  const auto elsewhere = identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;
  const identity::Scope foreign{*db, clock, ids, {elsewhere, identity::Role::owner}};
  CHECK(import_as(foreign, survey.id) == "survey_unknown");
  CHECK(import_as(scope(identity::Role::viewer), survey.id) == "permission_missing");
  CHECK(import_as(scope(), ids.next<SurveyId>()) == "survey_unknown");
  CHECK(import_as(scope(), surveys.create(sample_survey()).value().id) == "survey_unpublished");
  CHECK(reason(Transfers(foreign).export_all(survey.id, TableFormat::csv)) == "survey_unknown");
  CHECK(reason(transfers.export_all(ids.next<SurveyId>(), TableFormat::csv)) == "survey_unknown");
  CHECK(number("SELECT count(*) FROM responses") == 0);
  // A source or a quarantine that fails ends the import with its own error.
  const auto broken = [](auto&&...) -> Error { return fail(Code::unavailable, "torn", "Torn."); };
  CHECK(reason(transfers.import(survey.id, ChunkSource(broken), {}, test::into(quarantine))) ==
        "torn");
  CHECK(reason(transfers.import(survey.id, in_pieces("score\n99\n"), {}, Quarantine(broken))) ==
        "torn");
}

TEST_CASE_FIXTURE(Fixture,
                  "an import that failed at any statement is repeated until nothing is missing") {
  const std::string file = lines_of(7);
  std::int64_t sequence_end = 0;
  for (int n = 1;; ++n) {
    CAPTURE(n);
    survey = published(sample_survey());
    test::FaultyDatabase faulty(*db, n);
    std::string quarantine;
    const auto failed = Transfers({faulty, clock, ids, scope().actor})
                            .import(survey.id, in_pieces(file), {.format = TableFormat::jsonl},
                                    test::into(quarantine));
    CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
    CHECK(failed.has_value() == !faulty.fired());
    if (faulty.fired()) CHECK(surveys.get(survey.id).value().response_count == 0);
    const auto repeated = import(file, TableFormat::jsonl, quarantine).value();
    CHECK(repeated.imported == (faulty.fired() ? 7 : 0));
    CHECK(repeated.already_there == (faulty.fired() ? 0 : 7));
    CHECK(surveys.get(survey.id).value().response_count == 7);
    if (!faulty.fired()) {
      sequence_end = n;
      break;
    }
  }
  CHECK(sequence_end > 10);
}

TEST_CASE_FIXTURE(Fixture, "a long import goes on where it broke off, and counts as one") {
  constexpr int count = 1'250;  // two whole commits and a half
  const std::string file = lines_of(count);
  std::string quarantine;
  REQUIRE(import(file, TableFormat::jsonl, quarantine).value().imported == count);
  const std::string whole = exported(TableFormat::csv);
  for (const int n : {2, 900, 1'006, 1'700, 2'020, 2'400}) {
    CAPTURE(n);
    survey = published(sample_survey());
    std::int64_t seen = 0;
    for (int at = n;; at += 900) {
      test::FaultyDatabase faulty(*db, at);
      const auto done = Transfers({faulty, clock, ids, scope().actor})
                            .import(survey.id, in_pieces(file), {.format = TableFormat::jsonl},
                                    test::into(quarantine));
      const auto now = surveys.get(survey.id).value().response_count;
      CHECK(now >= seen);
      CHECK((now % 500 == 0 || now == count));
      seen = now;
      if (!done) continue;
      CHECK(done.value().rows == count);
      CHECK(done.value().imported + done.value().already_there == count);
      break;
    }
    CHECK(seen == count);
    // The same answers in the same order; the ids of a survey of its own.
    const auto a = test::fields_of(whole), b = test::fields_of(exported(TableFormat::csv));
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!std::equal(a[i].begin() + 2, a[i].end(), b[i].begin() + 2)) FAIL("row " << i);
  }
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture, "a cancelled import keeps what was committed") {
  std::stop_source stop;
  std::string quarantine;
  const Ctx ctx{.stop = stop.get_token(), .on_progress = [&](const Progress& p) {
                  if (p.done == 1'000) stop.request_stop();
                }};
  const auto cancelled =
      transfers.import(survey.id, in_pieces(lines_of(2'000)), {.format = TableFormat::jsonl},
                       test::into(quarantine), ctx);
  CHECK(reason(cancelled) == "cancelled");
  CHECK(surveys.get(survey.id).value().response_count == 1'000);
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture,
                  "what is exported can be imported elsewhere, and exported again the same") {
  std::vector<std::string> words{"=1+1",
                                 "+49 30 123",
                                 "-5",
                                 "-x",
                                 "@home",
                                 "'quoted",
                                 "'=1",
                                 "''=1",
                                 "a;b",
                                 "a\\;b",
                                 "\"",
                                 "\"\"",
                                 ",",
                                 "a,b",
                                 "line\nbreak",
                                 "x\n",
                                 "|",
                                 "=HYPERLINK(\"http://a\")",
                                 "ünï 😀",
                                 "null",
                                 "0",
                                 "1e5",
                                 "true",
                                 "'",
                                 "''",
                                 "-",
                                 "=",
                                 "\u202Eabc",
                                 "a\tb",
                                 "'+x",
                                 "\xEF\xBB\xBF"
                                 "bom"};
  if (const auto folder = test::shared_data("naughty_strings")) {
    const auto parsed = parse_json(read_file(*folder / "blns.json")).value();
    for (const auto& text : parsed.as_array()) words.emplace_back(text.as_string());
    CHECK(words.size() > 300);
  }
  Intake intake(*db, clock, ids);
  int stored = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    clock.at.ms += 1'234;
    Submission one = sample_answer(static_cast<int>(i));
    one.answers["words"] = {words[i]};
    if (one.other.contains("reason")) one.other["reason"] = words[i];
    one.hidden["plan"] = words[i];
    const auto receipt = intake.submit(survey.slug, one);
    CAPTURE(words[i]);
    if (!receipt)
      for (const Problem& problem : receipt.error().problems)
        CHECK(std::set<std::string_view>{"control_character", "other_text_missing"}.contains(
            problem.reason));
    stored += receipt.has_value();
  }
  CHECK(stored > 25);
  for (const TableFormat format : {TableFormat::csv, TableFormat::jsonl}) {
    CAPTURE(slug(format));
    const std::string first = exported(format);
    Fixture other;
    other.survey = other.published(sample_survey());  // not the same id
    REQUIRE(other.survey.id != survey.id);
    std::string quarantine;
    const auto report = other.import(first, format, quarantine, 333).value();
    CHECK(report.rejected == 0);
    CHECK(report.imported == stored);
    CHECK(report.unmapped_columns.empty());
    CHECK(report.missing_questions.empty());
    std::string second = other.exported(format);
    for (std::size_t at; (at = second.find(other.survey.id.str())) != second.npos;)
      second.replace(at, 36, survey.id.str());
    CHECK((second == first));
    if (second != first) {
      std::istringstream a(first), b(second);
      for (std::string x, y; std::getline(a, x) && std::getline(b, y);)
        if (x != y) MESSAGE(x << "\n" << y);
    }
    const auto again = other.import(first, format, quarantine).value();
    CHECK(again.imported == 0);
    CHECK(again.already_there == stored);
    // Into the very survey it came from, too.
    CHECK(import(first, format, quarantine).value().already_there == stored);
    CHECK(test::broken_invariants(*other.db) == std::vector<std::string>{});
  }
}

TEST_CASE_FIXTURE(Fixture, "no cell of an export is a formula to a spreadsheet") {
  Intake intake(*db, clock, ids);
  for (const char* text : {"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"}) {
    Submission one;
    one.answers["score"] = {1.0};
    one.answers["reason"] = {std::string("other")};
    one.other["reason"] = text;
    one.answers["words"] = {std::string(text)};
    one.hidden["plan"] = text;
    REQUIRE(intake.submit(survey.slug, one));
  }
  const auto rows = test::fields_of(exported(TableFormat::csv));
  CHECK(rows.size() == 7);
  for (std::size_t i = 1; i < rows.size(); ++i)
    for (const std::string& cell : rows[i]) {
      CAPTURE(cell);
      CHECK((cell.empty() || std::string_view("=+-@\t\r").find(cell[0]) == std::string_view::npos));
    }
}

TEST_CASE_FIXTURE(
    Fixture, "an export holds the questions of all versions and what was there when it began") {
  Intake intake(*db, clock, ids);
  for (int i = 0; i < 700; ++i) REQUIRE(intake.submit(survey.slug, sample_answer(i)));
  survey::Survey next = sample_survey();
  next.questions.erase(next.questions.begin() + 2);
  next.hidden = {"tariff"};
  REQUIRE(surveys.update(survey.id, next));
  REQUIRE(surveys.publish(survey.id));
  Submission later;
  later.answers["score"] = {3.0};
  later.hidden["tariff"] = "t";
  REQUIRE(intake.submit(survey.slug, later));
  auto producer = transfers.export_all(survey.id, TableFormat::csv).value();
  std::string text;
  REQUIRE(producer(text).value());
  for (int i = 0; i < 20; ++i) REQUIRE(intake.submit(survey.slug, later));
  while (producer(text).value()) {
  }
  const auto rows = test::fields_of(text);
  CHECK(rows.size() == 702);
  const auto& head = rows.front();
  for (const char* name : {"id", "submitted_at", "score", "reason/other", "used", "parts/Docs",
                           "hidden.plan", "hidden.tariff"})
    CHECK(std::count(head.begin(), head.end(), name) == 1);
  CHECK(rows.back()[static_cast<std::size_t>(std::find(head.begin(), head.end(), "hidden.tariff") -
                                             head.begin())] == "t");
}

TEST_CASE_FIXTURE(Fixture, "the sample files are imported as their description says") {
  const std::filesystem::path folder =
      std::filesystem::path(INSIGHTFLOW_SOURCE_DIR) / "examples" / "data";
  survey = published(
      from_json_text<survey::Survey>(read_file(folder / "trial-feedback.survey.json")).value());
  std::string quarantine;
  const auto report =
      import(read_file(folder / "trial-feedback.csv"), TableFormat::csv, quarantine, 100).value();
  CAPTURE(quarantine);
  CHECK(report.rows == 424);
  CHECK(report.imported == 424);
  CHECK(report.unmapped_columns.empty());
  CHECK(report.missing_questions.empty());
  const auto errors =
      import(read_file(folder / "trial-feedback-with-errors.csv"), TableFormat::csv, quarantine)
          .value();
  CHECK(errors.rows == 14);
  CHECK(errors.rejected == 9);
  std::vector<std::string> lines;
  for (const auto& row : test::fields_of(quarantine)) lines.push_back(row[0]);
  CHECK(lines == std::vector<std::string>{"line", "3", "5", "6", "7", "8", "9", "11", "14", "15"});
}

TEST_CASE("a published set of odd CSV files is read as it says") {
  const auto folder = test::shared_data("csv_spectrum");
  if (!folder) return;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder / "csvs")) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    const auto wanted_rows = parse_json(read_file(*folder / "json" / (name + ".json"))).value();
    const json::array expected =
        wanted_rows.is_array() ? wanted_rows.get_array() : json::array(std::size_t{1}, wanted_rows);
    const std::string text = read_file(entry.path());
    const auto head = test::fields_of(text).front();
    Fixture world;
    survey::Survey draft;
    draft.title = "T";
    ImportOptions options;
    for (std::size_t i = 0; i < head.size(); ++i) {
      const std::string id = "q" + std::to_string(i);
      draft.questions.push_back(
          {.id = id, .kind = survey::Kind::open_text, .text = "Words " + id + "?"});
      options.columns[head[i]] = id;
    }
    world.survey = world.published(draft);
    std::string quarantine;
    const auto report = world.transfers.import(world.survey.id, in_pieces(text, 3), options,
                                               test::into(quarantine));
    REQUIRE(reason(report) == "ok");
    CHECK(report.value().imported == static_cast<std::int64_t>(expected.size()));
    const auto stored = Responses(world.scope()).list(world.survey.id, 100, "").value().items;
    REQUIRE(stored.size() == expected.size());
    for (std::size_t r = 0; r < stored.size(); ++r)
      for (std::size_t i = 0; i < head.size(); ++i) {
        std::string wanted(expected[r].at(head[i]).as_string());
        if (head[i] == "Contact Phone Number") continue;  // differs in the set itself
        for (std::size_t at; (at = wanted.find("\r\n")) != wanted.npos;) wanted.erase(at, 1);
        const auto found = stored[r].answers.find("q" + std::to_string(i));
        CHECK(
            (found == stored[r].answers.end() ? "" : std::get<std::string>(found->second.value)) ==
            wanted);
      }
    ++files;
  }
  CHECK(files >= 7);
}

TEST_CASE_FIXTURE(Fixture, "memory stays flat however long the file is") {
  // Under a sanitizer only the rows are checked.
  constexpr int count = test::sanitized ? 4'000 : 200'000;
  constexpr std::int64_t most_growth = test::sanitized ? std::int64_t{1} << 40 : 8 << 20;
  constexpr int early = count / 10;
  std::string piece;
  std::int64_t at_early = 0;
  const ChunkSource source = [&, i = 0]() mutable -> Result<std::string_view> {
    piece.clear();
    if (i == 0) piece = "score,reason,words,hidden.plan\n";
    for (int k = 0; k < 50 && i < count; ++k, ++i)
      piece += std::to_string(i % 14) + ",Price,\"" + std::string(300, 'x') + " " +
               std::to_string(i) + "\",free\n";
    return std::string_view(piece);
  };
  std::int64_t quarantined = 0;
  const Quarantine discard = [&](std::string_view text) -> Result<void> {
    quarantined += static_cast<std::int64_t>(text.size());
    return success();
  };
  const Ctx watch{.on_progress = [&](const Progress& progress) {
    if (at_early == 0 && progress.done >= early) at_early = resident_bytes();
  }};
  const auto report = transfers.import(survey.id, source, {}, discard, watch).value();
  const std::int64_t imported = resident_bytes();
  CHECK(report.rows == count);
  CHECK(report.imported + report.rejected == count);
  CHECK(report.rejected > count / 10);
  CHECK(quarantined > report.rejected * 300);
  CHECK(imported - at_early < most_growth);
  for (const TableFormat format : {TableFormat::csv, TableFormat::jsonl}) {
    auto producer = transfers.export_all(survey.id, format).value();
    std::int64_t rows = 0, at_start = 0;
    for (bool more = true; more;) {
      std::string text;
      more = producer(text).value();
      rows += std::count(text.begin(), text.end(), '\n');
      if (at_start == 0 && rows >= early) at_start = resident_bytes();
    }
    CHECK(rows == report.imported + (format == TableFormat::csv));
    CHECK(resident_bytes() - at_start < most_growth);
  }
}
