#include "http/client_address.hpp"

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::http;

TEST_CASE("networks hold the addresses of their prefix") {
  struct Row {
    const char* network;
    const char* address;
    bool inside;
  };
  const Row rows[] = {{"10.0.0.0/8", "10.255.0.1", true},
                      {"10.0.0.0/8", "11.0.0.1", false},
                      {"192.168.4.0/22", "192.168.7.255", true},
                      {"192.168.4.0/22", "192.168.8.0", false},
                      {"127.0.0.1", "127.0.0.1", true},
                      {"127.0.0.1", "127.0.0.2", false},
                      {"0.0.0.0/0", "203.0.113.9", true},
                      {"0.0.0.0/0", "2001:db8::1", false},
                      {"::/0", "203.0.113.9", true},
                      {"fd00::/8", "fdab::1", true},
                      {"fd00::/8", "fe80::1", false},
                      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
                      {"10.0.0.0/8", "not an address", false},
                      {"10.0.0.0/8", "", false}};
  for (const Row& row : rows) {
    CAPTURE(row.network);
    CAPTURE(row.address);
    CHECK(Network::parse(row.network).value().contains(row.address) == row.inside);
  }
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "fd00::/129",
                            "localhost", "10.0.0.0/8x", "/8"}) {
    CAPTURE(wrong);
    const auto network = Network::parse(wrong);
    REQUIRE(!network);
    CHECK(network.error().reason == "network_malformed");
  }
}

TEST_CASE("only what trusted proxies wrote is believed") {
  struct Row {
    const char* name;
    const char* peer;
    std::string_view forwarded;
    const char* client;
  };
  const std::vector<Network> trusted{Network::parse("10.0.0.0/8").value()};
  const Row rows[] = {
      {"no proxy", "203.0.113.9", "", "203.0.113.9"},
      {"a client that forges", "203.0.113.9", "198.51.100.1", "203.0.113.9"},
      {"one proxy", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
      {"a client that forges behind a proxy", "10.0.0.1", "198.51.100.1, 203.0.113.9",
       "203.0.113.9"},
      {"two proxies", "10.0.0.1", "198.51.100.1, 203.0.113.9,\t10.0.0.2", "203.0.113.9"},
      {"a proxy that asks itself", "10.0.0.1", "", "10.0.0.1"},
      {"all of them trusted", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
      {"nonsense ends the search", "10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"},
      {"an address that ends at a NUL", "10.0.0.1", {"203.0.113.9\0hidden", 18}, "10.0.0.1"},
      {"an empty entry", "10.0.0.1", "203.0.113.9,", "10.0.0.1"},
      {"IPv6", "10.0.0.1", "2001:db8::7", "2001:db8::7"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(client_address(row.peer, row.forwarded, trusted) == row.client);
    CHECK(client_address(row.peer, row.forwarded, {}) == row.peer);
  }
}

TEST_CASE("a customer's IPv6 network is one sender") {
  CHECK(sender_of("203.0.113.9") == "203.0.113.9");
  CHECK(sender_of("::ffff:203.0.113.9") == "203.0.113.9");
  CHECK(sender_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(sender_of("2001:db8:1:2::1") == sender_of("2001:db8:1:2:ffff::"));
  CHECK(sender_of("2001:db8:1:3::1") != sender_of("2001:db8:1:2::1"));
  CHECK(sender_of("odd") == "odd");
}

TEST_CASE("loopback") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.9.9.9"));
  CHECK(is_loopback("::1"));
  CHECK(!is_loopback("10.0.0.1"));
  CHECK(!is_loopback("2001:db8::1"));
}
