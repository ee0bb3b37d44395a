#pragma once

#include "support/faulty_database.hpp"
#include "support/insight_world.hpp"
#include "support/inspect.hpp"

#include <insightflow/identity/trail.hpp>
#include <insightflow/retention/retentions.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace insightflow::test {

/// Sends what follows it in a list of bases to memory: these tests are many small commits.
struct InMemory {
  InMemory() { ::setenv("TMPDIR", memory_folder().c_str(), 1); }
};

/// Sixty answers of which some hold a mark, findings about them, and another workspace that has the
/// same.
struct RetentionWorld : InMemory, InsightWorld {
  static constexpr std::string_view mark = "ann.marker@example.org";
  static constexpr std::int64_t day = 86'400'000;

  retention::Retentions retentions() { return retention::Retentions(scope()); }
  retention::Erasures erasures() { return retention::Erasures(scope()); }

  ResponseId submit_marked(SurveyId, const std::string& slug, int i, std::string_view key = {}) {
    response::Submission answer = sample_answer(i);
    answer.answers["words"] = {"The calendar sync is broken, write to " + std::string(mark) +
                               " about screen " + std::to_string(i) + "."};
    answer.hidden["plan"] = "team-" + std::to_string(i);
    return response::Intake(*db, clock, ids).submit(slug, answer, key).value().id;
  }

  /// Runs all jobs that are ready, over that database.
  int work_on(storage::Database& over) {
    jobs::Queue queue(over, clock, ids);
    jobs::Worker worker(
        queue,
        {{std::string(insight::run_job), insight::run_handler(over, clock, ids)},
         {std::string(retention::retention_job), retention::retention_handler(over, clock, ids)},
         {std::string(retention::erasure_job), retention::erasure_handler(over, clock, ids)}});
    int ran = 0;
    for (;;) {
      const auto one = worker.run_one();
      if (!one || !one.value()) return ran;
      ++ran;
    }
  }
  /// The same until retries have run too.
  void work_out() {
    for (int i = 0; i < 4; ++i) {
      work_on(*db);
      clock.at = clock.at + 61'000;
    }
  }

  retention::Erasure erased(const retention::ErasureRequest& request) {
    const auto made = erasures().request(request).value();
    work_on(*db);
    return erasures().get(made.erasure.id).value();
  }
  static retention::ErasureRequest texts(std::vector<std::string> list) {
    retention::ErasureRequest out;
    out.texts = std::move(list);
    return out;
  }

  /// The bytes of the files of the database.
  std::string raw() {
    std::string out;
    for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
      std::ifstream file(folder / name, std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      out += text.str();
    }
    return out;
  }
  bool on_disk(std::string_view text) { return raw().find(text) != std::string::npos; }
  bool stored(std::string_view text) { return dump(*db).find(text) != std::string::npos; }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

}  // namespace insightflow::test
