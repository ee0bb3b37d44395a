#pragma once

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What the engine gets right on public data sets. Each set of figures is one function in one file;
/// `quality.cpp` lists them.
namespace bench {

/// Where the data sets lie: INSIGHTFLOW_SHARED_DATA, or ../shared/data beside the project.
std::filesystem::path data_folder();

/// The whole file; the program ends with a message when it cannot be read.
std::string read_text(const std::filesystem::path& file);

/// The lines of a file of JSON objects.
std::vector<boost::json::object> read_lines(const std::filesystem::path& file);

/// The rows of a CSV file by the names of its header.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  std::size_t column(std::string_view name) const;
};
Table read_table(const std::filesystem::path& file);

/// Files of other programs that are read without loss of questions or options.
boost::json::object measure_formats();
boost::json::object measure_linter();  // linter.cpp
boost::json::object measure_privacy();
boost::json::object measure_sentiment();
boost::json::object measure_language();
boost::json::object measure_flags();
boost::json::object measure_themes_banking77();
boost::json::object measure_themes_clinc150();
boost::json::object measure_themes_stackoverflow();
boost::json::object measure_summary();

}  // namespace bench
