#pragma once

#include "support/sample_survey.hpp"
#include "support/world.hpp"

#include <insightflow/insight/runs.hpp>
#include <insightflow/response/intake.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/security/digest.hpp>
#include <insightflow/survey/surveys.hpp>

namespace insightflow::test {

/// A published survey with sixty answers. Services are made when they are asked for, so that a test
/// may open the database anew.
struct InsightWorld : World {
  survey::Survey survey = surveys().publish(surveys().create(sample_survey()).value().id).value();

  InsightWorld() {
    for (int i = 0; i < 60; ++i) submit(i);
  }

  survey::Surveys surveys() { return survey::Surveys(scope()); }
  insight::Runs runs() { return insight::Runs(scope()); }
  void submit(int i) {
    (void)response::Intake(*db, clock, ids).submit(survey.slug, sample_answer(i)).value();
  }

  /// Runs the next job, if there is one.
  bool work() {
    jobs::Queue queue(*db, clock, ids);
    jobs::Worker worker(queue,
                        {{std::string(insight::run_job), insight::run_handler(*db, clock, ids)}});
    return worker.run_one().value();
  }

  insight::Run finished(const insight::RunRequest& request = {}) {
    const auto run = runs().start(survey.id, request).value();
    work();
    return runs().get(run.id).value();
  }

  std::string stored_findings(RunId id) {
    return db
        ->read([&](storage::Tx& tx) {
          return tx.find<std::string>("SELECT findings FROM insight_runs WHERE id = ?1", {id});
        })
        .value()
        .value_or("");
  }
};

}  // namespace insightflow::test
