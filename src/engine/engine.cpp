#include "engine/watch_models.hpp"

#include <insightflow/engine.hpp>
#include <insightflow/llm/gateway.hpp>
#include <insightflow/response/arrivals.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <mutex>
#include <thread>

namespace insightflow {

struct Engine::State {
  State(std::unique_ptr<storage::Database> database, const Options& options,
        identity::AccountOptions account_options)
      : db(std::move(database)),
        clock(*options.clock),
        observer(options.observer),
        voice{.client = options.llm_client},
        ids(clock),
        intake(*db, clock, ids),
        queue(*db, clock, ids),
        arrivals(*db, clock),
        hub(*db, clock,
            {.poll = options.event_poll, .sources = {[this] { return arrivals.announce(); }}}),
        key_uses(*db),
        accounts(*db, clock, ids, std::move(account_options)) {}

  /// Puts the models of the settings behind the voice.
  Result<void> speak(const llm::Settings& settings) {
    BOOST_OUTCOME_TRY(
        gateway, llm::Gateway::open(
                     {.settings = settings,
                      .db = db.get(),
                      .clock = &clock,
                      .observer = observer ? watch_models(*observer, settings) : llm::Observer()}));
    voice = llm::voice_of(*gateway);
    return success();
  }

  std::map<std::string, jobs::Handler> handlers() {
    return {{std::string(identity::account_mail_job), accounts.mail_handler()},
            {std::string(insight::run_job), insight::run_handler(*db, clock, ids, &voice)},
            {std::string(insight::scheduled_run_job),
             insight::scheduled_run_handler(*db, clock, ids, &voice)},
            {std::string(retention::retention_job), retention::retention_handler(*db, clock, ids)},
            {std::string(retention::erasure_job), retention::erasure_handler(*db, clock, ids)},
            {std::string(generation_job), generation_handler(*db, clock, ids, &voice)}};
  }

  std::unique_ptr<storage::Database> db;
  const Clock& clock;
  observe::Observer* observer;
  std::unique_ptr<llm::Gateway> gateway;
  llm::Voice voice;
  IdSource ids;
  response::Intake intake;
  jobs::Queue queue;
  std::mutex reading_metrics;
  response::Arrivals arrivals;
  events::Hub hub;
  identity::KeyUses key_uses;
  identity::Accounts accounts;
};

Error kind_unknown(std::string_view kind, std::span<const std::string> known) {
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  return fail(Code::invalid, "job_kind_unknown",
              "There are no jobs of the kind '" + std::string(kind) + "'; there are " + list + ".");
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<Engine> Engine::open(const Options& options) {
  constexpr std::string_view scheme = "sqlite:";
  if (!options.database.starts_with(scheme))
    return fail(Code::unsupported, "database_url_unknown",
                "A database is named as sqlite:PATH, not '" + options.database + "'.");
  const std::string path = options.database.substr(scheme.size());
  BOOST_OUTCOME_TRY(
      auto db,
      storage::open_sqlite({.path = path, .create = options.create, .readers = options.readers}));
  identity::AccountOptions accounts = options.accounts;
  if (accounts.master_keys.empty()) accounts.master_keys = "file:" + path + ".key";
  if (accounts.mail_folder.empty()) accounts.mail_folder = path + ".mail";
  auto state = std::make_unique<State>(std::move(db), options, std::move(accounts));
  if (options.llm) {
    BOOST_OUTCOME_TRY(state->speak(*options.llm));
  }
  state->voice.listener = tell_watchers(state->hub);
  return Engine(std::move(state));
}

Result<identity::NewWorkspace> Engine::create_workspace(std::string_view name) {
  return identity::create_workspace(*state_->db, state_->clock, state_->ids, name);
}

Result<identity::Actor> Engine::authenticate(std::string_view key) {
  const Instant now = state_->clock.now();
  BOOST_OUTCOME_TRY(const auto actor, identity::authenticate(*state_->db, now, key));
  if (actor.key) state_->key_uses.note(*actor.key, now);
  return actor;
}

Result<identity::Actor> Engine::authenticate(std::string_view bearer,
                                             std::optional<WorkspaceId> workspace) {
  // A token has its two dots; a key never has one.
  if (bearer.find('.') == bearer.npos) return authenticate(bearer);
  return state_->accounts.authenticate(bearer, workspace);
}

identity::Accounts& Engine::accounts() const {
  return state_->accounts;
}

Session Engine::as(const identity::Actor& actor, Origin origin) const {
  return Session({*state_->db, state_->clock, state_->ids, actor, std::move(origin)},
                 &state_->voice, &state_->accounts);
}

Result<llm::Run> Session::speaker() const {
  llm::Run out{.workspace = scope_.actor.workspace};
  if (voice_ == nullptr || voice_->client == nullptr) return out;
  out.voice = *voice_;
  BOOST_OUTCOME_TRY(out.prompts, scope_.db.read([&](storage::Tx& tx) {
    return llm::prompts_in_force(tx, scope_.actor.workspace);
  }));
  return out;
}

Result<response::Receipt> Engine::respond(std::string_view slug,
                                          const response::Submission& submission,
                                          std::string_view idempotency_key) {
  return state_->intake.submit(slug, submission, idempotency_key);
}

response::Intake& Engine::intake() const {
  return state_->intake;
}

Result<int> Engine::work_until_idle(const Ctx& ctx) {
  jobs::Worker worker(state_->queue, state_->handlers(), {.observer = state_->observer});
  for (int ran = 0;; ++ran) {
    BOOST_OUTCOME_TRY(ctx.check());
    BOOST_OUTCOME_TRY(const bool one, worker.run_one(ctx));
    if (!one) return ran;
  }
}

Result<void> Engine::work(std::stop_token stop, const WorkOptions& options) {
  std::map<std::string, jobs::Handler> handlers = state_->handlers();
  if (!options.kinds.empty()) {
    std::map<std::string, jobs::Handler> wanted;
    for (const std::string& kind : options.kinds) {
      auto node = handlers.extract(kind);
      if (node.empty() && !wanted.contains(kind)) return kind_unknown(kind, job_kinds());
      wanted.insert(std::move(node));
    }
    handlers = std::move(wanted);
  }
  const auto work = [&] {
    jobs::Worker(state_->queue, handlers, {.observer = state_->observer}).run(stop);
  };
  const auto count_workers = [&](int change) {
    if (state_->observer)
      state_->observer->metrics.series(observe::Measure::job_workers).add(change);
  };
  count_workers(options.concurrency);
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < options.concurrency; ++i) threads.emplace_back(work);
    work();
  }
  count_workers(-options.concurrency);
  return success();
}

std::vector<std::string> Engine::job_kinds() const {
  std::vector<std::string> out;
  for (const auto& [kind, handler] : state_->handlers()) out.push_back(kind);
  return out;
}

Result<void> Engine::backup(const std::string& path) {
  return state_->db->backup(path);
}

events::Hub& Engine::events() const {
  return state_->hub;
}

Result<std::shared_ptr<events::Subscription>> Engine::watch(const Session& session,
                                                            const events::Ask& ask,
                                                            events::Permit permit) {
  BOOST_OUTCOME_TRY(session.scope().require(identity::Permission::event_read));
  BOOST_OUTCOME_TRY(const auto types, events::TypeFilter::of(ask.types));
  return state_->hub.subscribe(session.scope().actor.workspace,
                               {.after = ask.after, .types = types, .permit = std::move(permit)});
}

storage::Database& Engine::database() const {
  return *state_->db;
}

observe::Observer* Engine::observer() const {
  return state_->observer;
}

std::string Engine::metrics() const {
  using observe::Measure;
  if (!state_->observer) return {};
  const std::lock_guard lock(state_->reading_metrics);
  observe::Metrics& metrics = state_->observer->metrics;
  metrics.set(Measure::build_info, {insight::engine_version()}, 1);
  if (const auto depths = state_->queue.depths()) {
    metrics.clear(Measure::job_queue_depth);
    metrics.clear(Measure::job_oldest_ready);
    const Instant now = state_->clock.now();
    for (const jobs::Depth& depth : depths.value()) {
      for (const auto& [state, count] :
           {std::pair("ready", depth.ready), std::pair("scheduled", depth.scheduled),
            std::pair("running", depth.running)})
        metrics.set(Measure::job_queue_depth, {depth.kind, state}, count);
      metrics.set(Measure::job_oldest_ready, {depth.kind},
                  depth.oldest_ready ? std::max<std::int64_t>(now - *depth.oldest_ready, 0) : 0);
    }
  } else {
    metrics.add(Measure::scrape_errors, {});
  }
  const storage::Usage usage = state_->db->usage();
  for (const auto& [measure, value] : {std::pair(Measure::database_commits, usage.commits),
                                       std::pair(Measure::database_writes, usage.writes),
                                       std::pair(Measure::database_size, usage.bytes),
                                       std::pair(Measure::database_free, usage.free_bytes)})
    metrics.set(measure, {}, value);
  return state_->observer->text();
}

llm::Gateway* Engine::gateway() const {
  return state_->gateway.get();
}

jobs::Queue& Engine::queue() const {
  return state_->queue;
}

identity::KeyUses& Engine::key_uses() const {
  return state_->key_uses;
}

}  // namespace insightflow
