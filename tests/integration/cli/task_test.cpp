// Models from the command line, and a worker that is killed between two of their answers.
#include "support/desk.hpp"
#include "support/scripted_model.hpp"

#include <insightflow/llm/settings.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr auto wire = llm::Wire::openai;

const char* const survey_json = R"({"title":"Trial","questions":[
  {"id":"q1","kind":"nps","text":"How likely are you to recommend the planner to a colleague?"},
  {"id":"q2","kind":"open_text","text":"What is the main reason for your score?"}]})";

std::string answers_csv() {
  static const char* const texts[] = {
      "The mobile app is slow and crashes every day", "Support was friendly and answered quickly",
      "Too expensive for a small team", "I love the boards because they are easy to use",
      "The calendar sync is missing"};
  std::string out = "q1,q2\n";
  for (int i = 0; i < 60; ++i)
    out += std::to_string(i % 11) + "," + texts[i % 5] + " since week " + std::to_string(i) + "\n";
  return out;
}

/// A desk with a published survey, its answers, and settings that lead to a scripted server.
struct ModelDesk : Desk {
  explicit ModelDesk(const ScriptedLlm& server) {
    llm::Settings settings;
    settings.providers = {server.provider()};
    settings.models = {
        {.name = "m", .provider = "scripted", .model = "scripted-1", .context_tokens = 64'000}};
    settings.retry.attempts = 1;
    settings.cache.mode = llm::CacheMode::off;  // What is not repeated here is not by a cache.
    put("llm.json", to_json_text(settings));
    put("survey.json", survey_json);
    put("answers.csv", answers_csv());
    REQUIRE(run({"init"}).code == 0);
    REQUIRE(run({"survey", "create", "survey.json", "--slug", "trial", "--publish"}).code == 0);
    REQUIRE(run({"import", "trial", "answers.csv"}).code == 0);
  }
};

}  // namespace

TEST_CASE("models from the command line") {
  ScriptedLlm server(wire);
  server.answer_with(plays_well(wire));
  ModelDesk desk(server);
  desk.put("prompt.md", "Rewrite each sentence as our newsletter would. Keep every figure.");
  const Row rows[] = {
      {{"insights", "run", "trial"}, 0, "responses used", ""},
      {{"--llm", "llm.json", "insights", "run", "trial"},
       0,
       "Engine: local, worded by scripted-1",
       ""},
      {{"report", "trial", "--format", "markdown"}, 0, "worded by scripted", ""},
      {{"prompts", "list"}, 0, "summarize  1\n", ""},
      {{"prompts", "show", "summarize"}, 0, "Keep every figure exactly", ""},
      {{"prompts", "set", "summarize", "prompt.md"}, 0, "summarize  w1", ""},
      {{"prompts", "list"}, 0, "summarize  w1  own", ""},
      {{"prompts", "show", "summarize", "--version", "1"}, 0, "Keep every figure exactly", ""},
      {{"prompts", "reset", "summarize"}, 0, "summarize  1", ""},
      {{"prompts", "show", "summarize", "--version", "w1"}, 0, "our newsletter", ""},
      {{"prompts", "show", "nothing"}, 3, "", "There is no prompt 'nothing'"},
      {{"prompts", "show", "summarize", "--version", "w9"}, 3, "", "no version 'w9'"},
      {{"prompts", "set", "summarize", "-"}, 2, "", "20 to 20000 characters", "Short."},
      {{"review", "trial"}, 0, "Engine: local", ""},
      {{"--llm", "llm.json", "review", "trial"}, 0, "reviewed  Respondents may read", ""},
      {{"--llm", "missing.json", "review", "trial"}, 2, "", "missing.json"}};
  for (const Row& row : rows) check(desk, row);

  // By job: the model writes where there is one, the generator where there is none.
  for (const bool model : {true, false}) {
    const Arguments with = model ? Arguments{"--llm", "llm.json"} : Arguments{};
    const auto call = [&](Arguments arguments) {
      arguments.insert(arguments.begin(), with.begin(), with.end());
      return desk.run(std::move(arguments));
    };
    const Ran queued = call({"survey", "generate", "--goal", "Why do trial users leave?", "--job"});
    CAPTURE(queued.err);
    REQUIRE(queued.code == 0);
    const std::string job = queued.out.substr(0, queued.out.find(' '));
    CHECK(call({"work", "--until-idle"}).out == "1 job run\n");
    const Ran shown = call({"jobs", "show", job});
    CHECK(shown.out.find(model ? "(scripted-1)" : "(local)") != std::string::npos);
    const std::string made = shown.out.substr(shown.out.find("made ") + 5, 36);
    CHECK(call({"survey", "show", made}).code == 0);
  }
}

TEST_CASE("a killed worker's successor repeats no call that was answered") {
  ScriptedLlm server(wire);
  std::mutex mutex;
  std::map<std::string, int> answered;
  std::set<std::string> hung;
  std::atomic<bool> dead = false;
  const auto well = plays_well(wire);
  server.otherwise([&](const SeenRequest& request) -> Steps {
    const std::string step = asked_of(wire, request).line;
    const std::lock_guard lock(mutex);
    if (answered.size() == 2 && !dead) {
      hung.insert(step);
      return {Hang{}};
    }
    ++answered[step];
    return {Send{http_bytes::whole(200, "application/json",
                                   wire_text::answer(wire, well(request), {10, 5, 0, false}))}};
  });
  ModelDesk desk(server);
  REQUIRE(desk.run({"--llm", "llm.json", "insights", "run", "trial", "--queue"}).code == 0);
  {
    Child worker({INSIGHTFLOW_COMMAND, "--llm", "llm.json", "work"}, "/dev/null",
                 desk.folder / "out1", desk.folder / "err1", desk.folder.path().string());
    for (int i = 0; i < 3'000; ++i) {
      {
        const std::lock_guard lock(mutex);
        if (!hung.empty()) break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    worker.signal(SIGKILL);
    CHECK(worker.wait() == 128 + SIGKILL);
  }
  dead = true;
  REQUIRE(hung.size() == 1);
  // Its lease runs out; then another worker goes on.
  for (int i = 0; i < 60; ++i) {
    if (desk.run({"--llm", "llm.json", "work", "--until-idle"}).out == "1 job run\n") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  const Ran shown = desk.run({"insights", "show", "trial"});
  CAPTURE(shown.err);
  CHECK(shown.out.find("Engine: local, worded by scripted-1") != std::string::npos);
  CHECK(shown.out.find("local, llm_") == std::string::npos);
  CHECK(answered.size() > 2);
  for (const auto& [step, times] : answered) {
    CAPTURE(step.substr(0, 80));
    CHECK(times == 1);
  }
}
