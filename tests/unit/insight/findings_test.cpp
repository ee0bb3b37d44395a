#include "insight/days.hpp"
#include "insight/fields.hpp"
#include "insight/quality.hpp"
#include "support/sample_survey.hpp"

#include <insightflow/core/rng.hpp>
#include <insightflow/insight/build.hpp>
#include <insightflow/insight/table.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace insightflow;
using namespace insightflow::insight;

namespace {

std::string words(bool price, Rng& rng) {
  constexpr std::array starts{"Terrible,", "Honestly,", "I am angry:", "Sorry,", "Not happy,"};
  constexpr std::array prices{"the price is far too high", "the price went up again",
                              "that price is a bad joke", "the price is an awful surprise"};
  constexpr std::array thanks{"Great:", "Lovely,", "I am happy:", "Thanks,", "Perfect,"};
  constexpr std::array supports{"the support is quick and friendly", "support helped me at once",
                                "the support team is wonderful", "I love the friendly support"};
  constexpr std::array ends{" since spring.", " every month.", " for our office.",
                            " as always.",    " in my eyes.",  " compared to others."};
  return std::string(price ? starts[rng.below(5)] : thanks[rng.below(5)]) + " " +
         (price ? prices[rng.below(4)] : supports[rng.below(4)]) + ends[rng.below(6)];
}

/// 300 customers in two plans: those in "free" write about the price, in a bad mood, and score low.
Dataset customers(int size = 300, std::uint64_t seed = 3, int low_in_free = 3) {
  Dataset out;
  out.questionnaire =
      from_json_text<survey::Questionnaire>(R"json({"title":"Customers","language":"en",
    "hidden":["plan","weight","seconds","day"],"questions":[
     {"id":"score","kind":"nps","text":"How likely are you to recommend us?"},
     {"id":"speed","kind":"rating","text":"How fast is it?"},
     {"id":"device","kind":"single_choice","text":"Where do you use it?","options":["Phone","Desk"]},
     {"id":"words","kind":"open_text","text":"Why?"}]})json")
          .value();
  Rng rng(seed);
  for (int i = 0; i < size; ++i) {
    const bool free = i % 2 == 0;
    response::Submission one;
    one.answers["score"] = {double(free ? low_in_free + int(rng.below(3)) : 8 + int(rng.below(3)))};
    one.answers["speed"] = {double(1 + rng.below(5))};
    one.answers["device"] = {std::string(i / 2 % 2 == 0 ? "Phone" : "Desk")};
    one.answers["words"] = {words(free, rng)};
    one.hidden = {
        {"plan", free ? "free" : "team"},
        {"weight", free ? "1" : "3"},
        {"seconds", std::to_string(60 + rng.below(60))},
        {"day", "2026-03-" + std::string(i < 200 ? "0" : "2") + std::to_string(1 + i % 9)}};
    out.records.push_back({"row:" + std::to_string(i + 1), std::move(one), {}});
  }
  return out;
}

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

const QuestionFindings& question(const Findings& findings, std::string_view id) {
  for (const QuestionFindings& one : findings.questions)
    if (one.question_id == id) return one;
  FAIL("no such question");
  return findings.questions.front();
}

Result<Dataset> table(std::string_view text, const TableColumns& columns) {
  return read_table(
      [text, given = false]() mutable -> Result<std::string_view> {
        return std::exchange(given, true) ? std::string_view() : text;
      },
      response::TableFormat::csv, columns);
}

}  // namespace

TEST_CASE(
    "findings hold tests, drivers, personas and advice that agree with how the answers were made") {
  Settings settings;
  settings.by = {"hidden.plan"};
  const Findings found = build(customers(), settings).value();
  CHECK(found.tests > 5);
  bool plan_tested = false;
  for (const CrossTab& tab : found.cross_tabs)
    for (const CrossTest& test : tab.tests) {
      CHECK(test.verdict.adjusted_p >= test.verdict.p);
      if (tab.question_id == "score" && test.segment == "free") {
        plan_tested = true;
        CHECK(test.verdict.method == analysis::Method::welch);
        CHECK(test.verdict.significant);
        CHECK(test.difference < -100);
      }
      if (tab.question_id == "device") CHECK(!test.verdict.significant);
    }
  CHECK(plan_tested);
  REQUIRE(!found.drivers.empty());
  CHECK(found.drivers[0].question_id == "score");
  CHECK(found.drivers[0].r_squared > 0.5);
  CHECK(found.drivers[0].drivers[0].id.starts_with("words/"));
  CHECK(found.drivers[0].drivers[0].told_from_chance);
  REQUIRE(!found.recommendations.empty());
  CHECK(found.recommendations[0].rule == "fix_theme");
  CHECK(!found.recommendations[0].figures.empty());
  CHECK(!found.recommendations[0].evidence.empty());
  bool segment_named = false;
  for (const Recommendation& one : found.recommendations)
    segment_named |= one.text.find("\u201cfree\u201d") != std::string::npos;
  CHECK(segment_named);
  REQUIRE(found.personas);
  CHECK(!found.weighting);
  CHECK(found.waves.empty());
}

TEST_CASE("weights change shares and means, intervals widen, and counts stay") {
  Settings plain, by_field, raked;
  by_field.weight = "hidden.weight";
  raked.targets = {{"hidden.plan", {{"free", 25}, {"team", 75}}}};
  const Dataset data = customers();
  const Findings a = build(data, plain).value(), b = build(data, by_field).value(),
                 c = build(data, raked).value();
  const auto& unweighted = question(a, "score").metrics[0];
  const auto& weighted = question(b, "score").metrics[0];
  CHECK(weighted.value > unweighted.value + 40);
  CHECK(std::fabs(weighted.value - question(c, "score").metrics[0].value) < 0.01);
  CHECK(weighted.base == unweighted.base);
  // Weights of 1 and 3: (150 + 450)² / (150 + 1350) = 240 effective answers of 300.
  REQUIRE(b.weighting);
  CHECK(std::fabs(b.weighting->effective - 240) < 0.01);
  CHECK(std::fabs(b.weighting->design_effect - 1.25) < 1e-4);
  CHECK(b.weighting->source == "hidden.weight");
  REQUIRE(c.weighting);
  CHECK(c.weighting->converged);
  CHECK(std::fabs(c.weighting->effective - 240) < 0.01);
  const auto free_share = [](const Findings& findings) {
    return question(findings, "device").distribution[0].interval;
  };
  CHECK(free_share(b).high - free_share(b).low > free_share(a).high - free_share(a).low);

  Settings twice = raked, ghost, absent = raked;
  twice.weight = "hidden.weight";
  ghost.weight = "hidden.ghost";
  absent.targets[0].shares["gone"] = 5;
  CHECK(reason(build(data, twice)) == "weights_twice");
  CHECK(reason(build(data, ghost)) == "field_unknown");
  const auto nobody = build(data, absent);
  CHECK(reason(nobody) == "weight_target_empty");
  CHECK(nobody.error().detail.find("'gone'") != std::string::npos);
}

TEST_CASE("a previous wave is compared, figure by figure") {
  const Dataset now = customers(300, 3, 3), before = customers(300, 4, 5);
  const Findings found = build(now, {}, {}, {.previous = &before}).value();
  bool score = false, mood = false, choice = false;
  for (const WaveChange& change : found.waves) {
    if (change.question_id == "score") {
      score = true;
      CHECK(change.metric == "nps");
      CHECK(change.base_before == 300);
    }
    mood |= change.question_id == "words" && change.metric == "negative";
    choice |= change.question_id == "device" && change.item == "Phone";
    CHECK(std::fabs(change.now - change.before - change.difference) < 1e-9);
  }
  CHECK(score);
  CHECK(mood);
  CHECK(choice);
}

TEST_CASE("trends are by day, week or month, and what is no day is counted") {
  Dataset data = customers();
  Settings settings;
  settings.date = "hidden.day";
  data.records[0].submission.hidden["day"] = "yesterday";
  data.records[1].submission.hidden["day"] = "02.03.2026";
  const Findings found = build(data, settings).value();
  REQUIRE(!found.trends.empty());
  const Trend& score = found.trends.front();
  CHECK(score.question_id == "score");
  CHECK(score.unit == "week");
  CHECK(score.points.front().period == "2026-02-23");  // the Monday before March 1st
  CHECK(score.points.size() == 5);
  std::int64_t sum = 0;
  for (const TrendPoint& point : score.points) sum += point.base;
  CHECK(sum == 299);
  CHECK(std::any_of(found.notes.begin(), found.notes.end(), [](const std::string& note) {
    return note.starts_with("1 response has no day");
  }));
  CHECK(build(data, {}).value().trends.empty());
}

TEST_CASE("days are read in the ways people write them, and not guessed") {
  const auto day = [](std::string_view text, DayOrder order = DayOrder::unknown) {
    const auto found = day_in(text, order);
    return found ? date_of(*found) : std::string("none");
  };
  for (const char* text : {"2026-01-31", "2026/1/31", "31.1.2026", "31.01.2026 08:15",
                           " 2026-01-31T23:59:59+02:00", "1769817600", "1769817600000"})
    CHECK_MESSAGE(day(text) == "2026-01-31", text);
  for (const char* text : {"", "yesterday", "2026", "2026-13-01", "2026-02-30", "3/4/2026",
                           "31/1/2026", "1-31", "2026-1.31", "12345", "2026-01-31x", "31.1.26",
                           "31.1.20261", "2026-01-", "--", "99999999999999999999"})
    CHECK_MESSAGE(day(text) == "none", text);
  CHECK(day("3/4/2026", DayOrder::day_first) == "2026-04-03");
  CHECK(day("3/4/2026 11:35", DayOrder::month_first) == "2026-03-04");
  CHECK(day("31-1-2026", DayOrder::day_first) == "2026-01-31");
  CHECK(day("1969-12-31") == "1969-12-31");

  Dataset data = customers(3);
  Settings settings;
  settings.date = "hidden.day";
  const auto read = [&](std::array<const char*, 3> texts) {
    for (std::size_t i = 0; i < 3; ++i) data.records[i].submission.hidden["day"] = texts[i];
    std::string out;
    for (const auto& one : days_of(data, settings).of_record)
      out += one ? date_of(*one) + " " : "none ";
    return out;
  };
  CHECK(read({"2/24/2015 11:35", "2/3/2015", "12/1/2015"}) == "2015-02-24 2015-02-03 2015-12-01 ");
  CHECK(read({"24/2/2015", "2/3/2015", "2015-02-01"}) == "2015-02-24 2015-03-02 2015-02-01 ");
  CHECK(read({"1/2/2015", "2/3/2015", "x"}) == "none none none ");
  CHECK(days_of(data, settings).notes[0].find("two ways") != std::string::npos);
  CHECK(read({"24/2/2015", "2/24/2015", "2/3/2015"}) == "none none none ");
}

TEST_CASE("a day divides the responses into this wave and the previous one") {
  Dataset data = customers();
  Settings settings;
  settings.date = "hidden.day";
  settings.since = "2026-03-20";
  data.records[0].submission.hidden["day"] = "?";
  const auto before = take_previous_wave(data, settings).value();
  REQUIRE(before);
  CHECK(before->records.size() == 199);
  CHECK(data.records.size() == 101);  // those of an unknown day stay
  CHECK(data.records.front().id == "row:1");
  CHECK(data.records[1].id == "row:201");
  const Findings found = build(data, settings, {}, {.previous = &*before}).value();
  CHECK(found.responses_total == 101);
  CHECK(!found.waves.empty());
  CHECK(found.manifest.settings.at("since") == "2026-03-20");
  CHECK(std::any_of(found.notes.begin(), found.notes.end(), [](const std::string& note) {
    return note.starts_with("199 responses are earlier");
  }));
  settings.since = "soon";
  CHECK(reason(take_previous_wave(data, settings)) == "day_malformed");
  CHECK(reason(build(data, settings)) == "day_malformed");
  settings.since = "1990-01-01";
  CHECK(take_previous_wave(data, settings).value()->records.empty());
  CHECK(!take_previous_wave(data, {}).value());
}

TEST_CASE("an overall score drives no part of it, and personas are more than one question") {
  const Findings found = build(customers(), {}).value();
  const auto names = [](const DriverFindings& model) {
    std::string out;
    for (const analysis::Driver& driver : model.drivers) out += driver.id + " ";
    return out;
  };
  REQUIRE(found.drivers.size() == 2);
  CHECK(found.drivers[0].question_id == "score");
  CHECK(names(found.drivers[0]).find("speed ") != std::string::npos);
  CHECK(found.drivers[1].question_id == "speed");
  CHECK(names(found.drivers[1]).find("score ") == std::string::npos);

  // Nothing but the plan tells these respondents apart.
  Dataset data = customers(400);
  Rng rng(9);
  for (std::size_t i = 0; i < data.records.size(); ++i) {
    auto& answers = data.records[i].submission.answers;
    answers.erase("words");
    answers["score"] = {double(rng.below(11))};
    answers["device"] = {std::string(i % 2 == 0 ? "Phone" : "Desk")};
  }
  const auto personas = build(data, {}).value().personas;
  REQUIRE(personas);
  CHECK(personas->personas.empty());
  CHECK(!personas->abstained.empty());
}

TEST_CASE("response quality: each flag with its reason, on the very responses") {
  Dataset data = customers(150);
  data.questionnaire.questions.push_back(
      from_json_text<survey::Question>(
          R"({"id":"grid","kind":"matrix","text":"Rate","options":["1","2"],
              "rows":["a","b","c","d","e"]})")
          .value());
  for (std::size_t i = 0; i < data.records.size(); ++i) {
    auto& cells = data.records[i].submission.answers["grid"];
    std::map<std::string, std::string> values;
    for (const char* row : {"a", "b", "c", "d", "e"})
      values[row] = i == 7 ? "2" : (row[0] - 'a' + int(i)) % 2 ? "1" : "2";
    cells = {values};
  }
  auto& records = data.records;
  records[8].submission.hidden["seconds"] = "4";
  records[9].submission.answers["words"] = {std::string("asdfghjkl qwertzuiop")};
  for (const std::size_t i : {10u, 11u})
    records[i].submission.answers["words"] = {
        std::string("Nobody else would ever write exactly this sentence.")};
  // Both scores rise together, but for one respondent.
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i].submission.answers["speed"] = {i % 2 == 0 ? 2.0 : 5.0};
  records[12].submission.answers["score"] = {10.0};
  records[12].submission.answers["speed"] = {1.0};
  records[12].submission.answers.erase("words");
  Settings settings;
  settings.duration = "hidden.seconds";
  const auto found =
      look_at_quality(data, read_texts(data, 0, {}, {}).value(), settings, {}).value();
  const auto flagged = [&](std::size_t record, std::string_view kind) {
    const auto flags = names_of(found.of_record[record]);
    return std::find(flags.begin(), flags.end(), kind) != flags.end();
  };
  CHECK(flagged(7, "straight_liner"));
  CHECK(flagged(8, "speeder"));
  CHECK(flagged(9, "gibberish"));
  CHECK(flagged(11, "duplicate"));
  CHECK(!flagged(10, "duplicate"));
  CHECK(flagged(12, "contradiction"));
  for (const QualityFlag& flag : found.flags) {
    CHECK(!flag.reason.empty());
    CHECK(flag.count <= flag.base);
    if (flag.kind == "straight_liner") CHECK(flag.count == 1);
    if (flag.kind == "speeder") CHECK(flag.response_ids == std::vector<std::string>{"row:9"});
  }
  // Scores that have nothing to do with each other may differ.
  Rng rng(8);
  for (Record& record : data.records)
    record.submission.answers["speed"] = {double(1 + rng.below(5))};
  records[12].submission.answers["speed"] = {1.0};
  const auto apart =
      names_of(look_at_quality(data, read_texts(data, 0, {}, {}).value(), settings, {})
                   .value()
                   .of_record[12]);
  CHECK(std::find(apart.begin(), apart.end(), "contradiction") == apart.end());
  data.records.resize(99);
  const auto few = look_at_quality(data, read_texts(data, 0, {}, {}).value(), settings, {}).value();
  CHECK(!few.notes.empty());
  CHECK(std::none_of(few.flags.begin(), few.flags.end(),
                     [](const QualityFlag& flag) { return flag.kind == "speeder"; }));
}

TEST_CASE("texts are coded with the themes of a codebook where one is given") {
  std::string csv = "comment\n";
  const char* const texts[] = {"The parking garage is always full", "Parking is too expensive here",
                               "The cafeteria food is cold", "I love the food in the cafeteria"};
  for (int i = 0; i < 60; ++i) csv += std::string(texts[i % 4]) + "\n";
  const auto data = table(csv, {.text = {"comment"}}).value();
  Settings settings;
  settings.themes = 2;
  settings.bootstraps = 3;
  std::optional<analysis::Codebook> codebook;
  BuildOptions options;
  options.on_codebook = [&](const std::string& id, const analysis::Codebook& learned) {
    CHECK(id == data.questionnaire.questions[0].id);
    codebook = learned;
  };
  const Findings before = build(data, settings, {}, options).value();
  REQUIRE(codebook);
  REQUIRE(before.questions[0].themes.size() == 2);
  CHECK(before.questions[0].themes[0].stability);

  // The theme that is now the smaller one comes second, and keeps its id and its new name.
  const std::string id = codebook->themes[0].id;
  REQUIRE(analysis::rename(*codebook, id, "What a person called it"));
  const auto other = table("comment\n" + std::string(texts[2]) + "\n" + texts[3] + "\n" + texts[2] +
                               "\n" + texts[0] + "\nNothing of this sort was ever mentioned\n",
                           {.text = {"comment"}})
                         .value();
  options = {};
  options.codebooks.emplace(other.questionnaire.questions[0].id, *codebook);
  const Findings after = build(other, {}, {}, options).value();
  const auto& themes = after.questions[0].themes;
  REQUIRE(themes.size() == 2);
  CHECK(themes[0].size >= themes[1].size);
  CHECK(std::any_of(themes.begin(), themes.end(), [&](const Theme& theme) {
    return theme.id == id && theme.label == "What a person called it";
  }));
  CHECK(std::any_of(after.questions[0].notes.begin(), after.questions[0].notes.end(),
                    [](const std::string& note) { return note.starts_with("Coded with"); }));
  CHECK(after.manifest.settings.count("codebook " + other.questionnaire.questions[0].id) == 1);
  codebook->layers[0].bits = 60;
  options.codebooks.begin()->second = *codebook;
  CHECK(reason(build(other, {}, {}, options)) == "codebook_invalid");
}

TEST_CASE("moods are rated in English alone, answer by answer") {
  const auto data = table(
                        "comment\nThe support is great\nDer Service war leider sehr langsam und "
                        "unfreundlich\nI hate the new design\n",
                        {.text = {"comment"}})
                        .value();
  const Findings found = build(data, {}).value();
  REQUIRE(found.questions[0].sentiment);
  CHECK(*found.questions[0].sentiment ==
        analysis::SentimentMix{.negative = 1, .neutral = 0, .positive = 1});
  CHECK(std::any_of(found.questions[0].notes.begin(), found.questions[0].notes.end(),
                    [](const std::string& note) {
                      return note.find("(de 1)") != std::string::npos &&
                             note.starts_with("The mood of 1 answer ");
                    }));
}

TEST_CASE(
    "tables: scores, scales, fields that are no questions, and files without a readable row") {
  TableColumns columns{.text = {"c"}, .by = {"plan"}, .nps = {"nps"}, .score = {"stars", "eur"}};
  columns.hidden = {"w"};
  const auto data = table(
      "c,plan,nps,stars,eur,w\ngood,a,10,5,12.5,1\nbad,b,11,1,7,2\nso so,a,three,3,,x\n", columns);
  REQUIRE(data);
  const auto& survey = data.value().questionnaire;
  CHECK(survey::find(survey, "nps")->kind == survey::Kind::nps);
  CHECK(survey::find(survey, "stars")->kind == survey::Kind::rating);
  CHECK(survey::find(survey, "stars")->scale == survey::Scale{1, 5, {}});
  CHECK(survey::find(survey, "eur")->kind == survey::Kind::number);
  CHECK(survey::find(survey, "w") == nullptr);
  CHECK(field_text(data.value(), 2, "hidden.w") == "x");
  CHECK(!field_number(data.value(), 2, "hidden.w"));
  CHECK(field_number(data.value(), 1, "hidden.w") == 2.0);
  REQUIRE(data.value().notes.size() == 2);
  CHECK(data.value().notes[0].starts_with("2 values of 'nps'"));
  CHECK(data.value().notes[1].find("'stars' from 1 to 5") != std::string::npos);

  CHECK(reason(table("c\ncaf\xe9\nna\xefve\n", {.text = {"c"}})) == "rows_unreadable");
  CHECK(reason(table("c\n", {.text = {"c"}})) == "rows_missing");
  CHECK(reason(table("", {.text = {"c"}})) == "file_empty");
  CHECK(reason(table("c,s,c\na,1,b\n", {.text = {"c"}})) == "column_ambiguous");
  CHECK(reason(table("c,s,s2,s2\na,1,1,2\n", {.text = {"c"}, .score = {"s"}})) == "ok");
  CHECK(reason(table("c,s\na,high\nb,low\n", {.text = {"c"}, .score = {"s"}})) ==
        "column_not_numeric");
  CHECK(reason(table("c,s\na,high\nb,3\nc,\n", {.text = {"c"}, .score = {"s"}})) == "ok");
  CHECK(reason(table("c,s\na,11\n", {.text = {"c"}, .nps = {"s"}})) == "column_not_numeric");
  CHECK(reason(table("a,b\n1,2\n", {})) == "text_column_missing");
}

TEST_CASE("little or nothing to go by gives a clear result") {
  for (const char* text : {"c,s,n\n,,\n,,\n", "c,s,n\none,1,2\n", "c,s,n\n\x01,1,2\n"}) {
    CAPTURE(text);
    const auto data = table(text, {.text = {"c"}, .by = {"s"}, .score = {"n"}});
    REQUIRE(data);
    Settings settings;
    settings.by = {"s"};
    settings.weight = "n";
    const auto found = build(data.value(), settings);
    REQUIRE(found);
    CHECK(found.value().recommendations.empty());
    CHECK((!found.value().personas || found.value().personas->personas.empty()));
    CHECK(found.value().tests == 0);
  }
}
