#include "support/child.hpp"
#include "support/scripted_llm.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>

using namespace insightflow;

namespace {

constexpr const char* usage =
    "scripted_llm --wire openai|anthropic|gemini|ollama [--rules FILE] [--port N]\n"
    "Answers on this machine as a provider of language models would, by the rules in FILE (JSON;\n"
    "see tests/support/scripted_llm.hpp), and prints its base URL. Ends by SIGTERM or SIGINT.\n";

int run(int count, char** arguments) {
  std::map<std::string_view, std::string> options{{"--wire", ""}, {"--rules", ""}, {"--port", "0"}};
  for (int i = 1; i < count; i += 2) {
    const auto option = options.find(arguments[i]);
    if (option == options.end() || i + 1 == count) {
      std::fputs(usage, stderr);
      return 2;
    }
    option->second = arguments[i + 1];
  }
  const Result<llm::Wire> wire = from_slug<llm::Wire>(options["--wire"]);
  const std::string& digits = options["--port"];
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!wire || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    std::fputs(usage, stderr);
    return 2;
  }
  // Waited for below; the threads of the server are to leave them alone.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  test::ScriptedLlm server(wire.value(), port);
  if (!options["--rules"].empty()) server.rules(test::file_text(options["--rules"]));
  std::printf("%s\n", server.url().c_str());
  std::fflush(stdout);
  int ended_by = 0;
  sigwait(&ends, &ended_by);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "scripted_llm: %s\n", wrong.what());
    return 1;
  }
}
