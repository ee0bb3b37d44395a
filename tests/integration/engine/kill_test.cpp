// What was acknowledged is there, once, whenever the process is killed.
#include "support/inspect.hpp"
#include "support/sample_survey.hpp"
#include "support/temporary.hpp"

#include <insightflow/engine.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <thread>

using namespace insightflow;

namespace {

constexpr int threads = 8;

std::string key_of(int round, int thread, int i) {
  return std::to_string(round) + "-" + std::to_string(thread) + "-" + std::to_string(i);
}

/// Submits from many threads until it is killed, and writes "id key" for each answer that was
/// acknowledged. One write for each line, shorter than PIPE_BUF: lines do not mix.
[[noreturn]] void submit_forever(const std::string& database, const std::string& slug, int round,
                                 int out) {
  auto engine = Engine::open({.database = database}).value();
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const std::string key = key_of(round, t, i);
        const auto receipt = engine.respond(slug, test::sample_answer(i), key);
        if (!receipt) ::_exit(2);
        const std::string line = receipt.value().id.str() + " " + key + "\n";
        if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
      }
    });
  for (;;) ::pause();
}

/// What the child acknowledged before it was killed: id by key.
std::map<std::string, std::string> killed_after(std::size_t acknowledged,
                                                const std::string& database,
                                                const std::string& slug, int round) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    submit_forever(database, slug, round, ends[1]);
  }
  ::close(ends[1]);
  std::FILE* in = ::fdopen(ends[0], "r");
  std::map<std::string, std::string> out;
  char id[64], key[64];
  while (std::fscanf(in, "%63s %63s", id, key) == 2) {
    CHECK(out.emplace(key, id).second);
    if (out.size() == acknowledged) ::kill(child, SIGKILL);
  }
  std::fclose(in);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(out.size() >= acknowledged);
  return out;
}

}  // namespace

TEST_CASE("kill -9 under a load of submits loses nothing that was acknowledged") {
  const test::TemporaryFolder folder;
  const std::string database = "sqlite:" + (folder / "a.db");
  identity::Actor actor;
  survey::Survey survey;
  {
    auto engine = Engine::open({.database = database}).value();
    actor = {engine.create_workspace("First").value().workspace.id, identity::Role::owner};
    auto surveys = engine.as(actor).surveys();
    survey = surveys.publish(surveys.create(test::sample_survey()).value().id).value();
  }
  std::map<std::string, std::string> acknowledged;
  int round = 0;
  for (const std::size_t moment : {1u, 37u, 400u, 401u, 1'500u}) {
    CAPTURE(moment);
    acknowledged.merge(killed_after(moment, database, survey.slug, ++round));

    auto engine = Engine::open({.database = database, .create = false}).value();
    CHECK(test::broken_invariants(engine.database()) == std::vector<std::string>{});
    std::map<std::string, int> stored;  // how often each id
    REQUIRE(engine.database().read([&](storage::Tx& tx) {
      return tx.each("SELECT id FROM responses", {}, [&](const storage::Row& row) -> Result<void> {
        ++stored[std::string(row.text(0))];
        return success();
      });
    }));
    std::map<std::string, std::string> keys;
    REQUIRE(engine.database().read([&](storage::Tx& tx) {
      return tx.each("SELECT key, response_id FROM idempotency_keys", {},
                     [&](const storage::Row& row) -> Result<void> {
                       keys.emplace(row.text(0), row.text(1));
                       return success();
                     });
    }));
    for (const auto& [key, id] : acknowledged)
      if (stored[id] != 1 || keys[key] != id) FAIL("lost or doubled: " << key << " " << id);
    // Stored but not acknowledged is possible, at most one for each thread and round.
    CHECK(stored.size() == keys.size());
    CHECK(stored.size() <= acknowledged.size() + static_cast<std::size_t>(threads * round));
    CHECK(engine.as(actor).surveys().get(survey.id).value().response_count ==
          static_cast<std::int64_t>(stored.size()));
    // The clients repeat what they do not know the outcome of.
    for (int t = 0; t < threads; ++t) {
      int next = 0;
      while (keys.contains(key_of(round, t, next))) ++next;
      for (const int i : {next - 1, next}) {
        if (i < 0) continue;
        const auto again =
            engine.respond(survey.slug, test::sample_answer(i), key_of(round, t, i)).value();
        CHECK(again.repeated == (i < next));
        if (again.repeated) CHECK(keys[key_of(round, t, i)] == again.id.str());
        acknowledged[key_of(round, t, i)] = again.id.str();
      }
    }
    CHECK(engine.as(actor).surveys().get(survey.id).value().response_count >=
          static_cast<std::int64_t>(acknowledged.size()));
    CHECK(test::broken_invariants(engine.database()) == std::vector<std::string>{});
  }
}
