#include <insightflow/identity/workspaces.hpp>
#include <insightflow/llm/gateway.hpp>
#include <insightflow/storage/sqlite.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

/// What the policies cost beside the model's own time: the whole chain around a client that answers
/// at once, with a cache hit, with a miss, and with everything off that can be. On a file with
/// synchronous=FULL; a request holds two kilobytes of answers.
namespace {
using namespace insightflow;
using Stopwatch = std::chrono::steady_clock;

constexpr int calls = 400;

class InstantClient final : public llm::Client {
 public:
  Result<llm::Reply> complete(const llm::Request&, const Ctx&, const llm::OnText&) override {
    llm::Reply reply;
    reply.text = "{\"summary\":\"Price and support.\"}";
    reply.usage = {600, 20, 0, false};
    return reply;
  }
};

struct Times {
  double median_us = 0;
  double p99_us = 0;
};

llm::Request question(WorkspaceId home, int number) {
  std::string text = "Answers, number " + std::to_string(number) + ":\n";
  for (int i = 0; i < 25; ++i)
    text += "- The price went up twice this year and the support takes days to answer me.\n";
  llm::Request request;
  request.messages = {{llm::Role::system, "Summarise what these people say."},
                      {llm::Role::user, std::move(text)}};
  request.task = "summarize";
  request.prompt_version = "summarize@1";
  request.workspace = home;
  return request;
}

Times run(llm::Gateway& gateway, WorkspaceId home, bool same) {
  std::vector<double> took;
  for (int i = 0; i < calls; ++i) {
    const llm::Request request = question(home, same ? 0 : i + 1);
    const auto start = Stopwatch::now();
    if (!gateway.complete(request)) std::abort();
    took.push_back(std::chrono::duration<double, std::micro>(Stopwatch::now() - start).count());
  }
  std::ranges::sort(took);
  return {took[calls / 2], took[calls * 99 / 100]};
}

void print(const char* name, Times times, const char* end) {
  std::printf("  \"%s\": {\"median_us\": %.1f, \"p99_us\": %.1f}%s\n", name, times.median_us,
              times.p99_us, end);
}

llm::GatewayOptions options(storage::Database* db, bool redact) {
  llm::GatewayOptions out;
  out.settings.providers = {{.name = "instant"}};
  out.settings.models.push_back(
      {.name = "instant", .provider = "instant", .model = "instant", .tasks = {}});
  out.settings.redaction.enabled = redact;
  out.db = db;
  out.open_client = [](const llm::Provider&) -> Result<std::unique_ptr<llm::Client>> {
    return std::unique_ptr<llm::Client>(std::make_unique<InstantClient>());
  };
  return out;
}

}  // namespace

int main() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("bench_llm-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  {
    auto db = storage::open_sqlite({.path = (folder / "llm.db").string()}).value();
    IdSource ids{system_clock(), 1};
    const WorkspaceId home =
        identity::create_workspace(*db, system_clock(), ids, "Bench").value().workspace.id;
    auto kept = llm::Gateway::open(options(db.get(), true)).value();
    auto plain = llm::Gateway::open(options(db.get(), false)).value();
    auto bare = llm::Gateway::open(options(nullptr, false)).value();
    auto redacting = llm::Gateway::open(options(nullptr, true)).value();
    std::printf("{\n  \"calls\": %d,\n", calls);
    print("miss", run(*kept, home, false), ",");
    print("hit", run(*kept, home, true), ",");
    print("hit_without_redaction", run(*plain, home, true), ",");
    print("redaction_without_database", run(*redacting, home, false), ",");
    print("neither", run(*bare, home, false), "");
    std::printf("}\n");
  }
  std::filesystem::remove_all(folder);
}
