#include "http/reader.hpp"

#include <doctest/doctest.h>

#include <ostream>

using namespace insightflow;
using namespace insightflow::http;
using namespace std::string_literals;

namespace {
/// Presents the text in pieces of `step` bytes, as a socket would.
void feed(RequestReader& reader, std::string_view text, std::size_t step) {
  std::string waiting;
  for (std::size_t at = 0; at < text.size(); at += step) {
    waiting += text.substr(at, step);
    waiting.erase(0, reader.put(waiting));
  }
}

struct Row {
  std::string_view name;
  std::string text;
  int status;  ///< 0 where the request is good.
};
const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"plain", get + "\r\n", 0},
      {"an empty line before", "\r\n" + get + "\r\n", 0},
      {"1.0 without host", "GET / HTTP/1.0\r\n\r\n", 0},
      {"absolute form", "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0},
      {"length", post + "Content-Length: 3\r\n\r\nabc", 0},
      {"length zero", post + "Content-Length: 0\r\n\r\n", 0},
      {"chunks", chunked + "3\r\nabc\r\n0\r\n\r\n", 0},
      {"chunk extension", chunked + "3;a=b\r\nabc\r\n0\r\n\r\n", 0},
      {"trailers", chunked + "3\r\nabc\r\n0\r\nHost: evil\r\n\r\n", 0},
      {"chunked in capitals", post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", 0},

      {"length and chunked", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {"length twice", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"lengths differ", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
      {"list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc", 400},
      {"negative length", post + "Content-Length: -1\r\n\r\n", 400},
      {"signed length", post + "Content-Length: +3\r\n\r\nabc", 400},
      {"hexadecimal length", post + "Content-Length: 0x3\r\n\r\nabc", 400},
      {"length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"empty length", post + "Content-Length:\r\n\r\n", 400},
      {"chunked twice",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"other coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"list of codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"vertical tab in coding", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},

      {"chunk size not a number", chunked + "x\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size empty", chunked + "\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size negative", chunked + "-3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size prefixed", chunked + "0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size beyond 64 bits", chunked + "fffffffffffffffff\r\nabc", 400},
      {"chunk longer than its size", chunked + "2\r\nabc\r\n0\r\n\r\n", 400},
      {"chunk size with bare line feed", chunked + "3\nabc\r\n0\r\n\r\n", 400},
      {"chunk line without end", chunked + "3;" + std::string(20'000, 'a'), 400},
      {"chunked too large", chunked + "401\r\n", 413},
      {"chunks too large together",
       chunked + "400\r\n" + std::string(1024, 'a') + "\r\n1\r\na\r\n0\r\n\r\n", 413},
      {"length too large", post + "Content-Length: 1025\r\n\r\n", 413},

      {"folded field", get + "X: a\r\n b\r\n\r\n", 400},
      {"folded with a tab", get + "X: a\r\n\tb\r\n\r\n", 400},
      {"first field folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"space before colon", get + "X : a\r\n\r\n", 400},
      {"tab before colon", get + "X\t: a\r\n\r\n", 400},
      {"no colon", get + "X\r\n\r\n", 400},
      {"empty name", get + ": a\r\n\r\n", 400},
      {"name not a token", get + "X(y): a\r\n\r\n", 400},
      {"bare line feed", "GET / HTTP/1.1\nHost: a\n\r\n\r\n", 400},
      {"bare carriage return in value", get + "X: a\rb\r\n\r\n", 400},
      {"bare line feed in value", get + "X: a\nY: b\r\n\r\n", 400},
      {"NUL in value", get + "X: a\0b\r\n\r\n"s, 400},
      {"NUL in name", get + "X\0: a\r\n\r\n"s, 400},
      {"NUL in target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
      {"control in value", get + "X: a\x01\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"host twice", get + "Host: a\r\n\r\n", 400},
      {"host twice differently", get + "hOST: b\r\n\r\n", 400},

      {"method not a token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"method of NULs", "\0\0\0 / HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
      {"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02", 400},

      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"version 0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"version not a number", "GET / HTTP/x.y\r\nHost: a\r\n\r\n", 400},
      {"version too long", "GET / HTTP/1.11\r\nHost: a\r\n\r\n", 400},
      {"version lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"space behind version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"other scheme", "GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"percent", "GET /% HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"target not UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"raw bytes in target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"query not UTF-8", "GET /?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"dot segments", "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400},

      {"expectation", get + "Expect: 200-ok\r\n\r\n", 417},
      {"header too long", get + "X: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"header without end", get + "X: " + std::string(20'000, 'a'), 431},
      {"target too long", "GET /" + std::string(20'000, 'a'), 431},
      {"too many fields",
       [] {
         std::string text = get;
         for (int i = 0; i < 100; ++i) text += "X: a\r\n";
         return text + "\r\n";
       }(),
       431}};
  return table;
}
}  // namespace

TEST_CASE("good requests are read and doubtful ones refused, however the bytes are cut") {
  for (const Row& row : rows()) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, row.text.size()}) {
      CAPTURE(row.name);
      CAPTURE(step);
      RequestReader reader({.max_body = 1024});
      feed(reader, row.text, step);
      if (row.status == 0) {
        CHECK(reader.state() == RequestReader::State::complete);
      } else {
        CHECK(reader.state() == RequestReader::State::rejected);
        CHECK(reader.rejection().status == row.status);
        CHECK_FALSE(reader.rejection().code.empty());
      }
    }
  }
}

TEST_CASE("a request is taken apart") {
  RequestReader reader({});
  const std::string text =
      "PATCH /s/a%2Fb?q=x+y&z HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\nAccept:  */* \r\n"
      "Content-Length: 4\r\n\r\nbodyGET /next";
  CHECK(reader.put(text) == text.size() - 9);
  REQUIRE(reader.state() == RequestReader::State::complete);
  const Request& request = reader.request();
  CHECK(request.method == "PATCH");
  CHECK(request.path == "/s/a%2Fb");
  CHECK(request.segments == std::vector<std::string>{"s", "a/b"});
  CHECK(request.query == "q=x+y&z");
  CHECK(request.parameter("q") == "x y");
  CHECK(request.parameter("z") == "");
  CHECK_FALSE(request.parameter("y"));
  CHECK(request.headers.find("ACCEPT") == "*/*");
  CHECK_FALSE(request.headers.find("Accep"));
  CHECK(request.body == "body");
  CHECK(request.request_id == "abc-1");
  CHECK(request.keep_alive);

  reader.reset();
  reader.put(get + "Connection: close\r\nX-Request-Id: a b\r\n\r\n");
  REQUIRE(reader.state() == RequestReader::State::complete);
  CHECK(request.body.empty());
  CHECK(request.query.empty());
  CHECK(request.request_id.empty());
  CHECK(request.headers.size() == 3);
  CHECK_FALSE(request.keep_alive);
}

TEST_CASE("trailers do not become headers") {
  RequestReader reader({});
  reader.put(chunked + "1\r\na\r\n0\r\nAuthorization: evil\r\n\r\n");
  REQUIRE(reader.state() == RequestReader::State::complete);
  CHECK(reader.request().body == "a");
  CHECK_FALSE(reader.request().headers.find("Authorization"));
}

TEST_CASE("the body limit may depend on the route") {
  ReaderLimits limits{.max_body = 4};
  limits.body_limit = [](std::string_view method, std::string_view path) -> std::size_t {
    return method == "PUT" && path == "/import" ? 100 : 4;
  };
  RequestReader reader(limits);
  reader.put("PUT /import HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789");
  CHECK(reader.state() == RequestReader::State::complete);
  reader.reset();
  reader.put("POST /import HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789");
  CHECK(reader.state() == RequestReader::State::rejected);
}

TEST_CASE("a waiting client is told once to continue") {
  RequestReader reader({});
  reader.put(post + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  CHECK(reader.state() == RequestReader::State::body);
  CHECK(reader.take_continue());
  CHECK_FALSE(reader.take_continue());
  reader.put("a");
  CHECK(reader.state() == RequestReader::State::complete);
}
