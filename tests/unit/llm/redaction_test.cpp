// Personal data stays here, and comes back in the reply.
#include "llm_world.hpp"

using namespace insightflow;
using namespace insightflow::llm;
using test::LlmWorld;

namespace {

constexpr const char* said = "Write to ada.lovelace@example.org or call; ada.lovelace@example.org.";

}  // namespace

TEST_CASE_FIXTURE(LlmWorld, "what is sent has numbers for values, and the same for the same") {
  auto gateway = open();
  script.then("They gave \"[EMAIL_ADDRESS_1]\" twice, EMAIL_ADDRESS_1.");
  const auto reply = gateway->complete(request(said), ctx());
  CHECK(reply.value().text ==
        "They gave \"ada.lovelace@example.org\" twice, ada.lovelace@example.org.");
  const auto& sent = script.seen[0].messages;
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].role == Role::system);
  CHECK(sent[0].text.find("Copy them exactly") != std::string::npos);
  CHECK(sent[1].text == "Write to [EMAIL_ADDRESS_1] or call; [EMAIL_ADDRESS_1].");
  CHECK(number("SELECT count(*) FROM llm_cache WHERE reply LIKE '%lovelace%'") == 0);
}

TEST_CASE_FIXTURE(LlmWorld, "another person's request may share the kept reply, not the values") {
  auto gateway = open();
  script.then("Ask [EMAIL_ADDRESS_1].");
  CHECK(gateway->complete(request("Is it ada@example.org?"), ctx()).value().text ==
        "Ask ada@example.org.");
  const auto other = gateway->complete(request("Is it bob@example.org?"), ctx()).value();
  CHECK(other.cached);
  CHECK(other.text == "Ask bob@example.org.");
}

TEST_CASE_FIXTURE(LlmWorld, "values come back whole from a stream that is cut anywhere") {
  const std::string text =
      "a [EMAIL_ADDRESS_1], EMAIL_ADDRESS_1x [EMAIL_ADDRESS_2] [] [EMAIL_ADDRESS_ EMAIL_ADDRESS_1";
  const std::string whole =
      "a ada.lovelace@example.org, EMAIL_ADDRESS_1x [EMAIL_ADDRESS_2] [] [EMAIL_ADDRESS_ "
      "ada.lovelace@example.org";
  settings.cache.mode = CacheMode::off;
  auto gateway = open();
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CAPTURE(size);
    script.next.push_back([&, size](const Request&, const OnText& on_text) -> Result<Reply> {
      for (std::size_t at = 0; at < text.size(); at += size)
        on_text(std::string_view(text).substr(at, size));
      return test::Script::reply(text);
    });
    std::string streamed;
    const auto reply =
        gateway->complete(request(said), ctx(), [&](std::string_view piece) { streamed += piece; });
    CHECK(reply.value().text == whole);
    CHECK(streamed == whole);
  }
}

TEST_CASE_FIXTURE(LlmWorld, "numbers that stand in the text already are not given out again") {
  auto gateway = open();
  script.then("[EMAIL_ADDRESS_7] and [EMAIL_ADDRESS_8]");
  const auto reply = gateway->complete(request("[EMAIL_ADDRESS_7] is not ada@example.org"), ctx());
  CHECK(reply.value().text == "[EMAIL_ADDRESS_7] and ada@example.org");
}

TEST_CASE_FIXTURE(LlmWorld, "system messages are the author's and stay as they are") {
  auto gateway = open();
  Request asked = request("Nothing personal");
  asked.messages.insert(asked.messages.begin(), {Role::system, "Write to help@example.org."});
  CHECK(gateway->complete(asked, ctx()));
  CHECK(script.seen[0].messages[0].text == "Write to help@example.org.");
}

TEST_CASE_FIXTURE(LlmWorld, "in JSON a value is written as JSON") {
  auto gateway = open();
  Request asked = request("My key is ada@example.org");
  asked.schema = "{}";
  script.then("{\"who\":\"[EMAIL_ADDRESS_1]\"}");
  CHECK(gateway->complete(asked, ctx()).value().text == "{\"who\":\"ada@example.org\"}");
}

TEST_CASE_FIXTURE(LlmWorld, "it can be turned off, and limited to some types") {
  settings.redaction.enabled = false;
  CHECK(open()->complete(request(said), ctx()));
  CHECK(script.seen[0].messages[0].text == said);
  settings.redaction = {.enabled = true, .types = {"IBAN_CODE"}};
  CHECK(open()->complete(request(said + std::string("!")), ctx()));
  CHECK(script.seen[1].messages[0].text == said + std::string("!"));
}
