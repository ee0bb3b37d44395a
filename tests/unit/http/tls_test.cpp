#include "http/server.hpp"
#include "support/tls_peer.hpp"

#include <curl/curl.h>
#include <doctest/doctest.h>

#include <ostream>

using namespace insightflow;
using namespace insightflow::http;
using namespace insightflow::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

Response echo(const Request& request) {
  if (request.path == "/large") return {.body = std::string(3 << 20, 'x')};
  if (request.path == "/stream") {
    auto left = std::make_shared<int>(40);
    return {.stream = [left](std::string& chunk) -> Result<bool> {
      chunk.assign(50'000, static_cast<char>('a' + *left % 26));
      return --*left > 0;
    }};
  }
  return {.body = request.method + " " + request.path + (request.secure ? " secure " : " plain ") +
                  request.body};
}

struct SecureServer {
  explicit SecureServer(Options options = {}) : certificate(folder) {
    tls = Tls::load({certificate.certificate, certificate.key}).value();
    options.tls = tls;
    options.workers = 4;
    server.emplace(std::move(options), &echo);
    port = server->start().value();
  }
  TemporaryFolder folder;
  Certificate certificate;
  std::shared_ptr<Tls> tls;
  std::optional<Server> server;
  std::uint16_t port = 0;
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

}  // namespace

TEST_CASE("a client that believes the certificate is answered") {
  SecureServer served;
  TlsPeer peer(served.port, {.trusted = served.certificate.certificate, .protocol = "http/1.1"});
  REQUIRE(peer.ready);
  CHECK(peer.version() == "TLSv1.3");
  CHECK(peer.protocol() == "http/1.1");
  for (int i = 0; i < 3; ++i) {
    peer.send(get);
    const std::string answer = peer.receive_until("GET /a secure ");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  }
  peer.send("GET /bye HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(peer.receive_until("").ends_with("GET /bye secure "));
  CHECK(peer.said_end);
}

TEST_CASE("libcurl follows the chain and the name") {
  SecureServer served;
  for (const bool believed : {true, false}) {
    CAPTURE(believed);
    CURL* curl = curl_easy_init();
    std::string body;
    const std::string url = "https://127.0.0.1:" + std::to_string(served.port) + "/large";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (believed) curl_easy_setopt(curl, CURLOPT_CAINFO, served.certificate.certificate.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    const CURLcode code = curl_easy_perform(curl);
    CHECK(code == (believed ? CURLE_OK : CURLE_PEER_FAILED_VERIFICATION));
    CHECK(body.size() == (believed ? 3u << 20 : 0u));
    curl_easy_cleanup(curl);
  }
}

TEST_CASE("versions and ciphers") {
  SecureServer served;
  struct Row {
    std::string_view name;
    TlsPeer::Wish wish;
    bool ready;
  };
  const Row rows[] = {
      {"1.3", {.lowest = TLS1_3_VERSION}, true},
      {"1.2", {.highest = TLS1_2_VERSION}, true},
      {"1.1", {.lowest = TLS1_VERSION, .highest = TLS1_1_VERSION}, false},
      {"AES-GCM", {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"}, true},
      {"ChaCha20", {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305"}, true},
      {"CBC", {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"}, false},
      {"no forward secrecy", {.highest = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"}, false},
      {"nothing encrypted", {.highest = TLS1_2_VERSION, .ciphers = "NULL"}, false},
      {"another protocol", {.protocol = "h2"}, false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    TlsPeer peer(served.port, row.wish);
    CHECK(peer.ready == row.ready);
  }
}

TEST_CASE("everything a connection does, it does over TLS") {
  SecureServer served;
  const TlsTunnel tunnel(served.port);
  SUBCASE("pipelined, with bodies, chunked") {
    RawClient client(tunnel.port);
    client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none" + std::string(get) +
                "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n"
                "\r\n");
    CHECK(client.receive().body == "POST /1 secure one");
    CHECK(client.receive().body == "GET /a secure ");
    CHECK(client.receive().body == "POST /2 secure two");
  }
  SUBCASE("a large body both ways") {
    RawClient client(tunnel.port);
    const std::string body(900'000, 'b');
    client.send(
        "POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 900000"
        "\r\n\r\n");
    CHECK(client.receive().status == 100);
    client.send(body);
    CHECK(client.receive().body == "POST /up secure " + body);
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive().body == std::string(3 << 20, 'x'));
    client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto streamed = client.receive();
    CHECK(streamed.whole);
    CHECK(streamed.body.size() == 2'000'000);
  }
  SUBCASE("byte by byte") {
    RawClient client(tunnel.port);
    for (const char c : get) client.send(std::string(1, c));
    CHECK(client.receive().body == "GET /a secure ");
  }
  SUBCASE("what is refused is answered, then the connection ends") {
    RawClient client(tunnel.port);
    client.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(client.receive().status == 400);
    CHECK(client.closed());
  }
}

TEST_CASE("who speaks plain HTTP to TLS is told so") {
  SecureServer served;
  RawClient client(served.port);
  client.send(get);
  const auto answer = client.receive();
  CHECK(answer.status == 400);
  CHECK(answer.body.find("\"tls_required\"") != std::string::npos);
  CHECK(client.closed());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("what is neither TLS nor HTTP is cut off, and so is who takes his time") {
  SecureServer served({.header_timeout = 300ms});
  for (const std::string& bytes :
       {std::string("\x01\x02\x03\x04\x05\x06"), std::string("SSH-2.0-x\r\n"),
        std::string(5000, '\x16'), std::string("\x16\x03\x01\xff\xff"),
        std::string("\x16\x03\x01\x00\x05\x01", 6), std::string()}) {
    CAPTURE(bytes.size());
    RawClient client(served.port);
    client.send(bytes);
    CHECK(client.closed());
  }
  // A handshake that is over, and then nothing.
  TlsPeer peer(served.port);
  REQUIRE(peer.ready);
  CHECK(peer.receive_until("") == "");
  // And the server still serves.
  TlsPeer next(served.port);
  next.send(get);
  CHECK(next.receive_until("secure ") != "");
}

TEST_CASE("connections beyond the limit end before a handshake") {
  SecureServer served({.max_connections = 1});
  TlsPeer first(served.port);
  REQUIRE(first.ready);
  first.send(get);
  CHECK(first.receive_until("secure ") != "");
  CHECK_FALSE(TlsPeer(served.port).ready);
  first.send(get);
  CHECK(first.receive_until("secure ") != "");
}

TEST_CASE("files that cannot be used are refused with the reason") {
  TemporaryFolder folder;
  const Certificate good(folder, "good"), other(folder, "other");
  const Certificate locked(folder, "locked", {.passphrase = "secret"});
  const Certificate weak(folder, "weak", {.rsa_bits = 1024});
  const Certificate rsa(folder, "rsa", {.rsa_bits = 2048});
  put_file(folder / "empty", "");
  put_file(folder / "text", "no certificate\n");
  const std::string pem = file_text(good.certificate);
  put_file(folder / "cut", pem.substr(0, pem.size() / 2));
  put_file(folder / "damaged",
           pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  put_file(folder / "chain", pem + file_text(other.certificate));
  struct Row {
    std::string_view name;
    std::string certificate, key;
    std::string_view reason;
  };
  const Row rows[] = {
      {"good", good.certificate, good.key, ""},
      {"RSA", rsa.certificate, rsa.key, ""},
      {"chain", folder / "chain", good.key, ""},
      {"no certificate", folder / "none", good.key, "tls_certificate_unreadable"},
      {"a folder", folder.path().string(), good.key, "tls_certificate_unreadable"},
      {"empty", folder / "empty", good.key, "tls_certificate_unreadable"},
      {"text", folder / "text", good.key, "tls_certificate_malformed"},
      {"cut", folder / "cut", good.key, "tls_certificate_malformed"},
      {"second damaged", folder / "damaged", good.key, "tls_certificate_malformed"},
      {"key for certificate", good.key, good.key, "tls_certificate_malformed"},
      {"weak", weak.certificate, weak.key, "tls_certificate_weak"},
      {"no key", good.certificate, folder / "none", "tls_key_unreadable"},
      {"text for key", good.certificate, folder / "text", "tls_key_malformed"},
      {"certificate for key", good.certificate, good.certificate, "tls_key_malformed"},
      {"passphrase", locked.certificate, locked.key, "tls_key_malformed"},
      {"another key", good.certificate, other.key, "tls_key_mismatch"},
      {"another kind of key", good.certificate, rsa.key, "tls_key_mismatch"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto loaded = Tls::load({row.certificate, row.key});
    CHECK((loaded ? "" : loaded.error().reason) == row.reason);
    if (!loaded) CHECK(loaded.error().detail.find("-----") == std::string::npos);
  }
}

TEST_CASE("a certificate is renewed without a pause") {
  SecureServer served;
  TlsPeer before(served.port);
  CHECK(before.name() == "insightflow test");
  CHECK(served.tls->refresh().value() == false);
  const std::string good_key = file_text(served.certificate.key);

  served.certificate.make({.name = "renewed"});
  const std::string new_key = file_text(served.certificate.key);
  put_file(served.certificate.key, good_key);  // The certificate is there before its key.
  const auto half = served.tls->refresh();
  REQUIRE_FALSE(half);
  CHECK(half.error().reason == "tls_key_mismatch");
  CHECK(served.tls->refresh().value() == false);
  CHECK(TlsPeer(served.port).name() == "insightflow test");

  put_file(served.certificate.key, new_key);
  CHECK(served.tls->refresh().value() == true);
  CHECK(TlsPeer(served.port).name() == "renewed");
  before.send(get);
  CHECK(before.receive_until("secure ") != "");
}

TEST_CASE("the days of a certificate") {
  constexpr std::int64_t day = 86'400'000;
  const Instant now{1'000 * day};
  const auto told = [&](std::int64_t from, std::int64_t until) {
    return validity_warning({now + from * day, now + until * day}, now).value_or("");
  };
  CHECK(told(-1, 30) == "");
  CHECK(told(-1, 8) == "");
  CHECK(told(-1, 6) == "tls_certificate_expires_soon");
  CHECK(told(-9, -1) == "tls_certificate_expired");
  CHECK(told(1, 30) == "tls_certificate_not_yet_valid");
  TemporaryFolder folder;
  const Certificate old(folder, "old", {.from_s = -7200, .until_s = -3600});
  const auto loaded = Tls::load({old.certificate, old.key});
  REQUIRE(loaded);
  const auto validity = loaded.value()->validity();
  CHECK(validity.until - validity.from == 3'600'000);
  CHECK(validity_warning(validity, system_clock().now()) == "tls_certificate_expired");
}
