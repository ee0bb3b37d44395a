#include "http/application.hpp"
#include "support/http_load.hpp"

#include <insightflow/llm/client.hpp>

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <thread>

/// How soon the generation of a survey by job is accepted over HTTP: durably queued and answered
/// with 202, while a worker waits for a model that takes its time.
///
///     bench_generation [seconds]
namespace {
using namespace insightflow;

/// Takes half a second to say nothing of use.
class SlowModel : public llm::Client {
 public:
  using llm::Client::complete;
  Result<llm::Reply> complete(const llm::Request&, const Ctx& ctx, const llm::OnText&) override {
    for (int i = 0; i < 50; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      BOOST_OUTCOME_TRY(ctx.check());
    }
    return fail(Code::unavailable, "llm_overloaded", "The model is slow.");
  }
};

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 3;
  std::string folder =
      (std::filesystem::temp_directory_path() / "insightflow-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  SlowModel model;
  {
    Engine engine =
        Engine::open({.database = "sqlite:" + folder + "/bench.db", .llm_client = &model}).value();
    const auto made = engine.create_workspace("Bench").value();
    const http::Application application(engine);
    http::Server server({.body_limit = &http::Application::body_limit},
                        [&](const http::Request& request) { return application.handle(request); });
    const std::uint16_t port = server.start().value();
    const std::jthread worker([&](std::stop_token stop) { (void)engine.work(std::move(stop)); });
    const std::string body =
        R"({"goal":"Why do trial users leave?","audience":"trial users","constraints":{"count":8}})";
    const std::string request =
        "POST /api/v1/generation-jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
        made.key.key +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    for (const int connections : {1, 16}) {
      const auto figures =
          bench::run_load({.port = port,
                           .connections = connections,
                           .seconds = seconds,
                           .request = [&](std::uint64_t, std::string& to) { to = request; }});
      std::printf(
          "{\"bench\":\"generation\",\"connections\":%d,\"accepted_per_s\":%.0f,\"p50_ms\":%.2f,"
          "\"p99_ms\":%.2f,\"max_ms\":%.2f,\"refused\":%llu,\"floor_ms\":800,\"aim_ms\":20}\n",
          connections, figures.per_second, figures.p50_ms, figures.p99_ms, figures.max_ms,
          static_cast<unsigned long long>(figures.refusals + figures.failures));
    }
    server.stop();
  }
  std::filesystem::remove_all(folder);
}
