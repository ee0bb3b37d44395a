#include "support/temporary.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/jwt.hpp>
#include <insightflow/security/password.hpp>
#include <insightflow/security/seal.hpp>
#include <insightflow/security/totp.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <thread>

using namespace insightflow;
using namespace insightflow::security;

namespace {

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

constexpr JwsAlgorithm only_eddsa[] = {JwsAlgorithm::EdDSA};
constexpr PasswordCost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

}  // namespace

TEST_CASE("a password is right or wrong, and its hash says how it was made") {
  PasswordHasher hasher({.cost = cheap});
  const std::string stored = hasher.hash("four lamps").value();
  CHECK(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(hasher.hash("four lamps").value() != stored);
  CHECK(hasher.verify("four lamps", stored).value());
  CHECK(!hasher.verify("four lamp", stored).value());
  CHECK(!hasher.verify("", stored).value());
  CHECK(!hasher.verify("", "").value());
  CHECK(!hasher.verify("four lamps", "").value());
  CHECK(!hasher.outdated(stored));
  PasswordHasher dearer({.cost = {.memory_kib = 128, .passes = 1, .lanes = 1}});
  CHECK(dearer.outdated(stored));
  CHECK(dearer.verify("four lamps", stored).value());
  CHECK(PasswordHasher().outdated(stored));
  CHECK(PasswordCost{} == PasswordCost{.memory_kib = 19'456, .passes = 2, .lanes = 1});
  // The reference implementation's own example (phc-winner-argon2, README).
  CHECK(hasher
            .verify("password",
                    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZ"
                    "Wb2GRPPc")
            .value());
  for (const char* damaged :
       {"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA",
        "$argon2id$v=19$m=4294967295,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1000,p=1$AAAA$AAAA",
        "$argon2id$v=19$m=,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=99$AAAA$AAAA"}) {
    CAPTURE(damaged);
    CHECK(reason(hasher.verify("four lamps", damaged)) == "password_hash_malformed");
  }
}

TEST_CASE("so many passwords at a time and no more") {
  // One at a time and nobody waits: with two callers that never stop, one is refused soon.
  PasswordHasher narrow(
      {.cost = {.memory_kib = 1024, .passes = 2, .lanes = 1}, .concurrent = 1, .waiting = 0});
  std::atomic<bool> refused = false;
  std::atomic<int> others = 0;
  std::latch start(2);
  const auto ask = [&] {
    start.arrive_and_wait();
    for (int i = 0; i < 10'000 && !refused; ++i) {
      const auto done = narrow.hash("four lamps");
      if (done) continue;
      if (done.error().reason == "password_hashing_busy" && done.error().code == Code::unavailable)
        refused = true;
      else
        ++others;
    }
  };
  std::thread one(ask), two(ask);
  one.join();
  two.join();
  CHECK(refused);
  CHECK(others == 0);
  // Those who may wait get their turn.
  PasswordHasher patient({.cost = cheap, .concurrent = 1, .waiting = 16});
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { done += patient.hash("four lamps").has_value(); });
  for (auto& thread : threads) thread.join();
  CHECK(done == 8);
}

TEST_CASE("codes of an authenticator app") {
  // RFC 6238, appendix B, the rows of SHA-1; its codes have eight digits, ours are the last six.
  const std::string secret = "12345678901234567890";
  struct Row {
    std::int64_t seconds;
    const char* code;
  };
  const Row rows[] = {{59, "287082"},
                      {1'111'111'109, "081804"},
                      {1'111'111'111, "050471"},
                      {1'234'567'890, "005924"},
                      {2'000'000'000, "279037"},
                      {20'000'000'000, "353130"}};
  for (const Row& row : rows) {
    const std::int64_t seconds = row.seconds;
    const char* const code = row.code;
    CAPTURE(seconds);
    CHECK(totp_code(secret, totp_step(seconds)) == code);
    CHECK(totp_check(secret, code, seconds, 0) == totp_step(seconds));
    CHECK(totp_check(secret, code, seconds + 30, 0) == totp_step(seconds));
    CHECK(totp_check(secret, code, seconds - 30, 0) == totp_step(seconds));
    CHECK(!totp_check(secret, code, seconds + 60, 0));
    if (seconds > 60) CHECK(!totp_check(secret, code, seconds - 60, 0));
    CHECK(!totp_check(secret, code, seconds, totp_step(seconds)));
  }
  for (const char* code : {"", "28708", "2870820", "28708a", "000000"})
    CHECK(!totp_check(secret, code, 59, 0));
  CHECK(totp_secret().size() == 20);
  CHECK(totp_secret() != totp_secret());
}

TEST_CASE("base64url is read strictly, base32 and hexadecimal are written") {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : rows) {
    CHECK(base64url_encode(bytes) == text);
    CHECK(base64url_decode(text) == std::string(bytes));
  }
  CHECK(base64url_encode("\xFB\xFF\xFE") == "-__-");
  for (const char* wrong : {"A", "Zg=", "Zg==", "Zh", "Zm9", "Zm9v ", "Zm9v\n", "+/+/", "Zm!v"}) {
    CAPTURE(wrong);
    CHECK(!base64url_decode(wrong));
  }
  CHECK(base32_encode("foobar") == "MZXW6YTBOI");
  CHECK(hex_encode(std::string("\0\x7F\xFF", 3)) == "007fff");
}

TEST_CASE("a token says what it must, or is refused") {
  const SigningKey key = SigningKey::generate("k1"), other = SigningKey::generate("k2");
  const KeySet keys{{key.public_key(), other.public_key()}};
  const JwtRules rules{
      .issuer = "me", .audience = "you", .type = "at+jwt", .now = Instant{100'000}};
  const json::object good{{"iss", "me"}, {"aud", "you"}, {"iat", 90}, {"exp", 110}};
  struct Row {
    const char* name;
    std::function<void(json::object&)> change;
    const char* reason;
  };
  const Row rows[] = {
      {"good", [](json::object&) {}, "ok"},
      {"one of several audiences",
       [](json::object& c) {
         c["aud"] = json::array{"a", "you"};
       },
       "ok"},
      {"issuer", [](json::object& c) { c["iss"] = "Me"; }, "token_issuer"},
      {"no issuer", [](json::object& c) { c.erase("iss"); }, "token_issuer"},
      {"issuer a list", [](json::object& c) { c["iss"] = json::array{"me"}; }, "token_issuer"},
      {"audience", [](json::object& c) { c["aud"] = "yo"; }, "token_audience"},
      {"no audience", [](json::object& c) { c.erase("aud"); }, "token_audience"},
      {"expired just now", [](json::object& c) { c["exp"] = 100; }, "token_expired"},
      {"good for a moment", [](json::object& c) { c["exp"] = 100.5; }, "ok"},
      {"no end", [](json::object& c) { c.erase("exp"); }, "token_claims"},
      {"end a text", [](json::object& c) { c["exp"] = "110"; }, "token_claims"},
      {"end beyond time", [](json::object& c) { c["exp"] = 1e300; }, "token_claims"},
      {"end before time", [](json::object& c) { c["exp"] = -5; }, "token_claims"},
      {"no beginning", [](json::object& c) { c.erase("iat"); }, "token_claims"},
      {"made later", [](json::object& c) { c["iat"] = 101; }, "token_not_yet"},
      {"good later", [](json::object& c) { c["nbf"] = 101; }, "token_not_yet"},
      {"good from a text", [](json::object& c) { c["nbf"] = "1"; }, "token_claims"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    json::object claims = good;
    row.change(claims);
    const std::string token = key.sign_token("at+jwt", serialize(claims));
    CHECK(reason(verify_jwt(token, keys, only_eddsa, rules)) == row.reason);
  }
  const std::string payload = serialize(good);
  const std::string token = key.sign_token("AT+JWT", payload);
  CHECK(reason(verify_jwt(token, keys, only_eddsa, rules)) == "ok");
  CHECK(reason(verify_jwt(key.sign_token("JWT", payload), keys, only_eddsa, rules)) ==
        "token_type");
  CHECK(reason(verify_jwt(token, {{other.public_key()}}, only_eddsa, rules)) ==
        "token_key_unknown");
  CHECK(reason(verify_jwt(token, keys, {}, rules)) == "token_algorithm");
  constexpr JwsAlgorithm others[] = {JwsAlgorithm::RS256, JwsAlgorithm::ES256};
  CHECK(reason(verify_jwt(token, keys, others, rules)) == "token_algorithm");

  // Headers that somebody else wrote, signed rightly.
  const auto with_header = [&](const std::string& header) {
    const std::string text = base64url_encode(header) + "." + base64url_encode(payload);
    return reason(
        verify_jwt(text + "." + base64url_encode(key.sign(text)), keys, only_eddsa, rules));
  };
  CHECK(with_header(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})") == "ok");
  CHECK(with_header(R"({"alg":"EdDSA","typ":"at+jwt"})") == "token_key_unknown");
  CHECK(with_header(R"({"alg":"EdDSA","kid":"k2","typ":"at+jwt"})") == "token_signature");
  CHECK(with_header(R"({"alg":"eddsa","kid":"k1","typ":"at+jwt"})") == "token_algorithm");
  CHECK(with_header(R"({"alg":"none","kid":"k1","typ":"at+jwt"})") == "token_algorithm");
  CHECK(with_header(R"({"alg":["EdDSA"],"kid":"k1","typ":"at+jwt"})") == "token_malformed");
  CHECK(with_header(R"({"alg":"EdDSA","alg":"EdDSA","kid":"k1"})") == "token_malformed");
  CHECK(with_header(R"(["EdDSA"])") == "token_malformed");
  for (const char* name : {"crit", "jku", "jwk", "x5u", "x5c"})
    CHECK(with_header(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt",")" + std::string(name) +
                      R"(":"x"})") == "token_header");
  // Every single character matters.
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK(!verify_jwt(changed, keys, only_eddsa, rules));
  }
  for (const std::string& wrong : {std::string(), std::string("."), std::string(".."), token + ".",
                                   token + "=", " " + token, token.substr(0, token.rfind('.')),
                                   token + std::string(20'000, 'A'), std::string(1'000'000, '.')})
    CHECK(reason(verify_jwt(wrong, keys, only_eddsa, rules)) == "token_malformed");
  // A set of keys goes out and comes in without anything secret.
  const std::string published = serialize(keys.jwks());
  CHECK(published.find("\"d\"") == std::string::npos);
  CHECK(reason(verify_jwt(token, KeySet::parse(published).value(), only_eddsa, rules)) == "ok");
  const SigningKey again = SigningKey::from_secret("k1", key.secret()).value();
  CHECK(again.sign("x") == key.sign("x"));
  CHECK(reason(SigningKey::from_secret("k1", "short")) == "signing_key_malformed");
}

TEST_CASE("what is sealed opens with its key, in its place, unchanged") {
  const MasterKey one = new_master_key(), two = new_master_key();
  const Sealer sealer({one}), both({two, one}), wrong({two});
  const Sealed sealed = sealer.seal("table/1", "secret");
  CHECK(sealer.seal("table/1", "secret").text != sealed.text);
  CHECK(sealer.open("table/1", sealed).value() == "secret");
  CHECK(both.open("table/1", sealed).value() == "secret");
  CHECK(both.seal("x", "y").key_id == two.id());
  CHECK(reason(wrong.open("table/1", sealed)) == "master_key_unknown");
  CHECK(reason(sealer.open("table/2", sealed)) == "sealed_damaged");
  CHECK(sealer.open("e", sealer.seal("e", "")).value().empty());
  for (std::size_t i = 0; i < sealed.text.size(); ++i) {
    Sealed changed = sealed;
    changed.text[i] = changed.text[i] == 'A' ? 'B' : 'A';
    CHECK(reason(sealer.open("table/1", changed)) == "sealed_damaged");
    changed.text = sealed.text.substr(0, i);
    CHECK(reason(sealer.open("table/1", changed)) == "sealed_damaged");
  }
  CHECK(reason(gcm_seal("short", std::string(12, 'n'), "", "")) == "sealing_key_size");
  CHECK(reason(gcm_open(one.bytes, "short", "", std::string(32, 'x'))) == "sealing_key_size");
}

TEST_CASE("master keys come from a file, the environment or a command") {
  const test::TemporaryFolder folder;
  const std::string file = "file:" + (folder / "master.key");
  CHECK(reason(load_master_keys(file)) == "master_key_missing");
  const auto made = load_or_make_master_keys(file).value();
  REQUIRE(made.size() == 1);
  CHECK(load_or_make_master_keys(file).value()[0].id() == made[0].id());
  CHECK((std::filesystem::status(folder / "master.key").permissions() &
         (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
  REQUIRE(store_master_keys(file, {new_master_key(), made[0]}));
  CHECK(load_master_keys(file).value().size() == 2);
  CHECK(load_master_keys("command:cat " + (folder / "master.key")).value()[1].id() == made[0].id());
  CHECK(reason(load_master_keys("command:exit 3")) == "master_key_missing");
  CHECK(reason(load_master_keys("env:INSIGHTFLOW_NO_SUCH_VARIABLE")) == "master_key_missing");
  CHECK(reason(load_master_keys("elsewhere")) == "master_key_source");
  CHECK(reason(store_master_keys("env:X", made)) == "master_key_source");
  std::ofstream(folder / "bad.key") << "not a key\n";
  CHECK(reason(load_master_keys("file:" + (folder / "bad.key"))) == "master_key_malformed");
  std::ofstream(folder / "empty.key") << "\n";
  CHECK(reason(load_master_keys("file:" + (folder / "empty.key"))) == "master_key_malformed");
}
