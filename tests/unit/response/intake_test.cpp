#include "support/inspect.hpp"
#include "support/sample_survey.hpp"
#include "support/world.hpp"

#include <insightflow/response/intake.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/survey/surveys.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

using namespace insightflow;
using namespace insightflow::response;
using test::sample_answer;
using test::sample_survey;

namespace {

struct Fixture : test::World {
  survey::Surveys surveys{scope()};
  Responses responses{scope()};
  Intake intake{*db, clock, ids};

  survey::Survey published(const std::function<void(survey::Survey&)>& change = {}) {
    survey::Survey draft = sample_survey();
    if (change) change(draft);
    return surveys.publish(surveys.create(draft).value().id).value();
  }
  std::int64_t rows() { return number("SELECT count(*) FROM responses"); }
  void check_stored() { CHECK(test::broken_invariants(*db) == std::vector<std::string>{}); }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

/// Starts all threads at once.
void together(int count, const std::function<void(int)>& work) {
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t)
    threads.emplace_back([&, t] {
      for (++ready; ready < count;) std::this_thread::yield();
      work(t);
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "open, not open yet, closed, full and unknown are told apart") {
  const Instant opens = clock.at + 1'000, closes = clock.at + 2'000;
  const auto dated = published([&](survey::Survey& s) {
    s.opens_at = opens;
    s.closes_at = closes;
  });
  struct Row {
    std::int64_t at;
    std::string reason;
  };
  // The interval holds its beginning and not its end; forth and back again.
  const Row rows_by_time[] = {
      {0, "survey_not_open"}, {999, "survey_not_open"},   {1'000, "ok"},
      {1'999, "ok"},          {2'000, "survey_closed"},   {9'000, "survey_closed"},
      {1'500, "ok"},          {-5'000, "survey_not_open"}};
  const Instant start = clock.at;
  std::int64_t stored = 0;
  for (const Row& row : rows_by_time) {
    CAPTURE(row.at);
    clock.at = start + row.at;
    CHECK(reason(intake.open(dated.slug)) == row.reason);
    CHECK(reason(intake.submit(dated.slug, sample_answer(1))) == row.reason);
    // Somebody who starts now is told the same.
    CHECK(reason(Intake(*db, clock, ids).submit(dated.slug, sample_answer(1))) == row.reason);
    if (row.reason == "ok") stored += 2;
    CHECK(rows() == stored);
  }
  clock.at = start;
  const auto draft = surveys.create(sample_survey()).value();
  const auto closed = published();
  REQUIRE(intake.submit(closed.slug, sample_answer(1)));
  REQUIRE(surveys.close(closed.id));
  const auto archived = published();
  REQUIRE(surveys.archive(archived.id));
  const auto full = published([](survey::Survey& s) { s.response_limit = 1; });
  REQUIRE(intake.submit(full.slug, sample_answer(1)));
  struct ByState {
    std::string slug;
    std::string reason;
  };
  const ByState rows_by_state[] = {
      {draft.slug, "survey_unknown"}, {"nowhere", "survey_unknown"},
      {"", "survey_unknown"},         {"' OR 1=1 --", "survey_unknown"},
      {closed.slug, "survey_closed"}, {archived.slug, "survey_closed"},
      {full.slug, "survey_full"}};
  const std::string before = test::dump(*db);
  for (const ByState& row : rows_by_state) {
    CAPTURE(row.reason);
    CHECK(reason(intake.open(row.slug)) == row.reason);
    CHECK(reason(intake.submit(row.slug, sample_answer(1))) == row.reason);
    // That a survey is closed is said before anything about the answers.
    Submission wrong;
    wrong.answers["nobody"] = {true};
    CHECK(reason(intake.submit(row.slug, wrong)) == row.reason);
  }
  CHECK(test::dump(*db) == before);
  REQUIRE(surveys.reopen(closed.id));
  CHECK(reason(intake.submit(closed.slug, sample_answer(1))) == "ok");
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "what is stored is what was sent, once it is valid") {
  const auto survey = published();
  for (int i = 0; i < 12; ++i) {
    const auto receipt = intake.submit(survey.slug, sample_answer(i)).value();
    CHECK(!receipt.repeated);
    const Response stored = responses.get(receipt.id).value();
    const Submission sent = sample_answer(i);
    CHECK(stored.answers == sent.answers);
    CHECK(stored.other == sent.other);
    CHECK(stored.hidden == sent.hidden);
    CHECK(stored.survey_id == survey.id);
    CHECK(stored.version == 1);
    CHECK(stored.submitted_at == clock.at);
  }
  CHECK(surveys.get(survey.id).value().response_count == 12);

  struct Row {
    std::string name;
    std::function<void(Submission&)> change;
    std::vector<std::pair<std::string, std::string>> problems;
  };
  const Row table[] = {
      {"nothing", [](Submission& s) { s = {}; }, {{"/answers/score", "answer_missing"}}},
      {"several",
       [](Submission& s) {
         s.answers["score"] = {11.0};
         s.answers["reason"] = {std::string("Luck")};
         s.answers["ghost"] = {true};
         s.hidden["tariff"] = "x";
         s.other = {{"used", "x"}};
       },
       {{"/answers/score", "out_of_scale"},
        {"/answers/reason", "option_unknown"},
        {"/answers/ghost", "question_unknown"},
        {"/hidden/tariff", "hidden_unknown"},
        {"/other/used", "other_not_chosen"}}},
      {"bytes",
       [](Submission& s) { s.answers["words"] = {std::string("caf\xE9")}; },
       {{"/answers/words", "utf8_invalid"}}},
      {"tongue", [](Submission& s) { s.language = "xx"; }, {{"/language", "language_unknown"}}}};
  const std::string before = test::dump(*db);
  for (const Row& row : table) {
    CAPTURE(row.name);
    Submission submission = sample_answer(0);
    row.change(submission);
    const auto refused = intake.submit(survey.slug, submission, "a key");
    REQUIRE(!refused);
    std::set<std::pair<std::string, std::string>> found;
    for (const Problem& problem : refused.error().problems)
      found.emplace(problem.pointer, problem.reason);
    CHECK(found ==
          std::set<std::pair<std::string, std::string>>(row.problems.begin(), row.problems.end()));
  }
  CHECK(test::dump(*db) == before);
  // A refused try does not use its key up.
  CHECK(!intake.submit(survey.slug, sample_answer(0), "a key").value().repeated);
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "a limit is met exactly, however many ask at once") {
  for (const std::int64_t limit : {1, 7, 40}) {
    CAPTURE(limit);
    const auto survey = published([&](survey::Survey& s) { s.response_limit = limit; });
    std::atomic<std::int64_t> taken = 0, full = 0, else_refused = 0;
    together(16, [&](int t) {
      for (int i = 0; i < 6; ++i) {
        const auto receipt = intake.submit(survey.slug, sample_answer(t * 10 + i));
        (receipt ? taken : receipt.error().reason == "survey_full" ? full : else_refused)++;
      }
    });
    CHECK(taken == limit);
    CHECK(full == 16 * 6 - limit);
    CHECK(else_refused == 0);
    CHECK(surveys.get(survey.id).value().response_count == limit);
  }
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "a key stands for one response, whatever happens in between") {
  const auto survey = published([](survey::Survey& s) { s.response_limit = 2; });
  const auto first = intake.submit(survey.slug, sample_answer(1), "key-1").value();
  CHECK(!first.repeated);
  const auto is_first = [&](Intake& by) {
    const auto again = by.submit(survey.slug, sample_answer(1), "key-1");
    REQUIRE(again);
    CHECK(again.value().id == first.id);
    CHECK(again.value().repeated);
    CHECK(reason(by.submit(survey.slug, sample_answer(2), "key-1")) == "idempotency_key_reused");
  };
  is_first(intake);
  // Another survey has keys of its own.
  const auto other = published();
  CHECK(intake.submit(other.slug, sample_answer(1), "key-1").value().id != first.id);
  REQUIRE(intake.submit(survey.slug, sample_answer(2), "key-2"));
  CHECK(reason(intake.submit(survey.slug, sample_answer(3), "key-3")) == "survey_full");
  Intake restarted(*db, clock, ids);
  SUBCASE("the survey is full") {
    is_first(restarted);
  }
  SUBCASE("the survey was closed") {
    REQUIRE(surveys.close(survey.id));
  }
  SUBCASE("a version was published that these answers do not fit") {
    survey::Survey next = sample_survey();
    next.questions.erase(next.questions.begin() + 1);
    REQUIRE(surveys.update(survey.id, next));
    REQUIRE(surveys.publish(survey.id));
  }
  is_first(intake);
  is_first(restarted);
  CHECK(rows() == 3);
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "threads with one key store one row") {
  const auto survey = published();
  for (int round = 0; round < 10; ++round) {
    std::vector<std::string> got(8);
    std::atomic<int> firsts = 0;
    const std::string key = "round " + std::to_string(round);
    together(8, [&](int t) {
      const auto receipt = intake.submit(survey.slug, sample_answer(round), key);
      if (!receipt) return;
      got[static_cast<std::size_t>(t)] = receipt.value().id.str();
      firsts += !receipt.value().repeated;
    });
    CHECK(std::set<std::string>(got.begin(), got.end()).size() == 1);
    CHECK(!got[0].empty());
    CHECK(firsts == 1);
    CHECK(rows() == round + 1);
  }
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "a version published between check and store has the last word") {
  const auto survey = published();
  REQUIRE(intake.submit(survey.slug, sample_answer(0)));  // the intake knows version 1 now

  survey::Survey wider = sample_survey();
  wider.questions.push_back({.id = "extra", .kind = survey::Kind::yes_no, .text = "One more?"});
  REQUIRE(surveys.update(survey.id, wider));
  REQUIRE(surveys.publish(survey.id));
  const auto fits_both = intake.submit(survey.slug, sample_answer(1)).value();
  CHECK(responses.get(fits_both.id).value().version == 2);

  survey::Survey wanting = wider;
  wanting.questions.back().required = true;
  REQUIRE(surveys.update(survey.id, wanting));
  REQUIRE(surveys.publish(survey.id));
  CHECK(reason(intake.submit(survey.slug, sample_answer(2))) == "answer_missing");
  Submission with = sample_answer(2);
  with.answers["extra"] = {std::string("yes")};
  CHECK(responses.get(intake.submit(survey.slug, with).value().id).value().version == 3);

  survey::Survey narrow = sample_survey();
  REQUIRE(surveys.update(survey.id, narrow));
  REQUIRE(surveys.publish(survey.id));
  CHECK(reason(intake.submit(survey.slug, with)) == "question_unknown");
  check_stored();

  // Under load: each response passes the very version it is stored under.
  std::atomic<bool> go_on = true;
  std::thread publisher([&] {
    for (int i = 0; i < 30; ++i) {
      REQUIRE(surveys.update(survey.id, i % 2 ? narrow : wanting));
      REQUIRE(surveys.publish(survey.id));
    }
    go_on = false;
  });
  std::set<std::string> reasons;
  std::mutex mutex;
  together(4, [&](int t) {
    while (go_on) {
      const auto receipt = intake.submit(survey.slug, t % 2 ? with : sample_answer(t));
      const std::lock_guard lock(mutex);
      reasons.insert(reason(receipt));
    }
  });
  publisher.join();
  for (const std::string& found : reasons) {
    CAPTURE(found);
    CHECK(std::set<std::string>{"ok", "answer_missing", "question_unknown", "survey_changing"}
              .contains(found));
  }
  CHECK(number("SELECT count(*) FROM responses r WHERE (r.answers LIKE '%extra%') <> (SELECT "
               "v.questionnaire LIKE '%extra%' FROM survey_versions v WHERE v.survey_id = "
               "r.survey_id AND v.number = r.version) AND r.version > 4") == 0);
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "a slug that changes hands leads to its new survey") {
  auto survey = published([](survey::Survey& s) { s.slug = "wanted"; });
  REQUIRE(intake.submit("wanted", sample_answer(0)));
  survey.slug = "other-one";
  REQUIRE(surveys.update(survey.id, survey));
  CHECK(reason(intake.submit("wanted", sample_answer(0))) == "survey_unknown");
  CHECK(reason(intake.submit("other-one", sample_answer(0))) == "ok");
  const auto heir = published([](survey::Survey& s) { s.slug = "wanted"; });
  const auto receipt = intake.submit("wanted", sample_answer(0)).value();
  CHECK(responses.get(receipt.id).value().survey_id == heir.id);
  check_stored();
}

TEST_CASE_FIXTURE(Fixture, "responses are listed in order, in pages, to members who may read") {
  const auto survey = published();
  std::vector<std::string> ids_in_order;
  for (int i = 0; i < 7; ++i) {
    clock.at.ms += i % 2 ? -3 : 5;
    ids_in_order.push_back(intake.submit(survey.slug, sample_answer(i)).value().id.str());
  }
  for (const std::int64_t limit : {1, 3, 7, 8}) {
    std::vector<std::string> seen;
    std::string after;
    for (;;) {
      const auto page = responses.list(survey.id, limit, after).value();
      for (const Response& one : page.items) seen.push_back(one.id.str());
      if (!page.next) break;
      after = *page.next;
    }
    CHECK(seen == ids_in_order);
  }
  for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX})
    CHECK(responses.list(survey.id, limit, "").value().items.size() >= 1);
  CHECK(responses.list(survey.id, 10, ids_in_order.back()).value().items.empty());

  const auto elsewhere = identity::create_workspace(*db, clock, ids, "Second").value().workspace.id;
  Responses theirs({*db, clock, ids, {elsewhere, identity::Role::owner}});
  CHECK(reason(theirs.list(survey.id, 10, "")) == "survey_unknown");
  CHECK(reason(theirs.get(ResponseId::parse(ids_in_order[0]).value())) == "response_unknown");
  CHECK(reason(responses.list(ids.next<SurveyId>(), 10, "")) == "survey_unknown");
  CHECK(reason(responses.get(ids.next<ResponseId>())) == "response_unknown");
  CHECK(Responses(scope(identity::Role::viewer)).list(survey.id, 10, "").value().items.size() == 7);
}
