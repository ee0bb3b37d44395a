#include "support/shared_data.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/insight/partial.hpp>
#include <insightflow/insight/table.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

using namespace insightflow;
using namespace insightflow::insight;

namespace {

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

/// Answers of every kind of question, some empty, some repeated, some in other languages.
Dataset responses(std::size_t size, std::uint64_t seed) {
  constexpr std::array subjects{"the price",  "customer support", "the mobile app",
                                "the search", "loading times",    "the export"};
  constexpr std::array verdicts{"is far too high for us",
                                "helped me at once, thank you",
                                "keeps crashing after every update",
                                "never finds what I look for",
                                "makes me wait every single morning",
                                "is great and saves time"};
  constexpr std::array odd{"",
                           "yes",
                           "?!",
                           "12",
                           "asdfgh jkdshf wqrtp",
                           "nothing at all",
                           "Der Preis ist leider viel zu hoch und steigt immer weiter.",
                           "\u202eright to left \u0000 and \u0007 controls",
                           "ok ok ok ok"};
  Dataset out;
  out.questionnaire = from_json_text<survey::Questionnaire>(R"json({"title":"Parts","language":"en",
    "hidden":["plan","weight","seconds","day"],"questions":[
     {"id":"score","kind":"nps","text":"How likely are you to recommend us?"},
     {"id":"speed","kind":"rating","text":"How fast is it?"},
     {"id":"uses","kind":"multiple_choice","text":"What do you use?","options":["Search","Export"]},
     {"id":"parts","kind":"matrix","text":"How good is …?","rows":["A","B","C","D","E"]},
     {"id":"where","kind":"single_choice","text":"Where?","options":["Phone","Desk",
       {"id":"other","label":"Other","other":true}]},
     {"id":"why","kind":"open_text","text":"Why?"},
     {"id":"more","kind":"open_text","text":"Anything else?","show_if":"score < 5"}]})json")
                          .value();
  out.survey_digest = "digest";
  out.notes = {"A note."};
  Rng rng(seed);
  const auto sentence = [&] {
    const std::size_t about = rng.below(subjects.size());
    return std::string(subjects[about]) + " " +
           verdicts[rng.below(5) == 0 ? rng.below(verdicts.size()) : about] + ".";
  };
  for (std::size_t i = 0; i < size; ++i) {
    response::Submission one;
    const double score = double(rng.below(11));
    if (rng.below(8) > 0) one.answers["score"] = {score};
    if (rng.below(8) > 0) one.answers["speed"] = {double(1 + rng.below(5))};
    if (rng.below(3) > 0) one.answers["uses"] = {std::vector<std::string>{"search"}};
    if (rng.below(3) > 0) {
      std::map<std::string, std::string> cells;
      for (const char* row : {"a", "b", "c", "d", "e"})
        cells[row] = std::to_string(i % 9 == 0 ? 3 : 1 + rng.below(5));
      one.answers["parts"] = {cells};
    }
    one.answers["where"] = {std::string(rng.below(2) == 0 ? "phone" : "desk")};
    if (rng.below(6) == 0) {
      one.answers["where"] = {std::string("other")};
      one.other["where"] = sentence();
    }
    if (rng.below(10) > 0)
      one.answers["why"] = {rng.below(9) == 0
                                ? std::string(odd[rng.below(odd.size())])
                                : sentence() + (rng.below(3) == 0 ? " And " + sentence() : "")};
    if (score < 5 && rng.below(2) == 0) one.answers["more"] = {sentence()};
    one.hidden = {
        {"plan", i % 2 == 0 ? "free" : "team"},
        {"weight", std::to_string(1 + rng.below(3))},
        {"seconds", std::to_string(20 + rng.below(300))},
        {"day", std::to_string(1 + rng.below(28)) + "/" + std::to_string(1 + i % 6) + "/2026"}};
    std::optional<Instant> at;
    if (rng.below(5) > 0)
      at = Instant{1'770'000'000'000 + static_cast<std::int64_t>(i) * 9'000'000};
    out.records.push_back({"row:" + std::to_string(i + 1), std::move(one), at});
  }
  return out;
}

Dataset slice(const Dataset& whole, std::size_t from, std::size_t to) {
  Dataset out = whole;
  out.records.assign(whole.records.begin() + static_cast<std::ptrdiff_t>(from),
                     whole.records.begin() + static_cast<std::ptrdiff_t>(to));
  return out;
}

/// Ends of so many parts of random size, some of them empty.
std::vector<std::size_t> cuts(std::size_t size, std::size_t parts, Rng& rng) {
  std::vector<std::size_t> out{0, size};
  while (out.size() < parts + 1) out.push_back(rng.below(size + 1));
  std::sort(out.begin(), out.end());
  return out;
}

/// Merged two at a time, whichever come next, until one is left.
template <class T>
T merged(std::vector<T> parts, Rng& rng) {
  while (parts.size() > 1) {
    std::swap(parts[rng.below(parts.size())], parts.back());
    const T last = std::move(parts.back());
    parts.pop_back();
    REQUIRE(merge(parts[rng.below(parts.size())], last));
  }
  return std::move(parts.front());
}

Partial read_in_parts(const Dataset& whole, const Settings& settings, const Plan& plan,
                      const std::vector<std::size_t>& ends, Rng& rng) {
  std::vector<Partial> parts;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const Partial one = Partial::of(slice(whole, ends[i], ends[i + 1]),
                                    static_cast<std::int64_t>(ends[i]), plan, settings)
                            .value();
    parts.push_back(parse_partial(serialise(one)).value());
    REQUIRE(parts.back() == one);
  }
  return merged(std::move(parts), rng);
}

Plan plan_in_parts(const Dataset& whole, const Settings& settings,
                   const std::vector<std::size_t>& ends, Rng& rng) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const Sample one = sample_part(slice(whole, ends[i], ends[i + 1]),
                                   static_cast<std::int64_t>(ends[i]), settings)
                           .value();
    samples.push_back(parse_sample(serialise(one)).value());
    REQUIRE(samples.back() == one);
  }
  const Plan plan = make_plan(merged(std::move(samples), rng), settings).value();
  REQUIRE(parse_plan(serialise(plan)).value() == plan);
  return plan;
}

void check_parts(const Dataset& whole, const Settings& settings, std::uint64_t seed) {
  const std::string expected = to_json_text(build(whole, settings).value(), Audience::storage);
  Dataset frame = whole;
  frame.records.clear();
  std::string first_plan, first_partial;
  for (const std::size_t count : {1u, 3u, 17u}) {
    CAPTURE(count);
    Rng rng(seed + count);
    const auto ends = cuts(whole.records.size(), count, rng);
    const Plan plan = plan_in_parts(whole, settings, ends, rng);
    // Other parts than those that were sampled.
    const auto others = cuts(whole.records.size(), count, rng);
    const Partial partial = read_in_parts(whole, settings, plan, others, rng);
    CHECK(to_json_text(finish(partial, plan, frame, settings).value(), Audience::storage) ==
          expected);
    if (first_plan.empty()) {
      first_plan = serialise(plan);
      first_partial = serialise(partial);
    }
    CHECK(serialise(plan) == first_plan);
    CHECK(serialise(partial) == first_partial);
  }
}

}  // namespace

TEST_CASE("an insight run over parts in any order gives the bytes of the whole") {
  Settings plain, weighted, raked, counted;
  plain.by = {"hidden.plan", "where"};
  weighted.weight = "hidden.weight";
  weighted.date = "hidden.day";
  weighted.duration = "hidden.seconds";
  weighted.by = {"score"};
  raked.targets = {{"hidden.plan", {{"free", 25}, {"team", 75}}},
                   {"where", {{"phone", 1}, {"desk", 2}}}};
  raked.trim = 5;
  counted.themes = 4;
  counted.bootstraps = 2;
  std::uint64_t seed = 1;
  for (const Settings& settings : {plain, weighted, raked, counted}) {
    CAPTURE(seed);
    check_parts(responses(400, seed), settings, seed * 100);
    ++seed;
  }
  check_parts(responses(5, 9), plain, 5);
  Dataset none = responses(1, 1);
  none.records.clear();
  check_parts(none, {}, 1);
}

TEST_CASE("partial runs of more responses than are sampled for groups and quotes") {
  check_parts(responses(2600, 31), {}, 7);
}

TEST_CASE("the previous wave is a partial of its own") {
  const Dataset now = responses(300, 4), before = responses(200, 5);
  const Settings settings;
  const std::string expected =
      to_json_text(build(now, settings, {}, {.previous = &before}).value(), Audience::storage);
  Rng rng(3);
  const Plan plan = plan_in_parts(now, settings, cuts(300, 3, rng), rng);
  Plan bare = plan;
  bare.texts.clear();
  const Partial current = read_in_parts(now, settings, plan, cuts(300, 3, rng), rng);
  const Partial earlier = read_in_parts(before, settings, bare, cuts(200, 3, rng), rng);
  Dataset frame = now;
  frame.records.clear();
  CHECK(to_json_text(finish(current, plan, frame, settings, {}, &earlier).value(),
                     Audience::storage) == expected);
}

TEST_CASE("given codebooks go through the plan") {
  const Dataset data = responses(300, 6);
  BuildOptions options;
  options.on_codebook = [&](const std::string& question, const analysis::Codebook& codebook) {
    options.codebooks.emplace(question, codebook);
  };
  (void)build(responses(300, 7), {}, {}, options).value();
  options.on_codebook = {};
  REQUIRE(options.codebooks.contains("why"));
  const std::string expected =
      to_json_text(build(data, {}, {}, options).value(), Audience::storage);
  const Plan plan = make_plan(sample_part(data, 0, {}).value(), {}, options.codebooks).value();
  Rng rng(8);
  const Partial partial = read_in_parts(data, {}, plan, cuts(300, 17, rng), rng);
  Dataset frame = data;
  frame.records.clear();
  CHECK(to_json_text(finish(partial, plan, frame, {}).value(), Audience::storage) == expected);
}

TEST_CASE("tweets in parts") {
  const auto file = test::shared_data("tweeteval/sentiment");
  if (!file) return;
  std::ifstream in(*file / "test_text.txt");
  Dataset data;
  data.questionnaire =
      from_json_text<survey::Questionnaire>(
          R"({"title":"T","questions":[{"id":"q","kind":"open_text","text":"?"}]})")
          .value();
  for (std::string line; std::getline(in, line) && data.records.size() < 1500;) {
    response::Submission one;
    one.answers["q"] = {line};
    data.records.push_back({"row:" + std::to_string(data.records.size() + 1), std::move(one), {}});
  }
  check_parts(data, {}, 11);
}

TEST_CASE("parts that do not belong together, are missing, or were damaged are refused") {
  const Dataset data = responses(60, 2);
  const Settings settings;
  Settings other;
  other.least_base = 20;
  const Plan plan = make_plan(sample_part(data, 0, settings).value(), settings).value();
  const auto part = [&](std::size_t from, std::size_t to) {
    return Partial::of(slice(data, from, to), static_cast<std::int64_t>(from), plan, settings)
        .value();
  };
  Dataset frame = data;
  frame.records.clear();
  Sample foreign = sample_part(data, 0, other).value();
  CHECK(reason(merge(foreign, sample_part(data, 0, settings).value())) == "partial_mismatch");
  CHECK(reason(Partial::of(data, 0, plan, other)) == "partial_mismatch");
  CHECK(reason(finish(part(0, 60), plan, frame, other)) == "partial_mismatch");
  Partial half = part(0, 30);
  const Partial before = half;
  CHECK(reason(merge(half, part(20, 40))) == "partial_overlap");
  CHECK(half == before);
  CHECK(reason(finish(part(30, 60), plan, frame, settings)) == "partial_incomplete");
  REQUIRE(merge(half, part(40, 60)));
  CHECK(reason(finish(half, plan, frame, settings)) == "partial_incomplete");

  const std::string text = serialise(before);
  CHECK(reason(parse_partial(text)) == "ok");
  CHECK(reason(parse_partial(text.substr(0, text.size() / 2))) == "json_malformed");
  CHECK(reason(parse_partial("")) == "json_malformed");
  CHECK(reason(parse_partial("{\"format\":2}")) == "partial_format");
  const auto damage = [&](const auto& how) {
    Partial one = before;
    how(one);
    return reason(parse_partial(serialise(one)));
  };
  CHECK(damage([](Partial& one) { one.records[3].record = 2; }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.records[0].record = -1; }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.records.pop_back(); }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.inputs.clear(); }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.asked[0] = -1; }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.answered.pop_back(); }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].question = 99; }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].read[0].record = 77; }) ==
        "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].read[0].mood = 3; }) == "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].read[0].themes = {99}; }) ==
        "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].counts.used = INT64_MAX; }) ==
        "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.texts[0].counts.sizes.push_back(1); }) ==
        "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.long_texts[0].question = -1; }) ==
        "partial_damaged");
  CHECK(damage([](Partial& one) { one.readings.words[0].record = 500; }) == "partial_damaged");

  Sample sample = sample_part(data, 0, settings).value();
  std::swap(sample.texts.at("why").pieces[0], sample.texts.at("why").pieces[1]);
  CHECK(reason(parse_sample(serialise(sample))) == "sample_damaged");
  Plan broken = plan;
  broken.texts.at("why").codebook.format = 9;
  CHECK(reason(parse_plan(serialise(broken))) == "codebook_invalid");
}
