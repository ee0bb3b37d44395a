// The semantic cache: nothing is given before it is verified, and only to those who asked for it.
#include "llm_world.hpp"

#include <algorithm>
#include <cmath>

using namespace insightflow;
using namespace insightflow::llm;
using test::LlmWorld;

namespace {

/// The vector of a text is its number, a little turned for each letter "x".
struct FakeEmbedder final : Embedder {
  Result<Embeddings> embed(const EmbedRequest& request, const Ctx&) override {
    const double turn = 0.02 * static_cast<double>(std::ranges::count(request.texts[0], 'x'));
    return Embeddings{{{static_cast<float>(std::cos(turn)), static_cast<float>(std::sin(turn))}},
                      {},
                      request.model};
  }
};

struct SemanticWorld : LlmWorld {
  explicit SemanticWorld() {
    settings.redaction.enabled = false;
    settings.cache.semantic = {{home.str()}, "house", "embed-1", 0.9, 0.05, 0.01};
  }
  std::unique_ptr<Gateway> open_semantic() {
    GatewayOptions given = options();
    given.open_embedder = [](const Provider&) -> Result<std::unique_ptr<Embedder>> {
      return std::unique_ptr<Embedder>(std::make_unique<FakeEmbedder>());
    };
    return Gateway::open(std::move(given)).value();
  }
  /// Sends so many requests that are alike but not equal; how many were answered from the cache.
  int send(Gateway& gateway, int count) {
    int cached = 0;
    for (int i = 0; i < count; ++i)
      cached +=
          gateway.complete(request("Question " + std::to_string(next_++)), ctx()).value().cached;
    return cached;
  }

 private:
  int next_ = 0;
};

}  // namespace

TEST_CASE_FIXTURE(SemanticWorld, "after enough replies that agree, a similar request is served") {
  auto gateway = open_semantic();
  // Wilson's bound is below 5 % from 52 agreeing trials on.
  CHECK(send(*gateway, 52) == 0);
  CHECK(send(*gateway, 100) > 90);
  CHECK(count(EventKind::semantic_hit) > 90);
  const auto task = [&](std::string name) {
    Request other = request("Question 7");
    other.task = std::move(name);
    return gateway->complete(other, ctx()).value().cached;
  };
  CHECK(!task("recommend"));
}

TEST_CASE_FIXTURE(SemanticWorld, "where replies differ nothing is ever served") {
  int number = 0;
  script.always = [&](const Request&, const OnText&) -> Result<Reply> {
    return test::Script::reply("{\"n\":" + std::to_string(number++ / 4) + "}");
  };
  auto gateway = open_semantic();
  CHECK(send(*gateway, 200) == 0);
  CHECK(number == 200);
}

TEST_CASE_FIXTURE(SemanticWorld, "other workspaces and requests unlike each other are left alone") {
  auto gateway = open_semantic();
  CHECK(send(*gateway, 60) > 0);
  SUBCASE("another workspace") {
    Request other = request("Question 1000");
    other.workspace = {};
    CHECK(!gateway->complete(other, ctx()).value().cached);
  }
  SUBCASE("another meaning") {
    CHECK(!gateway->complete(request("Question " + std::string(40, 'x')), ctx()).value().cached);
  }
  SUBCASE("another system message") {
    Request other = request("Question 1000");
    other.messages.insert(other.messages.begin(), {Role::system, "Be brief."});
    CHECK(!gateway->complete(other, ctx()).value().cached);
  }
  SUBCASE("after a purge") {
    REQUIRE(gateway->purge_cache(home));
    CHECK(send(*gateway, 1) == 0);
  }
}
