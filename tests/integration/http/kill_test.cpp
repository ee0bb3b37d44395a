#include "support/child.hpp"
#include "support/http_world.hpp"

#include <atomic>
#include <map>
#include <set>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr int clients = 16;
constexpr std::size_t enough = 400;

/// `insightflow serve` as a process, on a database with one published survey.
struct Served {
  Served() {
    Engine engine = Engine::open({.database = "sqlite:" + database}).value();
    const auto made = engine.create_workspace("First").value();
    const auto session = engine.as({made.workspace.id, identity::Role::owner});
    auto draft = from_json_text<survey::Survey>(survey_json("trial")).value();
    survey_id = session.surveys().create(std::move(draft)).value().id;
    REQUIRE(session.surveys().publish(survey_id));
    workspace = made.workspace.id;
  }
  void start() {
    const std::string out = folder / ("out" + std::to_string(++starts));
    child = std::make_unique<Child>(
        std::vector<std::string>{INSIGHTFLOW_COMMAND, "--db", database, "--json", "serve", "--port",
                                 "0", "--quiet"},
        "/dev/null", out, folder / "err");
    const std::string url = text_at(json_of(await_line(out)), "/url");
    port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  /// Key (kept in the answer's text) to the ids it is stored under.
  std::map<std::string, std::vector<std::string>> stored() {
    Engine engine = Engine::open({.database = "sqlite:" + database, .create = false}).value();
    const auto session = engine.as({workspace, identity::Role::viewer});
    std::map<std::string, std::vector<std::string>> out;
    for (std::string after;;) {
      const auto page = session.responses().list(survey_id, 200, after).value();
      for (const auto& one : page.items)
        out[std::get<std::string>(one.answers.at("q2").value)].push_back(one.id.str());
      if (!page.next) return out;
      after = *page.next;
    }
  }

  TemporaryFolder folder;
  std::string database = folder / "a.db";
  SurveyId survey_id;
  WorkspaceId workspace;
  std::unique_ptr<Child> child;
  std::uint16_t port = 0;
  int starts = 0;
};

std::string request(const std::string& key) {
  const std::string body = R"({"answers":{"q1":7,"q2":")" + key + R"("}})";
  return "POST /api/v1/public/surveys/trial/responses HTTP/1.1\r\nHost: a\r\nIdempotency-Key: " +
         key + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Said {
  std::map<std::string, std::string> acknowledged;  ///< Key to id.
  std::set<std::string> unanswered;
  std::set<int> other_statuses;
};

/// All clients submit until the server is gone; `act` is called once there is enough to lose.
template <class Act>
Said load(std::uint16_t port, Act act) {
  std::vector<Said> each(clients);
  std::atomic<std::size_t> total{0};
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < clients; ++c)
      threads.emplace_back([&, c] {
        Said& mine = each[static_cast<std::size_t>(c)];
        RawClient client(port);
        for (int i = 0; i < 100'000; ++i) {
          const std::string key = "c" + std::to_string(c) + "-" + std::to_string(i);
          mine.unanswered.insert(key);
          if (!client.send(request(key))) return;
          const auto answer = client.receive();
          if (!answer.whole) return;
          mine.unanswered.erase(key);
          if (answer.status != 201) {
            mine.other_statuses.insert(answer.status);
            return;
          }
          auto body = parse_json(answer.body);
          mine.acknowledged[key] = body ? text_at(body.value(), "/id") : "unreadable";
          ++total;
          if (answer.field("Connection") == "close") return;
        }
      });
    for (int i = 0; i < 6000 && total < enough; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    act();
  }
  Said all;
  for (Said& one : each) {
    all.acknowledged.merge(one.acknowledged);
    all.unanswered.merge(one.unanswered);
    all.other_statuses.merge(one.other_statuses);
  }
  return all;
}

}  // namespace

TEST_CASE("a server killed in the middle has every acknowledged response once") {
  Served served;
  served.start();
  Said said = load(served.port, [&] { served.child->signal(SIGKILL); });
  CHECK(served.child->wait() == 128 + SIGKILL);
  CHECK(said.acknowledged.size() >= enough);
  CHECK(said.other_statuses.empty());
  auto stored = served.stored();
  for (const auto& [key, id] : said.acknowledged) {
    CAPTURE(key);
    CHECK(stored[key] == std::vector<std::string>{id});
  }

  // Whoever got no answer tries again; whoever got one may, too.
  served.start();
  {
    RawClient client(served.port);
    std::size_t tried = 0;
    const auto retry = [&](const std::string& key) {
      CAPTURE(key);
      REQUIRE(client.send(request(key)));
      const auto answer = client.receive();
      CHECK(answer.status == 201);
      ++tried;
      return text_at(json_of(answer.body), "/id");
    };
    for (const std::string& key : said.unanswered) said.acknowledged[key] = retry(key);
    for (const auto& [key, id] : said.acknowledged)
      if (tried < 200) CHECK(retry(key) == id);
  }
  served.child->signal(SIGTERM);
  CHECK(served.child->wait() == 0);
  stored = served.stored();
  CHECK(stored.size() == said.acknowledged.size());
  for (const auto& [key, id] : said.acknowledged) {
    CAPTURE(key);
    CHECK(stored[key] == std::vector<std::string>{id});
  }
}

TEST_CASE("a server told to stop answers what it accepted") {
  Served served;
  served.start();
  const Said said = load(served.port, [&] { served.child->signal(SIGTERM); });
  CHECK(served.child->wait() == 0);
  CHECK(said.acknowledged.size() >= enough);
  CHECK(said.other_statuses.empty());
  const auto stored = served.stored();
  for (const auto& [key, ids] : stored) {
    CAPTURE(key);
    CHECK(ids.size() == 1);
    CHECK(said.acknowledged.count(key) == 1);
  }
  CHECK(stored.size() == said.acknowledged.size());
  CHECK(file_text(served.folder / "err") == "");
}
