#include "account_world.hpp"
#include "support/faulty_database.hpp"
#include "support/inspect.hpp"
#include "support/shared_data.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/identity/password_rules.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace insightflow;
using namespace insightflow::identity;
using namespace insightflow::test;

using Fixture = AccountWorld;

TEST_CASE_FIXTURE(Fixture, "an account is made, proved by mail, and signed in to") {
  CHECK(reason(accounts.register_user(" Ana@Example.ORG ", good_password, "Ana")) == "ok");
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "email_unverified");
  CHECK(reason(accounts.login("ana@example.org", other_password)) == "credentials_wrong");
  CHECK(send_mails() == 1);
  REQUIRE(mail->mails.size() == 1);
  CHECK(mail->mails[0].to == "ana@example.org");
  const std::string token = mail->token();
  CHECK(token.size() > 40);
  CHECK(test::dump(*db).find(token) == std::string::npos);
  CHECK(reason(accounts.verify_email(token + "0")) == "token_unknown");
  CHECK(reason(accounts.verify_email(token)) == "ok");
  CHECK(reason(accounts.verify_email(token)) == "token_unknown");
  const Tokens tokens = signed_in("ana@example.org");
  CHECK(tokens.expires_in == 600);
  const SignedIn who = accounts.identify(tokens.access_token).value();
  CHECK(who.user == tokens.user_id);
  CHECK(who.session == tokens.session_id);
  CHECK(accounts.me(who).value().name == "Ana");
  const Actor actor = accounts.authenticate(tokens.access_token, std::nullopt).value();
  CHECK(actor.role == Role::owner);
  CHECK(actor.user == who.user);
  CHECK(actor.workspace == accounts.me(who).value().home_workspace_id);
  CHECK(reason(accounts.authenticate(tokens.access_token, workspace.workspace.id)) ==
        "workspace_unknown");
  // Nothing secret is stored as it is.
  const std::string all = test::dump(*db);
  for (const std::string& secret :
       {tokens.refresh_token, tokens.access_token, std::string(good_password)})
    CHECK(all.find(secret) == std::string::npos);
  CHECK(to_json_text(accounts.me(who).value()).find("argon2") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "links run out, and one that is late is worth nothing") {
  REQUIRE(accounts.register_user("ana@example.org", good_password, ""));
  REQUIRE(send_mails() == 1);
  clock.at.ms += options().verify_ms;
  CHECK(reason(accounts.verify_email(mail->token())) == "token_unknown");
  CHECK(reason(accounts.resend_verification("ana@example.org")) == "ok");
  CHECK(send_mails() == 1);
  CHECK(reason(accounts.verify_email(mail->token())) == "ok");
  CHECK(reason(accounts.request_reset("ana@example.org")) == "ok");
  CHECK(send_mails() == 1);
  clock.at.ms += options().reset_ms - 1;
  CHECK(reason(accounts.reset_password(mail->token(), "short")) == "password_short");
  CHECK(reason(accounts.reset_password(mail->token(), other_password)) == "ok");
  CHECK(reason(accounts.reset_password(mail->token(), good_password)) == "token_unknown");
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "credentials_wrong");
  CHECK(reason(accounts.login("ana@example.org", other_password)) == "ok");
  // A link to prove an address does not set a password.
  REQUIRE(accounts.register_user("bob@example.org", good_password, ""));
  REQUIRE(send_mails() == 1);
  CHECK(reason(accounts.reset_password(mail->token(), other_password)) == "token_unknown");
  CHECK(reason(accounts.verify_email(mail->token())) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "nobody learns whether an address has an account") {
  person("ana@example.org");
  for (const char* address : {"ana@example.org", "nobody@example.org"}) {
    CAPTURE(address);
    CHECK(reason(accounts.login(address, "wrong wrong wrong")) == "credentials_wrong");
    CHECK(reason(accounts.request_reset(address)) == "ok");
    CHECK(reason(accounts.resend_verification(address)) == "ok");
    CHECK(reason(accounts.register_user(address, other_password, "")) == "ok");
  }
  // The owner of the account is told, and nothing about it changes.
  (void)send_mails();
  std::vector<std::string> told;
  for (const Mail& one : mail->mails)
    if (one.to == "ana@example.org") told.push_back(one.subject);
  CHECK(told == std::vector<std::string>{"InsightFlow: Set a new password",
                                         "InsightFlow: You have an account already"});
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "ok");
  CHECK(reason(accounts.login("ana@example.org", other_password)) == "credentials_wrong");
  for (const std::string& hostile :
       {std::string(), std::string("@"), std::string("ana@example.org\r\nBcc: x@y.z"),
        std::string("\xFF@example.org"), std::string(10'000, 'a') + "@example.org"})
    CHECK(reason(accounts.login(hostile, good_password)) == "credentials_wrong");
  CHECK(reason(accounts.login("ana@example.org", std::string(1'000'000, 'x'))) ==
        "credentials_wrong");
  CHECK(reason(accounts.login("ana@example.org", "\xFF")) == "credentials_wrong");
}

TEST_CASE_FIXTURE(Fixture, "awkward names and passwords are kept as they are, or are refused") {
  const auto folder = shared_data("naughty_strings");
  if (!folder) return;
  std::ifstream file(*folder / "blns.json");
  std::ostringstream text;
  text << file.rdbuf();
  const json::value list = parse_json(text.str(), {.max_bytes = 1u << 24}).value();
  std::size_t number = 0, taken = 0;
  for (const json::value& one : list.as_array()) {
    const std::string word(one.as_string());
    CAPTURE(word);
    const std::string address = "n" + std::to_string(number++) + "@example.org";
    const auto named = accounts.add_user(address, good_password, word);
    REQUIRE(named);
    CHECK(named.value().name == utf8::prefix(word, 200));
    const auto changed = accounts.set_password(address, word);
    taken += changed.has_value();
    if (!changed) CHECK(changed.error().reason.starts_with("password_"));
    CHECK(reason(accounts.login(address, word)) == (changed ? "ok" : "credentials_wrong"));
    CHECK(accounts.me(who(signed_in(address, changed ? word : good_password))).value().name ==
          named.value().name);
  }
  CHECK(number > 300);
  CHECK(taken > 100);
}

TEST_CASE_FIXTURE(Fixture, "who cannot prove an address has no account of it") {
  REQUIRE(accounts.register_user("ana@example.org", "the password of a thief", ""));
  clock.at.ms += 61'000;
  REQUIRE(accounts.register_user("ana@example.org", good_password, "Ana"));
  REQUIRE(send_mails() > 0);
  REQUIRE(accounts.verify_email(mail->token()));
  CHECK(reason(accounts.login("ana@example.org", "the password of a thief")) ==
        "credentials_wrong");
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "mail is sent by the queue, again when it fails, and not in floods") {
  mail->failing = true;
  CHECK(reason(accounts.register_user("ana@example.org", good_password, "")) == "ok");
  (void)send_mails();
  CHECK(mail->mails.empty());
  mail->failing = false;
  clock.at.ms += 70'000;
  CHECK(send_mails() == 1);
  CHECK(reason(accounts.verify_email(mail->token())) == "ok");
  for (int i = 0; i < 20; ++i) CHECK(reason(accounts.request_reset("ana@example.org")) == "ok");
  CHECK(send_mails() == 1);
  CHECK(reason(accounts.request_reset("ana@example.org")) == "ok");
  CHECK(send_mails() == 0);
  clock.at.ms += 61'000;
  CHECK(reason(accounts.request_reset("ana@example.org")) == "ok");
  CHECK(send_mails() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a refresh token is good once, and once more for a moment") {
  person("ana@example.org");
  const Tokens first = signed_in("ana@example.org");
  const Tokens second = accounts.refresh(first.refresh_token).value();
  CHECK(second.session_id == first.session_id);
  CHECK(second.refresh_token != first.refresh_token);
  // Two tabs at the same time: both get on, within one session.
  clock.at.ms += options().grace_ms;
  const Tokens twin = accounts.refresh(first.refresh_token).value();
  CHECK(twin.session_id == first.session_id);
  CHECK(reason(accounts.refresh(twin.refresh_token)) == "ok");
  CHECK(reason(accounts.refresh(second.refresh_token)) == "ok");
  // Later it is a thief's, or the thief has been here: everybody out.
  clock.at.ms += 1;
  CHECK(reason(accounts.identify(second.access_token)) == "ok");
  CHECK(reason(accounts.refresh(first.refresh_token)) == "refresh_reused");
  CHECK(reason(accounts.identify(second.access_token)) == "session_ended");
  CHECK(reason(accounts.refresh(twin.refresh_token)) == "session_ended");
  CHECK(reason(accounts.refresh("ifr_nonsense")) == "refresh_unknown");
  CHECK(reason(accounts.refresh("")) == "refresh_unknown");
  // A session ends in the end, however it is used.
  Tokens held = signed_in("ana@example.org");
  const Instant begun = clock.at;
  while (clock.at - begun + 5 * 86'400'000LL < options().session_ms) {
    clock.at.ms += 5 * 86'400'000LL;
    held = accounts.refresh(held.refresh_token).value();
  }
  clock.at = begun + options().session_ms;
  CHECK(reason(accounts.refresh(held.refresh_token)) == "session_ended");
  // Or when it is not used for long.
  const Tokens idle = signed_in("ana@example.org");
  clock.at.ms += options().idle_ms;
  CHECK(reason(accounts.refresh(idle.refresh_token)) == "session_ended");
}

TEST_CASE_FIXTURE(Fixture, "races for one refresh token leave one family, alive") {
  person("ana@example.org");
  for (int round = 0; round < 20; ++round) {
    const Tokens start = signed_in("ana@example.org");
    std::atomic<int> passed = 0;
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::vector<Tokens> got;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        if (auto next = accounts.refresh(start.refresh_token)) {
          ++passed;
          const std::lock_guard lock(mutex);
          got.push_back(next.value());
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(passed == 4);
    for (const Tokens& one : got) {
      CHECK(one.session_id == start.session_id);
      CHECK(reason(accounts.refresh(one.refresh_token)) == "ok");
    }
  }
  CHECK(number("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL") == 0);
}

TEST_CASE_FIXTURE(Fixture, "sessions are listed and ended by their owner alone") {
  person("ana@example.org");
  person("bob@example.org");
  const Tokens one = signed_in("ana@example.org"), two = signed_in("ana@example.org"),
               bob = signed_in("bob@example.org");
  CHECK(accounts.sessions(who(one)).value().items.size() == 2);
  CHECK(reason(accounts.revoke_session(who(bob), one.session_id)) == "session_unknown");
  CHECK(reason(accounts.revoke_session(who(one), two.session_id)) == "ok");
  CHECK(reason(accounts.identify(two.access_token)) == "session_ended");
  CHECK(reason(accounts.refresh(two.refresh_token)) == "session_ended");
  CHECK(reason(accounts.identify(one.access_token)) == "ok");
  CHECK(reason(accounts.logout(who(one))) == "ok");
  CHECK(reason(accounts.identify(one.access_token)) == "session_ended");
  const Tokens three = signed_in("ana@example.org"), four = signed_in("ana@example.org");
  CHECK(reason(accounts.logout_everywhere(who(three))) == "ok");
  CHECK(reason(accounts.identify(four.access_token)) == "session_ended");
  CHECK(reason(accounts.identify(bob.access_token)) == "ok");
  // A changed password ends the others and keeps the one it was changed in.
  const Tokens five = signed_in("ana@example.org"), six = signed_in("ana@example.org");
  CHECK(reason(accounts.change_password(who(five), other_password, other_password)) ==
        "credentials_wrong");
  CHECK(reason(accounts.change_password(who(five), good_password, "password1")) ==
        "password_common");
  CHECK(reason(accounts.change_password(who(five), good_password, other_password)) == "ok");
  CHECK(reason(accounts.identify(five.access_token)) == "ok");
  CHECK(reason(accounts.identify(six.access_token)) == "session_ended");
  CHECK(reason(accounts.set_disabled("ana@example.org", true)) == "ok");
  CHECK(reason(accounts.identify(five.access_token)) == "session_ended");
  CHECK(reason(accounts.login("ana@example.org", other_password)) == "credentials_wrong");
}

TEST_CASE_FIXTURE(Fixture, "access tokens run out, and keys change without anybody noticing") {
  person("ana@example.org");
  const Tokens old = signed_in("ana@example.org");
  CHECK(reason(accounts.identify(old.access_token)) == "ok");
  const std::string fresh_key = accounts.rotate_signing_key().value();
  CHECK(accounts.jwks().value().at("keys").as_array().size() == 2);
  const Tokens fresh = signed_in("ana@example.org");
  // Another program that has seen none of this yet.
  Accounts elsewhere(*db, clock, ids, options());
  for (Accounts* one : {&accounts, &elsewhere}) {
    CHECK(reason(one->identify(old.access_token)) == "ok");
    CHECK(reason(one->identify(fresh.access_token)) == "ok");
  }
  // It learns a new key from the first token that names it.
  clock.at.ms += 1'000;
  REQUIRE(accounts.rotate_signing_key());
  const Tokens newest = signed_in("ana@example.org");
  CHECK(reason(elsewhere.identify(newest.access_token)) == "ok");
  clock.at.ms += options().access_ms - 1'001;
  CHECK(reason(accounts.identify(old.access_token)) == "ok");
  clock.at.ms += 1;
  CHECK(reason(accounts.identify(old.access_token)) == "token_expired");
  CHECK(reason(elsewhere.identify(old.access_token)) == "token_expired");
  clock.at.ms += 5 * 60'000;
  CHECK(accounts.jwks().value().at("keys").as_array().size() == 1);
  // By itself after its time.
  clock.at.ms += options().signing_key_ms;
  (void)signed_in("ana@example.org");
  CHECK(accounts.jwks().value().at("keys").as_array().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a better hash takes the place of an old one at the next login") {
  person("ana@example.org");
  AccountOptions dearer = options();
  dearer.passwords.cost = {.memory_kib = 128, .passes = 2, .lanes = 1};
  Accounts later(*db, clock, ids, dearer);
  CHECK(reason(later.login("ana@example.org", good_password)) == "ok");
  CHECK(
      number("SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=128,t=2,%'") ==
      1);
  CHECK(reason(accounts.login("ana@example.org", good_password)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "where nobody may register, an operator makes accounts") {
  AccountOptions closed = options();
  closed.open_registration = false;
  Accounts kept(*db, clock, ids, closed);
  CHECK(reason(kept.register_user("ana@example.org", good_password, "Ana")) ==
        "registration_closed");
  CHECK(send_mails() == 0);
  CHECK(reason(kept.add_user("ana@example.org", good_password, "Ana")) == "ok");
  CHECK(reason(kept.login("ana@example.org", good_password)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "a new master key is not made where one is missing") {
  person("ana@example.org");
  (void)signed_in("ana@example.org");
  REQUIRE(std::filesystem::remove(folder / "master.key"));
  Accounts later(*db, clock, ids, options());
  CHECK(reason(later.jwks()) == "master_key_missing");
  CHECK(reason(later.login("ana@example.org", good_password)) == "master_key_missing");
  CHECK(!std::filesystem::exists(folder / "master.key"));
}

TEST_CASE_FIXTURE(Fixture, "a reset that fails at any step can be done again, and counts once") {
  for (int at = 1;; ++at) {
    CAPTURE(at);
    REQUIRE(at < 200);
    const std::string email = "p" + std::to_string(at) + "@example.org";
    person(email);
    const Tokens before = signed_in(email);
    REQUIRE(accounts.request_reset(email));
    REQUIRE(send_mails() == 1);
    FaultyDatabase faulty(*db, at);
    Accounts broken(faulty, clock, ids, options());
    const auto done = broken.reset_password(mail->token(), other_password);
    if (!done) {
      // All of it or nothing.
      CHECK(reason(accounts.login(email, good_password)) == "ok");
      CHECK(reason(accounts.identify(before.access_token)) == "ok");
      CHECK(reason(accounts.reset_password(mail->token(), other_password)) == "ok");
    }
    CHECK(reason(accounts.login(email, other_password)) == "ok");
    CHECK(reason(accounts.login(email, good_password)) == "credentials_wrong");
    CHECK(reason(accounts.identify(before.access_token)) == "session_ended");
    CHECK(reason(accounts.reset_password(mail->token(), good_password)) == "token_unknown");
    if (!faulty.fired()) break;
  }
}

TEST_CASE_FIXTURE(Fixture, "a refresh that fails at any step loses nobody's session") {
  person("ana@example.org");
  for (int at = 1;; ++at) {
    CAPTURE(at);
    REQUIRE(at < 200);
    const Tokens before = signed_in("ana@example.org");
    FaultyDatabase faulty(*db, at);
    Accounts broken(faulty, clock, ids, options());
    const auto next = broken.refresh(before.refresh_token);
    // The client tries again with what it has.
    const auto again = accounts.refresh(next ? next.value().refresh_token : before.refresh_token);
    CHECK(reason(again) == "ok");
    if (!faulty.fired()) break;
  }
}

TEST_CASE("passwords that are guessed first are refused, others are not") {
  struct Row {
    std::string password;
    std::string reason;
  };
  const std::vector<std::string> context{"ana.kowalska@insights-ltd.example", "Ana Kowalska",
                                         "InsightFlow"};
  const Row rows[] = {{"", "password_short"},
                      {"7 chars", "password_short"},
                      {"ééééééé", "password_short"},
                      {"password", "password_common"},
                      {"Password1", "password_common"},
                      {"P@ssw0rd!", "password_common"},
                      {"passw0rd2024", "password_common"},
                      {"12345678", "password_common"},
                      {"123456789", "password_common"},
                      {"87654321", "password_common"},
                      {"11111111", "password_common"},
                      {"abcabcabc", "password_common"},
                      {"qwertyuiop", "password_common"},
                      {"qwerty123", "password_common"},
                      {"1q2w3e4r", "password_common"},
                      {"iloveyou", "password_common"},
                      {"ILoveYou2!", "password_common"},
                      {"sunshine1", "password_common"},
                      {"football99", "password_common"},
                      {"Welcome123", "password_common"},
                      {"letmein!!", "password_common"},
                      {"trustno1", "password_common"},
                      {"monkey123456", "password_common"},
                      {"19900101", "password_common"},
                      {"31121999", "password_common"},
                      {"insightflow", "password_guessable"},
                      {"InsightFlow1!", "password_guessable"},
                      {"kowalska1990", "password_guessable"},
                      {"ana.kowalska", "password_guessable"},
                      {"correct horse battery staple", "ok"},
                      {"kowalska likes long walks", "ok"},
                      {"tr0ub4dor&3xyz", "ok"},
                      {"plum-velvet-quorum", "ok"},
                      {"82736455190", "ok"},
                      {"пароль с пробелами", "ok"},
                      {"ééééééééé-ü", "ok"},
                      {std::string(64, 'x') + "yz9 !", "ok"},
                      {std::string(257, 'x'), "password_long"},
                      {std::string(100'000, 'x'), "password_long"},
                      {"\xFF\xFE longer than eight", "utf8_invalid"}};
  for (const Row& row : rows) {
    CAPTURE(row.password);
    const auto read = new_password(row.password, context);
    CHECK(reason(read) == row.reason);
    if (!read && row.password.size() > 8)
      CHECK(read.error().detail.find(row.password) == std::string::npos);
  }
  // The same letters in two ways of writing are the same password.
  CHECK(normal_password("caf\u0065\u0301 au lait").value() ==
        normal_password("caf\u00e9 au lait").value());
}

TEST_CASE("addresses") {
  struct Row {
    std::string given, wanted;
  };
  const Row rows[] = {{"ana@example.org", "ana@example.org"},
                      {" Ana.B+c@Example.ORG ", "ana.b+c@example.org"},
                      {"ana@mail.example.co.uk", "ana@mail.example.co.uk"},
                      {"ana", ""},
                      {"@example.org", ""},
                      {"ana@", ""},
                      {"ana@localhost", ""},
                      {"a b@example.org", ""},
                      {"ana@example..org", ""},
                      {"ana@-example.org", ""},
                      {".ana@example.org", ""},
                      {"ana@b@example.org", ""},
                      {"ana@example.org\r\nBcc: b@example.org", ""},
                      {"ana@example.org,b@example.org", ""},
                      {"<ana@example.org>", ""},
                      {std::string(65, 'a') + "@example.org", ""},
                      {"ana@" + std::string(260, 'a') + ".org", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.given);
    const auto read = normal_email(row.given);
    CHECK((read ? read.value() : "") == row.wanted);
  }
}
