// The whole main job with models behind it, each wire, and every way in which they fail.
#include "support/scripted_model.hpp"
#include "support/temporary.hpp"

#include <insightflow/bias/lint.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/engine.hpp>
#include <insightflow/llm/gateway.hpp>
#include <insightflow/report/report.hpp>

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using namespace insightflow;
using namespace std::chrono_literals;

namespace {

constexpr std::array wires{llm::Wire::openai, llm::Wire::anthropic, llm::Wire::gemini,
                           llm::Wire::ollama};

llm::Settings settings_of(const test::ScriptedLlm& server) {
  llm::Settings out;
  llm::Provider provider = server.provider();
  provider.first_byte_timeout_ms = 10'000;
  out.providers = {std::move(provider)};
  out.models = {
      {.name = "m", .provider = "scripted", .model = "scripted-1", .context_tokens = 64'000}};
  out.retry.attempts = 1;
  out.breaker.failures = 100;
  return out;
}

constexpr std::array sentences{"The calendar sync is broken and I lose meetings.",
                               "Calendar sync never works on my phone.",
                               "Please fix the calendar sync, it is broken every week.",
                               "The price is too high for a small team.",
                               "Too expensive, the price went up again.",
                               "The price of the team plan is too high for us.",
                               "Support answered quickly and was very friendly.",
                               "Great support, friendly and quick to answer."};

/// Goal → survey → lint → publish → answers → run.
struct MainJob {
  test::TemporaryFolder folder;
  Engine engine;
  Session owner;
  jobs::JobHistory generation;
  survey::Survey survey;
  insight::Run run;
  insight::Findings findings;

  explicit MainJob(const llm::Settings& settings)
      : engine(Engine::open({.database = "sqlite:" + (folder / "a.db"), .llm = settings}).value()),
        owner(engine.as(
            {engine.create_workspace("First").value().workspace.id, identity::Role::owner})) {
    const auto queued = owner
                            .generate({.goal = "Why do trial users leave?",
                                       .constraints = {.must_ask = {"What nearly stopped you?"}}})
                            .value();
    REQUIRE(engine.work_until_idle().value() == 1);
    generation = owner.jobs().get(queued.id).value();
    REQUIRE(generation.state == jobs::State::completed);
    REQUIRE(generation.result);
    survey = owner.surveys().get(SurveyId::parse(generation.result->subject).value()).value();
    CHECK(bias::lint(survey).counts.errors == 0);
    survey = owner.surveys().publish(survey.id).value();
    for (std::size_t i = 0; i < 40; ++i) {
      response::Submission answer;
      for (const survey::Question& question : survey.questions) {
        if (question.kind == survey::Kind::open_text)
          answer.answers[question.id] = {std::string(sentences[i % sentences.size()]) + " Note " +
                                         std::to_string(i) + "."};
        else if (question.kind == survey::Kind::csat)
          answer.answers[question.id] = {double(1 + i % 5)};
        else if (question.kind == survey::Kind::single_choice)
          answer.answers[question.id] = {question.options[i % 2].id};
      }
      // The generator's own questions have required kinds that are not answered here.
      if (!engine.respond(survey.slug, answer)) ++refused;
    }
    run = owner.insights().start(survey.id).value();
    REQUIRE(engine.work_until_idle().value() >= 1);
    run = owner.insights().get(run.id).value();
    REQUIRE(run.state == jobs::State::completed);
    findings = owner.insights().findings(run.id).value();
  }
  int refused = 0;
};

}  // namespace

TEST_CASE("the main job speaks each wire") {
  for (const llm::Wire wire : wires) {
    CAPTURE(slug(wire));
    test::ScriptedLlm server(wire);
    server.answer_with(test::plays_well(wire));
    MainJob job(settings_of(server));
    CHECK(job.generation.result->engine == "scripted-1");
    CHECK(job.generation.result->note.empty());
    CHECK(job.survey.title == "What people think");
    CHECK(job.survey.questions.back().text == "What nearly stopped you?");
    CHECK(job.refused == 0);
    CHECK(job.findings.manifest.engine == "local, worded by scripted-1");
    std::set<std::string> parts;
    for (const llm::Spoken& one : job.findings.spoken) {
      CAPTURE(one.part);
      CAPTURE(one.fallback);
      CHECK(one.engine == "scripted-1");
      CHECK(one.provider == "scripted");
      CHECK(one.usage.input_tokens == 10 * one.calls);
      parts.insert(one.part);
    }
    CHECK(parts.contains("analyze_responses"));
    CHECK(parts.contains("summarize"));
    const std::string report = report::to_markdown(job.findings);
    CHECK(report.find("worded by scripted") != std::string::npos);
    CHECK(report.find("Look: ") != std::string::npos);

    const Review reviewed = review(job.survey, {}, job.owner.speaker().value()).value();
    const auto linted = bias::lint(job.survey);
    CHECK(reviewed.report.findings.size() > linted.findings.size());
    CHECK(std::equal(linted.findings.begin(), linted.findings.end(),
                     reviewed.report.findings.begin()));
    CHECK(reviewed.spoken.engine == "scripted-1");
    // Asked again, nothing is sent: the run is there.
    const std::size_t sent = server.requests().size();
    CHECK(job.owner.insights().start(job.survey.id).value().cached);
    CHECK(server.requests().size() == sent);
    // The gateway learns how its answers fared.
    CHECK(job.engine.gateway()->delayed_records() == 0);
  }
}

TEST_CASE("a model that fails leaves the work to the local engine, which says so") {
  struct Row {
    std::string name;
    std::string fallback;  ///< Empty: the model speaks in the end.
    std::int64_t repairs;
    std::function<test::Steps(const test::SeenRequest&, int)> play;
  };
  namespace bytes = test::http_bytes;
  constexpr auto wire = llm::Wire::openai;
  const auto whole = [](std::string_view text, std::string_view finish = {}) {
    return test::Steps{test::Send{bytes::whole(
        200, "application/json", test::wire_text::answer(wire, text, {10, 5, 0, false}, finish))}};
  };
  const auto well = test::plays_well(wire);
  const Row rows[] = {
      {"wrong twice, then right", "", 2,
       [&](const test::SeenRequest& request, int nth) {
         return whole(nth < 2 ? "{\"nothing\":[]}" : well(request));
       }},
      {"cut off", "", 0,
       [&](const test::SeenRequest& request, int) {
         // The end of the answer is missing; what is whole is used.
         const std::string text = well(request);
         return whole("Here it is: " + text.substr(0, text.size() - 2), "length");
       }},
      {"always wrong", "llm_answer_unusable", 2,
       [&](const test::SeenRequest&, int) { return whole("I would rather not say."); }},
      {"hangs", "llm_timed_out", 0,
       [](const test::SeenRequest&, int) { return test::Steps{test::Hang{}}; }},
      {"declines", "llm_refused", 0,
       [&](const test::SeenRequest&, int) { return whole("", "content_filter"); }},
      {"resets", "llm_unreachable", 0,
       [](const test::SeenRequest&, int) { return test::Steps{test::Reset{}}; }},
      {"is down", "llm_overloaded", 0, [&](const test::SeenRequest&, int) {
         return test::Steps{test::Send{bytes::whole(
             503, "application/json", test::wire_text::error(wire, 503, "server_error", "Down."))}};
       }}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    test::ScriptedLlm server(wire);
    std::mutex mutex;
    std::map<std::string, int> times;
    server.otherwise([&](const test::SeenRequest& request) {
      int nth = 0;
      {
        const std::lock_guard lock(mutex);
        nth = times[test::asked_of(wire, request).line]++;
      }
      return row.play(request, nth);
    });
    llm::Settings settings = settings_of(server);
    settings.providers[0].first_byte_timeout_ms = 300;
    settings.cache.mode = llm::CacheMode::off;
    MainJob job(settings);
    const bool model = row.fallback.empty();
    CHECK(job.generation.result->engine == (model ? "scripted-1" : "local"));
    CHECK(job.generation.result->note.starts_with(row.fallback));
    CHECK(job.findings.manifest.engine == (model ? "local, worded by scripted-1" : "local"));
    for (const llm::Spoken& one : job.findings.spoken) {
      CAPTURE(one.part);
      CAPTURE(one.fallback);
      CHECK(one.engine == (model ? "scripted-1" : "local"));
      CHECK(one.fallback.starts_with(row.fallback));
      CHECK(one.fallback.empty() == model);
      CHECK(one.repairs == row.repairs);
    }
    if (model) continue;
    // The survey is the generator's, and so is every word of the findings.
    const auto generated =
        survey::generate({.goal = "Why do trial users leave?",
                          .constraints = {.must_ask = {"What nearly stopped you?"}}})
            .value();
    CHECK(static_cast<const survey::Questionnaire&>(job.survey) == generated);
  }
}

TEST_CASE("a model that obeys instructions in answers changes no figure, quote or structure") {
  constexpr auto wire = llm::Wire::openai;
  const std::string secret = "I lose meetings.";  // what one respondent wrote
  test::ScriptedLlm server(wire);
  server.answer_with([&](const test::SeenRequest& request) {
    const test::Asked asked = test::asked_of(wire, request);
    if (asked.data.empty()) return std::string("What?");
    json::value answer = parse_json(test::good_answer(asked.task, asked.data)).value();
    json::object& out = answer.as_object();
    if (json::value* themes = out.if_contains("themes")) {
      for (json::value& theme : themes->as_array()) {
        theme.at("description") = "Everyone is happy, 100 % of them: \"" + secret + "\"";
        for (const char* id : {"a1", "a2", "a3", "a4", "a5", "a6"})
          theme.at("quotes").as_array().push_back(
              json::object{{"answer_id", id}, {"quote", secret}});
        while (theme.at("quotes").as_array().size() > 3) theme.at("quotes").as_array().pop_back();
      }
      themes->as_array().push_back(json::object{{"id", "t77"},
                                                {"label", "Passwords"},
                                                {"description", "All of them."},
                                                {"quotes", json::array()}});
    }
    if (json::value* items = out.if_contains("items"))
      for (json::value& item : items->as_array()) item.at("text") = "As told: all is well. 100 %.";
    return serialize(answer);
  });
  MainJob job(settings_of(server));
  std::int64_t dropped = 0;
  for (const llm::Spoken& one : job.findings.spoken)
    for (const llm::Dropped& drop : one.dropped) dropped += drop.count;
  CHECK(dropped > 3);
  for (const insight::Statement& statement : job.findings.summary)
    CHECK(statement.text.find("all is well") == std::string::npos);
  for (const insight::QuestionFindings& question : job.findings.questions)
    for (const insight::Theme& theme : question.themes) {
      CHECK(theme.summary.empty());
      CHECK(theme.id != "t77");
    }
  for (const std::string& note : job.findings.notes)
    CHECK(note.find("left out") == std::string::npos);
}

TEST_CASE("who watches reads what a model writes, while it writes") {
  for (const llm::Wire wire : wires) {
    CAPTURE(slug(wire));
    test::ScriptedLlm server(wire);
    server.answer_with(test::plays_well(wire));
    test::TemporaryFolder folder;
    Engine engine =
        Engine::open({.database = "sqlite:" + (folder / "a.db"), .llm = settings_of(server)})
            .value();
    const WorkspaceId home = engine.create_workspace("First").value().workspace.id,
                      elsewhere = engine.create_workspace("Second").value().workspace.id;
    const Session owner = engine.as({home, identity::Role::owner});
    auto ours = engine.events().subscribe(home).value(),
         theirs = engine.events().subscribe(elsewhere).value();
    const auto job = owner.generate({.goal = "Why do trial users leave?"}).value();
    REQUIRE(engine.work_until_idle().value() == 1);

    const auto told = [](events::Subscription& by, JobId of) {
      std::string text;
      std::vector<events::MessagePtr> messages;
      for (auto then = events::Subscription::Then::again;
           then != events::Subscription::Then::wait && then != events::Subscription::Then::end;)
        then = then == events::Subscription::Then::fetch ? by.fetch(messages) : by.next(messages);
      for (const events::MessagePtr& message : messages) {
        if (events::event_kinds[message->kind].name != "llm.delta") continue;
        const json::value event = parse_json(message->json()).value();
        CHECK(event.at("subject").as_string() == of.str());
        CHECK(event.at("data").at("task").as_string() == "generate_questions");
        text += event.at("data").at("text").as_string();
      }
      return text;
    };
    CHECK(told(*theirs, job.id).empty());
    const auto written = parse_json(told(*ours, job.id));
    REQUIRE(written);
    CHECK(written.value().at("title").as_string() == "What people think");

    // While nobody watches, nothing is streamed.
    ours.reset();
    theirs.reset();
    while (engine.events().watching() != 0) std::this_thread::yield();
    (void)owner.generate({.goal = "Why do users come back?"}).value();
    REQUIRE(engine.work_until_idle().value() == 1);
    CHECK(!server.requests().back().streamed(wire));
  }
}
