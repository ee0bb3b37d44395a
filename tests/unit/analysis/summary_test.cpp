#include <insightflow/analysis/summary.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

std::vector<std::string> summary_of(const std::vector<std::string>& texts, std::int64_t sentences) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<std::string> out;
  const auto found = summarise(views, {.sentences = sentences});
  REQUIRE(found);
  for (const SummarySentence& sentence : found.value())
    out.push_back(texts[sentence.answer].substr(sentence.start, sentence.end - sentence.start));
  return out;
}

}  // namespace

TEST_CASE("a summary says what most say, then what the first sentence did not") {
  std::vector<std::string> texts{
      "The battery life is great. I bought it on a Tuesday.",
      "Battery life is great, really.",
      "Great battery life all day long.",
      "I never saw such battery life.",
      "The battery life surprised me.",
      "The screen is far too dark outside.",
      "My screen is too dark in the sun.",
      "My uncle has a dog.",
  };
  const auto two = summary_of(texts, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].find("attery life") != std::string::npos);
  CHECK(two[1].find("screen") != std::string::npos);
  CHECK(summary_of(texts, 1).front() == two[0]);
}

TEST_CASE("summaries of nothing, of repeats and of short scraps") {
  CHECK(summary_of({}, 3).empty());
  CHECK(summary_of({"", "  ", "ok", "\xFF\xFE", "very good"}, 3).empty());
  CHECK(summary_of(std::vector<std::string>(20'000, "The parking garage is full."), 3).size() == 1);
  std::string sentences;
  for (int i = 0; i < 20'000; ++i) sentences += "The parking garage is full again today. ";
  CHECK(summary_of({sentences}, 5).size() == 1);
  CHECK(summary_of({std::string(1'000'000, 'a')}, 5).size() == 1);
  const std::vector<std::string_view> one{"The parking garage is full."};
  for (const std::int64_t count : {-1, 0, 1001})
    CHECK(summarise(one, {.sentences = count}).error().reason == "sentences_out_of_range");
  std::stop_source source;
  source.request_stop();
  Ctx ctx;
  ctx.stop = source.get_token();
  CHECK(summarise(one, {}, ctx).error().reason == "cancelled");
}
