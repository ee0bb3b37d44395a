#include "http/application.hpp"
#include "support/served.hpp"

#include <insightflow/core/json.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

/// What it costs to watch: connections that follow the events of one workspace while events are
/// published, each told to all of them. The server runs in a process of its own; the clients are
/// one thread with epoll.
///
///     bench_events [connections] [events a second] [seconds]
namespace {
using namespace insightflow;
using Steady = std::chrono::steady_clock;

struct Plan {
  int connections = 1000;
  int per_second = 100;
  int seconds = 10;
};

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now().time_since_epoch())
      .count();
}

const std::string folder =
    (std::filesystem::temp_directory_path() / ("bench_events-" + std::to_string(::getpid())))
        .string();

/// Serves, and publishes from when the file "go" is there: each event holds the time before its
/// transaction began (all clocks of a machine are one).
void serve(const Plan& plan, const bench::Served::Ready& ready) {
  auto engine = Engine::open({.database = "sqlite:" + folder + "/a.db"}).value();
  const auto made = engine.create_workspace("Bench").value();
  std::ofstream(folder + "/key") << made.key.key;
  const http::Application application(engine);
  http::Server server({},
                      [&](const http::Request& request) { return application.handle(request); });
  ready(server.start().value());
  events::Log log(engine.database(), system_clock());
  const auto exists = [](const std::string& name) {
    return std::filesystem::exists(folder + "/" + name);
  };
  for (int round = 0;; ++round) {
    while (!exists("go" + std::to_string(round)))
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    auto next = Steady::now();
    for (int i = 0; i < plan.per_second * plan.seconds; ++i) {
      next += std::chrono::microseconds(1'000'000 / plan.per_second);
      std::this_thread::sleep_until(next);
      (void)engine.database().write([&](storage::Tx& tx) {
        return log.append(tx, made.workspace.id,
                          {.type = "job.progress",
                           .subject = "01a1fdb8-65ee-72f7-89b1-6a6b551fb6e9",
                           .data = R"({"kind":"insight_run","stage":"themes","done":1,"total":2,)"
                                   R"("sent_us":)" +
                                   std::to_string(now_us()) + "}"});
      });
    }
  }
}

std::string file_text(const std::string& name) {
  std::ifstream in(folder + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Resident memory of the server, in bytes, and the processor time it used, in seconds.
struct Usage {
  double memory = 0;
  double seconds = 0;
};
Usage usage_of(int process) {
  Usage out;
  std::ifstream pages("/proc/" + std::to_string(process) + "/statm");
  double total = 0, resident = 0;
  pages >> total >> resident;
  out.memory = resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  for (int i = 1; stat >> word; ++i)
    if (i == 14 || i == 15)
      out.seconds += std::atof(word.c_str()) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return out;
}
int child_of(int parent) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string pid, command, state;
    int its_parent = 0;
    stat >> pid >> command >> state >> its_parent;
    if (its_parent == parent) return std::atoi(pid.c_str());
  }
  return 0;
}

struct Client {
  int handle = -1;
  std::string rest;  ///< The beginning of something.
};

class Clients {
 public:
  Clients(std::uint16_t port, const Plan& plan, const std::string& request)
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        clients_(static_cast<std::size_t>(plan.connections)) {
    for (Client& client : clients_) {
      client.handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(client.handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
              0 ||
          ::send(client.handle, request.data(), request.size(), MSG_NOSIGNAL) < 0)
        std::exit(1);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &client;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.handle, &event);
    }
  }
  ~Clients() {
    for (const Client& client : clients_) ::close(client.handle);
    ::close(epoll_);
  }

  /// Reads until so many deliveries were seen, or nothing has come for `patience` milliseconds.
  void read(std::size_t wanted, int patience) {
    std::vector<epoll_event> events(512);
    std::vector<char> buffer(64 << 10);
    while (latencies.size() < wanted) {
      const int count =
          ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience);
      if (count <= 0) return;
      const std::int64_t now = now_us();
      for (int i = 0; i < count; ++i) {
        Client& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
        const ssize_t size = ::recv(client.handle, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size <= 0) {
          ++broken;
          ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.handle, nullptr);
          continue;
        }
        scan(client, {buffer.data(), static_cast<std::size_t>(size)}, now);
      }
    }
  }

  std::vector<double> latencies;
  int broken = 0;

 private:
  void scan(Client& client, std::string_view bytes, std::int64_t now) {
    constexpr std::string_view mark = "\"sent_us\":";
    client.rest.append(bytes);
    std::size_t from = 0;
    for (std::size_t at; (at = client.rest.find(mark, from)) != std::string::npos;) {
      const std::size_t end = client.rest.find('}', at);
      if (end == std::string::npos) {
        from = at;
        break;
      }
      std::int64_t sent = 0;
      std::from_chars(client.rest.data() + at + mark.size(), client.rest.data() + end, sent);
      latencies.push_back(static_cast<double>(now - sent) / 1000.0);
      from = end;
    }
    const std::size_t kept =
        std::max(from, client.rest.size() - std::min<std::size_t>(client.rest.size(), 16));
    client.rest.erase(0, std::min(from == 0 ? kept : from, client.rest.size()));
  }

  int epoll_;
  std::vector<Client> clients_;
};

double percentile(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

std::string measure(const char* name, int round, int server, std::uint16_t port, const Plan& plan,
                    const std::string& request) {
  const Usage before = usage_of(server);
  Clients clients(port, plan, request);
  clients.read(1, 1500);  // Until all of them follow and are silent.
  const Usage idle = usage_of(server);
  std::this_thread::sleep_for(std::chrono::seconds(3));
  const Usage rested = usage_of(server);
  std::ofstream(folder + "/go" + std::to_string(round));
  const std::size_t expected = static_cast<std::size_t>(plan.connections) *
                               static_cast<std::size_t>(plan.per_second * plan.seconds);
  clients.latencies.reserve(expected);
  const auto begin = Steady::now();
  clients.read(expected, 5000);
  const double took = std::chrono::duration<double>(Steady::now() - begin).count();
  const Usage after = usage_of(server);
  std::ranges::sort(clients.latencies);
  std::vector<double>& sorted = clients.latencies;
  const double per_connection = (idle.memory - before.memory) / plan.connections;
  char line[800];
  std::snprintf(
      line, sizeof line,
      "\"%s\":{\"bytes_per_idle_connection\":%.0f,\"idle_cpu_percent\":%.2f,"
      "\"deliveries\":%zu,\"expected\":%zu,\"broken\":%d,\"seconds\":%.2f,\"p50_ms\":%.2f,"
      "\"p99_ms\":%.2f,\"max_ms\":%.2f,\"server_cpu_percent\":%.1f,"
      "\"memory_mib_after\":%.1f}",
      name, per_connection, (rested.seconds - idle.seconds) / 3 * 100, sorted.size(), expected,
      clients.broken, took, percentile(sorted, 0.5), percentile(sorted, 0.99),
      sorted.empty() ? 0 : sorted.back(), (after.seconds - rested.seconds) / took * 100,
      after.memory / (1 << 20));
  std::fprintf(stderr, "%s\n", line);
  return line;
}

}  // namespace

int main(int count, char** arguments) {
  Plan plan;
  if (count > 1) plan.connections = std::atoi(arguments[1]);
  if (count > 2) plan.per_second = std::atoi(arguments[2]);
  if (count > 3) plan.seconds = std::atoi(arguments[3]);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::filesystem::create_directories(folder);
  std::string result;
  {
    const bench::Served served([&](const bench::Served::Ready& ready) { serve(plan, ready); });
    const int server = child_of(::getpid());
    const std::string head =
        " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + file_text("key") + "\r\n";
    result = measure("sse", 0, server, served.port(), plan, "GET /api/v1/events" + head + "\r\n");
    result += "," + measure("websocket", 1, server, served.port(), plan,
                            "GET /api/v1/ws" + head +
                                "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }
  std::filesystem::remove_all(folder);
  std::printf("{\"bench\":\"events\",\"connections\":%d,\"events_per_second\":%d,%s}\n",
              plan.connections, plan.per_second, result.c_str());
}
