#include <insightflow/core/json.hpp>
#include <insightflow/survey/generate.hpp>

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <set>

using namespace insightflow;
using namespace insightflow::survey;

TEST_CASE("generate: the goal's intent and subject are recognised") {
  struct Row {
    const char* goal;
    Intent intent;
    const char* subject;
  };
  const Row rows[] = {
      {"Why do trial users leave?", Intent::churn, "our product"},
      {"Why do customers cancel their subscription?", Intent::churn, "your subscription"},
      {"Find out why users leave Acme Notes", Intent::churn, "Acme Notes"},
      {"How satisfied are customers with our delivery service?", Intent::satisfaction,
       "our delivery service"},
      {"Understand what users think of the new dashboard", Intent::general, "the new dashboard"},
      {"Which feature should we build next in Notely?", Intent::feature_choice, "Notely"},
      {"How easy is our checkout to use?", Intent::usability, "our checkout"},
      {"Feedback on the 2026 developer conference", Intent::event, "the 2026 developer conference"},
      {"Employee engagement", Intent::employee, "your work"},
      {"What do employees think about working from home?", Intent::employee, "working from home"},
      {"Evaluate our statistics course", Intent::course, "our statistics course"},
      {"Would people pay for a meal-planning app?", Intent::pricing, "a meal-planning app"},
      {"Measure satisfaction with our support team", Intent::support, "our support team"},
      {"Product-market fit of Acme", Intent::product_market_fit, "Acme"},
      {"How is onboarding for new customers?", Intent::onboarding, "our product"},
      {"Satisfaction with public transport", Intent::satisfaction, "public transport"},
      {"Opinions on our amazing new prices", Intent::pricing, "our product"},
      {"Customer satisfaction", Intent::satisfaction, "our product"},
      {"How did the webinar on tax law go?", Intent::event, "the webinar"},
      {"Check whether the return process works", Intent::general, "the return process"},
      {"Is there a market for reusable cups?", Intent::market, "reusable cups"},
      {"Why is activation low?", Intent::onboarding, "our product"},
      {"???", Intent::general, "our service"},
      {"Find out why customers churn", Intent::churn, "our product"},
      {"understand why customers churn", Intent::churn, "our product"},
      {"I want to understand why customers churn", Intent::churn, "our product"},
      {"Determine whether employees are happy", Intent::employee, "your work"},
      {"Help us decide what to build next", Intent::feature_choice, "our product"},
      {"increase retention", Intent::churn, "our product"},
      {"Prioritise features", Intent::feature_choice, "our product"},
      {"Understand the return process", Intent::general, "the return process"},
      {"Understand very deeply why people churn", Intent::churn, "our product"},
      {"Really understand our checkout", Intent::general, "our checkout"},
      {"Would users recommend our NPS?", Intent::satisfaction, "our product"},
      {"Measure NPS", Intent::satisfaction, "our product"},
      {"Find out if the price is too high for small firms", Intent::pricing, "our product"},
      {"Is our documentation any good", Intent::general, "our documentation"},
      {"Feedback on the family room", Intent::general, "the family room"},
      {"Warum kündigen unsere Kunden?", Intent::general, "our service"},
      {"Pourquoi nos clients partent-ils ?", Intent::general, "our service"},
      {"How do visitors rate Los Angeles?", Intent::general, "Los Angeles"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.goal));
    const Reading reading = read_goal(row.goal);
    CHECK(std::string(slug(reading.intent)) == std::string(slug(row.intent)));
    CHECK(reading.subject == row.subject);
  }
}

TEST_CASE("generate: what is asked for is honoured") {
  Brief brief{.goal = "How satisfied are customers with our bakery?", .audience = "customers"};
  for (std::int64_t count = 3; count <= 40; ++count) {
    brief.constraints.count = count;
    const auto survey = generate(brief);
    REQUIRE(survey.has_value());
    CHECK(survey.value().questions.size() == static_cast<std::size_t>(count));
    CHECK(survey.value() == generate(brief).value());
    std::set<std::string> texts;
    for (std::size_t i = 0; i < survey.value().questions.size(); ++i) {
      CHECK(survey.value().questions[i].id == "q" + std::to_string(i + 1));
      texts.insert(survey.value().questions[i].text);
    }
    CHECK(texts.size() == static_cast<std::size_t>(count));
  }
  brief.constraints = {.count = 5, .kinds = {Kind::csat, Kind::open_text}};
  const Questionnaire chosen = generate(brief).value();
  for (const Question& question : chosen.questions)
    CHECK((question.kind == Kind::csat || question.kind == Kind::open_text));
}

TEST_CASE("generate: trial users are not offered a year of use") {
  for (const bool trial : {true, false}) {
    const Brief brief{.goal = "Why do people leave Acme?",
                      .audience = trial ? "trial users" : "customers",
                      .constraints = {.count = 20}};
    const auto survey = generate(brief);
    REQUIRE(survey.has_value());
    bool years = false;
    for (const Question& question : survey.value().questions)
      for (const Option& option : question.options)
        years = years || option.label == "12 months or more";
    CHECK(years == !trial);
  }
}

TEST_CASE("generate: must-asks stand word for word, with the kind of their opening") {
  struct Row {
    const char* text;
    Kind kind;
  };
  const Row rows[] = {{"How satisfied are you with our bread?", Kind::csat},
                      {"Did you find parking?", Kind::yes_no},
                      {"is the shop easy to reach?", Kind::yes_no},
                      {"How likely are you to recommend our cakes?", Kind::nps},
                      {"How easy was it to order?", Kind::ces},
                      {"How many loaves did you buy last week?", Kind::number},
                      {"What else should we bake?", Kind::open_text}};
  Brief brief{.goal = "Customer satisfaction"};
  for (const Row& row : rows) brief.constraints.must_ask.push_back(row.text);
  const Questionnaire survey = generate(brief).value();
  CHECK(survey.questions.size() == 8);
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    const Question* found = nullptr;
    for (const Question& question : survey.questions)
      if (question.text == row.text) found = &question;
    REQUIRE(found);
    CHECK(found->kind == row.kind);
  }
}

TEST_CASE("generate: follow-ups refer to the question they follow") {
  const Questionnaire survey =
      generate({.goal = "Customer satisfaction", .constraints = {.count = 6}}).value();
  bool follow_up = false;
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    const std::string& condition = survey.questions[i].show_if;
    if (condition.empty()) continue;
    follow_up = true;
    const std::string id = condition.substr(0, condition.find(' '));
    REQUIRE(find(survey, id));
    CHECK(find(survey, id) < &survey.questions[i]);
    CHECK(find(survey, id)->kind == Kind::nps);
  }
  CHECK(follow_up);
}

TEST_CASE("generate: wrong briefs are refused with a reason") {
  struct Row {
    Brief brief;
    std::string_view reason, pointer;
  };
  const Row rows[] = {
      {{.goal = ""}, "goal_missing", "/goal"},
      {{.goal = " \t\n"}, "goal_missing", "/goal"},
      {{.goal = "our \xFF shop"}, "utf8_invalid", "/goal"},
      {{.goal = "x", .language = "de"}, "language_unsupported", "/language"},
      {{.goal = "x", .constraints = {.count = 2}}, "count_out_of_range", "/constraints/count"},
      {{.goal = "x", .constraints = {.count = 41}}, "count_out_of_range", "/constraints/count"},
      {{.goal = "x", .constraints = {.count = 3, .must_ask = {"A?", "B?", "C?", "D?"}}},
       "must_ask_exceeds_count",
       "/constraints/count"},
      {{.goal = "x", .constraints = {.must_ask = {"A?", " "}}},
       "must_ask_missing_text",
       "/constraints/must_ask/1"},
      {{.goal = "x", .constraints = {.kinds = {Kind::consent}}},
       "kinds_exhausted",
       "/constraints/kinds"},
  };
  for (const Row& row : rows) {
    const auto result = generate(row.brief);
    REQUIRE(result.has_error());
    CHECK(result.error().reason == row.reason);
    CHECK(result.error().pointer == row.pointer);
  }
}

TEST_CASE("generate: the brief reads from JSON") {
  const auto brief = from_json_text<Brief>(
      R"({"goal":"Why?","tone":"friendly","constraints":{"count":4,"kinds":["nps","open_text"]}})");
  REQUIRE(brief.has_value());
  CHECK(brief.value().tone == Tone::friendly);
  CHECK(brief.value().constraints.kinds.size() == 2);
  CHECK(!from_json_text<Brief>(R"({"goal":"Why?","tone":"rude"})").has_value());
}

TEST_CASE("generate: of an idea nobody is asked how satisfied they are with it") {
  for (const char* goal :
       {"Would people pay for a meal-planning app?", "Is there a market for reusable cups?"}) {
    Brief brief{.goal = goal};
    brief.constraints.count = 20;
    const Questionnaire survey = generate(brief).value();
    for (const Question& question : survey.questions) {
      CAPTURE(question.text);
      CHECK(question.kind != Kind::csat);
    }
  }
}

TEST_CASE("generate: hostile goals give a plain questionnaire") {
  const std::string long_word(5000, 'x');
  const std::string goals[] = {"Feedback on {{q1}} please",
                               "Feedback on our " + long_word,
                               "((((",
                               "of of of of",
                               "the",
                               "about the",
                               "<script>alert(1)</script>",
                               "{s}",
                               "with our {s}",
                               "and",
                               "?",
                               "a b",
                               "\xF0\x9F\x98\x80",
                               std::string(900, '?')};
  for (const std::string& goal : goals) {
    CAPTURE(goal);
    const auto survey = generate({.goal = goal});
    REQUIRE(survey.has_value());
    CHECK(survey.value().questions.size() >= 3);
    CHECK(survey.value().title.size() < 300);
    for (const Question& question : survey.value().questions) {
      CHECK(question.text.find('{') == std::string::npos);
      CHECK(question.text.find('<') == std::string::npos);
    }
  }
}
