#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace insightflow::test {

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A program in a process of its own, with its streams in files. Killed when the object goes.
class Child {
 public:
  Child(std::vector<std::string> arguments, const std::string& in, const std::string& out,
        const std::string& err, const std::string& folder = {}) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    const auto connect = [](int handle, const std::string& path, int flags) {
      const int file = ::open(path.c_str(), flags, 0600);
      if (file < 0 || ::dup2(file, handle) < 0) ::_exit(127);
    };
    connect(0, in, O_RDONLY);
    connect(1, out, O_WRONLY | O_CREAT | O_TRUNC);
    connect(2, err, O_WRONLY | O_CREAT | O_TRUNC);
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(127);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const { ::kill(pid_, number); }
  /// The exit code; 128 and the signal where one ended it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

/// The first line of a file that a child is writing; empty when none comes in 30 seconds.
inline std::string await_line(const std::string& path) {
  for (int i = 0; i < 3000; ++i) {
    const std::string text = file_text(path);
    if (const std::size_t end = text.find('\n'); end != text.npos) return text.substr(0, end);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {};
}

}  // namespace insightflow::test
