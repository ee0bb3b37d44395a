#include <insightflow/bias/lint.hpp>
#include <insightflow/bias/render.hpp>
#include <insightflow/survey/generate.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <set>

using namespace insightflow;
using namespace insightflow::survey;

namespace {

constexpr const char* goals[] = {
    "Why do trial users leave?",
    "How satisfied are customers with our delivery service?",
    "Which feature should we build next in Notely?",
    "Would people pay for a meal-planning app?",
    "How easy is our checkout to use?",
    "Feedback on the 2026 developer conference",
    "Employee engagement",
    "What do employees think about working from home?",
    "Evaluate our statistics course",
    "Measure satisfaction with our support team",
    "Product-market fit of Acme",
    "How is onboarding for new customers?",
    "Is there a market for reusable coffee cups in Vienna?",
    "Satisfaction with public transport",
    "Why do members cancel their gym membership?",
    "Understand what residents think of the new library",
    "Find out what our users think of our amazing new mobile app",
    "Improve the patient portal",
    "Find out whether our pricing and packaging are right",
    "What do teachers need from our lesson planner?",
    "How do students feel about the online lectures?",
    "Reduce churn of our newsletter",
    "Post-event survey for our charity run",
    "Do people like our new logo?",
    "Understand burnout in the engineering department",
    "Find out how customers experience our CRM",
    "Get feedback on the beta",
    "Why is activation low?",
    "How useful is our documentation?",
    "Learn how guests liked the hotel breakfast",
    "NPS survey",
    "Customer satisfaction",
    "What stops visitors from buying on our website?",
    "Assess the quality of our cafeteria food",
    "Check whether the return process works for shoppers",
    "How did the webinar on tax law go?",
    "Would small shops use our payment terminal?",
    "Brand awareness of Sunny Juice among young adults",
    "How good was our technical support last month?",
    "Feature prioritisation for the reporting module",
    "Usability of the ticket machine",
    "Understand the needs of volunteers",
    "always on",
    "Opinions about not reducing unnecessary plastic",
    "Terms and conditions",
    "???",
    "understand everything",
    "Volunteers, donors and staff: what do they expect from us?",
};

constexpr Tone tones[] = {Tone::neutral, Tone::friendly, Tone::formal};

}  // namespace

TEST_CASE("generated questionnaires draw no warning, whatever the goal, tone, length or kinds") {
  const std::vector<std::vector<Kind>> kind_sets = {
      {},
      {Kind::csat, Kind::rating, Kind::nps},
      {Kind::single_choice, Kind::yes_no, Kind::open_text},
      {Kind::open_text},
      {Kind::rating}};
  for (const char* goal : goals)
    for (const Tone tone : tones)
      for (const std::int64_t count : {3, 5, 8, 12, 20, 40})
        for (const auto& kinds : kind_sets) {
          Brief brief{.goal = goal, .audience = "customers", .tone = tone};
          brief.constraints.count = count;
          brief.constraints.kinds = kinds;
          CAPTURE(std::string(goal));
          CAPTURE(count);
          const auto survey = generate(brief);
          REQUIRE(survey.has_value());
          const bias::Report report = bias::lint(survey.value());
          const std::string text = bias::to_text(report, survey.value());
          if (bias::exit_code(report) != 0) FAIL_CHECK(text);
          std::set<std::string> ids;
          for (const Question& question : survey.value().questions) {
            CHECK(ids.insert(question.id).second);
            if (question.kind == Kind::single_choice || question.kind == Kind::multiple_choice ||
                question.kind == Kind::ranking)
              CHECK(question.options.size() >= 2);
            std::set<std::string> options;
            for (const Option& option : question.options)
              CHECK((!option.id.empty() && options.insert(option.id).second));
          }
        }
}

TEST_CASE("generated questionnaires can be read") {
  if (!std::getenv("INSIGHTFLOW_VERBOSE")) return;
  for (const char* goal : goals) {
    const Questionnaire survey = generate({.goal = goal, .constraints = {.count = 9}}).value();
    std::printf("\n## %s  (%s)\n%s\n%s\n", goal, std::string(slug(read_goal(goal).intent)).c_str(),
                survey.title.c_str(), survey.description.c_str());
    for (const Question& question : survey.questions)
      std::printf("  %s %s: %s %s\n", question.id.c_str(), std::string(slug(question.kind)).c_str(),
                  question.text.c_str(), question.show_if.c_str());
  }
}
