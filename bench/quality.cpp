#include "quality/quality.hpp"

#include <insightflow/response/csv.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>

/// bench_quality [SECTION]…    prints a line of JSON for each set of figures.
namespace bench {

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_quality: " << why << '\n';
  std::exit(2);
}

struct Section {
  std::string_view name;
  std::string_view data;  ///< The folder of the data set it needs.
  std::function<boost::json::object()> measure;
};

const std::vector<Section> sections{
    {"formats", "survey_formats", measure_formats},
    {"linter", "survey_item_flaws", measure_linter},
    {"privacy", "presidio_pii", measure_privacy},
    {"sentiment", "tweeteval", measure_sentiment},
    {"language", "xquad", measure_language},
    {"flags", "tweeteval", measure_flags},
    {"themes_banking77", "banking77", measure_themes_banking77},
    {"themes_clinc150", "clinc150", measure_themes_clinc150},
    {"themes_stackoverflow", "stackoverflow_short", measure_themes_stackoverflow},
    {"summary", "opinosis", measure_summary},
};

}  // namespace

std::filesystem::path data_folder() {
  if (const char* root = std::getenv("INSIGHTFLOW_SHARED_DATA")) return root;
  return std::filesystem::path(INSIGHTFLOW_SOURCE_DIR) / ".." / "shared" / "data";
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) give_up("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<boost::json::object> read_lines(const std::filesystem::path& file) {
  std::vector<boost::json::object> out;
  std::istringstream in(read_text(file));
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(boost::json::parse(line).as_object());
  return out;
}

std::size_t Table::column(std::string_view name) const {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) give_up("there is no column " + std::string(name));
  return static_cast<std::size_t>(found - header.begin());
}

Table read_table(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  insightflow::response::CsvReader reader(
      [&, given = false]() mutable -> insightflow::Result<std::string_view> {
        return std::exchange(given, true) ? std::string_view() : std::string_view(text);
      });
  Table out;
  insightflow::response::CsvRow row;
  for (bool more = true; more;) {
    const auto next = reader.next(row);
    if (!next) give_up(file.string() + ": " + next.error().detail);
    more = next.value();
    if (more) (out.header.empty() ? out.header : out.rows.emplace_back()) = row.fields;
  }
  return out;
}

}  // namespace bench

int main(int count, char** arguments) {
  using namespace bench;
  const std::vector<std::string_view> wanted(arguments + 1, arguments + count);
  for (const std::string_view name : wanted)
    if (std::ranges::find(sections, name, &Section::name) == sections.end()) {
      std::cerr << "bench_quality: there is no section \"" << name << "\"; there are:";
      for (const Section& section : sections) std::cerr << ' ' << section.name;
      std::cerr << '\n';
      return 2;
    }
  for (const Section& section : sections) {
    if (!wanted.empty() && std::ranges::find(wanted, section.name) == wanted.end()) continue;
    if (!std::filesystem::exists(data_folder() / section.data)) {
      std::cerr << "skipped: " << section.name << " needs the data set " << section.data << '\n';
      continue;
    }
    boost::json::object figures = section.measure();
    figures["section"] = section.name;
    std::cout << boost::json::serialize(figures) << std::endl;
  }
}
