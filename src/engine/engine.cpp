#include <insightflow/engine.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <thread>

namespace insightflow {

struct Engine::State {
  State(std::unique_ptr<storage::Database> database, const Clock& the_clock,
        identity::AccountOptions account_options)
      : db(std::move(database)),
        clock(the_clock),
        ids(clock),
        intake(*db, clock, ids),
        queue(*db, clock, ids),
        key_uses(*db),
        accounts(*db, clock, ids, std::move(account_options)) {}

  std::map<std::string, jobs::Handler> handlers() {
    return {
        {std::string(identity::account_mail_job), accounts.mail_handler()},
        {std::string(insight::run_job), insight::run_handler(*db, clock, ids)},
        {std::string(insight::scheduled_run_job), insight::scheduled_run_handler(*db, clock, ids)}};
  }

  std::unique_ptr<storage::Database> db;
  const Clock& clock;
  IdSource ids;
  response::Intake intake;
  jobs::Queue queue;
  identity::KeyUses key_uses;
  identity::Accounts accounts;
};

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
  return Engine(std::make_unique<State>(std::move(db), *options.clock, std::move(accounts)));
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

Session Engine::as(const identity::Actor& actor) const {
  return Session({*state_->db, state_->clock, state_->ids, actor});
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
  jobs::Worker worker(state_->queue, state_->handlers());
  for (int ran = 0;; ++ran) {
    BOOST_OUTCOME_TRY(ctx.check());
    BOOST_OUTCOME_TRY(const bool one, worker.run_one(ctx));
    if (!one) return ran;
  }
}

Result<void> Engine::work(std::stop_token stop, const WorkOptions& options) {
  std::map<std::string, jobs::Handler> handlers = state_->handlers();
  if (!options.kinds.empty()) {
    std::string known;
    for (const auto& [kind, handler] : handlers) known += (known.empty() ? "" : ", ") + kind;
    std::map<std::string, jobs::Handler> wanted;
    for (const std::string& kind : options.kinds) {
      auto node = handlers.extract(kind);
      if (node.empty() && !wanted.contains(kind))
        return fail(Code::invalid, "job_kind_unknown",
                    "There are no jobs of the kind '" + kind + "'; there are " + known + ".");
      wanted.insert(std::move(node));
    }
    handlers = std::move(wanted);
  }
  std::vector<std::jthread> threads;
  for (int i = 1; i < options.concurrency; ++i)
    threads.emplace_back([&] { jobs::Worker(state_->queue, handlers).run(stop); });
  jobs::Worker(state_->queue, handlers).run(stop);
  return success();
}

Result<void> Engine::backup(const std::string& path) {
  return state_->db->backup(path);
}

storage::Database& Engine::database() const {
  return *state_->db;
}

jobs::Queue& Engine::queue() const {
  return state_->queue;
}

identity::KeyUses& Engine::key_uses() const {
  return state_->key_uses;
}

}  // namespace insightflow
