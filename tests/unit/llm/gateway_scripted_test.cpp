// The whole way: gateway, policies, wire format, socket, and a provider that says what it is told.
#include "llm_world.hpp"
#include "support/scripted_llm.hpp"

using namespace insightflow;
using namespace insightflow::llm;
using test::LlmWorld;
using test::ScriptedLlm;

namespace {

struct ScriptedWorld : LlmWorld {
  std::unique_ptr<Gateway> open_on(const ScriptedLlm& first, const ScriptedLlm& second) {
    settings.providers = {first.provider("house"), second.provider("cloud")};
    settings.models[1].provider = "cloud";
    GatewayOptions given = options();
    given.open_client = {};
    return Gateway::open(std::move(given)).value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ScriptedWorld,
                  "over every wire a busy model is waited for, a broken one replaced") {
  for (const Wire wire : {Wire::openai, Wire::anthropic, Wire::gemini, Wire::ollama}) {
    CAPTURE(slug(wire));
    ScriptedLlm house(wire), cloud(Wire::openai);
    waits.clear();
    auto gateway = open_on(house, cloud);
    REQUIRE(gateway->purge_cache(home));

    house.error(429, "rate_limit_error", {{"Retry-After", "2"}});
    house.answer("From [EMAIL_ADDRESS_1].", {40, 9, 4, false});
    const auto reply = gateway->complete(request("From ada@example.org?"), ctx());
    REQUIRE(reply);
    CHECK(reply.value().text == "From ada@example.org.");
    CHECK(reply.value().usage.input_tokens == 40);
    CHECK(waits == std::vector<std::int64_t>{2'000});
    REQUIRE(house.requests().size() == 2);
    CHECK(house.requests()[1].body.find("ada@") == std::string::npos);
    const Call call = find_call(*db, home, reply.value().call).value();
    CHECK(call.attempts == 2);
    CHECK(call.output_tokens == 9);
    CHECK(gateway->complete(request("From ada@example.org?"), ctx()).value().cached);

    for (int i = 0; i < 4; ++i) house.error(500, "api_error");
    cloud.answer("Here instead.");
    std::string streamed;
    const auto other = gateway->complete(request("Again?"), ctx(),
                                         [&](std::string_view text) { streamed += text; });
    REQUIRE(other);
    CHECK(other.value().name == "large");
    CHECK(streamed == "Here instead.");
    CHECK(house.requests().size() == 6);
  }
}
