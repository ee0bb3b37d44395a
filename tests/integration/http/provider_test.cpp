// A provider of language models behind TLS and behind a proxy, over real connections.
#include "http/server.hpp"
#include "support/scripted_llm.hpp"
#include "support/tls_peer.hpp"

#include <boost/asio.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <mutex>

using namespace insightflow;
using namespace insightflow::test;
using boost::asio::ip::tcp;
using llm::Wire;

namespace {

constexpr std::string_view key = "sk-scripted-0123456789";
constexpr long day_s = 86'400;

llm::Request question() {
  llm::Request request;
  request.messages = {{llm::Role::user, "Why do people leave?"}};
  request.model = "scripted-1";
  request.task = "summarize";
  return request;
}

/// A provider of the OpenAI wire that is spoken to over TLS alone and wants a key.
class SecureProvider {
 public:
  SecureProvider() : SecureProvider({}, "127.0.0.1") {}
  SecureProvider(const Certificate::Wish& wish, const std::string& host)
      : certificate_(folder_, "tls", wish), host_(host) {
    std::ofstream(folder_ / "key") << key;
    http::Options options;
    if (host != "localhost") options.address = host;
    options.tls = http::Tls::load({certificate_.certificate, certificate_.key}).value();
    server_.emplace(std::move(options), [this](const http::Request& request) {
      const std::lock_guard guard(mutex_);
      seen_.emplace_back(request.headers.find("Authorization").value_or(""));
      return http::Response{
          .headers = {{"Content-Type", "application/json"}},
          .body = wire_text::answer(Wire::openai, "Price.", {.input_tokens = 10})};
    });
    port_ = server_->start().value();
  }

  std::string authority() const { return host_ + ":" + std::to_string(port_); }
  llm::Provider provider() const {
    return {.name = "secure",
            .base_url = "https://" + authority() + "/v1",
            .key_file = folder_ / "key",
            .ca_file = certificate_.certificate};
  }
  /// The `Authorization` of every request that came.
  std::vector<std::string> seen() const {
    const std::lock_guard guard(mutex_);
    return seen_;
  }

 private:
  TemporaryFolder folder_;
  Certificate certificate_;
  std::string host_;
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
  std::optional<http::Server> server_;
  std::uint16_t port_ = 0;
};

/// A proxy for one connection, which it joins with a port of this machine after `CONNECT`.
class TunnelProxy {
 public:
  TunnelProxy() : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {
    serving_ = std::thread([this] { serve(); });
  }
  /// What was asked must be over: the client is gone.
  ~TunnelProxy() { serving_.join(); }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  /// What the client said to the proxy itself.
  std::string said() const { return said_; }

 private:
  void serve() {
    tcp::socket near = acceptor_.accept(), far(io_);
    boost::asio::read_until(near, boost::asio::dynamic_buffer(said_), "\r\n\r\n");
    const std::size_t colon = said_.find(':');
    far.connect({boost::asio::ip::address_v4::loopback(),
                 static_cast<std::uint16_t>(std::stoi(said_.substr(colon + 1)))});
    boost::asio::write(near, boost::asio::buffer("HTTP/1.1 200 OK\r\n\r\n", 19));
    std::thread up([&] { carry(near, far); });
    carry(far, near);
    up.join();
  }
  static void carry(tcp::socket& from, tcp::socket& to) {
    std::array<char, 4096> buffer{};
    boost::system::error_code over;
    while (const std::size_t count = from.read_some(boost::asio::buffer(buffer), over))
      boost::asio::write(to, boost::asio::buffer(buffer, count), over);
    to.shutdown(tcp::socket::shutdown_send, over);
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::string said_;
  std::thread serving_;
};

}  // namespace

TEST_CASE("a provider is believed by its certificate, or gets neither question nor key") {
  struct Row {
    std::string_view name;
    Certificate::Wish wish;
    bool known;
    std::string host;
    bool believed;
  };
  const Row rows[] = {
      {"known by its address", {}, true, "127.0.0.1", true},
      {"known by its name", {}, true, "localhost", true},
      {"nobody vouches for it", {}, false, "127.0.0.1", false},
      {"of another name", {}, true, "127.0.0.2", false},
      {"run out", {.from_s = -2 * day_s, .until_s = -day_s}, true, "127.0.0.1", false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SecureProvider secure(row.wish, row.host);
    llm::Provider provider = secure.provider();
    if (!row.known) provider.ca_file.clear();
    const auto client = llm::open_client(provider).value();
    const auto reply = client->complete(question());
    REQUIRE(reply.has_value() == row.believed);
    if (row.believed) {
      CHECK(reply.value().text == "Price.");
      CHECK(secure.seen() == std::vector<std::string>{"Bearer " + std::string(key)});
      continue;
    }
    CHECK(reply.error().reason == "llm_unreachable");
    CHECK(reply.error().detail.find("certificate") != std::string::npos);
    CHECK(secure.seen().empty());
  }
}

TEST_CASE("a proxy passes on what it can read, and joins the ends of what it cannot") {
  SUBCASE("plain, in absolute form, to a host that only the proxy knows") {
    ScriptedLlm proxy(Wire::openai);
    proxy.answer("Price.");
    llm::Provider provider = proxy.provider();
    provider.base_url = "http://models.internal/v1";
    provider.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    const auto client = llm::open_client(provider).value();
    CHECK(client->complete(question()).value().text == "Price.");
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests().front().target == "http://models.internal/v1/chat/completions");
  }
  SUBCASE("TLS, of which the proxy learns the address alone") {
    SecureProvider secure;
    TunnelProxy proxy;
    llm::Provider provider = secure.provider();
    provider.proxy = proxy.url();
    {
      const auto client = llm::open_client(provider).value();
      CHECK(client->complete(question()).value().text == "Price.");
    }
    CHECK(proxy.said().starts_with("CONNECT " + secure.authority() + " HTTP/1.1\r\n"));
    CHECK(proxy.said().find(key) == std::string::npos);
    CHECK(secure.seen().size() == 1);
  }
  SUBCASE("a proxy that refuses is told as such") {
    ScriptedLlm proxy(Wire::openai);
    proxy.play(Steps{Send{http_bytes::whole(407, "text/plain", "Who are you?")}, Close{}});
    SecureProvider secure;
    llm::Provider provider = secure.provider();
    provider.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    const auto client = llm::open_client(provider).value();
    const auto reply = client->complete(question());
    REQUIRE(!reply);
    CHECK(reply.error().reason == "llm_unreachable");
    CHECK(secure.seen().empty());
  }
}
