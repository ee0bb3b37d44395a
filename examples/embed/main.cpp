// The whole job inside an application: goal, survey, lint, publish, answers, insight run, report.
#include <insightflow/bias/lint.hpp>
#include <insightflow/engine.hpp>
#include <insightflow/report/report.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

using namespace insightflow;

namespace {

Result<std::string> why_do_they_leave(const std::string& file) {
  BOOST_OUTCOME_TRY(auto engine, Engine::open({.database = "sqlite:" + file}));
  BOOST_OUTCOME_TRY(const auto made, engine.create_workspace("Planner"));
  const Session me = engine.as({made.workspace.id, identity::Role::owner});

  const std::string why = "What made you leave?";
  BOOST_OUTCOME_TRY(auto survey, me.surveys().generate({.goal = "Why do trial users leave?",
                                                        .audience = "trial users",
                                                        .constraints = {.must_ask = {why}}}));
  for (const bias::Finding& finding : bias::lint(survey).findings)  // Pure, no I/O.
    std::printf("%s: %s\n", finding.rule.c_str(), finding.message.c_str());
  BOOST_OUTCOME_TRY(survey, me.surveys().publish(survey.id));

  const auto asked = std::find_if(survey.questions.begin(), survey.questions.end(),
                                  [&](const auto& question) { return question.text == why; });
  for (const char* words : {"Too expensive for a small team.", "The price went up twice.",
                            "I could not import my old projects.", "Great, but too expensive."}) {
    response::Submission answers;
    answers.answers[asked->id].value = std::string(words);
    BOOST_OUTCOME_TRY(engine.respond(survey.slug, answers));  // Durable when it returns.
  }

  BOOST_OUTCOME_TRY(const auto run, me.insights().start(survey.id));  // A job …
  BOOST_OUTCOME_TRY(engine.work_until_idle());                        // … which is done here.
  BOOST_OUTCOME_TRY(const auto findings, me.insights().findings(run.id));
  return report::to_markdown(findings);
}

}  // namespace

int main(int count, char** arguments) {
  const auto report = why_do_they_leave(count > 1 ? arguments[1] : "embed.db");
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().detail.c_str());
    return 1;
  }
  std::puts(report.value().c_str());
}
