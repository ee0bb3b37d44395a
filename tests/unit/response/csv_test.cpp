#include "support/shared_data.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/response/csv.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <sstream>

using namespace insightflow;
using namespace insightflow::response;

namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Reading {
  Rows rows;
  std::vector<std::int64_t> lines;
  std::vector<RowFault> faults;
  std::string reason;
  std::string detail;
};

ChunkSource in_chunks(std::string text, std::size_t size) {
  auto held = std::make_shared<std::string>(std::move(text));
  return [held, size, at = std::size_t(0)]() mutable -> Result<std::string_view> {
    const auto piece = std::string_view(*held).substr(std::min(at, held->size()), size);
    at += piece.size();
    return piece;
  };
}

Reading read(const std::string& text, std::size_t chunk = 1 << 20, CsvOptions options = {}) {
  CsvReader reader(in_chunks(text, chunk), options);
  Reading out;
  CsvRow row;
  for (;;) {
    const auto more = reader.next(row);
    if (!more) {
      out.reason = more.error().reason;
      out.detail = more.error().detail;
    }
    if (!more || !more.value()) return out;
    out.rows.push_back(row.fields);
    out.lines.push_back(row.line);
    out.faults.push_back(row.fault);
  }
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// Without CR: the set's files and what its authors say of them differ in line ends.
std::string with_line_feeds(std::string text) {
  std::erase(text, '\r');
  return text;
}

std::string cell_of(const json::value& row, const std::string& column) {
  return with_line_feeds(std::string(row.at(column).as_string()));
}

}  // namespace

TEST_CASE("what a file holds does not depend on how it is cut into pieces") {
  struct Row {
    std::string text;
    Rows rows;
    std::vector<std::int64_t> lines;
  };
  const Row rows[] = {
      {"", {}, {}},
      {"\n\n", {}, {}},
      {"a,b", {{"a", "b"}}, {1}},
      {"a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"a,b\r1,2\r", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"\xEF\xBB\xBF\"a\",b", {{"a", "b"}}, {1}},
      {"a,b\n,\n", {{"a", "b"}, {"", ""}}, {1, 2}},
      {"a\n\"\"\nb", {{"a"}, {""}, {"b"}}, {1, 2, 3}},
      {"a,b\n\n\n1,2", {{"a", "b"}, {"1", "2"}}, {1, 4}},
      {"a,b\n\"x\ny\",\"p \"\"q\"\"\"\nz,w",
       {{"a", "b"}, {"x\ny", "p \"q\""}, {"z", "w"}},
       {1, 2, 4}},
      {"a,b\n\"x\r\ny\",2\r\n3,4", {{"a", "b"}, {"x\r\ny", "2"}, {"3", "4"}}, {1, 2, 4}},
      {"a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}, {1, 2}},
      {"a\tb\n1\t2", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"a|b\n1|2", {{"a", "b"}, {"1", "2"}}, {1, 2}},
      {"\"a;b\",c\n1,2", {{"a;b", "c"}, {"1", "2"}}, {1, 2}},
      {"a,b\n5\" tall,x\"y", {{"a", "b"}, {"5\" tall", "x\"y"}}, {1, 2}},
      {"\"\"\"\"\n", {{"\""}}, {1}},
      {"a,b\n\"\",\"\"\n", {{"a", "b"}, {"", ""}}, {1, 2}},
  };
  for (const Row& row : rows) {
    for (const std::size_t chunk :
         {std::size_t(1), std::size_t(2), std::size_t(3), row.text.size() + 1}) {
      CAPTURE(row.text);
      CAPTURE(chunk);
      const Reading got = read(row.text, chunk);
      CHECK(got.rows == row.rows);
      CHECK(got.lines == row.lines);
      CHECK(got.reason.empty());
    }
  }
}

TEST_CASE("rows that can be read but are not right are marked") {
  struct Row {
    const char* text;
    RowFault fault;
  };
  const Row rows[] = {{"a,b\n1,2", RowFault::none},
                      {"a,b\n1", RowFault::too_few_fields},
                      {"a,b\n1,2,3", RowFault::too_many_fields},
                      {"a,b\n\"1\"x,2", RowFault::stray_quote},
                      {"a,b\n1,\xE9t\xE9", RowFault::utf8_invalid},
                      {"é,b\n1,\xE9\xE9\xE9\xE9", RowFault::utf8_invalid}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Reading got = read(row.text);
    REQUIRE(got.faults.size() == 2);
    CHECK(got.faults[1] == row.fault);
  }
}

TEST_CASE("files that cannot be read say why and where") {
  struct Row {
    std::string text;
    std::string reason;
    std::string says;
  };
  CsvOptions small;
  small.max_field = 20;
  small.max_row = 30;
  small.max_columns = 4;
  using namespace std::string_literals;
  const Row rows[] = {
      {"a,b\n1,2\n\"open,3\n4,5\n", "quote_unbalanced", "Line 3"},
      {"a,b\n\"" + std::string(21, 'x') + "\",2", "field_too_long", "Line 2"},
      {"a,b\n" + std::string(15, 'x') + "," + std::string(16, 'x'), "row_too_long", "Line 2"},
      {"a,b\n1,2,3,4,5", "too_many_columns", "Line 2"},
      {"\xFF\xFE"s + "a\0,\0b\0"s, "encoding_unsupported", "UTF-16"},
      {"a\0,\0b\0\n\0"s, "encoding_unsupported", "UTF-16"},
      {"caf\xE9,b\n1,na\xEFve\n2,\xFC", "encoding_unsupported", "Windows-1252"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Reading got = read(row.text, 7, small);
    CHECK(got.reason == row.reason);
    CHECK(got.detail.find(row.says) != std::string::npos);
  }
}

TEST_CASE("a read error of the source is passed on") {
  CsvReader reader([]() -> Result<std::string_view> {
    return fail(Code::unavailable, "read_failed", "The file cannot be read.");
  });
  CsvRow row;
  const auto got = reader.next(row);
  REQUIRE(!got);
  CHECK(got.error().reason == "read_failed");
}

TEST_CASE("a large file beyond the first piece reads whole") {
  std::string text = "id,text\n";
  for (int i = 0; i < 20'000; ++i)
    text += std::to_string(i) + ",\"é, line\n" + std::to_string(i) + "\"\n";
  const Reading got = read(text, 1000);
  REQUIRE(got.rows.size() == 20'001);
  CHECK(got.rows.back() == std::vector<std::string>{"19999", "é, line\n19999"});
  CHECK(got.lines.back() == 2 + 2 * 19'999);
  CHECK(std::all_of(got.faults.begin(), got.faults.end(),
                    [](RowFault fault) { return fault == RowFault::none; }));
}

TEST_CASE("formulas are disarmed, numbers stay numbers, and reading gives back what was written") {
  struct Row {
    std::string text;
    std::string written;
  };
  const Row rows[] = {{"plain", "plain"},
                      {"=1+2", "'=1+2"},
                      {"+cmd", "'+cmd"},
                      {"-x", "'-x"},
                      {"@SUM(A1)", "'@SUM(A1)"},
                      {"\tx", "'\tx"},
                      {"\rx", "\"'\rx\""},
                      {"-5", "-5"},
                      {"+5", "+5"},
                      {"-5.25e-3", "-5.25e-3"},
                      {"-5+A1", "'-5+A1"},
                      {"-", "'-"},
                      {"-1.", "'-1."},
                      {"'=1", "''=1"},
                      {"'-5", "''-5"},
                      {"''@", "'''@"},
                      {"'tis", "'tis"},
                      {"'", "'"},
                      {"a,b", "\"a,b\""},
                      {"a\"b", "\"a\"\"b\""},
                      {"=\"a\",b", "\"'=\"\"a\"\",b\""},
                      {"a\nb", "\"a\nb\""},
                      {" a", "\" a\""},
                      {"", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::string out;
    append_csv_field(out, row.text);
    CHECK(out == row.written);
    std::string line = "x,";
    append_csv_field(line, row.text);
    const Reading got = read(line);
    REQUIRE(got.rows.size() == 1);
    CHECK(unescape_formula(got.rows[0][1]) == row.text);
  }
  std::string out;
  append_csv_row(out, {"a", "=b"}, ';', false);
  append_csv_row(out, {""});
  CHECK(out == "a;=b\r\n\"\"\r\n");
}

TEST_CASE("the csv-spectrum files read as their authors say") {
  const auto folder = test::shared_data("csv_spectrum");
  if (!folder) return;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder / "csvs")) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    const auto wanted = parse_json(file_text(*folder / "json" / (name + ".json"))).value();
    const json::array expected =
        wanted.is_array() ? wanted.get_array() : json::array(std::size_t(1), wanted);
    Reading got = read(file_text(entry.path()), 5);
    CHECK(got.reason.empty());
    REQUIRE(got.rows.size() == expected.size() + 1);
    if (name == "location_coordinates") got.rows[1][0] = "1234567890";  // differs in the set itself
    for (std::size_t i = 0; i < expected.size(); ++i)
      for (std::size_t column = 0; column < got.rows[0].size(); ++column)
        CHECK(cell_of(expected[i], got.rows[0][column]) ==
              with_line_feeds(got.rows[i + 1][column]));
    ++files;
  }
  CHECK(files >= 7);
}
