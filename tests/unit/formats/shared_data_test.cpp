#include "support/shared_data.hpp"

#include <insightflow/core/rng.hpp>
#include <insightflow/formats/triples_data.hpp>
#include <insightflow/survey/rules.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace insightflow;

namespace {

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("Every file of the shared sets is read or refused with a place") {
  std::size_t read = 0, questions = 0;
  for (const char* set : {"survey_formats", "xlsforms"}) {
    const auto folder = test::shared_data(set);
    if (!folder) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
      const std::string extension = entry.path().extension().string();
      const bool wanted =
          extension == ".qsf" || extension == ".lss" || extension == ".xls" ||
          extension == ".xlsx" ||
          (extension == ".json" && entry.path().parent_path().filename() == "surveyjs") ||
          (extension == ".xml" && entry.path().parent_path().filename() == "triples");
      const bool beside = entry.path().string().find("/qsf/") != std::string::npos;
      if (!wanted || (beside && extension != ".qsf")) continue;
      CAPTURE(entry.path().string());
      const auto imported =
          formats::read(read_whole(entry.path()), entry.path().filename().string());
      if (!imported) {
        MESSAGE(entry.path().filename().string()
                << ": " << imported.error().reason << ": " << imported.error().detail);
        CHECK(!imported.error().detail.empty());
        continue;
      }
      ++read;
      questions += imported.value().survey.questions.size();
      for (const survey::Question& question : imported.value().survey.questions)
        for (const std::string_view markup : {"<script", "<br", "<div", "<p>", "&nbsp;"})
          CHECK(question.text.find(markup) == std::string::npos);
      for (const Problem& problem : survey::check(imported.value().survey)) {
        CAPTURE(problem.pointer);
        CHECK(problem.pointer.find("show_if") == std::string::npos);
        CHECK(problem.pointer.find("/logic") == std::string::npos);
        CHECK(problem.reason != "id_duplicate");
        CHECK(problem.reason != "section_split");
      }
    }
  }
  MESSAGE(read << " files with " << questions << " questions");
}

TEST_CASE("A workbook of the shared sets that is cut or changed is read or refused, never worse") {
  const auto folder = test::shared_data("xlsforms");
  if (!folder) return;
  Rng rng(7);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".xls") continue;
    CAPTURE(entry.path().string());
    const std::string bytes = read_whole(entry.path());
    for (int i = 0; i < 40; ++i) {
      std::string hurt = i % 4 ? bytes : bytes.substr(0, 1 + rng.below(bytes.size()));
      for (int n = 0; n < i; ++n) hurt[rng.below(hurt.size())] = static_cast<char>(rng.below(256));
      const auto read = formats::read(hurt, formats::Format::xls);
      if (!read) CHECK_FALSE(read.error().detail.empty());
    }
  }
}

TEST_CASE("The answers of the shared triple-s pair are read") {
  const auto folder = test::shared_data("survey_formats");
  if (!folder) return;
  const std::string data = read_whole(*folder / "triples" / "sss-2.0.dat");
  bool given = false;
  auto rows = formats::TriplesData::open(
      read_whole(*folder / "triples" / "sss-2.0.xml"), [&]() -> Result<std::string_view> {
        return std::exchange(given, true) ? std::string_view() : std::string_view(data);
      });
  REQUIRE(rows.has_value());
  CHECK(rows.value().header() ==
        std::vector<std::string>{"respondent_id", "age", "gender", "profession"});
  std::vector<std::string> row;
  std::vector<std::vector<std::string>> all;
  for (;;) {
    const auto more = rows.value().next(row);
    REQUIRE_MESSAGE(more.has_value(), (more ? "" : more.error().detail));
    if (!more.value()) break;
    all.push_back(row);
  }
  REQUIRE(all.size() == 4);
  CHECK(all[1] == std::vector<std::string>{"BBB", "10", "1", "3;5"});
}
