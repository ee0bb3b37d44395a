// Which model is chosen, and what is said about it.
#include "llm_world.hpp"

#include <insightflow/core/json.hpp>

using namespace insightflow;
using namespace insightflow::llm;
using test::llm_error;
using test::LlmWorld;

namespace {

Figures seen(std::string model, std::int64_t calls, std::int64_t failures, std::int64_t latency,
             std::int64_t valid, std::int64_t invalid) {
  return {.model = std::move(model),
          .calls = calls,
          .failures = failures,
          .latency_ms = latency * (calls - failures),
          .output_tokens = 50 * (calls - failures),
          .valid = valid,
          .invalid = invalid};
}

Verdict verdict_on(const Decision& decision, std::string_view model) {
  for (const Candidate& one : decision.candidates)
    if (one.model == model) return one.verdict;
  FAIL("no candidate " << model);
  return {};
}

const auto awake = [](std::string_view) { return false; };

}  // namespace

TEST_CASE_FIXTURE(LlmWorld, "the model is chosen by tier, task, context, figures and rest") {
  struct Row {
    const char* name;
    std::function<void(Settings&, Request&, std::vector<Figures>&)> given;
    const char* chosen;
    const char* model;
    Verdict verdict;
  };
  const Row rows[] = {
      {"without figures the cheapest", [](auto&, auto&, auto&) {}, "small", "large",
       Verdict::scored_lower},
      {"the best tier", [](auto&, Request& r, auto&) { r.tier = Tier::best; }, "finest", "small",
       Verdict::other_tier},
      {"no such tier: the next better", [](auto&, Request& r, auto&) { r.tier = Tier::economy; },
       "small", "finest", Verdict::other_tier},
      {"no such tier above: the next lower",
       [](Settings& s, Request& r, auto&) {
         s.models.pop_back();
         r.tier = Tier::best;
       },
       "small", "large", Verdict::scored_lower},
      {"another task", [](Settings& s, auto&, auto&) { s.models[0].tasks = {"recommend"}; },
       "large", "small", Verdict::other_task},
      {"too long for the small one",
       [](auto&, Request& r, auto&) { r.messages[0].text.assign(40'000, 'a'); }, "large", "small",
       Verdict::context_too_small},
      {"too long for the tier",
       [](auto&, Request& r, auto&) { r.messages[0].text.assign(500'000, 'a'); }, "finest", "large",
       Verdict::context_too_small},
      {"better replies are worth their price",
       [](auto&, auto&, std::vector<Figures>& f) {
         f = {seen("small", 50, 0, 900, 10, 40), seen("large", 50, 0, 900, 50, 0)};
       },
       "large", "small", Verdict::scored_lower},
      {"no better: not worth it",
       [](auto&, auto&, std::vector<Figures>& f) {
         f = {seen("small", 50, 0, 900, 48, 2), seen("large", 50, 0, 900, 50, 0)};
       },
       "small", "large", Verdict::scored_lower},
      {"a model that fails often",
       [](auto&, auto&, std::vector<Figures>& f) {
         f = {seen("small", 50, 45, 900, 5, 0), seen("large", 50, 0, 900, 50, 0)};
       },
       "large", "small", Verdict::scored_lower},
      {"a margin that nobody reaches",
       [](Settings& s, auto&, std::vector<Figures>& f) {
         s.router.margin = 0.9;
         f = {seen("small", 50, 45, 900, 0, 5), seen("large", 50, 0, 900, 50, 0)};
       },
       "small", "large", Verdict::within_margin},
      {"named by the caller", [](auto&, Request& r, auto&) { r.model = "finest"; }, "finest",
       "small", Verdict::not_named},
      {"nobody serves the task",
       [](Settings& s, auto&, auto&) {
         for (Model& m : s.models) m.tasks = {"recommend"};
       },
       "", "small", Verdict::other_task},
      {"nobody takes so much",
       [](auto&, Request& r, auto&) { r.messages[0].text.assign(1'000'000, 'a'); }, "", "finest",
       Verdict::context_too_small},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Settings given = test::sample_settings();
    Request asked = request();
    std::vector<Figures> figures;
    row.given(given, asked, figures);
    const Decision decision = choose(given, asked, figures, awake);
    CHECK(decision.chosen == row.chosen);
    CHECK(verdict_on(decision, row.model) == row.verdict);
    CHECK(decision.candidates.size() == given.models.size());
    if (!decision.chosen.empty() && asked.model.empty())
      CHECK(verdict_on(decision, decision.chosen) == Verdict::chosen);
  }
  const Decision tired =
      choose(settings, request(), {}, [](std::string_view name) { return name == "small"; });
  CHECK(tired.chosen == "large");
  CHECK(verdict_on(tired, "small") == Verdict::resting);
}

TEST_CASE_FIXTURE(LlmWorld, "figures survive a restart, and old ones are forgotten") {
  settings.cache.mode = CacheMode::off;
  {
    auto gateway = open();
    for (int i = 0; i < 30; ++i) {
      const auto reply = gateway->complete(request(), ctx());
      REQUIRE(gateway->report_outcome(home, reply.value().call, {.quality = Quality::failed}));
    }
  }
  auto gateway = open();
  CHECK(gateway->decide(request()).chosen == "large");
  const auto reply = gateway->complete(request(), ctx());
  CHECK(reply.value().name == "large");
  Request other = request();
  other.task = "recommend";
  CHECK(gateway->decide(other).chosen == "small");
  CHECK(decide(settings, db.get(), request(), time.now()).value().chosen == "large");
  time.ms += 8 * 86'400'000ll;
  CHECK(gateway->decide(request()).chosen == "small");
}

TEST_CASE_FIXTURE(LlmWorld, "an experiment draws by workspace, task and input, and by shares") {
  settings.experiments = {{"size", "summarize", {{"small", 3}, {"large", 1}}}};
  settings.cache.mode = CacheMode::off;
  auto gateway = open();
  std::map<std::string, int> drawn;
  for (int i = 0; i < 400; ++i) {
    const Request asked = request("Text " + std::to_string(i));
    const auto reply = gateway->complete(asked, ctx()).value();
    ++drawn[reply.name];
    const Decision again = gateway->decide(asked);
    CHECK(again.chosen == reply.name);
    CHECK(again.experiment == "size");
    const auto quality = reply.name == "small" && i % 2 == 0 ? Quality::failed : Quality::valid;
    REQUIRE(gateway->report_outcome(home, reply.call, {quality, 4, reply.name == "small" ? 1 : 0}));
  }
  CHECK(drawn["small"] > 250);
  CHECK(drawn["large"] > 60);
  Request other = request();
  other.task = "recommend";
  CHECK(gateway->decide(other).experiment.empty());

  const ExperimentReport report = experiment_report(*db, settings, "size").value();
  REQUIRE(report.arms.size() == 2);
  const ArmReport& small = report.arms[0];
  const ArmReport& large = report.arms[1];
  CHECK(small.baseline);
  CHECK(!large.baseline);
  CHECK(small.calls == drawn["small"]);
  CHECK(small.judged == small.calls);
  CHECK(small.valid.share < 0.7);
  CHECK(small.valid.high < large.valid.low);
  CHECK(large.valid.share == 1);
  CHECK(small.dropped.share == doctest::Approx(0.25));
  CHECK(large.cost.mean == doctest::Approx(10 * small.cost.mean));
  CHECK(experiment_report(*db, settings, "other").error().reason == "experiment_unknown");
}

TEST_CASE_FIXTURE(LlmWorld, "the counts of tokens correct themselves by what was seen") {
  auto figures = std::vector<Figures>{{.model = "small",
                                       .calls = 10,
                                       .latency_ms = 10,
                                       .input_tokens = 2'000,
                                       .output_tokens = 10,
                                       .estimated_input = 1'000}};
  Request asked = request(std::string(40'000, 'a'));
  settings.models[0].context_tokens = 100'000;
  const auto plain = choose(settings, asked, {}, awake).candidates[0].expected_cost;
  const auto corrected = choose(settings, asked, figures, awake).candidates[0].expected_cost;
  CHECK(corrected > plain * 3 / 2);
}

TEST_CASE("a price is rounded up and hostile counts are bounded") {
  const Model model{.name = "m",
                    .provider = "p",
                    .model = "m",
                    .input_price = 1'000'000,
                    .output_price = 3'000'000,
                    .cached_input_price = 100'000,
                    .tasks = {}};
  struct Row {
    Usage usage;
    std::int64_t cost;
  };
  const Row rows[] = {{{0, 0, 0}, 0},
                      {{1, 0, 0}, 1},
                      {{0, 1, 0}, 3},
                      {{1, 0, 1}, 1},  // a tenth of a millionth
                      {{10, 0, 10}, 1},
                      {{11, 0, 10}, 2},
                      {{10, 0, 99}, 1},
                      {{-5, -5, -5}, 0},
                      {{std::numeric_limits<std::int64_t>::max(), 0, 0}, 1'000'000'000}};
  for (const Row& row : rows) {
    CAPTURE(row.usage.input_tokens);
    CHECK(price(model, row.usage) == row.cost);
  }
}
