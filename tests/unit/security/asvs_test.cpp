#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <string>

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the page about the ASVS names files that there are and tests that they hold") {
  const std::filesystem::path root = INSIGHTFLOW_SOURCE_DIR;
  std::istringstream page(read(root / "docs/security/asvs.md"));
  std::set<std::string> items;
  int shown = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || line.size() < 4 || line[2] < '0' || line[2] > '9') continue;
    CAPTURE(line);
    CHECK(items.insert(line.substr(2, line.find(' ', 2) - 2)).second);
    // The last cell: `file`: a test; `file`: another
    const std::size_t cell = line.rfind('|', line.size() - 2);
    REQUIRE(cell != line.npos);
    std::string source;
    for (std::size_t at = line.find('`', cell); at != line.npos;) {
      const std::size_t end = line.find('`', at + 1);
      REQUIRE(end != line.npos);
      const std::string name = line.substr(at + 1, end - at - 1);
      CAPTURE(name);
      CHECK(std::filesystem::exists(root / name));
      source = read(root / name);
      std::string title = line.substr(end + 1, line.find_first_of(";|", end) - end - 1);
      if (title.starts_with(": ")) title.erase(0, 2);
      while (!title.empty() && title.back() == ' ') title.pop_back();
      if (!title.empty()) {
        CAPTURE(title);
        CHECK(source.find('"' + title + '"') != source.npos);
        ++shown;
      }
      at = line.find('`', end + 1);
    }
  }
  CHECK(items.size() > 60);
  CHECK(shown > 60);
}
