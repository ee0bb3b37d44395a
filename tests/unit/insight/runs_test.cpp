#include "support/insight_world.hpp"
#include "support/inspect.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <set>
#include <thread>

using namespace insightflow;
using namespace insightflow::insight;
using identity::Role;

namespace {

using Fixture = test::InsightWorld;

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

template <class Visit>
void each_quote(Findings findings, const Visit& visit) {
  each_evidence(findings, [&](const std::vector<Evidence>& list) {
    for (const Evidence& evidence : list) visit(evidence);
  });
  for (const QuestionFindings& question : findings.questions)
    for (const Keyphrase& phrase : question.keyphrases) visit(phrase.example);
}

std::set<std::string> quoted(const Findings& findings) {
  std::set<std::string> out;
  each_quote(findings, [&](const Evidence& evidence) { out.insert(evidence.response_id); });
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a run goes from queued to findings whose evidence holds") {
  const Run queued = runs().start(survey.id).value();
  CHECK(queued.state == jobs::State::queued);
  CHECK(!queued.cached);
  CHECK(reason(runs().findings(queued.id)) == "run_unfinished");
  CHECK(work());
  CHECK(!work());
  const Run done = runs().get(queued.id).value();
  CHECK(done.state == jobs::State::completed);
  CHECK(done.done == done.total);
  CHECK(done.completed_at == clock.at);
  const Findings findings = runs().findings(queued.id).value();
  CHECK(findings.responses_total == 60);
  CHECK(findings.responses_used == 60);
  CHECK(findings.questions.size() == 5);
  CHECK(findings.manifest.responses == 60);
  CHECK(findings.manifest.survey_version == 1);
  CHECK(findings.manifest.survey_id == survey.id.str());
  CHECK(findings.manifest.survey_digest == surveys().version(survey.id).value().digest);
  CHECK(findings.manifest.engine_version == engine_version());
  CHECK(!findings.summary.empty());
  const QuestionFindings& words = findings.questions.back();
  CHECK(words.answered == 48);
  CHECK(!words.themes.empty());
  int quotes = 0;
  each_quote(findings, [&](const Evidence& evidence) {
    CAPTURE(evidence.response_id);
    const auto source =
        response::Responses(scope()).get(ResponseId::parse(evidence.response_id).value());
    REQUIRE(source);
    const auto text = evidence_text(source.value(), evidence.question_id);
    REQUIRE(text);
    CHECK(text->substr(static_cast<std::size_t>(evidence.start),
                       static_cast<std::size_t>(evidence.end - evidence.start)) == evidence.quote);
    CHECK(verify(evidence, *text));
    ++quotes;
  });
  CHECK(quotes > 3);
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture,
                  "the same question is answered from what is there; new answers ask again") {
  const Run first = finished();
  const Run again = runs().start(survey.id).value();
  CHECK(again.id == first.id);
  CHECK(again.cached);
  CHECK(!work());

  RunRequest other;
  other.by = {"hidden.plan"};
  CHECK(runs().start(survey.id, other).value().id != first.id);
  CHECK(work());

  const Run forced = finished({.force_refresh = true});
  CHECK(forced.id != first.id);
  CHECK(stored_findings(forced.id) == stored_findings(first.id));
  CHECK(runs().start(survey.id).value().id == forced.id);

  submit(60);
  const Run fresh = runs().start(survey.id).value();
  CHECK(!fresh.cached);
  CHECK(fresh.id != forced.id);
  CHECK(work());
  CHECK(runs().findings(fresh.id).value().responses_total == 61);
  // The older run stays as it was.
  CHECK(runs().findings(first.id).value().responses_total == 60);
  std::vector<RunId> listed;
  const auto page = runs().list(survey.id).value();
  for (const Run& run : page.items) listed.push_back(run.id);
  CHECK(listed.size() == 4);
  CHECK(listed.front() == fresh.id);
  CHECK(std::is_sorted(listed.rbegin(), listed.rend()));

  // Settings that change nothing for respondents keep the answer; a new version does not.
  CHECK(runs().start(survey.id).value().id == fresh.id);
  survey::Survey next = test::sample_survey();
  next.title = "Another title";
  REQUIRE(surveys().update(survey.id, next));
  CHECK(runs().start(survey.id).value().id == fresh.id);
  REQUIRE(surveys().publish(survey.id));
  CHECK(runs().start(survey.id).value().id != fresh.id);
}

TEST_CASE_FIXTURE(Fixture, "a run sees the answers that were there when it was asked for") {
  const Run run = runs().start(survey.id).value();
  submit(60);
  CHECK(work());
  CHECK(runs().findings(run.id).value().responses_total == 60);
}

TEST_CASE_FIXTURE(Fixture, "identical requests at the same time join one run") {
  std::vector<std::string> got(8);
  std::vector<std::thread> threads;
  for (auto& mine : got)
    threads.emplace_back([&] { mine = runs().start(survey.id).value().id.str(); });
  for (auto& thread : threads) thread.join();
  CHECK(std::set<std::string>(got.begin(), got.end()).size() == 1);
  CHECK(number("SELECT count(*) FROM jobs") == 1);
  CHECK(number("SELECT count(*) FROM insight_runs") == 1);
  // While it is queued, a demand to compute again joins it as well.
  CHECK(runs().start(survey.id, {{}, true}).value().id.str() == got[0]);
  CHECK(work());
  CHECK(!work());
}

TEST_CASE_FIXTURE(Fixture, "a cancelled or failed run stands in nobody's way") {
  const Run cancelled = runs().start(survey.id).value();
  CHECK(runs().cancel(cancelled.id).value().state == jobs::State::cancelled);
  CHECK(!work());
  CHECK(reason(runs().findings(cancelled.id)) == "run_unfinished");
  CHECK(reason(runs().cancel(cancelled.id)) == "job_finished");

  const Run failing = runs().start(survey.id).value();
  CHECK(failing.id != cancelled.id);
  jobs::Queue queue{*db, clock, ids};
  jobs::Worker broken(queue,
                      {{std::string(run_job), [](const jobs::Job&, const Ctx&) -> Result<void> {
                          return fail(Code::internal, "broken", "Broken.");
                        }}});
  CHECK(broken.run_one().value());
  CHECK(runs().get(failing.id).value().state == jobs::State::failed);
  CHECK(runs().get(failing.id).value().error == "broken: Broken.");
  CHECK(reason(runs().findings(failing.id)) == "run_failed");

  const Run restarted = runs().start(survey.id).value();
  CHECK(restarted.id != failing.id);
  CHECK(restarted.state == jobs::State::queued);
  CHECK(work());
  CHECK(runs().findings(restarted.id));
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture, "a running run that is cancelled stops and keeps nothing") {
  const Run run = runs().start(survey.id).value();
  jobs::Queue queue{*db, clock, ids};
  jobs::Worker worker(queue, {{std::string(run_job), run_handler(*db, clock, ids)}},
                      {.lease = std::chrono::milliseconds(30)});
  const Ctx ctx{.on_progress = [&](const Progress& progress) {
    if (progress.stage != "statistics" || progress.done != 1) return;
    REQUIRE(runs().cancel(run.id));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // several heartbeats
  }};
  CHECK(worker.run_one(ctx).value());
  CHECK(runs().get(run.id).value().state == jobs::State::cancelled);
  CHECK(stored_findings(run.id).empty());
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture,
                  "a worker killed half way: the job runs again and finds the same bytes") {
  const std::string undisturbed = stored_findings(finished().id);
  const RunId id = runs().start(survey.id, {{}, true}).value().id;
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  db.reset();  // a connection must not cross a fork
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto own = storage::open_sqlite({.path = folder / "a.db"}).value();
    jobs::Queue queue(*own, clock, ids);
    jobs::Worker worker(queue, {{std::string(run_job), run_handler(*own, clock, ids)}});
    const Ctx ctx{.on_progress = [&](const Progress& progress) {
      if (progress.stage != "statistics" || progress.done != 2) return;
      (void)!::write(pipe_ends[1], "x", 1);
      for (;;) ::pause();
    }};
    (void)worker.run_one(ctx);
    ::_exit(1);
  }
  char reached = 0;
  ::close(pipe_ends[1]);
  REQUIRE(::read(pipe_ends[0], &reached, 1) == 1);
  ::close(pipe_ends[0]);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  db = storage::open_sqlite({.path = folder / "a.db"}).value();
  CHECK(runs().get(id).value().state == jobs::State::running);
  CHECK(!work());
  clock.at.ms += 60'000;
  CHECK(work());
  CHECK(runs().get(id).value().state == jobs::State::completed);
  CHECK(number("SELECT max(attempt) FROM jobs") == 2);
  CHECK(stored_findings(id) == undisturbed);
  CHECK(test::broken_invariants(*db) == std::vector<std::string>{});
}

TEST_CASE_FIXTURE(Fixture,
                  "quotes of an answer that was changed or erased are left out, and it is said") {
  const RunId id = finished().id;
  const Findings before = runs().findings(id).value();
  const auto sources = quoted(before);
  REQUIRE(sources.size() >= 2);
  const std::string changed = *sources.begin(), erased = *sources.rbegin();
  int expected = 0;
  each_quote(before, [&](const Evidence& evidence) {
    expected += evidence.response_id == changed || evidence.response_id == erased;
  });
  REQUIRE(db->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(
        tx.execute("UPDATE responses SET answers = '{\"words\":\"Something else.\"}', other = '{}' "
                   "WHERE id = ?1",
                   {changed}));
    BOOST_OUTCOME_TRY(tx.execute("DELETE FROM responses WHERE id = ?1", {erased}));
    return success();
  }));
  const Findings after = runs().findings(id).value();
  CHECK(!quoted(after).contains(changed));
  CHECK(!quoted(after).contains(erased));
  CHECK(quoted(after).size() == sources.size() - 2);
  REQUIRE(after.notes.size() == before.notes.size() + 1);
  CHECK(after.notes.back().starts_with(std::to_string(expected) + " quote"));
  CHECK(after.questions.size() == before.questions.size());
}

TEST_CASE_FIXTURE(Fixture, "evidence holds for its very words alone") {
  const std::string text = "The calendar sync is broken — again.";
  Evidence good{.response_id = "r",
                .question_id = "q",
                .start = 4,
                .end = 12,
                .digest = "",
                .quote = "calendar"};
  good.digest = security::sha256(text);
  REQUIRE(verify(good, text));
  const auto with = [&](const std::function<void(Evidence&)>& change) {
    Evidence evidence = good;
    change(evidence);
    return verify(evidence, text);
  };
  const auto size = static_cast<std::int64_t>(text.size());
  CHECK(!with([](Evidence& e) { e.start = 5; }));
  CHECK(!with([](Evidence& e) { e.end = 11; }));
  CHECK(!with([](Evidence& e) { e.quote = "Calendar"; }));
  CHECK(!with([](Evidence& e) { e.digest[0] = e.digest[0] == 'a' ? 'b' : 'a'; }));
  CHECK(!with([](Evidence& e) { e.digest.clear(); }));
  CHECK(!with([](Evidence& e) { e.start = -1; }));
  CHECK(!with([](Evidence& e) { std::swap(e.start, e.end); }));
  CHECK(!with([&](Evidence& e) { e.end = size + 1; }));
  CHECK(!with([](Evidence& e) { e.end = INT64_MAX; }));
  CHECK(!verify(good, text + " "));
  CHECK(with([&](Evidence& e) {
    e.start = 0;
    e.end = size;
    e.quote = text;
  }));
}

TEST_CASE_FIXTURE(Fixture, "what cannot be started, seen or changed") {
  const Run run = finished();
  const auto elsewhere = identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;
  const identity::Scope foreign{*db, clock, ids, {elsewhere, Role::owner}};
  RunRequest by_ghost, by_hidden_ghost, by_plan;
  by_ghost.by = {"ghost"};
  by_hidden_ghost.by = {"hidden.ghost"};
  by_plan.by = {"hidden.plan"};
  const std::string before = test::dump(*db);
  struct Row {
    std::string name;
    std::string got;
    std::string wanted;
  };
  const SurveyId draft = surveys().create(test::sample_survey()).value().id;
  const std::string with_draft = test::dump(*db);
  const RunId ghost = ids.next<RunId>();
  const Row rows[] = {
      {"start abroad", reason(Runs(foreign).start(survey.id)), "survey_unknown"},
      {"start unknown", reason(runs().start(ids.next<SurveyId>())), "survey_unknown"},
      {"start a draft", reason(runs().start(draft)), "survey_unpublished"},
      {"start by a ghost", reason(runs().start(survey.id, by_ghost)), "segment_unknown"},
      {"start by a hidden ghost", reason(runs().start(survey.id, by_hidden_ghost)),
       "segment_unknown"},
      {"start as a viewer", reason(Runs(scope(Role::viewer)).start(survey.id)),
       "permission_missing"},
      {"get abroad", reason(Runs(foreign).get(run.id)), "run_unknown"},
      {"get unknown", reason(runs().get(ghost)), "run_unknown"},
      {"findings abroad", reason(Runs(foreign).findings(run.id)), "run_unknown"},
      {"findings unknown", reason(runs().findings(ghost)), "run_unknown"},
      {"cancel abroad", reason(Runs(foreign).cancel(run.id)), "run_unknown"},
      {"cancel unknown", reason(runs().cancel(ghost)), "run_unknown"},
      {"cancel as a viewer", reason(Runs(scope(Role::viewer)).cancel(run.id)),
       "permission_missing"},
      {"read as a viewer", reason(Runs(scope(Role::viewer)).findings(run.id)), "ok"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(row.got == row.wanted);
  }
  CHECK(reason(Runs(foreign).list(survey.id)) == "survey_unknown");
  CHECK(test::dump(*db) == with_draft);
  CHECK(before != with_draft);
  CHECK(reason(runs().start(survey.id, by_plan)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "the same answers give the same bytes, on one thread and on eight") {
  const auto dataset = [] {
    Dataset out;
    out.questionnaire = test::sample_survey();
    for (int i = 0; i < 120; ++i)
      out.records.push_back({"row:" + std::to_string(i + 1), test::sample_answer(i)});
    return out;
  };
  Settings settings;
  settings.by = {"hidden.plan", "reason"};
  const auto compute = [&](const Dataset& data) {
    return to_json_text(build(data, settings).value(), Audience::storage);
  };
  const std::string alone = compute(dataset());
  CHECK(compute(dataset()) == alone);
  std::vector<std::string> got(8);
  std::vector<std::thread> threads;
  for (auto& mine : got) threads.emplace_back([&] { mine = compute(dataset()); });
  for (auto& thread : threads) thread.join();
  for (const std::string& one : got) CHECK(one == alone);
  // And a single other word changes the manifest.
  Dataset other = dataset();
  other.records[7].submission.answers["words"] = {std::string("Something else.")};
  CHECK(build(other, settings).value().manifest.inputs_digest !=
        build(dataset(), settings).value().manifest.inputs_digest);
}
