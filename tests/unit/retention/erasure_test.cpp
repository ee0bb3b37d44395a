#include "retention_world.hpp"

using namespace insightflow;
using namespace insightflow::test;
using namespace insightflow::retention;

TEST_CASE("a request names what to erase in one way") {
  const std::string id = R"("019301ab-0000-7000-8000-000000000000")";
  const std::pair<std::string, std::string_view> rows[] = {
      {"{}", "subject_missing"},
      {R"({"texts":[]})", "subject_missing"},
      {R"({"texts":["ann@example.org"]})", "ok"},
      {R"({"texts":["an"]})", "text_too_short"},
      {R"({"texts":["Ann","x"]})", "text_too_short"},
      {R"({"texts":[")" + std::string(501, 'x') + "\"]}", "text_too_long"},
      {R"({"response_ids":[)" + id + "]}", "ok"},
      {R"({"response_ids":[)" + id + R"(],"texts":["Ann"]})", "subject_ambiguous"},
      {R"({"respondent":{"field":"a","value":"b"}})", "ok"},
      {R"({"respondent":{"field":"a","value":"b"},"response_ids":[)" + id + "]}",
       "subject_ambiguous"}};
  for (const auto& row : rows) {
    CAPTURE(row.first.substr(0, 100));
    CHECK(reason(validate(from_json_text<ErasureRequest>(row.first).value())) == row.second);
  }
  for (const char* text : {R"({"respondent":{"field":"a"}})", R"({"respondent":{"value":"a"}})",
                           R"({"response_ids":["x"]})", R"({"everybody":true})",
                           R"({"respondent":{"field":"","value":"b"}})"})
    CHECK(!from_json_text<ErasureRequest>(text));
}

TEST_CASE_FIXTURE(RetentionWorld, "what cannot be erased is said at once, and nothing is queued") {
  const std::string before = dump(*db);
  ErasureRequest unknown;
  unknown.response_ids = {ids.next<ResponseId>()};
  const auto refused = erasures().request(unknown);
  CHECK(reason(refused) == "response_unknown");
  CHECK(refused.error().pointer == "/response_ids/0");
  ErasureRequest nowhere = texts({"Ann Smith"});
  nowhere.survey_id = ids.next<SurveyId>();
  CHECK(reason(erasures().request(nowhere)) == "survey_unknown");
  CHECK(reason(Erasures(scope(identity::Role::editor)).request(texts({"Ann Smith"}))) ==
        "permission_missing");
  CHECK(reason(erasures().get(ids.next<ErasureId>())) == "erasure_unknown");
  CHECK(dump(*db) == before);
}

TEST_CASE_FIXTURE(RetentionWorld, "a person's answers go with all that was made of them") {
  const auto first = submit_marked(survey.id, survey.slug, 3, "key-of-ann.marker@example.org");
  submit_marked(survey.id, survey.slug, 7);
  const auto run = finished();
  CHECK(stored_findings(run.id).find("screen 3") != std::string::npos);
  submit(100);
  const auto under_way = runs().start(survey.id).value();
  REQUIRE(on_disk(mark));

  clock.at = clock.at + 1'000;
  const auto made = erasures().request(texts({"Ann.Marker@example.org"})).value();
  CHECK(made.erasure.state == ErasureState::removing);
  CHECK(stored(mark));
  work_on(*db);
  const auto done = erasures().get(made.erasure.id).value();
  CHECK(done.state == ErasureState::completed);
  CHECK(done.subject == Subject::person);
  CHECK(done.removed.at("responses") == 2);
  CHECK(done.removed.at("idempotency_keys") == 1);
  CHECK(done.removed.at("insight_runs") == 2);
  CHECK(done.mentioned.empty());
  CHECK(done.subject_digest == subject_digest(made.salt, texts({"Ann.Marker@example.org"})));
  CHECK(done.subject_digest != subject_digest("", texts({"Ann.Marker@example.org"})));

  CHECK(!stored("arker@example"));
  CHECK(!on_disk("arker@example"));
  CHECK(!on_disk("screen 3."));
  CHECK(reason(response::Responses(scope()).get(first)) == "response_unknown");
  CHECK(reason(runs().findings(run.id)) == "run_unknown");
  CHECK(reason(runs().get(under_way.id)) == "run_unknown");
  CHECK(broken_invariants(*db) == std::vector<std::string>{});

  // The audit trail records it, and is whole.
  const auto trail = identity::Trail(scope()).list().value();
  CHECK(trail.items.front().action == "person_erased");
  CHECK(trail.items.front().number == done.audit_number);
  CHECK(trail.items.front().digest == done.audit_digest);
  CHECK(identity::Trail(scope()).verify().value().whole);

  // Answers that stay can be analysed, and another erasure finds nothing.
  CHECK(finished().state == jobs::State::completed);
  CHECK(erased(texts({std::string(mark)})).removed.contains("responses") == false);
  CHECK(erasures().list().value().items.size() == 2);
}

TEST_CASE_FIXTURE(RetentionWorld, "respondents and single responses go by themselves") {
  const auto one = submit_marked(survey.id, survey.slug, 3);
  const auto two = submit_marked(survey.id, survey.slug, 7);
  ErasureRequest by_field;
  by_field.respondent = Respondent{"plan", "team-3"};
  const auto first = erased(by_field);
  CHECK(first.removed.at("responses") == 1);
  CHECK(first.subject == Subject::respondent);
  CHECK(reason(response::Responses(scope()).get(one)) == "response_unknown");
  CHECK(response::Responses(scope()).get(two));

  ErasureRequest by_id;
  by_id.response_ids = {two};
  const auto second = erased(by_id);
  CHECK(second.removed.at("responses") == 1);
  CHECK(!on_disk(mark));
  CHECK(broken_invariants(*db) == std::vector<std::string>{});
  CHECK(identity::Trail(scope()).list().value().items.front().action == "respondent_erased");
}

TEST_CASE_FIXTURE(RetentionWorld, "another survey and another workspace keep the same texts") {
  submit_marked(survey.id, survey.slug, 3);
  const auto other_survey = surveys().publish(surveys().create(sample_survey()).value().id).value();
  submit_marked(other_survey.id, other_survey.slug, 4);
  const auto elsewhere = identity::create_workspace(*db, clock, ids, "Second").value();
  survey::Surveys theirs({*db, clock, ids, {elsewhere.workspace.id, identity::Role::owner}});
  const auto foreign = theirs.publish(theirs.create(sample_survey()).value().id).value();
  const auto kept = submit_marked(foreign.id, foreign.slug, 5);

  ErasureRequest here = texts({std::string(mark)});
  here.survey_id = survey.id;
  CHECK(erased(here).removed.at("responses") == 1);
  CHECK(erased(texts({std::string(mark)})).removed.at("responses") == 1);
  CHECK(number("SELECT count(*) FROM responses WHERE answers LIKE '%marker%'") == 1);
  CHECK(response::Responses({*db, clock, ids, {elsewhere.workspace.id, identity::Role::owner}})
            .get(kept));
  ErasureRequest not_ours;
  not_ours.response_ids = {kept};
  CHECK(reason(erasures().request(not_ours)) == "response_unknown");
}

TEST_CASE_FIXTURE(RetentionWorld, "members' own words are told and left to them") {
  survey::Survey named = sample_survey();
  named.title = "What do you think of Ann Smith?";
  REQUIRE(surveys().create(named));
  const auto done = erased(texts({"Ann Smith"}));
  CHECK(done.mentioned == std::map<std::string, std::int64_t>{{"surveys", 1}});
}

TEST_CASE_FIXTURE(RetentionWorld, "a run in a worker's hands stores nothing any more") {
  submit_marked(survey.id, survey.slug, 3);
  const auto run = runs().start(survey.id).value();
  jobs::Queue queue(*db, clock, ids);
  const auto held = queue.claim(std::chrono::milliseconds(15'000)).value().value();
  REQUIRE(queue.checkpoint(held, "step", "what " + std::string(mark) + " said"));
  CHECK(erased(texts({std::string(mark)})).state == ErasureState::completed);
  CHECK(reason(queue.checkpoint(held, "next", "x")) == "lease_lost");
  CHECK(reason(queue.heartbeat(held, {"x", 0, 0}, std::chrono::milliseconds(1))) == "lease_lost");
  CHECK(reason(db->write([&](storage::Tx& tx) { return queue.complete(tx, held); })) ==
        "lease_lost");
  CHECK(reason(runs().get(run.id)) == "run_unknown");
  CHECK(!on_disk("arker@example"));
}

TEST_CASE_FIXTURE(RetentionWorld, "a reader of an old state holds an erasure up, and it finishes") {
  submit_marked(survey.id, survey.slug, 3);
  const auto made = erasures().request(texts({std::string(mark)})).value();
  REQUIRE(db->read([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.find<std::int64_t>("SELECT count(*) FROM responses"));
    work_on(*db);
    return success();
  }));
  const auto held = erasures().get(made.erasure.id).value();
  CHECK(held.state == ErasureState::scrubbing);
  CHECK(!held.audit_number);
  CHECK(!stored(mark));
  clock.at = clock.at + 61'000;
  work_on(*db);
  CHECK(erasures().get(made.erasure.id).value().state == ErasureState::completed);
  CHECK(!on_disk(mark));
}

TEST_CASE(
    "whichever statement fails, nothing half erased is called done, and the next try finishes") {
  for (int n = 1;; ++n) {
    CAPTURE(n);
    RetentionWorld world;
    world.submit_marked(world.survey.id, world.survey.slug, 3, "a-key");
    world.submit_marked(world.survey.id, world.survey.slug, 9);
    world.finished();
    const auto made =
        world.erasures().request(RetentionWorld::texts({std::string(world.mark)})).value();
    FaultyDatabase faulty(*world.db, n);
    world.work_on(faulty);
    const auto after = world.erasures().get(made.erasure.id).value();
    CHECK(broken_invariants(*world.db) == std::vector<std::string>{});
    if (after.state == ErasureState::completed) CHECK(!world.on_disk("arker@example"));
    world.work_out();
    const auto done = world.erasures().get(made.erasure.id).value();
    CHECK(done.state == ErasureState::completed);
    CHECK(done.removed.at("responses") == 2);
    CHECK(done.removed.at("insight_runs") == 1);
    CHECK(!world.on_disk("arker@example"));
    CHECK(broken_invariants(*world.db) == std::vector<std::string>{});
    CHECK(identity::Trail(world.scope()).verify().value().whole);
    if (!faulty.fired()) {
      CHECK(n > 30);
      return;
    }
    REQUIRE(n < 500);
  }
}
