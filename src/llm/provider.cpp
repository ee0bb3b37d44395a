#include "llm/http_transport.hpp"
#include "llm/reader.hpp"
#include "llm/tokens.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/llm/provider.hpp>

#include <mutex>
#include <set>

namespace insightflow::llm {

namespace {

/// The models that did not take a schema the usual way. Safe from several threads.
class Reluctant {
 public:
  bool has(const std::string& model) const {
    const std::lock_guard lock(mutex_);
    return models_.contains(model);
  }
  void add(const std::string& model) {
    const std::lock_guard lock(mutex_);
    models_.insert(model);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> models_;
};

class ProviderClient final : public Client {
 public:
  ProviderClient(const Provider& provider, const WireFormat& format, Endpoint endpoint)
      : name_(provider.name),
        format_(format),
        completion_tokens_(endpoint.host == "api.openai.com" ||
                           endpoint.host.ends_with(".openai.azure.com")),
        transport_(provider, std::move(endpoint), format.key_header, format.key_prefix) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    for (const Message& message : request.messages) {
      BOOST_OUTCOME_TRY(utf8::check(message.text));
    }
    EncodeOptions options;
    options.stream = static_cast<bool>(on_text);
    options.completion_tokens = completion_tokens_;
    if (reluctant_.has(request.model)) options.schema = SchemaMode::fallback;
    for (;;) {
      BOOST_OUTCOME_TRY(const HttpRequest http, format_.encode(request, options));
      AnswerReader reader(
          {name_, format_.stream_framing, options.stream, ctx.clock->now(), max_answer_bytes},
          format_, on_text);
      Result<Answer> answer = fetch(http, ctx, reader);
      if (answer) return reply(request, std::move(answer.value()));
      const bool other_way = reader.schema_refused() && options.schema == SchemaMode::native &&
                             !request.schema.empty();
      if (!other_way) return answer.error();
      reluctant_.add(request.model);
      options.schema = SchemaMode::fallback;
    }
  }

 private:
  Result<Answer> fetch(const HttpRequest& http, const Ctx& ctx, AnswerReader& reader) {
    const Result<void> posted = transport_.post(http, ctx, reader);
    // A connection that breaks behind the end of the answer took nothing from it.
    const bool broke_late = !posted && reader.ended() && posted.error().reason == "llm_unreachable";
    if (!posted && !broke_late) return posted.error();
    if (posted) {
      BOOST_OUTCOME_TRY(reader.end());
    }
    return reader.take();
  }

  Reply reply(const Request& request, Answer answer) const {
    Reply reply;
    reply.provider = name_;
    reply.model = answer.model.empty() ? request.model : std::move(answer.model);
    reply.finish = answer.finish;
    reply.usage = answer.usage;
    if (!answer.counted) {
      reply.usage = {};
      reply.usage.estimated = true;
      reply.usage.input_tokens = rough_tokens(request.schema);
      for (const Message& message : request.messages)
        reply.usage.input_tokens += rough_tokens(message.text);
      reply.usage.output_tokens = rough_tokens(answer.text);
    }
    reply.text = std::move(answer.text);
    return reply;
  }

  std::string name_;
  const WireFormat& format_;
  bool completion_tokens_;
  Reluctant reluctant_;
  HttpTransport transport_;
};

class ProviderEmbedder final : public Embedder {
 public:
  ProviderEmbedder(const Provider& provider, const WireFormat& format, Endpoint endpoint)
      : name_(provider.name),
        format_(format),
        transport_(provider, std::move(endpoint), format.key_header, format.key_prefix) {}

  Result<Embeddings> embed(const EmbedRequest& request, const Ctx& ctx) override {
    if (request.texts.empty()) return Embeddings{{}, {}, request.model};
    for (const std::string& text : request.texts) {
      BOOST_OUTCOME_TRY(utf8::check(text));
    }
    EmbeddingsReader reader({name_, Framing::whole, false, ctx.clock->now(), max_answer_bytes},
                            format_, request.texts.size());
    BOOST_OUTCOME_TRY(transport_.post(format_.encode_embed(request), ctx, reader));
    BOOST_OUTCOME_TRY(reader.end());
    BOOST_OUTCOME_TRY(Embeddings embeddings, reader.take());
    if (embeddings.model.empty()) embeddings.model = request.model;
    if (embeddings.usage.input_tokens == 0) {
      embeddings.usage.estimated = true;
      for (const std::string& text : request.texts)
        embeddings.usage.input_tokens += rough_tokens(text);
    }
    return embeddings;
  }

 private:
  std::string name_;
  const WireFormat& format_;
  HttpTransport transport_;
};

}  // namespace

Result<std::unique_ptr<Client>> open_client(const Provider& provider) {
  const WireFormat& format = format_of(provider.wire);
  BOOST_OUTCOME_TRY(Endpoint endpoint, endpoint_of(provider, format.default_base));
  return std::make_unique<ProviderClient>(provider, format, std::move(endpoint));
}

Result<std::unique_ptr<Embedder>> open_embedder(const Provider& provider) {
  const WireFormat& format = format_of(provider.wire);
  if (format.encode_embed == nullptr)
    return fail(
        Code::unsupported, "llm_no_embeddings",
        "The provider \"" + provider.name + "\" has no embeddings. Name another one for them.",
        "/wire");
  BOOST_OUTCOME_TRY(Endpoint endpoint, endpoint_of(provider, format.default_base));
  return std::make_unique<ProviderEmbedder>(provider, format, std::move(endpoint));
}

}  // namespace insightflow::llm
