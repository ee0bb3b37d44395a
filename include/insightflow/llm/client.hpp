#pragma once

#include <insightflow/core/ctx.hpp>
#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::llm {

enum class Role { system, user, assistant };
BOOST_DESCRIBE_ENUM(Role, system, user, assistant)

struct Message {
  Role role = Role::user;
  std::string text;  ///< UTF-8.

  friend bool operator==(const Message&, const Message&) = default;
};
BOOST_DESCRIBE_STRUCT(Message, (), (role, text))

/// How good a model is asked for; the router knows which models are of a tier.
enum class Tier { economy, standard, best };
BOOST_DESCRIBE_ENUM(Tier, economy, standard, best)

/// What a call cost in tokens, as the provider counted it.
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cached_input_tokens = 0;  ///< Of the input, those the provider had in its cache.
  bool estimated = false;                ///< The provider did not say; counted here.

  friend bool operator==(const Usage&, const Usage&) = default;
};
BOOST_DESCRIBE_STRUCT(Usage, (), (input_tokens, output_tokens, cached_input_tokens, estimated))

/// How often a call was tried, and what attempts that failed may have cost; counted here.
struct Attempts {
  std::int64_t count = 0;
  Usage lost;
};

/// What policies leave in a request for those behind them.
struct Trail {
  std::string cache_key;
  std::string decision;    ///< Why this model: the JSON of `Decision`.
  std::string experiment;  ///< The name of the experiment that chose.
  Attempts* attempts = nullptr;
};

/// One question to a model, the same for every provider. The first four fields are what a provider
/// is sent; the others are what policies decide by, and never leave the process.
struct Request {
  std::vector<Message> messages;
  std::string schema;  ///< JSON Schema text that the answer must follow; empty: free text.
  std::int64_t max_output_tokens = 4096;
  std::optional<double> temperature;  ///< 0 to 2; the model's own where absent.

  std::string model;           ///< As the provider names it; the router fills it in.
  std::string task;            ///< What for, e.g. "generate_questions".
  std::string prompt_version;  ///< Of the prompt that made the messages.
  WorkspaceId workspace;       ///< Who pays.
  Tier tier = Tier::standard;
  std::string origin;  ///< The job or the HTTP request that asks; kept with the record.
  Trail trail;
};

/// Why a model ended its answer: on its own, or because of a limit, so that the text may not be
/// whole. A reason we do not know counts as the second.
enum class Finish { complete, length };
BOOST_DESCRIBE_ENUM(Finish, complete, length)

struct Reply {
  std::string text;
  Finish finish = Finish::complete;
  Usage usage;
  std::string provider;  ///< The configured name.
  std::string model;     ///< As the provider says; it may be more precise than what was asked for.
  bool cached = false;   ///< From our cache: nothing was sent and nothing was paid.
  std::string name;      ///< The model as the settings name it; empty without a router.
  LlmCallId call;        ///< The record of the call; nil where none is kept.
};

/// Told each piece of text as it arrives, on the calling thread.
using OnText = std::function<void(std::string_view)>;

/// Where completions come from: a provider, or a policy around another client. Safe from several
/// threads. No client retries; that is one policy's task. Errors, the same for every provider:
///
/// | reason | code | meaning |
/// |---|---|---|
/// | `llm_key_refused` | forbidden | the provider does not accept the key |
/// | `llm_quota_exhausted` | forbidden | nothing is left to spend; waiting minutes will not help |
/// | `llm_model_unknown` | not_found | the provider has no such model |
/// | `llm_request_refused` | invalid | the provider calls the request malformed |
/// | `llm_context_exceeded` | too_large | the messages do not fit the model |
/// | `llm_refused` | conflict | the model or a filter declined to answer |
/// | `llm_rate_limited` | rate_limited | too many calls; `Error::retry_after` where it was told |
/// | `llm_overloaded` | unavailable | the provider is down or overloaded |
/// | `llm_unreachable` | unavailable | no connection, or it broke, even within an answer |
/// | `llm_timed_out` | timed_out | connecting, the first byte, the next or the whole took too long |
/// | `llm_reply_malformed` | unavailable | what came is not what the documentation says |
/// | `cancelled`, `deadline_passed` | | those of `Ctx` |
///
/// A detail never holds a key, a prompt or a provider's words about either.
class Client {
 public:
  virtual ~Client() = default;

  /// With `on_text` the answer is streamed; the reply holds all of it again.
  virtual Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) = 0;
  Result<Reply> complete(const Request& request, const Ctx& ctx = {}) {
    return complete(request, ctx, {});
  }
};

struct EmbedRequest {
  std::string model;
  std::vector<std::string> texts;
  std::int64_t dimensions = 0;  ///< 0: the model's own.
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< One for each text, in their order, equally long.
  Usage usage;
  std::string model;
};

/// Where embeddings come from. Safe from several threads. Errors: as `Client`.
class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual Result<Embeddings> embed(const EmbedRequest& request, const Ctx& ctx) = 0;
};

}  // namespace insightflow::llm
