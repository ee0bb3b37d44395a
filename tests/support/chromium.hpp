#pragma once

#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace insightflow::test {

/// A real browser without a window, spoken to by its DevTools protocol over two pipes. Where there
/// is none, `here` is false.
class Chromium {
 public:
  static constexpr const char* program = "/usr/bin/chromium";

  explicit Chromium(const std::string& profile) {
    if (::access(program, X_OK) != 0) return;
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) run(to[0], from[1], "--user-data-dir=" + profile);
    ::close(to[0]);
    ::close(from[1]);
    to_ = to[1];
    from_ = from[0];
    const std::string target =
        text(ask("Target.createTarget", {{"url", "about:blank"}}), "/result/targetId");
    session_ = text(ask("Target.attachToTarget", {{"targetId", target}, {"flatten", true}}),
                    "/result/sessionId");
    here = !session_.empty();
  }
  ~Chromium() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(to_);
    ::close(from_);
  }
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;

  /// Shows a page and waits until it is there.
  bool open(const std::string& url) {
    ask("Page.navigate", {{"url", url}});
    return await("document.readyState=='complete'&&location.href!='about:blank'");
  }
  /// What an expression gives, as text.
  std::string evaluate(const std::string& script) {
    return text(ask("Runtime.evaluate",
                    {{"expression", "String(" + script + ")"}, {"returnByValue", true}}),
                "/result/result/value");
  }
  /// True once the expression is; false after 20 seconds.
  bool await(const std::string& script) {
    for (int i = 0; i < 400; ++i) {
      if (evaluate(script) == "true") return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }

  bool here = false;

 private:
  [[noreturn]] static void run(int in, int out, const std::string& profile) {
    // The protocol is on descriptors 3 and 4, which may be those of the pipes themselves.
    const int reading = ::fcntl(in, F_DUPFD, 10), writing = ::fcntl(out, F_DUPFD, 10);
    const int nothing = ::open("/dev/null", O_RDWR);
    if (::dup2(reading, 3) < 0 || ::dup2(writing, 4) < 0 || ::dup2(nothing, 0) < 0 ||
        ::dup2(nothing, 1) < 0 || ::dup2(nothing, 2) < 0)
      ::_exit(127);
    ::execl(program, program, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--remote-debugging-pipe", profile.c_str(), nullptr);
    ::_exit(127);
  }

  static std::string text(const boost::json::value& value, std::string_view pointer) {
    boost::system::error_code error;
    const auto* found = value.find_pointer(pointer, error);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
  }

  boost::json::value ask(std::string_view method, boost::json::object parameters) {
    boost::json::object message{
        {"id", ++last_}, {"method", method}, {"params", std::move(parameters)}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string out = serialize(message) + '\0';
    if (::write(to_, out.data(), out.size()) != static_cast<ssize_t>(out.size())) return {};
    for (;;) {
      const std::size_t end = in_.find('\0');
      if (end == in_.npos) {
        char buffer[16 << 10];
        pollfd waiting{from_, POLLIN, 0};
        const ssize_t count =
            ::poll(&waiting, 1, 30'000) > 0 ? ::read(from_, buffer, sizeof buffer) : 0;
        if (count <= 0) return {};
        in_.append(buffer, static_cast<std::size_t>(count));
        continue;
      }
      const auto answer = parse_json(in_.substr(0, end));
      in_.erase(0, end + 1);
      if (!answer) return {};
      const auto* id = answer.value().as_object().if_contains("id");
      if (id != nullptr && *id == last_) return answer.value();
    }
  }

  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::int64_t last_ = 0;
  std::string session_, in_;
};

}  // namespace insightflow::test
