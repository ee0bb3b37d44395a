#include "support/shared_data.hpp"

#include <insightflow/analysis/keyphrases.hpp>
#include <insightflow/analysis/themes.hpp>
#include <insightflow/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// Answers about four subjects, one or two to an answer, in words that vary.
std::vector<std::string> answers(std::size_t count) {
  const std::vector<std::vector<const char*>> subjects{
      {"The parking garage is always full.", "I can never find a parking spot near the entrance.",
       "Parking is far too expensive for visitors.", "More parking spaces would be great!",
       "Please build another parking garage."},
      {"The cafeteria food is cold.", "I love the vegetarian food in the cafeteria.",
       "Cafeteria queues are endless at noon.", "The cafeteria menu never changes.",
       "Food in the cafeteria tastes wonderful."},
      {"My manager gives useful feedback.", "My manager never listens to anyone.",
       "Every manager should get leadership training.",
       "A supportive manager makes all the difference.", "The manager is rude to the whole team."},
      {"The laptop is slow and crashes.", "We need faster laptops for development.",
       "My laptop battery dies within an hour.", "New laptops arrived broken twice.",
       "The laptop replacement was quick and smooth."}};
  const std::vector<const char*> openings{"",
                                          "Honestly, ",
                                          "On Mondays, ",
                                          "In summer, ",
                                          "Since the move, ",
                                          "For newcomers: ",
                                          "After lunch, ",
                                          "In building C, "};
  Rng rng(7);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& first = subjects[rng.below(4)];
    std::string text = first[rng.below(first.size())];
    if (rng.below(3) == 0) {
      const auto& second = subjects[rng.below(4)];
      text += std::string(" ") + second[rng.below(second.size())];
    }
    text.insert(0, openings[rng.below(openings.size())]);
    text += " (row " + std::to_string(i) + ")";
    out.push_back(std::move(text));
  }
  return out;
}

void check_consistent(const ThemeModel& model, std::span<const std::string_view> texts) {
  REQUIRE(model.of_answer.size() == texts.size());
  std::vector<std::size_t> sizes(model.themes.size());
  std::int64_t themed = 0;
  for (const auto& held : model.of_answer) {
    themed += !held.empty();
    CHECK(std::set<std::uint32_t>(held.begin(), held.end()).size() == held.size());
    for (const std::uint32_t theme : held) ++sizes.at(theme);
  }
  CHECK(model.used == themed + model.unthemed);
  std::set<std::string> labels;
  for (std::size_t t = 0; t < model.themes.size(); ++t) {
    const Theme& theme = model.themes[t];
    CAPTURE(theme.label);
    CHECK(theme.members.size() == sizes[t]);
    CHECK(!theme.label.empty());
    CHECK(labels.insert(theme.label).second);
    CHECK(static_cast<std::size_t>(theme.sentiment.negative + theme.sentiment.neutral +
                                   theme.sentiment.positive) == theme.members.size());
    if (t > 0) CHECK(theme.members.size() <= model.themes[t - 1].members.size());
    std::set<std::size_t> quoted;
    for (const Quote& quote : theme.quotes) {
      REQUIRE(quote.answer < texts.size());
      CHECK(quote.start < quote.end);
      CHECK(quote.end <= texts[quote.answer].size());
      CHECK(quoted.insert(quote.answer).second);
    }
  }
}

bool same(const ThemeModel& a, const ThemeModel& b) {
  return a == b;
}

}  // namespace

TEST_CASE("four subjects become four readable themes") {
  const auto texts = answers(400);
  const auto list = views(texts);
  const auto model = find_themes(list);
  REQUIRE(model);
  check_consistent(model.value(), list);
  for (const char* subject : {"parking", "cafeteria", "manager", "laptop"}) {
    CAPTURE(subject);
    const auto at = std::find_if(
        model.value().themes.begin(), model.value().themes.end(), [&](const Theme& theme) {
          std::string label = theme.label;
          std::transform(label.begin(), label.end(), label.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
          });
          return label.find(subject) != label.npos;
        });
    REQUIRE(at != model.value().themes.end());
    std::size_t hits = 0;
    for (const Member& member : at->members) {
      std::string text = texts[member.answer];
      for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      hits += text.find(subject) != text.npos;
    }
    CHECK(hits * 10 >= at->members.size() * 9);
    CHECK(!at->quotes.empty());
    for (const Quote& quote : at->quotes)
      CHECK(!list[quote.answer].substr(quote.start, quote.end - quote.start).empty());
  }
  const bool several = std::any_of(model.value().of_answer.begin(), model.value().of_answer.end(),
                                   [](const auto& held) { return held.size() >= 2; });
  CHECK(several);
}

TEST_CASE("threads do not change the result, nor does running it again") {
  const auto texts = answers(900);
  const auto list = views(texts);
  const auto one = find_themes(list, {.threads = 1});
  REQUIRE(one);
  for (const std::size_t threads : {1u, 2u, 8u}) {
    const auto again = find_themes(list, {.threads = threads});
    REQUIRE(again);
    CHECK(same(one.value(), again.value()));
  }
}

TEST_CASE("a given number of themes is kept to") {
  const auto texts = answers(300);
  const auto list = views(texts);
  for (const std::int64_t count : {1, 3, 4}) {
    const auto model = find_themes(list, {.count = count});
    REQUIRE(model);
    CHECK(model.value().themes.size() == static_cast<std::size_t>(count));
    check_consistent(model.value(), list);
  }
  for (const std::int64_t count : {0, -1, 1001}) {
    const auto model = find_themes(list, {.count = count});
    REQUIRE(!model);
    CHECK(model.error().reason == "theme_count_out_of_range");
  }
}

TEST_CASE("too little to say anything is said") {
  struct Row {
    const char* name;
    std::vector<std::string> texts;
    std::int64_t used;
  };
  const Row rows[] = {
      {"nothing", {}, 0},
      {"all empty", std::vector<std::string>(500), 0},
      {"no content", std::vector<std::string>(500, "it is ok 12 !!!"), 0},
      {"one answer", {"The parking garage is full."}, 1},
      {"below the base", std::vector<std::string>(7, "The parking garage is full."), 7},
      {"not UTF-8", std::vector<std::string>(100, "\xFF\xFE\xC0"), 0},
      {"controls", std::vector<std::string>(100, std::string(50, '\x01')), 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto list = views(row.texts);
    const auto model = find_themes(list);
    REQUIRE(model);
    CHECK(model.value().themes.empty());
    CHECK(model.value().used == row.used);
    CHECK(!model.value().notes.empty());
    check_consistent(model.value(), list);
    CHECK(find_keyphrases(list).value().size() <= 2);
  }
}

TEST_CASE("one wording repeated counts, but other answers keep their themes") {
  auto texts = answers(400);
  for (int i = 0; i < 20'000; ++i) texts.emplace_back("Bring back the old coffee machine");
  const auto list = views(texts);
  const auto model = find_themes(list);
  REQUIRE(model);
  check_consistent(model.value(), list);
  CHECK(model.value().repeated >= 19'999);
  CHECK(model.value().themes.size() >= 4);

  const std::vector<std::string> only(5'000, "Bring back the coffee machine");
  const auto lone = find_themes(views(only));
  REQUIRE(lone);
  REQUIRE(lone.value().themes.size() == 1);
  CHECK(lone.value().themes[0].members.size() == 5'000);
  CHECK(lone.value().themes[0].quotes.size() == 1);
}

TEST_CASE("long, right-to-left and ideographic answers") {
  auto texts = answers(100);
  texts.emplace_back(1'000'000, 'a');
  std::string sentences;
  for (int i = 0; i < 20'000; ++i) sentences += "The parking garage is full again today. ";
  texts.push_back(sentences);
  for (int i = 0; i < 50; ++i) {
    texts.emplace_back("مواقف السيارات ممتلئة دائما " + std::to_string(i));
    texts.emplace_back("駐車場はいつも満車です。" + std::to_string(i));
  }
  const auto list = views(texts);
  const auto model = find_themes(list);
  REQUIRE(model);
  check_consistent(model.value(), list);
}

TEST_CASE("a caller can stop it") {
  std::stop_source source;
  source.request_stop();
  Ctx ctx;
  ctx.stop = source.get_token();
  const auto texts = answers(50);
  CHECK(find_themes(views(texts), {}, ctx).error().reason == "cancelled");
  CHECK(find_keyphrases(views(texts), {}, ctx).error().reason == "cancelled");
}

TEST_CASE("keyphrases") {
  const std::vector<std::string> texts{
      "Public transport is late. The Public Transport app is fine.",
      "I use public transport daily, and the bike lanes.",
      "More bike lanes, please",
      "bike lane markings fade",
      "the weather",
  };
  const auto list = views(texts);
  const auto found = find_keyphrases(list);
  REQUIRE(found);
  REQUIRE(found.value().size() == 2);
  const auto& bikes = found.value()[0];
  CHECK(bikes.text == "bike lanes");
  CHECK(bikes.count == 3);
  CHECK(bikes.answer == 1);
  CHECK(texts[1].substr(bikes.start, bikes.end - bikes.start) == "bike lanes");
  CHECK(found.value()[1].text == "public transport");
  CHECK(found.value()[1].count == 2);
  CHECK(found.value()[1].answer == 0);
  CHECK(find_keyphrases(list, {.most = 1}).value().size() == 1);
  CHECK(find_keyphrases(list, {.most = 0}).value().empty());
  CHECK(find_keyphrases({}).value().empty());
}
