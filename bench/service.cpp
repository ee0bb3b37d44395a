#include "http/application.hpp"
#include "support/bare_ok.hpp"
#include "support/contest.hpp"

#include <insightflow/core/json.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

/// The two routes that decide how many respondents one machine serves: a durable submit of five
/// answers, and an authenticated read of a survey, against a bare Beast server that answers "ok" in
/// the same run.
///
///     bench_service [rounds] [seconds per measurement]
namespace {
using namespace insightflow;

constexpr std::string_view questionnaire = R"({"title":"Bench","slug":"bench","questions":[
 {"id":"q1","kind":"nps","text":"How likely are you to recommend us?","required":true},
 {"id":"q2","kind":"open_text","text":"Why?"},
 {"id":"q3","kind":"multiple_choice","text":"What did you use?","options":["Boards","Calendar","Reports"]},
 {"id":"q4","kind":"matrix","text":"How good was it?","rows":["Speed","Help"],"options":["Bad","Good"]},
 {"id":"q5","kind":"yes_no","text":"Will you come back?"}]})";

constexpr std::string_view answers =
    R"({"answers":{"q1":9,"q2":"Calendar sync is what I came for","q3":["Boards","Calendar"],)"
    R"("q4":{"Speed":"Good","Help":"Good"},"q5":true},"language":"en"})";

struct Prepared {
  std::string key;
  std::string survey_id;
};

Prepared prepare(const std::string& path) {
  Engine engine = Engine::open({.database = "sqlite:" + path}).value();
  const auto made = engine.create_workspace("Bench").value();
  const Session me = engine.as({made.workspace.id, identity::Role::owner});
  const auto survey =
      me.surveys().create(from_json_text<survey::Survey>(questionnaire).value()).value();
  (void)me.surveys().publish(survey.id).value();
  return {made.key.key, survey.id.str()};
}

void serve_service(const std::string& path, const bench::Served::Ready& ready) {
  Engine engine = Engine::open({.database = "sqlite:" + path}).value();
  const http::Application application(engine);
  http::Server server({.body_limit = &http::Application::body_limit},
                      [&](const http::Request& request) { return application.handle(request); });
  ready(server.start().value());
  for (;;) ::pause();
}

std::string post_request(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 5;
  const double seconds = count > 2 ? std::atof(arguments[2]) : 2;
  std::string folder =
      (std::filesystem::temp_directory_path() / "insightflow-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const std::string path = folder + "/bench.db";
  Prepared prepared;
  {
    // In a child, because servers must be made before this process has threads.
    int out[2];
    if (::pipe(out) != 0) return 1;
    if (::fork() == 0) {
      prepared = prepare(path);
      const std::string text = prepared.key + " " + prepared.survey_id;
      ::_exit(::write(out[1], text.data(), text.size()) > 0 ? 0 : 1);
    }
    char text[256] = {};
    if (::read(out[0], text, sizeof text - 1) <= 0) return 1;
    const std::string both = text;
    prepared = {both.substr(0, both.find(' ')), both.substr(both.find(' ') + 1)};
  }
  const auto bare = [](const bench::Served::Ready& ready) { bench::serve_bare_ok(1, ready); };
  const auto ours = [&](const bench::Served::Ready& ready) { serve_service(path, ready); };
  const std::string submit = post_request("/api/v1/public/surveys/bench/responses", answers);
  const std::string read = bench::get_request("/api/v1/surveys/" + prepared.survey_id,
                                              "Authorization: Bearer " + prepared.key + "\r\n");
  const std::string get = bench::get_request("/ok");
  const auto always = [](const std::string& request) {
    return [&request](std::uint64_t, std::string& to) { to = request; };
  };
  std::vector<bench::Contender> contenders;
  contenders.push_back({"bare", std::make_unique<bench::Served>(bare), always(get)});
  contenders.push_back({"submit", std::make_unique<bench::Served>(ours), always(submit)});
  contenders.push_back({"read", std::make_unique<bench::Served>(ours), always(read)});
  bench::contest("service", contenders, rounds, seconds);
  contenders.clear();
  std::filesystem::remove_all(folder);
}
