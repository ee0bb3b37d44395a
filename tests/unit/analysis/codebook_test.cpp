#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/partial.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

std::vector<std::string> answers(std::size_t count, std::size_t subjects_used, std::uint64_t seed) {
  const std::vector<std::vector<const char*>> subjects{
      {"The parking garage is always full", "I never find a parking spot near the entrance",
       "Parking is far too expensive for visitors", "More parking spaces would be great"},
      {"The cafeteria food is cold", "I love the vegetarian food in the cafeteria",
       "Cafeteria queues are endless at noon", "The cafeteria menu never changes"},
      {"My manager gives useful feedback", "My manager never listens to anyone",
       "Every manager should get leadership training", "The manager is rude to the whole team"},
      {"The laptop is slow and crashes", "We need faster laptops for development",
       "My laptop battery dies within an hour", "New laptops arrived broken twice"}};
  const std::vector<const char*> ends{"",
                                      " since spring",
                                      " again this week",
                                      " as everybody knows",
                                      " in our building",
                                      " mostly",
                                      " on Fridays",
                                      " for a year now",
                                      " if you ask me",
                                      " compared with before"};
  Rng rng(seed);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& subject = subjects[rng.below(subjects_used)];
    out.push_back(std::string(subject[rng.below(subject.size())]) + ends[rng.below(ends.size())] +
                  " (row " + std::to_string(seed * 10'000 + i) + ")");
  }
  return out;
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

struct Learned {
  std::vector<std::string> texts = answers(300, 3, 1);
  Codebook codebook = learn_codebook(views(texts), {.count = 3}).value().codebook;

  std::size_t about(const std::string& word) const {
    for (std::size_t t = 0; t < codebook.themes.size(); ++t)
      for (const std::int64_t answer : members(t))
        if (texts[static_cast<std::size_t>(answer)].find(word) != std::string::npos) return t;
    return 99;
  }
  std::vector<std::int64_t> members(std::size_t theme) const {
    std::vector<std::int64_t> out;
    const auto coding = code_answers(codebook, views(texts)).value();
    for (const Member& member : coding.model.themes[theme].members)
      out.push_back(static_cast<std::int64_t>(member.answer));
    return out;
  }
};

}  // namespace

TEST_CASE("a codebook codes the answers it was learned from as they were, also after a file") {
  for (const std::optional<std::int64_t> count : {std::optional<std::int64_t>(3), {}}) {
    auto texts = answers(400, 4, 2);
    const char* const openings[] = {
        "Honestly: ",    "On Mondays, ",    "In summer, ",      "For newcomers: ",
        "After lunch, ", "In building C, ", "Since the move, ", ""};
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i].insert(0, openings[i * 5 % 8]);
    const auto list = views(texts);
    const auto learned = learn_codebook(list, {.count = count});
    REQUIRE(learned);
    const auto& codebook = learned.value().codebook;
    REQUIRE(!codebook.themes.empty());
    const auto again = read_codebook(to_json_text(codebook));
    REQUIRE(again);
    CHECK(again.value() == codebook);
    const auto coding = code_answers(again.value(), list);
    REQUIRE(coding);
    CHECK(coding.value().model == learned.value().model);
    CHECK(coding.value().drift.distance == 0);
    CHECK(coding.value().drift.uncoded_now == coding.value().drift.uncoded_then);
  }
}

TEST_CASE("coding one part after the other gives what coding all at once gives") {
  const Learned learned;
  const auto fresh = answers(101, 4, 3);
  const auto list = views(fresh);
  const auto whole = code_answers(learned.codebook, list).value().model.of_answer;
  for (const std::size_t parts : {3u, 17u})
    for (const std::size_t threads : {1u, 2u, 8u}) {
      std::vector<std::vector<std::uint32_t>> joined;
      for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t first = fresh.size() * part / parts;
        const std::size_t last = fresh.size() * (part + 1) / parts;
        const auto coded =
            code_answers(learned.codebook, std::span(list).subspan(first, last - first),
                         {.threads = threads, .not_labels = {}});
        REQUIRE(coded);
        const auto& held = coded.value().model.of_answer;
        joined.insert(joined.end(), held.begin(), held.end());
      }
      CHECK(joined == whole);
    }
}

TEST_CASE("answers about something else are drift") {
  const auto texts = answers(300, 3, 4);
  const auto codebook = learn_codebook(views(texts)).value().codebook;
  const auto same = answers(300, 3, 5);
  CHECK(code_answers(codebook, views(same)).value().drift.distance < 0.15);
  const std::vector<std::string> foreign(50, "Quarterly dividends disappoint shareholders");
  const auto drift = code_answers(codebook, views(foreign)).value().drift;
  CHECK(drift.uncoded_now == 1);
  CHECK(drift.uncoded_then < 0.2);
}

TEST_CASE("rename, merge and forbid") {
  Learned learned;
  Codebook& codebook = learned.codebook;
  REQUIRE(codebook.themes.size() == 3);
  const auto before = learned.members(0), other = learned.members(1);
  const std::string first = codebook.themes[0].id, second = codebook.themes[1].id,
                    third = codebook.themes[2].id;

  REQUIRE(rename(codebook, first, "Getting here"));
  CHECK(codebook.themes[0].label == "Getting here");
  CHECK(learned.members(0) == before);
  CHECK(rename(codebook, second, "Getting here").error().reason == "label_taken");
  CHECK(rename(codebook, first, " \n").error().reason == "label_empty");
  CHECK(rename(codebook, "t99", "x").error().reason == "theme_unknown");
  REQUIRE(rename(codebook, first, "Getting here"));

  const Codebook untouched = codebook;
  const std::vector<std::string_view> one{first, first}, unknown{first, "t99"}, two{second, first};
  CHECK(merge(codebook, one, "x").error().reason == "merge_needs_two");
  CHECK(merge(codebook, unknown, "x").error().reason == "theme_unknown");
  CHECK(merge(codebook, two, codebook.themes[2].label).error().reason == "label_taken");
  CHECK(codebook == untouched);
  REQUIRE(merge(codebook, two, "Getting here"));
  REQUIRE(codebook.themes.size() == 2);
  CHECK(codebook.themes[0].id == second);
  CHECK(learned.members(0).size() == before.size() + other.size());
  REQUIRE(read_codebook(to_json_text(codebook)));

  const std::string label = codebook.themes[1].label;
  const auto gone = learned.members(1);
  REQUIRE(forbid(codebook, third));
  CHECK(forbid(codebook, third).error().reason == "theme_unknown");
  CHECK(codebook.forbidden == std::vector<std::string>{label});
  const auto coding = code_answers(codebook, views(learned.texts)).value();
  CHECK(coding.model.unthemed == static_cast<std::int64_t>(gone.size()));
}

TEST_CASE("split parts one theme and leaves the others") {
  const auto texts = answers(400, 4, 6);
  const auto list = views(texts);
  auto codebook = learn_codebook(list, {.count = 2}).value().codebook;
  REQUIRE(codebook.themes.size() == 2);
  const std::string id = codebook.themes[0].id, other = codebook.themes[1].id;
  const auto size = codebook.themes[0].size;
  const Codebook untouched = codebook;
  CHECK(split(codebook, "t99", 2, list).error().reason == "theme_unknown");
  CHECK(split(codebook, id, 1, list).error().reason == "theme_count_out_of_range");
  CHECK(split(codebook, id, 900, list).error().reason == "split_impossible");
  CHECK(codebook == untouched);
  REQUIRE(split(codebook, id, 2, list));
  REQUIRE(codebook.themes.size() == 3);
  CHECK(codebook.themes[2].id == other);
  CHECK(codebook.themes[0].id != id);
  CHECK(codebook.themes[0].label != codebook.themes[1].label);
  CHECK(codebook.themes[0].size + codebook.themes[1].size >= size * 8 / 10);
  CHECK(read_codebook(to_json_text(codebook)).value() == codebook);
}

TEST_CASE("learning anew keeps what is pinned and adds what is new") {
  Learned learned;
  Codebook& codebook = learned.codebook;
  codebook.complete = false;
  for (CodingLayer& layer : codebook.layers)
    for (CodeCentre& centre : layer.centres) centre.least = 12'000;
  for (const CodebookTheme& theme : Codebook(codebook).themes) REQUIRE(pin(codebook, theme.id));
  const auto fresh = answers(600, 4, 7);
  const auto next = relearn(codebook, views(fresh));
  REQUIRE(next);
  const Codebook& grown = next.value().codebook;
  REQUIRE(grown.themes.size() > 3);
  for (std::size_t t = 0; t < 3; ++t) CHECK(grown.themes[t].label == codebook.themes[t].label);
  const bool laptops = std::any_of(grown.themes.begin() + 3, grown.themes.end(), [](auto& theme) {
    return theme.label.find("aptop") != std::string::npos;
  });
  CHECK(laptops);
  CHECK(code_answers(grown, views(fresh)).value().model == next.value().model);

  REQUIRE(pin(codebook, codebook.themes[0].id, false));
  const auto without = relearn(codebook, views(fresh));
  REQUIRE(without);
  CHECK(without.value().codebook.themes[0].id == codebook.themes[1].id);
}

TEST_CASE("stability is measured where it is asked for") {
  const auto texts = answers(300, 3, 8);
  const auto model = find_themes(views(texts), {.count = 3, .bootstraps = 5, .not_labels = {}});
  REQUIRE(model);
  for (const Theme& theme : model.value().themes) {
    REQUIRE(theme.stability);
    CHECK(*theme.stability > 0.6);
    CHECK(*theme.stability <= 1);
  }
  CHECK(!find_themes(views(texts), {.count = 3}).value().themes[0].stability);
}

TEST_CASE("a damaged codebook is refused") {
  const Learned learned;
  const auto reason = [&](const auto& damage) {
    Codebook damaged = learned.codebook;
    damage(damaged);
    const auto read = read_codebook(to_json_text(damaged));
    const auto coded = code_answers(damaged, views(learned.texts));
    const bool both = !read && (damaged.format != 1 || !coded);
    CHECK(both);
    return both ? std::string(read.error().reason) : std::string("read");
  };
  CHECK(reason([](Codebook& c) { c.format = 2; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].bits = 60; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].rarity.pop_back(); }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].features[1] = 0; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].features[1] = std::int64_t{1} << 62; }) ==
        "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].centres[0].features[0] = -1; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].centres[0].weights[0] = 0; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.layers[0].centres[0].least = -1; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.themes[0].centres[0] = 3; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.themes[0].centres[0] = -1; }) == "codebook_invalid");
  CHECK(reason([](Codebook& c) { c.themes[1].centres = c.themes[0].centres; }) ==
        "codebook_invalid");
  CHECK(read_codebook("{").error().reason == "json_malformed");
  CHECK(read_codebook(R"({"themes":7})").error().reason == "type_mismatch");
  CHECK(code_answers({}, views(learned.texts)).value().model.unthemed == 300);
}

TEST_CASE("parts that are sampled and merged in any order give the same bytes") {
  const auto texts = answers(500, 4, 9);
  const auto list = views(texts);
  for (const std::optional<std::int64_t> count : {std::optional<std::int64_t>(4), {}}) {
    const ThemeOptions options{.count = count, .not_labels = {}};
    const auto whole = learn_codebook(list, options).value().codebook;
    std::string bytes;
    for (const std::size_t parts : {1u, 3u, 17u}) {
      CAPTURE(parts);
      std::vector<ThemeSample> samples;
      std::vector<std::span<const std::string_view>> slices;
      for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t first = list.size() * part / parts;
        const std::size_t last = list.size() * (part + 1) / parts;
        slices.push_back(std::span(list).subspan(first, last - first));
        const auto sampled = sample_answers(slices.back(), static_cast<std::int64_t>(first),
                                            count.has_value(), 1 + part % 2);
        samples.push_back(from_json_text<ThemeSample>(to_json_text(sampled.value())).value());
      }
      Rng rng(parts);
      rng.shuffle(std::span(samples));
      ThemeSample merged = samples.front();
      for (std::size_t i = 1; i < samples.size(); ++i) REQUIRE(merge(merged, samples[i]));
      Codebook codebook = learn_codebook(merged, options).value();
      CHECK(codebook.layers == whole.layers);
      CHECK(codebook.themes.size() == whole.themes.size());
      CodingCounts counts;
      for (std::size_t i = 0; i < slices.size(); ++i) {
        const auto own =
            counts_of(code_answers(codebook, slices[slices.size() - 1 - i]).value().model);
        if (i == 0)
          counts = own;
        else
          REQUIRE(merge(counts, own));
      }
      REQUIRE(set_sizes(codebook, counts));
      CHECK(codebook.base == whole.base);
      CHECK(codebook.uncoded == whole.uncoded);
      if (bytes.empty()) bytes = to_json_text(codebook);
      CHECK(to_json_text(codebook) == bytes);
    }
  }
  ThemeSample complete{.complete = true, .pieces = {}}, sparse;
  CHECK(merge(complete, sparse).error().reason == "sample_mismatch");
  CHECK(learn_codebook(complete).error().reason == "sample_mismatch");
  CHECK(learn_codebook(sparse).value().themes.empty());
  CodingCounts none, two{.sizes = {1, 2}, .sentiment = {{}, {}}};
  CHECK(merge(none, two).error().reason == "counts_mismatch");
}
