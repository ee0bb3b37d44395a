#include <insightflow/jobs/cron.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace insightflow;
using namespace insightflow::jobs;

namespace {

std::string next(std::string_view cron, std::string_view after) {
  const auto at = Cron::parse(cron).value().next(Instant::parse(after).value());
  return at ? at->str().substr(0, 16) : "never";
}

}  // namespace

TEST_CASE("the next due minute, by hand with a calendar") {
  struct Row {
    const char* cron;
    const char* after;
    const char* due;
  };
  // 1 January 2026 is a Thursday.
  const Row rows[] = {
      {"* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01"},
      {"* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01"},
      {"30 6 * * *", "2026-01-01T06:30:00Z", "2026-01-02T06:30"},
      {"30 6 * * *", "2026-01-01T06:29:59Z", "2026-01-01T06:30"},
      {"*/15 * * * *", "2026-01-01T10:46:00Z", "2026-01-01T11:00"},
      {"5/20 * * * *", "2026-01-01T10:06:00Z", "2026-01-01T10:25"},
      {"0 9-17/4 * * *", "2026-01-01T10:00:00Z", "2026-01-01T13:00"},
      {"0 0 * * MON-FRI", "2026-01-02T12:00:00Z", "2026-01-05T00:00"},
      {"0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00"},
      {"0 0 * * 0", "2026-01-01T00:00:00Z", "2026-01-04T00:00"},
      {"0 0 * * fri,sun", "2026-01-02T00:00:00Z", "2026-01-04T00:00"},
      {"0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00"},
      {"0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00"},
      {"0 0 30 2 *", "2026-01-01T00:00:00Z", "never"},
      // Both days restricted: the 13th, or any Friday.
      {"0 0 13 * FRI", "2026-01-03T00:00:00Z", "2026-01-09T00:00"},
      {"0 0 13 * FRI", "2026-01-09T00:00:00Z", "2026-01-13T00:00"},
      {"0 0 1 JAN,jul *", "2026-01-01T00:00:00Z", "2026-07-01T00:00"},
      {"@hourly", "2026-12-31T23:30:00Z", "2027-01-01T00:00"},
      {"@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00"},
      {"@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00"},
      {"  0\t12  * * * ", "2026-01-01T00:00:00Z", "2026-01-01T12:00"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.cron);
    CHECK(next(row.cron, row.after) == row.due);
  }
}

TEST_CASE("what is no schedule is refused with the field that is wrong") {
  struct Row {
    const char* cron;
    const char* says;
  };
  const Row rows[] = {{"", "too few"},
                      {"* * * *", "too few"},
                      {"* * * * * *", "too many"},
                      {"60 * * * *", "minute '60'"},
                      {"* 24 * * *", "hour '24'"},
                      {"* * 0 * *", "day of the month '0'"},
                      {"* * * 13 *", "month '13'"},
                      {"* * * FOO *", "month 'FOO'"},
                      {"* * * * 8", "day of the week '8'"},
                      {"*/0 * * * *", "minute"},
                      {"5-1 * * * *", "minute"},
                      {"1,,2 * * * *", "minute"},
                      {"1, * * * *", "minute"},
                      {"1- * * * *", "minute"},
                      {"-1 * * * *", "minute"},
                      {"99999999999 * * * *", "minute"},
                      {"@sometimes", "too few"}};
  for (const Row& row : rows) {
    CAPTURE(row.cron);
    const auto parsed = Cron::parse(row.cron);
    REQUIRE(!parsed);
    CHECK(parsed.error().reason == "cron_malformed");
    CHECK(parsed.error().detail.find(row.says) != std::string::npos);
  }
}
