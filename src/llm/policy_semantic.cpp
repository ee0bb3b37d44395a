#include "llm/reply_store.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/digest.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::llm {

namespace {

/// Of so many requests that differ in their text alone the newest are compared.
constexpr std::int64_t most_compared = 1'000;
/// Similarities are counted in steps of half a hundredth.
constexpr std::int64_t step = 5'000;
constexpr double millionths = 1e6;
constexpr double one_sided_z = 1.6448536269514722;
constexpr int fine = 127;

/// A vector of length one in 255 steps a component, as hexadecimal text.
std::string pack(const std::vector<float>& vector) {
  double squares = 0;
  for (const float x : vector) squares += static_cast<double>(x) * static_cast<double>(x);
  if (!(squares > 0) || !std::isfinite(squares)) return {};
  const double scale = fine / std::sqrt(squares);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const float x : vector) {
    const auto byte = static_cast<unsigned>(std::lround(x * scale) + 128);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

int nibble(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}
std::int64_t component(std::string_view packed, std::size_t at) {
  return nibble(packed[at]) * 16 + nibble(packed[at + 1]) - 128;
}

/// Cosine in millionths; of vectors of different lengths 0.
std::int64_t similarity(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return 0;
  std::int64_t product = 0, of_a = 0, of_b = 0;
  for (std::size_t at = 0; at + 1 < a.size(); at += 2) {
    const std::int64_t x = component(a, at), y = component(b, at);
    product += x * y;
    of_a += x * x;
    of_b += y * y;
  }
  if (of_a == 0 || of_b == 0) return 0;
  return std::llround(millionths * static_cast<double>(product) /
                      std::sqrt(static_cast<double>(of_a) * static_cast<double>(of_b)));
}

/// Upper end of Wilson's interval for a share, with 95 % on one side.
double at_most(std::int64_t wrong, std::int64_t trials) {
  if (trials == 0) return 1;
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(wrong) / n, z2 = one_sided_z * one_sided_z;
  return (p + z2 / (2 * n) + one_sided_z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n))) /
         (1 + z2 / n);
}

/// Two replies say the same: as JSON values, else letter by letter but for spaces.
bool same(const std::string& a, const std::string& b) {
  const auto left = parse_json(a), right = parse_json(b);
  if (left && right) return left.value() == right.value();
  const auto packed = [](const std::string& text) {
    std::string out;
    for (const char c : text)
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') out += c;
    return out;
  };
  return packed(a) == packed(b);
}

struct Trials {
  std::int64_t trials = 0;
  std::int64_t wrong = 0;
};
BOOST_DESCRIBE_STRUCT(Trials, (), (trials, wrong))

/// A similar request whose reply is kept.
struct SimilarReply {
  Reply reply;
  std::int64_t bucket = 0;
};

class SemanticCachePolicy final : public Decorator {
 public:
  SemanticCachePolicy(std::unique_ptr<Client> inner, const Shared& shared)
      : Decorator(Policy::semantic_cache, std::move(inner)), shared_(shared), store_(shared) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    const auto vector = wanted(request) ? embed(request, ctx) : std::string();
    if (vector.empty()) return inner().complete(request, ctx, on_text);
    const std::string family = family_of(request);
    auto match = nearest(request, family, vector);
    if (match && trusted(request, match->bucket) && !explores(request)) {
      shared_.observer.tell({.kind = EventKind::semantic_hit, .task = request.task});
      Reply reply = store_.served(request, std::move(match->reply));
      if (on_text && !reply.text.empty()) on_text(reply.text);
      return reply;
    }
    BOOST_OUTCOME_TRY(auto reply, inner().complete(request, ctx, on_text));
    if (reply.finish == Finish::complete) remember(request, family, vector, match, reply);
    return reply;
  }

 private:
  bool wanted(const Request& request) const {
    const auto& settings = shared_.settings.cache.semantic;
    return settings && shared_.embedder != nullptr && !request.trail.cache_key.empty() &&
           std::ranges::find(settings->workspaces, request.workspace.str()) !=
               settings->workspaces.end();
  }

  /// Empty where there is none: the cache is then passed by.
  std::string embed(const Request& request, const Ctx& ctx) const {
    std::string text;
    for (const Message& message : request.messages)
      if (message.role != Role::system) (text += message.text) += "\n";
    const auto made = shared_.embedder->embed(
        {.model = shared_.settings.cache.semantic->model, .texts = {std::move(text)}}, ctx);
    return made && !made.value().vectors.empty() ? pack(made.value().vectors[0]) : std::string();
  }

  /// What must be equal: everything but the words of the user.
  static std::string family_of(const Request& request) {
    Request rest = request;
    for (Message& message : rest.messages)
      if (message.role != Role::system) message.text.clear();
    return cache_key(rest);
  }

  std::optional<SimilarReply> nearest(const Request& request, const std::string& family,
                                      const std::string& vector) const {
    const auto least = std::llround(shared_.settings.cache.semantic->least_similarity * millionths);
    std::int64_t best = least - 1;
    std::string key;
    const auto read = shared_.ledger.db()->read([&](storage::Tx& tx) {
      return tx.each(
          "SELECT key, vector FROM llm_semantic WHERE workspace_id = ?1 AND family = ?2 ORDER BY "
          "created_at DESC, key LIMIT ?3",
          {request.workspace, family, most_compared}, [&](const storage::Row& row) -> Result<void> {
            const std::int64_t alike = similarity(vector, row.text(1));
            if (alike > best) {
              best = alike;
              key = row.text(0);
            }
            return success();
          });
    });
    if (!read || key.empty()) return {};
    auto kept = store_.find(request.workspace, key);
    if (!kept) return {};
    return SimilarReply{std::move(*kept), best / step * step};
  }

  /// Among the requests at least this alike, so few had another reply that the share is below the
  /// bound with 95 % certainty.
  bool trusted(const Request& request, std::int64_t bucket) const {
    const auto seen = shared_.ledger.db()->read([&](storage::Tx& tx) {
      return tx.find<Trials>(
          "SELECT coalesce(sum(trials), 0), coalesce(sum(wrong), 0) FROM llm_semantic_trials WHERE "
          "workspace_id = ?1 AND task = ?2 AND similarity >= ?3",
          {request.workspace, request.task, bucket});
    });
    if (!seen || !seen.value()) return false;
    return at_most(seen.value()->wrong, seen.value()->trials) <=
           shared_.settings.cache.semantic->most_wrong;
  }

  bool explores(const Request& request) const {
    const std::uint64_t number = std::stoull(
        security::sha256("explore" + request.trail.cache_key).substr(0, 8), nullptr, 16);
    return static_cast<double>(number) < shared_.settings.cache.semantic->explore * 4'294'967'296.;
  }

  void remember(const Request& request, const std::string& family, const std::string& vector,
                const std::optional<SimilarReply>& match, const Reply& reply) const {
    (void)shared_.ledger.db()->write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(const bool may, ReplyStore::may_keep(tx, request));
      if (!may) return success();
      BOOST_OUTCOME_TRY(tx.execute(
          "INSERT INTO llm_semantic (workspace_id, key, family, vector, created_at) VALUES (?1, "
          "?2, ?3, ?4, ?5) ON CONFLICT (workspace_id, key) DO UPDATE SET vector = ?4, created_at "
          "= ?5",
          {request.workspace, request.trail.cache_key, family, vector, shared_.clock.now()}));
      if (!match) return success();
      BOOST_OUTCOME_TRY(tx.execute(
          "INSERT INTO llm_semantic_trials (workspace_id, task, similarity, trials, wrong) VALUES "
          "(?1, ?2, ?3, 1, ?4) ON CONFLICT (workspace_id, task, similarity) DO UPDATE SET trials = "
          "llm_semantic_trials.trials + 1, wrong = llm_semantic_trials.wrong + ?4",
          {request.workspace, request.task, match->bucket,
           same(match->reply.text, reply.text) ? 0 : 1}));
      return success();
    });
  }

  const Shared shared_;
  ReplyStore store_;
};

}  // namespace

std::unique_ptr<Client> make_semantic_cache(std::unique_ptr<Client> inner, const Shared& shared) {
  return std::make_unique<SemanticCachePolicy>(std::move(inner), shared);
}

}  // namespace insightflow::llm
