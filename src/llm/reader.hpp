#pragma once

#include "llm/failure.hpp"
#include "llm/wire.hpp"

namespace insightflow::llm {

/// What an answer may take. A model's answer has a few hundred kilobytes at most; embeddings of a
/// thousand texts have some thirty megabytes.
inline constexpr std::size_t max_answer_bytes = 64u << 20;

/// Reads the answer to one request, whatever its status: JSON texts go to `on_json`, errors become
/// those of `Client`. Pure: bytes in, calls out.
class ReplyReader : public HttpSink {
 public:
  struct Setup {
    std::string_view provider;
    Framing stream_framing = Framing::whole;
    bool stream = false;
    Instant now;
    std::size_t max_bytes = max_answer_bytes;
  };
  explicit ReplyReader(const Setup& setup) : setup_(setup) {}

  Result<void> head(const HttpHead& head) override;
  Result<void> body(std::string_view bytes) override;
  bool complete() const override { return false; }
  /// The body is over.
  Result<void> end();

  /// The provider does not know the way in which structure was asked for.
  bool schema_refused() const { return schema_refused_; }
  bool whole() const { return framing_ == Framing::whole; }

 protected:
  virtual Result<void> on_json(const json::object& object) = 0;
  virtual void on_done_mark() {}
  Error malformed(std::string_view note = {}) const {
    return failure(Failure::reply_malformed, setup_.provider, note);
  }
  const Setup& setup() const { return setup_; }

 private:
  Result<void> frame(std::string_view text);
  Result<void> item(const json::value& value);
  Error refusal(Complaint complaint);

  Setup setup_;
  Framing framing_ = Framing::whole;
  Framer framer_;
  int status_ = 0;
  std::chrono::milliseconds wait_{0};
  std::size_t seen_ = 0;
  std::string complaint_;  ///< The body of an answer that is not 2xx, as far as it is read.
  bool schema_refused_ = false;
};

/// Reads a completion.
class AnswerReader final : public ReplyReader {
 public:
  AnswerReader(const Setup& setup, const WireFormat& format, const OnText& on_text)
      : ReplyReader(setup), format_(format), on_text_(on_text) {}

  bool complete() const override { return answer_.closed; }
  /// What there is, is all there will be: the provider said why the answer ended.
  bool ended() const { return answer_.ended; }
  /// After `end`, or after the connection broke behind the end of the answer.
  Result<Answer> take();

 private:
  Result<void> on_json(const json::object& object) override;
  void on_done_mark() override { answer_.closed = true; }

  const WireFormat& format_;
  const OnText& on_text_;
  Answer answer_;
};

/// Reads embeddings.
class EmbeddingsReader final : public ReplyReader {
 public:
  EmbeddingsReader(const Setup& setup, const WireFormat& format, std::size_t texts)
      : ReplyReader(setup), format_(format), texts_(texts) {}
  Result<Embeddings> take();

 private:
  Result<void> on_json(const json::object& object) override;

  const WireFormat& format_;
  std::size_t texts_;
  Embeddings embeddings_;
};

}  // namespace insightflow::llm
