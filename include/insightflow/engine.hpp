#pragma once

#include <insightflow/drafting.hpp>
#include <insightflow/events/hub.hpp>
#include <insightflow/identity/accounts.hpp>
#include <insightflow/identity/members.hpp>
#include <insightflow/identity/trail.hpp>
#include <insightflow/insight/runs.hpp>
#include <insightflow/llm/settings.hpp>
#include <insightflow/response/intake.hpp>
#include <insightflow/response/responses.hpp>
#include <insightflow/response/transfer.hpp>
#include <insightflow/retention/retentions.hpp>
#include <insightflow/survey/surveys.hpp>

#include <memory>

namespace insightflow {

namespace llm {
class Gateway;
}

struct Options {
  /// Where everything is stored: "sqlite:PATH".
  std::string database = "sqlite:insightflow.db";

  /// Make the database when it is missing.
  bool create = true;

  /// Reads that may run at once; see `storage::SqliteOptions::readers`.
  int readers = 64;

  /// How people sign in; see there.
  identity::AccountOptions accounts{};

  /// Where time comes from; must outlive the engine.
  const Clock* clock = &system_clock();

  /// Counts, logs and traces what is done; must outlive the engine. Null: nobody does.
  observe::Observer* observer = nullptr;

  /// How often `Engine::events` looks for what other processes wrote; see `events::HubOptions`.
  std::chrono::milliseconds event_poll{50};

  /// Models that word what the engine computes; absent: everything is local. See docs/llm.md.
  std::optional<llm::Settings> llm;

  /// A client of your own instead, behind whatever policies you want; must outlive the engine.
  llm::Client* llm_client = nullptr;
};

/// `job_kind_unknown`, naming the kinds that there are.
Error kind_unknown(std::string_view kind, std::span<const std::string> known);

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
  jobs::Queue queue() const { return {scope_.db, scope_.clock, scope_.ids, scope_.origin}; }

  identity::Scope scope_;
};

/// What models are told in the actor's workspace; see `llm::Prompts`. Reading needs
/// `Permission::prompt_read`, changing `Permission::prompt_manage`.
class Prompts {
 public:
  explicit Prompts(identity::Scope scope) : scope_(std::move(scope)) {}

  Result<llm::PromptPage> list() const;
  Result<llm::Prompt> get(std::string_view name, std::string_view version = {}) const;
  Result<llm::Prompt> set(std::string_view name, std::string_view text) const;
  Result<llm::Prompt> reset(std::string_view name) const;

 private:
  llm::Prompts prompts() const { return {scope_.db, scope_.clock, scope_.actor.workspace}; }

  identity::Scope scope_;
};

/// What one actor may do. Cheap to copy; the engine must outlive it.
class Session {
 public:
  explicit Session(identity::Scope scope, const llm::Voice* voice = nullptr,
                   identity::Accounts* accounts = nullptr)
      : scope_(std::move(scope)), voice_(voice), accounts_(accounts) {}

  survey::Projects projects() const { return survey::Projects(scope_); }
  survey::Surveys surveys() const { return survey::Surveys(scope_); }
  response::Responses responses() const { return response::Responses(scope_); }
  response::Transfers transfers() const { return response::Transfers(scope_); }
  insight::Runs insights() const { return insight::Runs(scope_, voice_); }
  identity::ApiKeys keys() const { return identity::ApiKeys(scope_); }
  identity::Workspaces workspaces() const { return identity::Workspaces(scope_); }
  identity::Members members() const { return identity::Members(scope_); }
  identity::Invites invites() const { return identity::Invites(scope_); }
  identity::Grants grants() const { return identity::Grants(scope_); }
  identity::Trail trail() const { return identity::Trail(scope_, accounts_); }
  retention::Retentions retentions() const { return retention::Retentions(scope_); }
  retention::Erasures erasures() const { return retention::Erasures(scope_); }
  Jobs jobs() const { return Jobs(scope_); }
  Prompts prompts() const { return Prompts(scope_); }
  const identity::Scope& scope() const { return scope_; }

  /// Queues the generation of a draft by the model, or by the generator where there is none; see
  /// `start_generation`.
  Result<jobs::JobHistory> generate(const survey::Brief& brief, std::string_view key = {}) const {
    return start_generation(scope_, brief, key, voice_);
  }

  /// Who speaks in this workspace now, for `llm::run` and `review`.
  Result<llm::Run> speaker() const;

 private:
  identity::Scope scope_;
  const llm::Voice* voice_;
  identity::Accounts* accounts_;
};

/// The whole product behind one object: opens the database, takes answers, hands out sessions, and
/// runs jobs. Safe from several threads. Movable; sessions stay valid.
class Engine {
 public:
  /// Errors: `database_url_unknown`, those of `storage::open_sqlite`, and of `llm::Gateway::open`
  /// where there are settings of models.
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

  /// A session for an actor of your own making, e.g. behind your application's login. Jobs that it
  /// queues remember `origin`.
  Session as(const identity::Actor& actor, Origin origin = {}) const;

  /// Takes a respondent's answers; see `response::Intake::submit`.
  Result<response::Receipt> respond(std::string_view slug, const response::Submission& submission,
                                    std::string_view idempotency_key = {});
  response::Intake& intake() const;

  /// Runs jobs of every kind until none is ready; gives how many were run.
  Result<int> work_until_idle(const Ctx& ctx = {});

  /// Runs jobs until a stop is requested; those in hand are finished or handed back first. Any
  /// number of processes may do so. Errors: `job_kind_unknown`.
  Result<void> work(std::stop_token stop, const WorkOptions& options = {});

  /// The kinds of jobs that this engine can run.
  std::vector<std::string> job_kinds() const;

  /// See `storage::Database::backup`.
  Result<void> backup(const std::string& path);

  /// What happens, as it happens; see `events::Hub`.
  events::Hub& events() const;

  /// The events of the actor's workspace; needs `Permission::event_read`. Errors:
  /// `event_type_unknown`, `permission_missing`, and those of `events::Hub::subscribe`.
  Result<std::shared_ptr<events::Subscription>> watch(const Session& session,
                                                      const events::Ask& ask,
                                                      events::Permit permit = {});

  storage::Database& database() const;

  /// As given in the options; may be null.
  observe::Observer* observer() const;

  /// All metrics in Prometheus' text format, those that are read now included: the depth of the
  /// queue over all workspaces, the database, the process. Empty without an observer.
  std::string metrics() const;

  /// What stands in front of the models of the settings; null without them.
  llm::Gateway* gateway() const;

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
