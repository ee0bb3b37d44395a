#include "support/world.hpp"

#include <insightflow/jobs/queue.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::jobs;
using namespace std::chrono_literals;

namespace {

struct Fixture : test::World {
  Queue queue{*db, clock, ids};
  WorkspaceId home = workspace.workspace.id;

  JobId add(std::string_view input = {}) {
    return db
        ->write([&](storage::Tx& tx) {
          return queue.enqueue(tx, {.workspace_id = home, .kind = "k", .subject = "s"}, input);
        })
        .value();
  }
  Job claim() { return queue.claim(10s).value().value(); }
  using Steps = std::map<std::string, std::string>;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what an attempt kept, the next one finds") {
  add();
  const Job first = claim();
  CHECK(queue.checkpoints(first).value().empty());
  REQUIRE(queue.checkpoint(first, "read", "one"));
  REQUIRE(queue.checkpoint(first, "ask", "two\n\xC3\xA4"));
  // A step that is done is done; its bytes do not change.
  REQUIRE(queue.checkpoint(first, "read", "other"));
  const Steps kept{{"ask", "two\n\xC3\xA4"}, {"read", "one"}};
  CHECK(queue.checkpoints(first).value() == kept);

  // The worker disappears.
  clock.at.ms += 11'000;
  const Job second = claim();
  CHECK(second.attempt == 2);
  CHECK(queue.checkpoints(second).value() == kept);
  CHECK(queue.checkpoint(first, "late", "x").error().reason == "lease_lost");
  CHECK(queue.checkpoints(second).value() == kept);

  // It gives up; the steps stay for the next attempt.
  REQUIRE(queue.give_up(second, fail(Code::unavailable, "x", "x")));
  CHECK(queue.checkpoint(second, "late", "x").error().reason == "lease_lost");
  clock.at.ms += 100'000;
  const Job third = claim();
  CHECK(queue.checkpoints(third).value() == kept);
  REQUIRE(db->write([&](storage::Tx& tx) { return queue.complete(tx, third); }));
  CHECK(number("SELECT count(*) FROM job_checkpoints") == 0);
  CHECK(queue.checkpoint(third, "late", "x").error().reason == "lease_lost");
}

TEST_CASE_FIXTURE(Fixture, "steps belong to one job, and go with it") {
  const JobId a = add(), b = add();
  const Job first = claim(), second = claim();
  REQUIRE(queue.checkpoint(first, "s", "a"));
  REQUIRE(queue.checkpoint(second, "s", "b"));
  CHECK(queue.checkpoints(first).value() == Steps{{"s", "a"}});
  REQUIRE(queue.give_up(first, fail(Code::invalid, "x", "x")));
  REQUIRE(queue.cancel(home, b));
  REQUIRE(queue.give_up(second, fail(Code::cancelled, "x", "x")));
  CHECK(number("SELECT count(*) FROM job_checkpoints") == 2);
  REQUIRE(queue.requeue(home, a));
  CHECK(queue.checkpoints(claim()).value() == Steps{{"s", "a"}});
  clock.at.ms += 1'000;
  CHECK(queue.purge(0ms).value() == 1);
  CHECK(number("SELECT count(*) FROM job_checkpoints") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a job has an input and a result") {
  const JobId plain = add(), given = add(R"({"goal":"g"})");
  const Job first = claim(), second = claim();
  CHECK(queue.input(first).value().empty());
  CHECK(queue.input(second).value() == R"({"goal":"g"})");
  REQUIRE(db->write([&](storage::Tx& tx) { return queue.complete(tx, first); }));
  const JobResult result{"survey-1", "some-model", "why"};
  REQUIRE(db->write([&](storage::Tx& tx) { return queue.complete(tx, second, result); }));
  CHECK(!queue.get(home, plain).value().result);
  CHECK(queue.get(home, given).value().result == result);
  // Who lost the lease says nothing.
  CHECK(!db->write([&](storage::Tx& tx) { return queue.complete(tx, second, {"x", "y", ""}); }));
  CHECK(queue.get(home, given).value().result == result);
  clock.at.ms += 1'000;
  CHECK(queue.purge(0ms).value() == 2);
  CHECK(number("SELECT (SELECT count(*) FROM job_inputs) + (SELECT count(*) FROM job_results)") ==
        0);
}
