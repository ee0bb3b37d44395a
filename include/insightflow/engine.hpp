#pragma once

#include <insightflow/identity/accounts.hpp>
#include <insightflow/identity/members.hpp>
#include <insightflow/insight/runs.hpp>
#include <insightflow/response/intake.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/response/transfer.hpp>
#include <insightflow/survey/surveys.hpp>

#include <memory>

namespace insightflow {

struct Options {
  /// Where everything is stored: "sqlite:PATH".
  std::string database = "sqlite:insightflow.db";

  /// Make the database when it is missing.
  bool create = true;

  /// Reads that may run at once; see `storage::SqliteOptions::readers`.
  int readers = 8;

  /// How people sign in; see there.
  identity::AccountOptions accounts{};

  /// Where time comes from; must outlive the engine.
  const Clock* clock = &system_clock();
};

/// Which jobs to run, and how many at a time.
struct WorkOptions {
  std::vector<std::string> kinds;  ///< Empty: every kind.
  int concurrency = 1;
};

/// The jobs of the actor's workspace, whatever they work on. Looking needs `Permission::job_read`,
/// the rest `Permission::job_manage`.
class Jobs {
 public:
  explicit Jobs(identity::Scope scope) : scope_(scope) {}

  Result<jobs::JobPage> list(const jobs::JobFilter& filter) const;
  Result<jobs::Stats> stats() const;
  /// Errors: `job_unknown`.
  Result<jobs::JobHistory> get(JobId id) const;
  /// Errors: `job_unknown`, `job_finished`.
  Result<jobs::Job> cancel(JobId id) const;
  /// Errors: `job_unknown`, `job_not_failed`, `job_duplicate`.
  Result<jobs::Job> requeue(JobId id) const;

 private:
  jobs::Queue queue() const { return {scope_.db, scope_.clock, scope_.ids}; }

  identity::Scope scope_;
};

/// What one actor may do. Cheap to copy; the engine must outlive it.
class Session {
 public:
  explicit Session(identity::Scope scope) : scope_(scope) {}

  survey::Projects projects() const { return survey::Projects(scope_); }
  survey::Surveys surveys() const { return survey::Surveys(scope_); }
  response::Responses responses() const { return response::Responses(scope_); }
  response::Transfers transfers() const { return response::Transfers(scope_); }
  insight::Runs insights() const { return insight::Runs(scope_); }
  identity::ApiKeys keys() const { return identity::ApiKeys(scope_); }
  identity::Workspaces workspaces() const { return identity::Workspaces(scope_); }
  identity::Members members() const { return identity::Members(scope_); }
  identity::Invites invites() const { return identity::Invites(scope_); }
  identity::Grants grants() const { return identity::Grants(scope_); }
  Jobs jobs() const { return Jobs(scope_); }
  const identity::Scope& scope() const { return scope_; }

 private:
  identity::Scope scope_;
};

/// The whole product behind one object: opens the database, takes answers, hands out sessions, and
/// runs jobs. Safe from several threads. Movable; sessions stay valid.
class Engine {
 public:
  /// Errors: `database_url_unknown`, and those of `storage::open_sqlite`.
  static Result<Engine> open(const Options& options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// A new workspace with its first API key.
  Result<identity::NewWorkspace> create_workspace(std::string_view name);

  /// Who presents this key; that it was used is written down within a minute or so. Errors:
  /// `key_unknown`.
  Result<identity::Actor> authenticate(std::string_view key);

  /// Who presents this key or this access token; a person acts in `workspace`. Errors: those of
  /// `authenticate` and of `identity::Accounts::authenticate`.
  Result<identity::Actor> authenticate(std::string_view bearer,
                                       std::optional<WorkspaceId> workspace);

  /// People: how they sign in, and their sessions.
  identity::Accounts& accounts() const;

  /// A session for an actor of your own making, e.g. behind your application's login.
  Session as(const identity::Actor& actor) const;

  /// Takes a respondent's answers; see `response::Intake::submit`.
  Result<response::Receipt> respond(std::string_view slug, const response::Submission& submission,
                                    std::string_view idempotency_key = {});
  response::Intake& intake() const;

  /// Runs jobs of every kind until none is ready; gives how many were run.
  Result<int> work_until_idle(const Ctx& ctx = {});

  /// Runs jobs until a stop is requested; those in hand are finished or handed back first. Any
  /// number of processes may do so. Errors: `job_kind_unknown`.
  Result<void> work(std::stop_token stop, const WorkOptions& options = {});

  /// See `storage::Database::backup`.
  Result<void> backup(const std::string& path);

  storage::Database& database() const;

  /// The queue of all workspaces, for those who run the installation.
  jobs::Queue& queue() const;

  /// When keys were used, as far as it is not written down yet.
  identity::KeyUses& key_uses() const;

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace insightflow
