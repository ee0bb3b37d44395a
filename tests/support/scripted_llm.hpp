#pragma once

#include <insightflow/llm/provider.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A provider of language models that says what a test tells it to, over a real socket on this
/// machine and in the bytes of any of the four wires:
///
///     ScriptedLlm server(llm::Wire::openai);
///     server.error(429, "rate_limit_exceeded", {{"Retry-After", "2"}});
///     server.answer("{\"ok\":true}");
///     auto client = llm::open_client(server.provider()).value();
///
/// What is told is used up one request after another; the requests are kept. Without anything told
/// (left) the answer is what `answer_with` says, or else a 500. Safe from several threads.
namespace insightflow::test {

struct ScriptedHeader {
  std::string name;
  std::string value;
};

/// A request as it came.
struct SeenRequest {
  std::string method;
  std::string target;  ///< With the query.
  std::string head;    ///< All of it, as bytes.
  std::string body;

  /// The value of a header, by its name in any case; empty where there is none.
  std::string header(std::string_view name) const;
  /// The answer is wanted in pieces.
  bool streamed(llm::Wire wire) const;
};

/// What the server does, in this order.
struct Send {
  std::string bytes;
};
struct Wait {
  std::chrono::milliseconds time;
};
struct Hang {};       ///< Says nothing more until the client goes or the server ends.
struct Reset {};      ///< The connection ends by a reset.
struct HalfClose {};  ///< Nothing more is sent; what the client sends is still read.
struct Close {};
using Step = std::variant<Send, Wait, Hang, Reset, HalfClose, Close>;
using Steps = std::vector<Step>;

/// Whole answers as bytes, for scripts that do something to them.
namespace http_bytes {
std::string head(int status, std::string_view content_type,
                 const std::vector<ScriptedHeader>& headers = {});
/// With its length.
std::string whole(int status, std::string_view content_type, std::string_view body,
                  const std::vector<ScriptedHeader>& headers = {});
/// The head of an answer in chunks, one chunk, and the end.
std::string chunked_head(int status, std::string_view content_type,
                         const std::vector<ScriptedHeader>& headers = {});
std::string chunk(std::string_view bytes);
std::string last_chunk();
}  // namespace http_bytes

/// The JSON texts of a wire as its providers send them.
namespace wire_text {
/// The body of an answer that is not streamed.
std::string answer(llm::Wire wire, std::string_view text, const llm::Usage& usage,
                   std::string_view finish = {}, std::string_view model = "scripted-1");
/// The body of a streamed answer, cut after each event; `finish` as the wire says it, empty: its
/// ordinary word.
std::vector<std::string> stream(llm::Wire wire, const std::vector<std::string>& pieces,
                                const llm::Usage& usage, std::string_view finish = {},
                                std::string_view model = "scripted-1");
std::string error(llm::Wire wire, int status, std::string_view type, std::string_view message);
std::string embeddings(llm::Wire wire, const std::vector<std::vector<double>>& vectors,
                       std::int64_t tokens, std::string_view model = "scripted-1");
std::string_view stream_type(llm::Wire wire);
/// What a model was asked, out of a request's body: all messages, the system's too, one after the
/// other.
std::string asked(llm::Wire wire, const SeenRequest& request);
}  // namespace wire_text

/// What an ordinary provider does with a request: these pieces, streamed where that is asked for.
Steps answered(llm::Wire wire, const SeenRequest& request, const std::vector<std::string>& pieces,
               const llm::Usage& usage = {10, 5, 0, false}, std::string_view finish = {});
/// An error as the wire's providers send it.
Steps refused(llm::Wire wire, int status, std::string_view type, std::string_view message,
              const std::vector<ScriptedHeader>& headers = {});

class ScriptedLlm {
 public:
  using Text = std::function<std::string(const SeenRequest&)>;
  using Play = std::function<Steps(const SeenRequest&)>;

  explicit ScriptedLlm(llm::Wire wire, std::uint16_t port = 0);
  ~ScriptedLlm();
  ScriptedLlm(const ScriptedLlm&) = delete;
  ScriptedLlm& operator=(const ScriptedLlm&) = delete;

  llm::Wire wire() const;
  std::uint16_t port() const;
  /// The base URL, as the wire wants it.
  std::string url() const;
  /// A provider that leads here, without a key.
  llm::Provider provider(std::string name = "scripted") const;

  /// The next request is answered with this text, streamed where that is asked for.
  void answer(std::string text, llm::Usage usage = {10, 5, 0, false}, std::string finish = {});
  /// The same in these pieces; whoever does not stream gets them together.
  void stream(std::vector<std::string> pieces, llm::Usage usage = {10, 5, 0, false},
              std::string finish = {});
  void error(int status, std::string type, std::vector<ScriptedHeader> headers = {},
             std::string message = "Scripted.");
  void embeddings(std::vector<std::vector<double>> vectors, std::int64_t tokens = 5);
  void play(Steps steps);
  void play(Play play);

  /// What every request is answered with that nothing else is told for.
  void answer_with(Text text, llm::Usage usage = {10, 5, 0, false});
  void otherwise(Play play);
  /// The same by rules as JSON; throws `std::runtime_error` where they are not well formed. The
  /// first rule that fits a request and is not used up answers it:
  ///
  ///     [{"when":"summarize","answer":{"summary":"…"}},
  ///      {"times":2,"status":429,"type":"rate_limit_error","headers":{"Retry-After":"1"}},
  ///      {"stream":["One"," two"],"wait_ms":50},
  ///      {"answer":"Anything else."}]
  ///
  /// `when`: a text that the messages hold, else all fit; `times`: how often, else without end.
  /// `answer`: a text, or JSON that becomes one; `stream`: its pieces, with `wait_ms` before each;
  /// `finish`: the wire's word for the end; `status`, `type`, `message`: an error; `hang`, `reset`:
  /// true for a fault instead; `embeddings`: a list of vectors.
  void rules(std::string_view json);

  std::vector<SeenRequest> requests() const;
  /// How many connections were made so far.
  std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::test
