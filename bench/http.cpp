#include "http/server.hpp"
#include "support/bare_ok.hpp"
#include "support/http_load.hpp"
#include "support/served.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

/// What the transport itself costs: a trivial handler, on a worker and inline, against a bare Beast
/// server that answers "ok". All run in this one run, in turn, and the ratio of each round is what
/// counts.
///
///     bench_http [rounds] [seconds per measurement] [I/O threads]
namespace {
using namespace insightflow;

void serve_ours(std::size_t threads, bool inline_path, const bench::Served::Ready& ready) {
  http::Options options;
  options.io_threads = threads;
  if (inline_path) options.inline_handler = [](const http::Request&) { return true; };
  http::Server server(std::move(options), [](const http::Request&) {
    return http::Response{.headers = {{"Content-Type", "text/plain"}}, .body = "ok"};
  });
  ready(server.start().value());
  for (;;) ::pause();
}

struct Contender {
  const char* name;
  bench::Served served;
  std::vector<double> ratios{};
  std::vector<double> rates{};
  bench::LoadFigures last{};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}
}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 5;
  const double seconds = count > 2 ? std::atof(arguments[2]) : 1.5;
  const int threads = count > 3 ? std::atoi(arguments[3]) : 1;
  const auto ours = [&](bool inline_path) {
    return [=](const bench::Served::Ready& ready) {
      serve_ours(static_cast<std::size_t>(threads), inline_path, ready);
    };
  };
  Contender contenders[]{{"bare", bench::Served([&](const bench::Served::Ready& ready) {
                            bench::serve_bare_ok(threads, ready);
                          })},
                         {"worker", bench::Served(ours(false))},
                         {"inline", bench::Served(ours(true))}};

  const std::string request = bench::get_request("/ok");
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      contender.last =
          bench::run_load({.port = contender.served.port(),
                           .seconds = seconds,
                           .request = [&](std::uint64_t, std::string& to) { to = request; }});
      contender.rates.push_back(contender.last.per_second);
      contender.ratios.push_back(contender.last.per_second / contenders[0].last.per_second);
    }
  }

  std::printf("%-8s %12s %8s %8s %8s %8s %8s\n", "server", "requests/s", "ratio", "p50 ms",
              "p99 ms", "max ms", "failed");
  for (const Contender& contender : contenders) {
    const auto& last = contender.last;
    std::printf("%-8s %12.0f %8.2f %8.3f %8.3f %8.3f %8llu\n", contender.name,
                median(contender.rates), median(contender.ratios), last.p50_ms, last.p99_ms,
                last.max_ms, static_cast<unsigned long long>(last.failures + last.refusals));
  }
  std::printf("{\"bench\":\"http\",\"connections\":64,\"io_threads\":%d", threads);
  for (const Contender& contender : contenders)
    std::printf(",\"%s\":{\"per_second\":%.0f,\"ratio\":%.3f,\"p99_ms\":%.3f}", contender.name,
                median(contender.rates), median(contender.ratios), contender.last.p99_ms);
  std::printf("}\n");
}
