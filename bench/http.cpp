#include "http/server.hpp"
#include "support/bare_ok.hpp"
#include "support/contest.hpp"

#include <unistd.h>

#include <cstdlib>

/// What the transport itself costs: a trivial handler, on a worker and inline, against a bare Beast
/// server that answers "ok".
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
  const auto get = [](std::uint64_t, std::string& to) { to = bench::get_request("/ok"); };
  std::vector<bench::Contender> contenders;
  contenders.push_back({"bare",
                        std::make_unique<bench::Served>([&](const bench::Served::Ready& ready) {
                          bench::serve_bare_ok(threads, ready);
                        }),
                        get});
  contenders.push_back({"worker", std::make_unique<bench::Served>(ours(false)), get});
  contenders.push_back({"inline", std::make_unique<bench::Served>(ours(true)), get});
  bench::contest("http", contenders, rounds, seconds);
}
