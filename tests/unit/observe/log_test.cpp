#include <insightflow/core/json.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/observe/log.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <thread>

using namespace insightflow;
using namespace insightflow::observe;

namespace {

struct Lines {
  std::vector<std::string> lines;

  LogOptions options(LogFormat format, Level level = Level::info) {
    return {.level = level, .format = format, .sink = [this](std::string_view line) {
              lines.emplace_back(line);
            }};
  }
};

json::object object_of(const std::string& line) {
  const auto read = parse_json(line);
  CAPTURE(line);
  REQUIRE(read);
  return read.value().as_object();
}

}  // namespace

TEST_CASE("an event is one line of JSON, whatever is in it") {
  struct Row {
    std::string value;
    std::string read;
  };
  const Row rows[] = {
      {"plain", "plain"},
      {"two\nlines\r\n", "two\nlines\r\n"},
      {R"(","level":"off","x":")", R"(","level":"off","x":")"},
      {std::string("nul\0 bell\a", 10), std::string("nul\0 bell\a", 10)},
      {"größer \xE2\x80\xA8 ?", "größer \xE2\x80\xA8 ?"},
      {"\xC3\x28", "(not UTF-8)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    Lines out;
    const Log log(out.options(LogFormat::json));
    log.write(Level::warn, "happened",
              {{"what", row.value}, {"count", 3}, {"yes", true}, {"nothing", ""}});
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines[0].find_first_of("\n\r") == std::string::npos);
    const json::object read = object_of(out.lines[0]);
    CHECK(Instant::parse(std::string(read.at("time").as_string())));
    CHECK(read.at("level") == "warn");
    CHECK(read.at("event") == "happened");
    CHECK(std::string(read.at("what").as_string()) == row.read);
    CHECK(read.at("count") == 3);
    CHECK(read.at("yes") == true);
    CHECK_FALSE(read.contains("nothing"));
  }
}

TEST_CASE("text for people: quoted only where it must be") {
  Lines out;
  const Log log(out.options(LogFormat::text));
  log.write(
      Level::info, "request",
      {{"path", "/s/a"}, {"reason", "two words"}, {"odd", "a=b\n2026 error fake"}, {"n", -4}});
  REQUIRE(out.lines.size() == 1);
  CHECK(out.lines[0].substr(24) ==
        R"( info  request path=/s/a reason="two words" odd="a=b\n2026 error fake" n=-4)");
}

TEST_CASE("levels below the chosen one are left out") {
  for (const auto& [level, lines] :
       {std::pair(Level::debug, 4), std::pair(Level::info, 3), std::pair(Level::warn, 2),
        std::pair(Level::error, 1), std::pair(Level::off, 0)}) {
    Lines out;
    const Log log(out.options(LogFormat::json, level));
    for (const Level each : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
      log.write(each, "e", {});
      CHECK(log.enabled(each) == (each >= level && each != Level::off));
    }
    CHECK(out.lines.size() == static_cast<std::size_t>(lines));
  }
}

TEST_CASE("what looks like an API key is masked wherever it stands") {
  const std::string key = "if_0123456789abcdefghijABCDEFGHIJ";
  struct Row {
    std::string value;
    std::string written;
  };
  const Row rows[] = {
      {key, "if_***"},
      {"/api/v1/surveys/" + key + "/x", "/api/v1/surveys/if_***/x"},
      {key + " and " + key, "if_*** and if_***"},
      {"x" + key, "xif_***"},
      {"if_short", "if_short"},
      {"if_", "if_"},
      {"what if_this is prose", "what if_this is prose"},
  };
  for (const LogFormat format : {LogFormat::json, LogFormat::text})
    for (const Row& row : rows) {
      CAPTURE(row.value);
      Lines out;
      const Log log(out.options(format));
      log.write(Level::info, "e", {{"v", row.value}});
      CHECK(out.lines[0].find(row.written) != std::string::npos);
      CHECK(out.lines[0].find("0123456789") == std::string::npos);
    }
}

TEST_CASE("lines of several threads are whole") {
  Lines out;
  {
    const Log log(out.options(LogFormat::json));
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 500; ++i)
          log.write(Level::info, "e", {{"thread", t}, {"padding", std::string(300, 'x')}});
      });
  }
  CHECK(out.lines.size() == 2'000);
  for (const std::string& line : out.lines) (void)object_of(line);
}
