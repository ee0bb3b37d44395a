// The settings' file: what is read, and what is said about wrong places.
#include "llm_world.hpp"

#include <insightflow/core/json.hpp>

#include <fstream>

using namespace insightflow;
using namespace insightflow::llm;

namespace {

const std::string good = R"({
  "providers": [{"name": "house", "wire": "openai", "base_url": "http://127.0.0.1:8000/v1"}],
  "models": [{"name": "small", "provider": "house", "model": "qwen3-8b"},
             {"name": "large", "provider": "house", "model": "qwen3-32b", "tier": "best"}],
  "fallback": [{"models": ["small", "large"]}],
  "budgets": [{"workspace": "*", "tokens_per_day": 1000000}]})";

}  // namespace

TEST_CASE("a small file is enough, the rest has its defaults") {
  const Settings settings = read_settings(good).value();
  CHECK(settings.models[1].tier == Tier::best);
  CHECK(settings.redaction.enabled);
  CHECK(settings.cache.mode == CacheMode::exact);
  CHECK(settings.retry.first_delay_ms == 500);
  CHECK(settings.retry.most_delay_ms == 8'000);
  CHECK(settings.retry.most_retry_after_ms == 60'000);
  CHECK(settings.budgets[0].tokens_per_day == 1'000'000);
  CHECK(read_settings(to_json_text(settings)));
}

TEST_CASE("every wrong place is reported with its pointer") {
  struct Row {
    const char* change;
    const char* to;
    const char* reason;
    const char* pointer;
  };
  const Row rows[] = {
      {"\"provider\": \"house\", \"model\": \"qwen3-8b\"",
       "\"provider\": \"haus\", \"model\": \"qwen3-8b\"", "provider_unknown", "/models/0/provider"},
      {"\"large\", \"provider\"", "\"small\", \"provider\"", "name_repeated", "/models/1/name"},
      {"[\"small\", \"large\"]", "[\"small\", \"big\"]", "model_unknown", "/fallback/0/models/1"},
      {"[\"small\", \"large\"]", "[\"small\", \"small\"]", "name_repeated", "/fallback/0/models/1"},
      {"\"*\"", "\"me\"", "workspace_malformed", "/budgets/0/workspace"},
      {"1000000", "-1", "out_of_range", "/budgets/0/tokens_per_day"},
      {"\"openai\"", "\"opanai\"", "slug_unknown", "/providers/0/wire"},
      {"\"tier\"", "\"teir\"", "field_unknown", "/models/1/teir"},
      {"\"budgets\"", "\"redaction\": {\"types\": [\"NOSE\"]}, \"budgets\"", "type_unknown",
       "/redaction/types/0"},
      {"\"budgets\"",
       "\"cache\": {\"mode\": \"off\", \"semantic\": {\"workspaces\": "
       "[\"00000000-0000-7000-8000-000000000001\"], \"provider\": \"house\", \"model\": "
       "\"e\"}}, \"budgets\"",
       "cache_off", "/cache/semantic"},
      {"\"budgets\"", "\"rate_limits\": [{\"provider\": \"x\"}], \"budgets\"", "provider_unknown",
       "/rate_limits/0/provider"},
      {"\"budgets\"",
       "\"experiments\": [{\"name\": \"a\", \"task\": \"t\", \"arms\": [{\"model\": \"small\"}, "
       "{\"model\": \"x\"}]}], \"budgets\"",
       "model_unknown", "/experiments/0/arms/1/model"},
      {"\"budgets\"",
       "\"experiments\": [{\"name\": \"a\", \"task\": \"t\", \"arms\": [{\"model\": \"small\", "
       "\"share\": 0}, {\"model\": \"large\"}]}], \"budgets\"",
       "out_of_range", "/experiments/0/arms/0/share"},
  };
  for (const Row& row : rows) {
    std::string text = good;
    CAPTURE(row.pointer);
    const std::size_t at = text.find(row.change);
    REQUIRE(at != text.npos);
    text.replace(at, std::string(row.change).size(), row.to);
    const auto read = read_settings(text);
    REQUIRE(!read);
    CHECK(read.error().reason == row.reason);
    CHECK(read.error().pointer == row.pointer);
  }
  std::string two = good;
  two.replace(two.find("[\"small\", \"large\"]"), 18, "[\"a\", \"b\"]");
  CHECK(read_settings(two).error().problems.size() == 2);
}

TEST_CASE("a file is named in its errors") {
  test::TemporaryFolder folder;
  CHECK(load_settings(folder / "none.json").error().reason == "file_unreadable");
  std::ofstream(folder / "bad.json") << "{";
  const Error error = load_settings(folder / "bad.json").error();
  CHECK(error.detail.find("bad.json") != std::string::npos);
  std::ofstream(folder / "good.json") << good;
  CHECK(load_settings(folder / "good.json"));
}

TEST_CASE("tokens are counted alphabet by alphabet") {
  struct Row {
    const char* text;
    std::int64_t least, most;
  };
  const Row rows[] = {{"", 0, 0},
                      {"Why do people leave the service after the trial?", 9, 16},
                      {"Почему люди уходят после пробного периода?", 10, 25},
                      {"お客様はなぜ離れるのか", 8, 16},
                      {"\xff\xff\xff", 0, 4}};
  for (const Row& row : rows)
    for (const Wire wire : {Wire::openai, Wire::anthropic, Wire::gemini, Wire::ollama}) {
      CAPTURE(row.text);
      CHECK(estimate_tokens(row.text, wire) >= row.least);
      CHECK(estimate_tokens(row.text, wire) <= row.most);
    }
}
