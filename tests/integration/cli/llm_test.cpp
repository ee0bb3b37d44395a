#include "support/desk.hpp"

using namespace insightflow::test;

namespace {

constexpr std::string_view settings = R"({
  "providers": [{"name": "house", "wire": "openai", "base_url": "http://127.0.0.1:9/v1",
                 "key_environment": "NOBODY_HAS_SET_THIS"}],
  "models": [{"name": "small", "provider": "house", "model": "m1", "input_price": 100},
             {"name": "large", "provider": "house", "model": "m2", "input_price": 900}],
  "budgets": [{"workspace": "*", "tokens_per_day": 5000}],
  "experiments": [{"name": "size", "task": "summarize",
                   "arms": [{"model": "small"}, {"model": "large"}]}]})";

}  // namespace

TEST_CASE("models are looked after without a key and, where it can be, without a database") {
  Desk desk;
  desk.put("llm.json", settings);
  desk.put("bad.json", R"({"providers": [], "models": [{"name": "m"}]})");
  const Row before[] = {
      {{"llm", "models"}, 2, "", "INSIGHTFLOW_LLM"},
      {{"--llm", "none.json", "llm", "models"}, 2, "", "none.json"},
      {{"--llm", "bad.json", "llm", "models"}, 2, "", "/models/0/provider"},
      {{"--llm", "llm.json", "llm", "models"}, 0, "small  standard  m1 at house", ""},
      {{"--llm", "llm.json", "--json", "llm", "models"}, 0, "\"estimated_input\": 0", ""},
      {{"--llm", "llm.json", "llm", "decide", "recommend"}, 0, "small\n", ""},
      {{"--llm", "llm.json", "llm", "decide", "summarize"}, 0, "The experiment 'size'", ""},
      {{"--llm", "llm.json", "--json", "llm", "decide", "recommend"},
       0,
       "\"verdict\": \"scored_lower\"",
       ""},
      {{"--llm", "llm.json", "llm", "decide", "recommend", "--input-tokens", "90000"},
       3,
       "context_too_small",
       ""},
      {{"--llm", "llm.json", "llm", "decide", "recommend", "--tier", "worst"}, 2, "", "economy"},
      {{"--llm", "llm.json", "llm", "usage"}, 3, "", "init"},
      {{"--llm", "llm.json", "llm", "experiment"}, 0, "size  on summarize", ""}};
  for (const Row& row : before) check(desk, row);
  REQUIRE(desk.run({"init"}).code == 0);
  const Row after[] = {
      {{"--llm", "llm.json", "llm", "usage"}, 0, "budget tokens_per_day  0 of 5000", "No calls"},
      {{"llm", "usage", "--since", "yesterday"}, 2, "", "yesterday"},
      {{"--llm", "llm.json", "llm", "experiment", "size"}, 0, "small  (baseline)  0 calls", ""},
      {{"--llm", "llm.json", "llm", "experiment", "colour"}, 3, "", "colour"}};
  for (const Row& row : after) check(desk, row);
}
