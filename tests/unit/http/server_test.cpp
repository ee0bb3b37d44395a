#include "http/server.hpp"

#include "support/raw_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <thread>

using namespace insightflow;
using namespace insightflow::http;
using insightflow::test::RawClient;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {
/// Holds handlers back until it is opened.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

Response echo(const Request& request) {
  if (request.path == "/throw") throw std::runtime_error("the secret reason");
  if (request.path == "/throw-int") throw 1;
  if (request.path == "/split")
    return {.headers = {{"Location", "/\r\nSet-Cookie: a=b"}}, .body = "x"};
  if (request.path == "/status-1") return {.status = 1};
  if (request.path == "/empty") return {.status = 204};
  if (request.path == "/close") return {.body = "bye", .close = true};
  if (request.path == "/own")
    return {.headers = {{"content-length", "99"}, {"Connection", "upgrade"}, {"X-A", "b"}},
            .body = "own"};
  if (request.path == "/big") return {.body = letters(3 << 20)};
  if (request.path == "/stream" || request.path == "/stream-fails" ||
      request.path == "/stream-throws") {
    return {.stream = [path = request.path, n = 0](std::string& chunk) mutable -> Result<bool> {
      if (n == 50 && path == "/stream-fails")
        return fail(Code::unavailable, "gone", "The source went away.");
      if (n == 50 && path == "/stream-throws") throw std::runtime_error("no");
      if (n % 7 != 3) chunk = letters(40'000);
      return ++n < 100;
    }};
  }
  return {.headers = {{"Content-Type", "text/plain"}},
          .body = request.method + " " + request.path + " " + request.body};
}

/// Every path of the server, the one through the workers and the inline one, must behave alike.
struct Running {
  explicit Running(bool inline_path = false, Options options = {}, Handler handler = echo)
      : server(prepared(std::move(options), inline_path), std::move(handler)),
        port(server.start().value()) {}
  static Options prepared(Options options, bool inline_path) {
    options.workers = std::min<std::size_t>(options.workers, 8);
    if (inline_path) options.inline_handler = [](const Request&) { return true; };
    return options;
  }
  bool alive() const {
    RawClient client(port);
    client.send("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.receive().body == "GET /alive ";
  }
  Server server;
  std::uint16_t port;
};

std::string get(std::string_view path, std::string_view fields = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view path, std::string_view body, std::string_view fields = {}) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}
}  // namespace

TEST_CASE("a connection is kept and answers come back with what they need") {
  for (const bool inline_path : {false, true}) {
    CAPTURE(inline_path);
    Running running(inline_path);
    RawClient client(running.port);
    for (int i = 0; i < 3; ++i) {
      client.send(post("/a", "body" + std::to_string(i), "X-Request-Id: id-7\r\n"));
      const auto answer = client.receive();
      CHECK(answer.status == 200);
      CHECK(answer.body == "POST /a body" + std::to_string(i));
      CHECK(answer.field("X-Request-Id") == "id-7");
      CHECK(answer.field("Content-Type") == "text/plain");
      CHECK(answer.field("Date").size() == 29);
      CHECK(answer.field("Connection").empty());
    }
    client.send(get("/a", "X-Request-Id: not well formed\r\n"));
    CHECK(client.receive().field("X-Request-Id").size() == 16);

    client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive(true).field("Content-Length") == "8");
    client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive(true).status == 200);
    client.send(get("/empty"));
    const auto empty = client.receive();
    CHECK(empty.status == 204);
    CHECK(empty.field("Content-Length").empty());
    client.send(get("/own"));
    const auto own = client.receive();
    CHECK(own.body == "own");
    CHECK(own.field("X-A") == "b");
    CHECK(own.field("content-length").empty());
    CHECK(own.field("Connection").empty());
    client.send(get("/a", "Connection: close\r\n"));
    CHECK(client.receive().field("Connection") == "close");
    CHECK(client.closed());

    RawClient closed(running.port);
    closed.send(get("/close"));
    CHECK(closed.receive().body == "bye");
    CHECK(closed.closed());
  }
}

TEST_CASE("an HTTP/1.0 client is served its way") {
  Running running;
  RawClient client(running.port);
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.receive().field("Connection") == "keep-alive");
  client.send("GET /a HTTP/1.0\r\n\r\n");
  CHECK(client.receive().body == "GET /a ");
  CHECK(client.closed());

  RawClient streamed(running.port);
  streamed.send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string all = streamed.receive_all();
  CHECK(all.find("chunked") == std::string::npos);
  CHECK(all.size() - all.find("\r\n\r\n") - 4 == 86u * 40'000);
}

TEST_CASE("pipelined requests are answered in order") {
  for (const bool inline_path : {false, true}) {
    CAPTURE(inline_path);
    Running running(inline_path);
    RawClient client(running.port);
    std::string all;
    constexpr int count = 200;
    for (int i = 0; i < count; ++i)
      all += i % 2 ? get("/" + std::to_string(i)) : post("/" + std::to_string(i), letters(300));
    std::thread sender([&] { client.send(all); });
    for (int i = 0; i < count; ++i) {
      const auto answer = client.receive();
      REQUIRE(answer.whole);
      CHECK(answer.body.find("/" + std::to_string(i) + " ") != std::string::npos);
    }
    sender.join();
  }
}

TEST_CASE("what a handler does wrong is not told to the client") {
  for (const bool inline_path : {false, true}) {
    CAPTURE(inline_path);
    Running running(inline_path);
    for (const auto* path : {"/throw", "/throw-int", "/split", "/status-1"}) {
      CAPTURE(path);
      RawClient client(running.port);
      client.send(get(path, "X-Request-Id: id-8\r\n"));
      const auto answer = client.receive();
      CHECK(answer.status == 500);
      CHECK(answer.field("X-Request-Id") == "id-8");
      CHECK(answer.body.find(R"({"error":{"code":"internal","message":)") == 0);
      CHECK(answer.body.find("secret") == std::string::npos);
      CHECK(answer.field("Set-Cookie").empty());
      client.send(get("/a"));
      CHECK(client.receive().status == 200);
    }
  }
}

TEST_CASE("refusals carry the envelope, close the connection and leave the server alive") {
  struct Row {
    std::string_view name;
    std::string text;
    int status;
    std::string_view code;
  };
  const Row rows[] = {
      {"smuggling",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"
       "\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n",
       400, "length_ambiguous"},
      {"folded", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "request_malformed"},
      {"NUL", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400, "target_malformed"},
      {"TLS", "\x16\x03\x01\x02\x00\x01"s, 400, "request_malformed"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400, "host_missing"},
      {"bad chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
       400, "chunk_malformed"},
      {"huge header", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n",
       431, "headers_too_large"},
      {"huge body", post("/", std::string(16 << 20, 'x')), 413, "body_too_large"},
      {"huge body announced", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n",
       413, "body_too_large"},
      {"version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "version_unsupported"},
      {"behind a good one", get("/a") + "GE\x01T / HTTP/1.1\r\n\r\n", 400, "request_malformed"}};
  Running running;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RawClient client(running.port);
    bool taken = false;
    std::thread sender([&] { taken = client.send(row.text); });
    auto answer = client.receive();
    if (answer.status == 200) answer = client.receive();
    CHECK(answer.status == row.status);
    CHECK(answer.body.find("{\"error\":{\"code\":\"" + std::string(row.code) +
                           "\",\"message\":\"") == 0);
    CHECK(answer.body.find(R"(","details":[],"request_id":")" + answer.field("X-Request-Id")) !=
          std::string::npos);
    CHECK(answer.field("Content-Type") == "application/json");
    CHECK(answer.field("Connection") == "close");
    CHECK(answer.field("X-Request-Id").size() == 16);
    CHECK(client.receive().status == 0);
    CHECK_FALSE(client.was_reset());
    sender.join();
    CHECK(taken);  // To the last byte, or the reset would destroy the answer on a longer way.
    CHECK(running.alive());
  }
}

TEST_CASE("bodies come in chunks, after 100-continue, and beyond the usual limit where allowed") {
  Options options;
  options.body_limit = [](std::string_view, std::string_view path) -> std::size_t {
    return path == "/import" ? 8 << 20 : 1 << 10;
  };
  Running running(false, options, [](const Request& request) {
    return Response{.body = std::to_string(request.body.size()) +
                            (request.body == letters(request.body.size()) ? " same" : " other")};
  });
  RawClient client(running.port);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("3\r\nabc\r\n");
  client.send("2;x=y\r\nde\r\n0\r\n");
  client.send("Trailer: a\r\n\r\n");
  CHECK(client.receive().body == "5 same");

  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  CHECK(client.receive().status == 100);
  client.send("abc");
  CHECK(client.receive().body == "3 same");

  client.send(post("/import", letters(5 << 20)));
  CHECK(client.receive().body == std::to_string(5 << 20) + " same");

  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1025\r\n\r\n");
  CHECK(client.receive().status == 413);
  CHECK(client.closed());
}

TEST_CASE("answers are streamed whole or visibly cut") {
  for (const bool inline_path : {false, true}) {
    CAPTURE(inline_path);
    Running running(inline_path);
    RawClient client(running.port, 8 << 10);
    client.send(get("/stream") + get("/big"));
    const auto streamed = client.receive();
    CHECK(streamed.whole);
    CHECK(streamed.body.size() == 86u * 40'000);
    CHECK(client.receive().body == letters(3 << 20));
    for (const auto* path : {"/stream-fails", "/stream-throws"}) {
      CAPTURE(path);
      RawClient cut(running.port);
      cut.send(get(path));
      const auto answer = cut.receive();
      CHECK(answer.status == 200);
      CHECK_FALSE(answer.whole);
    }
    CHECK(running.alive());
  }
}

TEST_CASE("slow and silent clients are shown the door") {
  Options options;
  options.header_timeout = options.body_timeout = options.idle_timeout = 120ms;
  options.write_timeout = 120ms;
  Running running(false, options);
  SUBCASE("nothing at all") {
    RawClient client(running.port);
    CHECK(client.receive_all().empty());
  }
  SUBCASE("a header byte by byte") {
    RawClient client(running.port);
    const std::string endless = "GET / HTTP/1.1\r\nX: " + std::string(4'000, 'x');
    for (const char c : endless) {
      if (!client.send({&c, 1})) break;
      std::this_thread::sleep_for(1ms);
      if (&c - endless.data() > 1'000) break;
    }
    CHECK(client.receive().status == 408);
  }
  SUBCASE("a body that stops") {
    RawClient client(running.port);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = client.receive();
    CHECK(answer.status == 408);
    CHECK(answer.body.find("request_timeout") != std::string::npos);
    CHECK(client.closed());
  }
  SUBCASE("silence between requests") {
    RawClient client(running.port);
    client.send(get("/a"));
    CHECK(client.receive().status == 200);
    CHECK(client.receive_all().empty());
  }
  SUBCASE("an answer that is not read") {
    RawClient client(running.port, 4 << 10);
    std::string many;
    for (int i = 0; i < 20; ++i) many += get("/big");
    client.send(many);
    std::this_thread::sleep_for(600ms);
    CHECK(client.receive_all().size() < 20u * (3 << 20));
  }
  CHECK(running.alive());
}

TEST_CASE("a client may close its half and still be answered") {
  Gate gate;
  Running running(false, {}, [&](const Request& request) {
    if (request.path == "/wait") gate.wait();
    return echo(request);
  });
  RawClient client(running.port);
  client.send(get("/wait"));
  client.finish_sending();
  gate.await_waiting(1);
  gate.open();
  CHECK(client.receive().body == "GET /wait ");
  CHECK(client.closed());

  RawClient cut(running.port);
  cut.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  cut.finish_sending();
  CHECK(cut.receive().status == 400);
  { RawClient gone(running.port); }
  {
    RawClient gone(running.port);
    gone.send(get("/big"));
  }
  CHECK(running.alive());
}

TEST_CASE("many connections at once, each with its own answers") {
  Options options;
  options.io_threads = 2;
  std::atomic<int> logged = 0;
  options.on_answer = [&](const Request&, const Answered& answered) {
    if (answered.status == 200) ++logged;
  };
  Running running(false, options);
  constexpr int count = 200;
  std::vector<RawClient> clients;
  for (int i = 0; i < count; ++i) clients.emplace_back(running.port);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < count; ++i) clients[i].send(get("/" + std::to_string(i * 100 + round)));
    for (int i = 0; i < count; ++i)
      REQUIRE(clients[i].receive().body == "GET /" + std::to_string(i * 100 + round) + " ");
  }
  running.server.stop();
  CHECK(logged == count * 20);
}

TEST_CASE("as many handlers run at once as there are workers") {
  Gate gate;
  Options options;
  options.workers = 8;
  Running running(false, options, [&](const Request& request) {
    if (request.path == "/wait") gate.wait();
    return echo(request);
  });
  std::vector<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(running.port);
    clients.back().send(get("/wait"));
  }
  gate.await_waiting(8);
  gate.open();
  for (auto& client : clients) CHECK(client.receive().status == 200);
}

TEST_CASE("a client that does not read its streamed answer holds no worker") {
  Options options;
  options.workers = 1;
  std::atomic<std::size_t> made = 0;
  Running running(false, options, [&](const Request& request) {
    if (request.path != "/endless") return echo(request);
    return Response{.stream = [&](std::string& chunk) -> Result<bool> {
      chunk = letters(100'000);
      return ++made < 1'000;
    }};
  });
  {
    RawClient deaf(running.port, 4 << 10);
    deaf.send(get("/endless"));
    CHECK(running.alive());
    CHECK(running.alive());
    CHECK(made < 1'000);
  }
  RawClient reader(running.port);
  made = 0;
  reader.send(get("/endless"));
  CHECK(reader.receive().body.size() == 100'000'000);
}

TEST_CASE("a hook that throws on the I/O thread costs its connection, not the server") {
  Options options;
  options.header_timeout = 100ms;
  options.inline_handler = [](const Request& request) -> bool {
    if (request.path == "/hook") throw std::runtime_error("hook");
    return false;
  };
  Running running(false, options);
  RawClient client(running.port);
  client.send(get("/hook"));
  CHECK(running.alive());
  CHECK(client.closed());
}

TEST_CASE("connections beyond the limit are told so") {
  Options options;
  options.max_connections = 4;
  Running running(false, options);
  {
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(running.port);
      clients.back().send(get("/a"));
      CHECK(clients.back().receive().status == 200);
    }
    RawClient late(running.port);
    late.send(get("/a"));
    const auto answer = late.receive();
    CHECK(answer.status == 503);
    CHECK(answer.body.find("too_many_connections") != std::string::npos);
    CHECK(late.closed());
    for (auto& client : clients) {
      client.send(get("/a"));
      CHECK(client.receive().status == 200);
    }
  }
  bool again = false;
  for (int i = 0; i < 1000 && !again; ++i) {
    again = running.alive();
    if (!again) std::this_thread::sleep_for(5ms);
  }
  CHECK(again);
}

TEST_CASE("stopping answers what is in flight and closes what is idle") {
  Gate gate;
  Running running(false, {}, [&](const Request& request) {
    if (request.path == "/wait") gate.wait();
    return echo(request);
  });
  RawClient idle(running.port);
  idle.send(get("/a"));
  CHECK(idle.receive().status == 200);
  std::vector<RawClient> busy;
  for (int i = 0; i < 6; ++i) {
    busy.emplace_back(running.port);
    busy.back().send(get("/wait"));
  }
  RawClient half(running.port);
  half.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
  RawClient pipelined(running.port);
  pipelined.send(get("/wait") + get("/second"));
  gate.await_waiting(7);
  std::thread stopper([&] { running.server.stop(); });
  CHECK(idle.closed());
  half.send("c");
  const auto answer = half.receive();
  CHECK(answer.body == "POST /half abc");
  CHECK(answer.field("Connection") == "close");
  gate.open();
  for (auto& client : busy) {
    const auto last = client.receive();
    CHECK(last.body == "GET /wait ");
    CHECK(last.field("Connection") == "close");
  }
  CHECK(pipelined.receive().body == "GET /wait ");
  CHECK(pipelined.receive().body == "GET /second ");
  stopper.join();
  CHECK_FALSE(RawClient(running.port).connected());
}

TEST_CASE("stopping does not wait for ever for clients that stall") {
  Options options;
  options.drain_timeout = 50ms;
  Running running(false, options);
  RawClient stalled(running.port);
  stalled.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  RawClient deaf(running.port, 4 << 10);
  deaf.send(get("/big"));
  running.server.stop();
  CHECK(stalled.closed());
}

TEST_CASE("starting says why it cannot") {
  Running running;
  Options taken;
  taken.port = running.port;
  CHECK(Server(taken, echo).start().error().reason == "address_unavailable");
  Options malformed;
  malformed.address = "localhost:80";
  CHECK(Server(malformed, echo).start().error().reason == "address_malformed");
  CHECK(running.server.start().error().reason == "already_started");
  Options six;
  six.address = "::1";
  Server other(six, echo);
  (void)other.start();  // A machine may have no IPv6.
  other.stop();
  other.stop();
}
