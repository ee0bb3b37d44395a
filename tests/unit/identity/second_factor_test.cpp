#include "account_world.hpp"
#include "support/faulty_database.hpp"
#include "support/inspect.hpp"

#include <insightflow/security/seal.hpp>
#include <insightflow/security/totp.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace insightflow;
using namespace insightflow::identity;
using namespace insightflow::test;

namespace {

/// The bytes of base32 without padding.
std::string base32_decoded(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    bits = (bits << 5) | static_cast<std::uint32_t>(alphabet.find(c));
    if ((held += 5) >= 8) out += static_cast<char>(bits >> (held -= 8));
  }
  return out;
}

struct Fixture : AccountWorld {
  Fixture() { person("ana@example.org"); }

  std::string code(std::string_view secret, int steps = 0) const {
    return security::totp_code(secret, security::totp_step(clock.at.ms / 1000) + steps);
  }
  std::string challenge() {
    return accounts.login("ana@example.org", good_password).value().challenge.value_or("");
  }
  /// Switches the second factor on.
  RecoveryCodes enable(std::string& secret) {
    const SignedIn ana = who(signed_in("ana@example.org"));
    secret = base32_decoded(accounts.enrol_totp(ana, good_password).value().secret);
    return accounts.confirm_totp(ana, code(secret)).value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a second factor is asked for once it is confirmed, and not before") {
  const Tokens before = signed_in("ana@example.org");
  const SignedIn ana = who(before);
  CHECK(reason(accounts.confirm_totp(ana, "123456")) == "totp_unknown");
  CHECK(reason(accounts.enrol_totp(ana, other_password)) == "credentials_wrong");
  const TotpEnrolment enrolment = accounts.enrol_totp(ana, good_password).value();
  CHECK(enrolment.uri == "otpauth://totp/InsightFlow:ana%40example.org?secret=" + enrolment.secret +
                             "&issuer=InsightFlow");
  const std::string secret = base32_decoded(enrolment.secret);
  CHECK(secret.size() == 20);
  CHECK(reason(accounts.confirm_totp(ana, "000000")) == "code_wrong");
  CHECK(accounts.login("ana@example.org", good_password).value().tokens);
  const RecoveryCodes codes = accounts.confirm_totp(ana, code(secret)).value();
  CHECK(codes.codes.size() == 10);
  CHECK(reason(accounts.identify(before.access_token)) == "ok");
  CHECK(reason(accounts.enrol_totp(ana, good_password)) == "totp_enabled");
  CHECK(reason(accounts.confirm_totp(ana, code(secret))) == "totp_enabled");

  const std::string asked = challenge();
  REQUIRE(!asked.empty());
  // The code that confirmed it is spent.
  CHECK(reason(accounts.second_step(asked, code(secret))) == "code_wrong");
  CHECK(reason(accounts.second_step(asked, code(secret, 2))) == "code_wrong");
  CHECK(reason(accounts.second_step(asked, code(secret, 1))) == "ok");
  CHECK(reason(accounts.second_step(asked, code(secret, 1))) == "challenge_unknown");
  CHECK(reason(accounts.second_step(challenge(), code(secret, 1))) == "code_wrong");
  // Recovery codes count once each, however they are typed.
  std::string typed = codes.codes[0];
  typed.insert(4, "-");
  typed.insert(9, " ");
  CHECK(reason(accounts.second_step(challenge(), typed)) == "ok");
  CHECK(reason(accounts.second_step(challenge(), codes.codes[0])) == "code_wrong");
  CHECK(reason(accounts.second_step(challenge(), codes.codes[1])) == "ok");
  const std::string all = test::dump(*db);
  CHECK(all.find(enrolment.secret) == std::string::npos);
  CHECK(all.find(codes.codes[2]) == std::string::npos);
  CHECK(reason(accounts.disable_totp(ana, other_password)) == "credentials_wrong");
  CHECK(reason(accounts.disable_totp(ana, good_password)) == "ok");
  CHECK(accounts.login("ana@example.org", good_password).value().tokens);
}

TEST_CASE_FIXTURE(Fixture, "codes cannot be guessed, and the password alone opens nothing") {
  std::string secret;
  (void)enable(secret);
  clock.at.ms += 120'000;
  const std::string one = challenge();
  for (int i = 0; i < 5; ++i) CHECK(reason(accounts.second_step(one, "000000")) == "code_wrong");
  CHECK(reason(accounts.second_step(one, code(secret))) == "challenge_unknown");
  const std::string two = challenge();
  for (int i = 0; i < 5; ++i) CHECK(reason(accounts.second_step(two, "")) == "code_wrong");
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "second_factor_blocked");
  CHECK(reason(accounts.login("ana@example.org", other_password)) == "credentials_wrong");
  clock.at.ms += options().challenge_ms;
  const std::string three = challenge();
  clock.at.ms += options().challenge_ms;
  CHECK(reason(accounts.second_step(three, code(secret))) == "challenge_unknown");
  CHECK(reason(accounts.second_step(challenge(), code(secret))) == "ok");
  CHECK(reason(accounts.drop_second_factor("ana@example.org")) == "ok");
  CHECK(accounts.login("ana@example.org", good_password).value().tokens);
}

TEST_CASE_FIXTURE(Fixture, "a new master key: everything opens before, during and after") {
  std::string secret;
  (void)enable(secret);
  const std::string file = options().master_keys;
  const std::string old = security::load_master_keys(file).value().front().id();
  Accounts elsewhere(*db, clock, ids, options());
  CHECK(reason(elsewhere.login("ana@example.org", good_password)) == "ok");
  clock.at.ms += 60'000;
  CHECK(accounts.rotate_master_key(false).value() == 2);
  const auto keys = security::load_master_keys(file).value();
  REQUIRE(keys.size() == 2);
  CHECK(keys[1].id() == old);
  CHECK(number("SELECT count(*) FROM second_factors WHERE key_id = '" + old + "'") == 0);
  CHECK(number("SELECT count(*) FROM signing_keys WHERE key_id = '" + old + "'") == 0);
  CHECK(accounts.reseal().value() == 0);
  // A program that runs with the old key reads the file again by itself.
  const auto asked = elsewhere.login("ana@example.org", good_password).value().challenge;
  CHECK(reason(elsewhere.second_step(*asked, code(secret))) == "ok");
  CHECK(accounts.rotate_master_key(true).value() == 2);
  CHECK(security::load_master_keys(file).value().size() == 1);
  clock.at.ms += 60'000;
  Accounts later(*db, clock, ids, options());
  const auto then = later.login("ana@example.org", good_password).value().challenge;
  CHECK(reason(later.second_step(*then, code(secret))) == "ok");
  // With another file nothing opens, and it says so.
  AccountOptions wrong = options();
  wrong.master_keys = "file:" + (folder / "another.key");
  Accounts without(*db, clock, ids, wrong);
  CHECK(reason(without.reseal()) == "master_key_missing");
  REQUIRE(security::load_or_make_master_keys(wrong.master_keys));
  Accounts locked(*db, clock, ids, wrong);
  CHECK(reason(locked.reseal()) == "master_key_unknown");
}

TEST_CASE_FIXTURE(Fixture, "resealing that stops at any step is finished by the next one") {
  for (int i = 0; i < 5; ++i) REQUIRE(accounts.rotate_signing_key());
  std::string secret;
  (void)enable(secret);
  const std::string file = options().master_keys;
  for (int at = 1;; ++at) {
    CAPTURE(at);
    REQUIRE(at < 200);
    FaultyDatabase faulty(*db, at);
    Accounts broken(faulty, clock, ids, options());
    (void)broken.rotate_master_key(false);
    clock.at.ms += 60'000;
    Accounts after(*db, clock, ids, options());
    const auto asked = after.login("ana@example.org", good_password);
    REQUIRE(asked);
    CHECK(reason(after.second_step(*asked.value().challenge, code(secret))) == "ok");
    REQUIRE(after.reseal());
    const std::string current = security::load_master_keys(file).value().front().id();
    CHECK(number("SELECT count(*) FROM signing_keys WHERE key_id <> '" + current + "'") == 0);
    CHECK(number("SELECT count(*) FROM second_factors WHERE key_id <> '" + current + "'") == 0);
    if (!faulty.fired()) break;
  }
}
