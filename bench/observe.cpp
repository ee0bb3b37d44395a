#include "http/application.hpp"
#include "http/watch.hpp"
#include "support/contest.hpp"

#include <insightflow/core/json.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

/// What being watched costs: the cheapest answer there is, and a read of a survey, from the same
/// server without an observer, with metrics, with metrics and the access log, and with traces that
/// nobody takes.
///
///     bench_observe [rounds] [seconds per measurement]
namespace {
using namespace insightflow;
using Steady = std::chrono::steady_clock;

enum class Watched { no, metrics, log, traces };

void serve_watched(const std::string& path, Watched watched, const bench::Served::Ready& ready) {
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  const auto write = [nowhere](std::string_view line) {
    (void)std::fwrite(line.data(), 1, line.size(), nowhere);
    (void)std::fputc('\n', nowhere);
    (void)std::fflush(nowhere);
  };
  // A port that nobody listens on.
  const std::string endpoint = watched == Watched::traces ? "http://127.0.0.1:9/v1/traces" : "";
  observe::Observer observer({.sink = write}, {.endpoint = endpoint});
  Engine engine = Engine::open({.database = "sqlite:" + path,
                                .observer = watched == Watched::no ? nullptr : &observer})
                      .value();
  const http::Application application(engine);
  http::Watch watch(observer, application.route_names(), watched == Watched::log);
  http::Options options{.body_limit = &http::Application::body_limit};
  http::Handler handler = [&](const http::Request& request) { return application.handle(request); };
  if (watched != Watched::no) {
    options.on_answer = [&](const http::Request& request, const http::Answered& answered) {
      watch.answered(request, answered);
    };
    handler = [&](const http::Request& request) {
      const auto in_flight = watch.in_flight();
      return application.handle(request);
    };
  }
  http::Server server(std::move(options), std::move(handler));
  ready(server.start().value());
  for (;;) ::pause();
}

/// A key and the path of a survey, made in a child because servers must be made before this process
/// has threads.
std::pair<std::string, std::string> prepare(const std::string& path) {
  int out[2];
  if (::pipe(out) != 0) return {};
  if (::fork() == 0) {
    Engine engine = Engine::open({.database = "sqlite:" + path}).value();
    const auto made = engine.create_workspace("Bench").value();
    const auto survey =
        engine.as({made.workspace.id, identity::Role::owner})
            .surveys()
            .create(from_json_text<survey::Survey>(
                        R"({"title":"Bench","slug":"bench","questions":[{"id":"q1","kind":"nps",)"
                        R"("text":"How likely are you to recommend us?"}]})")
                        .value())
            .value();
    const std::string text = made.key.key + " /api/v1/surveys/" + survey.id.str();
    ::_exit(::write(out[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  char text[256] = {};
  if (::read(out[0], text, sizeof text - 1) <= 0) return {};
  const std::string both = text;
  return {both.substr(0, both.find(' ')), both.substr(both.find(' ') + 1)};
}

/// Nanoseconds of one update, of the fastest of some rounds.
template <class Update>
double nanoseconds(const Update& update) {
  constexpr int count = 1'000'000;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const auto begun = Steady::now();
    for (int i = 0; i < count; ++i) update(i);
    best = std::min(best, std::chrono::duration<double, std::nano>(Steady::now() - begun).count());
  }
  return best / count;
}

void measure_updates() {
  using observe::Measure;
  observe::Metrics metrics;
  for (int i = 0; i < 20; ++i)
    metrics.add(Measure::job_attempts, {"kind " + std::to_string(i), "completed"});
  observe::Series& counter = metrics.series(Measure::http_requests, {"r", "2xx"});
  observe::Series& histogram = metrics.series(Measure::http_request_duration, {"r"});
  const double add = nanoseconds([&](int) { counter.add(); });
  const double record = nanoseconds([&](int i) { histogram.record(i); });
  const double find = nanoseconds([&](int) {
    metrics.add(Measure::job_attempts, {"kind 0", "completed"});
  });
  std::printf(
      "{\"bench\":\"observe_updates\",\"counter_ns\":%.1f,\"histogram_ns\":%.1f,"
      "\"found_among_20_ns\":%.1f}\n",
      add, record, find);
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 7;
  const double seconds = count > 2 ? std::atof(arguments[2]) : 1.5;
  std::string folder =
      (std::filesystem::temp_directory_path() / "insightflow-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const std::string path = folder + "/bench.db";
  const auto [key, survey] = prepare(path);
  const std::string health = bench::get_request("/healthz");
  const std::string read = bench::get_request(survey, "Authorization: Bearer " + key + "\r\n");
  struct Row {
    const char* name;
    Watched watched;
  };
  constexpr Row rows[] = {{"plain", Watched::no},
                          {"metrics", Watched::metrics},
                          {"log", Watched::log},
                          {"traces", Watched::traces}};
  for (const auto& [name, request] :
       {std::pair("observe_health", &health), std::pair("observe_read", &read)}) {
    std::vector<bench::Contender> contenders;
    for (const Row& row : rows)
      contenders.push_back(
          {row.name, std::make_unique<bench::Served>([&](const bench::Served::Ready& ready) {
             serve_watched(path, row.watched, ready);
           }),
           [request = *request](std::uint64_t, std::string& to) { to = request; }});
    bench::contest(name, contenders, rounds, seconds);
  }
  measure_updates();
  std::filesystem::remove_all(folder);
}
