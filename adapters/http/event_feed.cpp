#include "http/event_feed.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

namespace insightflow::http {

namespace {

using events::Subscription;

/// What a client of a WebSocket says.
struct Hello : events::Ask {
  std::optional<std::string> key;
  std::optional<WorkspaceId> workspace;
};
BOOST_DESCRIBE_STRUCT(Hello, (events::Ask), (key, workspace))
inline constexpr std::array hello_notes{
    Note{.field = "key", .doc = "An API key or an access token.", .min = 1, .max = 4'000},
    Note{.field = "workspace", .doc = "In which a person acts."}};
constexpr std::span<const Note> field_notes(const Hello*) {
  return hello_notes;
}

/// How soon an EventSource that was cut comes back.
constexpr std::string_view greeting = "retry: 2000\n\n";
constexpr std::string_view beat = ":\n\n";
constexpr std::string_view ready = R"({"type":"ready"})";
constexpr std::uint16_t policy_violation = 1008;
constexpr std::uint16_t internal_error = 1011;

constexpr Feed::Then then_of(Subscription::Then then) {
  switch (then) {
    case Subscription::Then::wait: return Feed::Then::wait;
    case Subscription::Then::again: return Feed::Then::again;
    case Subscription::Then::fetch: return Feed::Then::fetch;
    case Subscription::Then::end: return Feed::Then::end;
  }
  return Feed::Then::end;
}

class EventFeed : public Feed {
 public:
  explicit EventFeed(std::shared_ptr<Subscription> subscription)
      : subscription_(std::move(subscription)) {}

  Then next(std::vector<Piece>& out) override { return take<&Subscription::next>(out); }
  Then fetch(std::vector<Piece>& out) override { return take<&Subscription::fetch>(out); }

  void on_wake(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    waker_ = std::move(wake);
    if (subscription_) subscription_->on_wake(waker_);
  }

 protected:
  virtual std::string_view text_of(const events::Message& message) const = 0;

  void subscribe(std::shared_ptr<Subscription> subscription) {
    const std::lock_guard lock(mutex_);
    if (subscription_) subscription_->on_wake(nullptr);
    subscription_ = std::move(subscription);
    subscription_->on_wake(waker_);
  }

  std::shared_ptr<Subscription> subscription_;
  std::string_view first_;  ///< To be said before anything else.

 private:
  template <auto read>
  Then take(std::vector<Piece>& out) {
    if (!first_.empty()) out.push_back({nullptr, std::exchange(first_, {})});
    if (!subscription_) return Then::wait;
    std::vector<events::MessagePtr> messages;
    const auto then = (*subscription_.*read)(messages);
    for (auto& message : messages) {
      const std::string_view text = text_of(*message);
      out.push_back({std::move(message), text});
    }
    return then_of(then);
  }

  std::mutex mutex_;  ///< The waker and who is given it.
  std::function<void()> waker_;
};

class StreamFeed final : public EventFeed {
 public:
  explicit StreamFeed(std::shared_ptr<Subscription> subscription)
      : EventFeed(std::move(subscription)) {
    first_ = greeting;
  }
  Then receive(std::string_view, std::vector<Piece>&) override { return Then::again; }
  std::string_view heartbeat() const override { return beat; }

 private:
  std::string_view text_of(const events::Message& message) const override { return message.frame; }
};

class SocketFeed final : public EventFeed {
 public:
  SocketFeed(Engine& engine, Authenticator authenticate, Credentials credentials,
             std::shared_ptr<Subscription> subscription, events::Ask ask)
      : EventFeed(std::move(subscription)),
        engine_(engine),
        authenticate_(std::move(authenticate)),
        credentials_(std::move(credentials)),
        ask_(std::move(ask)) {
    if (subscription_) first_ = ready;
    settled_ = subscription_ != nullptr;
  }

  Then receive(std::string_view text, std::vector<Piece>& out) override {
    const auto understood = begin(text);
    if (understood) return Then::again;
    auto message = std::make_shared<std::string>(error_envelope(understood.error()));
    message->insert(1, R"("type":"error",)");
    out.push_back({message, *message});
    return Then::end;
  }
  bool settled() const override { return settled_; }
  std::uint16_t close_code() const override {
    return subscription_ && subscription_->failed() ? internal_error : policy_violation;
  }

 private:
  std::string_view text_of(const events::Message& message) const override { return message.json(); }

  Result<void> begin(std::string_view text) {
    BOOST_OUTCOME_TRY(auto hello, from_json_text<Hello>(text));
    if (hello.key) credentials_.bearer = std::move(*hello.key);
    if (hello.workspace) credentials_.workspace = hello.workspace;
    if (credentials_.bearer.empty())
      return fail(Code::unauthenticated, "key_missing",
                  R"(Send your API key in the first message: {"key":"KEY"}.)");
    if (hello.after) ask_.after = hello.after;
    if (!hello.types.empty()) ask_.types = std::move(hello.types);
    BOOST_OUTCOME_TRY(const auto actor, authenticate_(credentials_));
    BOOST_OUTCOME_TRY(
        auto subscription,
        engine_.watch(engine_.as(actor), ask_, permit_of(engine_, authenticate_, credentials_)));
    subscribe(std::move(subscription));
    first_ = ready;
    settled_ = true;
    return success();
  }

  Engine& engine_;
  Authenticator authenticate_;
  Credentials credentials_;
  events::Ask ask_;
  std::atomic<bool> settled_{false};
};

/// True where a list of a field holds the word, whatever its case.
bool holds(std::optional<std::string_view> list, std::string_view word) {
  for (std::string_view rest = list.value_or(""); !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view one = rest.substr(0, end);
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (equal_fold(one, word)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

Authenticator authenticator_of(Engine& engine) {
  return [&engine](const Credentials& shown) {
    return engine.authenticate(shown.bearer, shown.workspace);
  };
}

events::Permit permit_of(Engine& engine, Authenticator authenticate, Credentials credentials) {
  std::string name = credentials.bearer;
  if (credentials.workspace) name += " " + credentials.workspace->str();
  return {.name = std::move(name),
          .holds = [&engine, authenticate = std::move(authenticate),
                    credentials = std::move(credentials)]() -> Result<bool> {
            const auto actor = authenticate(credentials);
            if (actor)
              return engine.as(actor.value())
                  .scope()
                  .require(identity::Permission::event_read)
                  .has_value();
            const Code code = actor.error().code;
            if (code == Code::unauthenticated || code == Code::not_found || code == Code::forbidden)
              return false;
            return actor.error();
          }};
}

std::shared_ptr<Feed> event_stream(std::shared_ptr<Subscription> subscription) {
  return std::make_shared<StreamFeed>(std::move(subscription));
}

std::shared_ptr<Feed> event_socket(Engine& engine, Authenticator authenticate,
                                   Credentials credentials,
                                   std::shared_ptr<Subscription> subscription, events::Ask ask) {
  return std::make_shared<SocketFeed>(engine, std::move(authenticate), std::move(credentials),
                                      std::move(subscription), std::move(ask));
}

Result<void> check_upgrade(const Request& request, const std::vector<std::string>& allowed) {
  const auto& headers = request.headers;
  if (!holds(headers.find("Upgrade"), "websocket") ||
      !holds(headers.find("Connection"), "upgrade") ||
      headers.find("Sec-WebSocket-Version") != "13" ||
      headers.find("Sec-WebSocket-Key").value_or("").size() != 24)
    return fail(Code::unsupported, "upgrade_required",
                "This address is a WebSocket (RFC 6455, version 13).");
  const auto origin = headers.find("Origin");
  if (!origin) return success();  // No browser.
  for (const std::string& one : allowed)
    if (equal_fold(one, *origin) || one == "*") return success();
  const std::size_t scheme = origin->find("://");
  if (scheme != std::string_view::npos &&
      equal_fold(origin->substr(scheme + 3), headers.find("Host").value_or("")))
    return success();
  return fail(Code::forbidden, "origin_forbidden",
              "Pages of this origin may not connect; 'serve --allow-origin' lets them.");
}

}  // namespace insightflow::http
