#include "cli/command.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

#include <boost/json/value.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace insightflow::cli {

namespace {

/// "12,300/s, 40 s left" once a stage has run for a second.
std::string pace(const Progress& progress, std::chrono::steady_clock::duration since_start) {
  const double seconds = std::chrono::duration<double>(since_start).count();
  if (seconds < 1 || progress.done <= 0) return {};
  const double rate = static_cast<double>(progress.done) / seconds;
  std::string digits = std::to_string(static_cast<std::int64_t>(rate));
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  std::string out = "  " + digits + "/s";
  if (progress.total <= progress.done) return out;
  const auto left =
      static_cast<std::int64_t>(static_cast<double>(progress.total - progress.done) / rate) + 1;
  return out + ", " +
         (left < 120 ? std::to_string(left) + " s" : std::to_string(left / 60) + " min") + " left";
}

/// One line that is drawn over, at most ten times a second.
void draw_progress(const Progress& progress) {
  thread_local std::chrono::steady_clock::time_point last, start;
  thread_local std::string stage;
  const auto now = std::chrono::steady_clock::now();
  if (stage != progress.stage) {
    stage = progress.stage;
    start = now;
  }
  if (now - last < std::chrono::milliseconds(100) && progress.done < progress.total) return;
  last = now;
  std::string line = "\r\033[K" + std::string(progress.stage) + "  ";
  if (progress.total > 0) {
    constexpr std::int64_t width = 30;
    const std::int64_t filled = std::min(width, progress.done * width / progress.total);
    for (std::int64_t i = 0; i < width; ++i) line += i < filled ? "█" : "░";
    line += "  " + std::to_string(progress.done) + " of " + std::to_string(progress.total);
  } else {
    line += std::to_string(progress.done);
  }
  line += pace(progress, now - start);
  std::fputs(line.c_str(), stderr);
}

void clear_progress() {
  if (isatty(STDERR_FILENO)) std::fputs("\r\033[K", stderr);
}

}  // namespace

int exit_code(const Error& error) {
  switch (error.code) {
    case Code::not_found: return not_found;
    case Code::conflict:
    case Code::stale: return conflict;
    case Code::unavailable:
    case Code::timed_out:
    case Code::rate_limited: return unavailable;
    case Code::cancelled: return interrupted;
    case Code::internal:
    case Code::corrupt: return failure;
    default: return bad_input;
  }
}

Result<Engine> Context::open(bool create, observe::Observer* observer) const {
  Options options{.database = "sqlite:" + database, .create = create, .observer = observer};
  BOOST_OUTCOME_TRY(options.accounts, account_options());
  if (!link_base.empty() && std::getenv("INSIGHTFLOW_LINK_BASE") == nullptr)
    options.accounts.link_base = link_base;
  if (!llm.empty()) {
    BOOST_OUTCOME_TRY(options.llm, insightflow::llm::load_settings(llm));
  }
  for (const char* const part : {"", "-wal", "-shm", ".key"}) keep_file(database + part);
  return Engine::open(options);
}

Result<Session> Context::owner(Engine& engine) const {
  BOOST_OUTCOME_TRY(const auto workspaces, identity::list_workspaces(engine.database()));
  const auto as_owner = [&](WorkspaceId id) { return engine.as({id, identity::Role::owner}); };
  if (!workspace.empty()) {
    for (const identity::Workspace& known : workspaces)
      if (known.id.str() == workspace || known.name == workspace) return as_owner(known.id);
    return fail(Code::not_found, "workspace_unknown",
                "The database has no workspace '" + workspace + "'.");
  }
  if (workspaces.size() == 1) return as_owner(workspaces[0].id);
  if (workspaces.empty())
    return fail(Code::not_found, "workspace_missing",
                "The database has no workspace yet. 'insightflow init' makes one.");
  std::string names;
  for (const identity::Workspace& known : workspaces) names += " '" + known.name + "'";
  return fail(Code::invalid, "workspace_ambiguous",
              "The database has several workspaces. Name one with --workspace:" + names + ".");
}

Ctx Context::ctx() const {
  Ctx out{.stop = interrupted_by_signal()};
  if (isatty(STDERR_FILENO)) out.on_progress = &draw_progress;
  return out;
}

std::stop_token interrupted_by_signal() {
  // A thread waits for the signals, so that no code runs inside a signal handler.
  static const std::stop_source source = [] {
    std::stop_source stop;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([stop, signals]() mutable {
      int signal = 0;
      sigwait(&signals, &signal);
      stop.request_stop();
      // A second signal ends the program at once.
      std::signal(signal, SIG_DFL);
      sigemptyset(&signals);
      sigaddset(&signals, signal);
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      for (;;) pause();
    }).detach();
    return stop;
  }();
  return source.get_token();
}

void on_call(CLI::App& command, Context& context, std::function<Result<void>()> run) {
  command.callback([&context, run = std::move(run)] {
    const auto done = run();
    clear_progress();
    if (done) return;
    print_error(done.error(), context.json);
    context.exit = exit_code(done.error());
  });
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}
void print_json(const json::value& value) {
  print(pretty(value));
}
void print_json_text(std::string_view compact) {
  if (const auto value = parse_json(compact, {.max_bytes = 1u << 30})) print_json(value.value());
}

void remark(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void print_error(const Error& error, bool json) {
  if (json) {
    remark(error_envelope(error));
    return;
  }
  remark("insightflow: " + error.detail);
  for (const Problem& problem : error.problems)
    if (error.problems.size() > 1 || !problem.pointer.empty())
      remark("  " + (problem.pointer.empty() ? "" : problem.pointer + ": ") + problem.detail +
             " [" + std::string(problem.reason) + "]");
}

Result<survey::Survey> find_survey(const Session& session, const std::string& id_or_slug) {
  auto found = [&] {
    const auto id = SurveyId::parse(id_or_slug);
    return id ? session.surveys().get(id.value()) : session.surveys().by_slug(id_or_slug);
  }();
  if (!found && found.error().reason == "survey_unknown")
    return fail(Code::not_found, "survey_unknown",
                "There is no survey '" + id_or_slug + "'. 'insightflow survey list' shows them.");
  return found;
}

Result<analysis::Codebook> load_codebook(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto text, read_file(path));
  auto codebook = analysis::read_codebook(text);
  if (codebook) return codebook;
  Error error = codebook.error();
  error.detail = "'" + path + "' is no codebook that can be used: " + error.detail;
  return error;
}

Result<response::TableFormat> table_format(const std::string& asked, const std::string& path) {
  if (!asked.empty()) return one_of<response::TableFormat>(asked);
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".jsonl" || extension == ".ndjson" ? response::TableFormat::jsonl
                                                         : response::TableFormat::csv;
}

}  // namespace insightflow::cli
