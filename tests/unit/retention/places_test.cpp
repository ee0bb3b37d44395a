#include "support/world.hpp"

#include <insightflow/core/fields.hpp>
#include <insightflow/retention/places.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

using namespace insightflow;

namespace {

const std::string page_path = INSIGHTFLOW_SOURCE_DIR "/docs/security/erasure.md";
constexpr std::string_view begin = "<!-- tables -->\n", end = "<!-- end of tables -->\n";

std::string table() {
  static constexpr std::array names{"removed", "cleared", "searched", "—"};
  std::string out = "| table | on request | what it holds |\n|---|---|---|\n";
  for (const retention::Place& place : retention::places)
    out += "| `" + std::string(place.table) + "` | " +
           names[static_cast<std::size_t>(place.reach)] + " | " + std::string(place.doc) + " |\n";
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(test::World, "every table of the schema says what an erasure does to it") {
  const auto found = db->read([](storage::Tx& tx) {
                         return tx.list<std::string>(
                             "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                             "LIKE 'sqlite_%'");
                       }).value();
  std::set<std::string> listed;
  for (const retention::Place& place : retention::places) CHECK(listed.emplace(place.table).second);
  CHECK(std::set<std::string>(found.begin(), found.end()) == listed);
}

TEST_CASE("the page about erasure has this table") {
  std::ifstream file(page_path);
  std::ostringstream read;
  read << file.rdbuf();
  std::string page = read.str();
  const std::size_t from = page.find(begin), to = page.find(end);
  REQUIRE(from != page.npos);
  REQUIRE(to != page.npos);
  const std::size_t at = from + begin.size();
  const bool same = page.substr(at, to - at) == table();
  if (!same && std::getenv("INSIGHTFLOW_UPDATE_GOLDEN") != nullptr) {
    page.replace(at, to - at, table());
    std::ofstream(page_path) << page;
    return;
  }
  // INSIGHTFLOW_UPDATE_GOLDEN=1 writes it anew.
  CHECK(same);
}
