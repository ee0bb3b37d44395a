#include "account_world.hpp"

#include <insightflow/audit/log.hpp>

#include <doctest/doctest.h>

#include <ostream>

using namespace insightflow;
using namespace insightflow::test;
using identity::Visit;

namespace {

constexpr const char* ana = "ana@example.org";
constexpr const char* wrong = "wrong wrong wrong";

struct Fixture : AccountWorld {
  std::string try_in(std::string_view email, std::string_view password,
                     std::string_view device = {}) {
    return reason(accounts.login(email, password, {.device = device}));
  }
  /// Wrong passwords until no more are taken; how many were.
  int guess(std::string_view email, std::string_view device = {}) {
    for (int count = 0;; ++count)
      if (const std::string said = try_in(email, wrong, device); said != "credentials_wrong") {
        CHECK(said == "account_guessed");
        return count;
      }
  }
  std::vector<audit::Entry> entries(WorkspaceId workspace) {
    return audit::list(*db, workspace, {.limit = 200}).value().items;
  }
  /// The newest entries of a person's own workspace, oldest first: "action detail".
  std::vector<std::string> trail(std::string_view email, std::size_t most = 200) {
    const WorkspaceId home =
        db->read([&](storage::Tx& tx) {
            return tx.find<WorkspaceId>("SELECT home_workspace_id FROM users WHERE email = ?1",
                                        {email});
          })
            .value()
            .value();
    std::vector<std::string> out;
    for (const audit::Entry& entry : entries(home))
      if (out.size() < most)
        out.insert(out.begin(), entry.action + (entry.detail.empty() ? "" : " " + entry.detail));
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "wrong passwords shut out who guesses, and nobody who was here before") {
  person(ana);
  person("bob@example.org");
  const std::string laptop = signed_in(ana).device, phone = signed_in(ana).device,
                    of_bob = signed_in("bob@example.org").device;
  REQUIRE(!laptop.empty());
  CHECK(laptop != phone);
  CHECK(accounts.login(ana, good_password, {.device = laptop}).value().tokens->device == laptop);

  CHECK(guess(ana) == 20);
  CHECK(try_in(ana, good_password) == "account_guessed");
  CHECK(try_in(ana, good_password, of_bob) == "account_guessed");
  CHECK(try_in(ana, good_password, laptop + "x") == "account_guessed");
  CHECK(try_in(ana, good_password, "no.device") == "account_guessed");
  CHECK(try_in(ana, good_password, laptop) == "ok");
  CHECK(try_in("bob@example.org", good_password) == "ok");

  // A device that fell into wrong hands guesses for itself alone.
  CHECK(guess(ana, laptop) == 10);
  CHECK(try_in(ana, good_password, laptop) == "account_guessed");
  CHECK(try_in(ana, good_password, phone) == "ok");

  // An address that nobody has is answered in the same way.
  CHECK(guess("nobody@example.org") == 20);
  CHECK(try_in("nobody@example.org", good_password) == "account_guessed");

  // Time lets in again, a little at a time.
  clock.at.ms += 60'000;
  CHECK(guess(ana) == 1);
  clock.at.ms += 60'000;
  CHECK(try_in(ana, good_password) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "a new password by mail lets in whom others have shut out") {
  person(ana);
  CHECK(guess(ana) == 20);
  REQUIRE(accounts.request_reset(ana));
  REQUIRE(send_mails() == 1);
  const auto device = accounts.reset_password(mail->token(), other_password);
  REQUIRE(device);
  CHECK(try_in(ana, other_password) == "account_guessed");
  CHECK(try_in(ana, other_password, device.value()) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "a session guesses no more often than a device") {
  person(ana);
  const auto who = this->who(signed_in(ana));
  for (int i = 0; i < 10; ++i)
    CHECK(reason(accounts.change_password(who, wrong, other_password)) == "credentials_wrong");
  CHECK(reason(accounts.change_password(who, good_password, other_password)) == "account_guessed");
  CHECK(reason(accounts.enrol_totp(who, good_password)) == "account_guessed");
  CHECK(reason(accounts.enrol_totp(this->who(signed_in(ana)), good_password)) == "ok");
}

TEST_CASE_FIXTURE(Fixture, "the trail tells how people came in, and cannot be flooded") {
  person(ana);
  const auto tokens = accounts.login(ana, good_password, {.client = "test", .request_id = "r-1"})
                          .value()
                          .tokens.value();
  auto who = this->who(tokens);
  who.request_id = "r-2";
  CHECK(try_in(ana, wrong) == "credentials_wrong");
  CHECK(try_in(ana, wrong, tokens.device) == "credentials_wrong");
  CHECK(reason(accounts.change_password(who, wrong, other_password)) == "credentials_wrong");
  REQUIRE(accounts.change_password(who, good_password, other_password));
  REQUIRE(accounts.revoke_session(who, tokens.session_id));
  REQUIRE(accounts.logout_everywhere(this->who(signed_in(ana, other_password))));
  REQUIRE(accounts.set_password(ana, good_password));
  REQUIRE(accounts.set_disabled(ana, true));
  REQUIRE(accounts.set_disabled(ana, false));
  REQUIRE(accounts.drop_second_factor(ana));
  CHECK(trail(ana) == std::vector<std::string>{
                          "login_succeeded by password", "login_failed wrong password",
                          "login_failed wrong password, from a known device",
                          "login_failed wrong password, in a session", "password_changed",
                          "session_revoked one session", "login_succeeded by password",
                          "session_revoked all sessions", "password_changed", "account_disabled",
                          "account_enabled", "second_factor_changed off"});
  const std::size_t before = trail(ana).size();
  CHECK(guess(ana) == 19);
  for (int i = 0; i < 100; ++i) (void)try_in(ana, wrong);
  CHECK(trail(ana).size() == before + 19);

  // In every workspace that the person belongs to, whole, and without a word about the person.
  const WorkspaceId shared = db->read([&](storage::Tx& tx) {
                                 return tx.find<WorkspaceId>(
                                     "SELECT home_workspace_id FROM users WHERE email = ?1", {ana});
                               })
                                 .value()
                                 .value();
  const auto chain = entries(shared);
  CHECK(audit::verify(*db, shared).value().whole);
  CHECK(chain.back().request_id == "r-1");
  for (const audit::Entry& entry : chain) {
    const bool by_operator = entry.action.starts_with("account_") || entry.detail == "off";
    const bool by_stranger = entry.action == "login_failed" && !entry.detail.ends_with("session");
    CAPTURE(entry.action);
    CHECK((by_operator || by_stranger) <= entry.actor.empty());
    for (const std::string& text : {entry.actor, entry.subject, entry.detail})
      CHECK(text.find("example") == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "a head is signed by this installation, and by it alone") {
  const audit::Head plain = audit::head(*db, clock, ids.next<WorkspaceId>()).value();
  const audit::Head head = accounts.sign(plain).value();
  CHECK(!head.key_id.empty());
  const auto holds = [&](identity::Accounts& by, audit::Head changed) {
    return by.signed_here(changed).value();
  };
  CHECK(holds(accounts, head));
  CHECK(!holds(accounts, plain));
  for (const auto change :
       {+[](audit::Head& one) { one.number = 7; }, +[](audit::Head& one) { one.digest = "00"; },
        +[](audit::Head& one) { one.at.ms += 1; },
        +[](audit::Head& one) { one.key_id = "another"; },
        +[](audit::Head& one) { one.signature.front() ^= 1; },
        +[](audit::Head& one) { one.signature.clear(); }}) {
    audit::Head changed = head;
    change(changed);
    CHECK(!holds(accounts, changed));
  }
  // A key that signs no more still shows what it signed.
  REQUIRE(accounts.rotate_signing_key());
  clock.at.ms += 400LL * 86'400'000;
  CHECK(holds(accounts, head));
  CHECK(accounts.sign(plain).value().key_id != head.key_id);

  AccountWorld elsewhere;
  CHECK(!elsewhere.accounts.signed_here(head).value());
  // Nor does a public key that was written into the database by somebody without the master key.
  const audit::Head forged = elsewhere.accounts.sign(plain).value();
  const auto key = elsewhere.db
                       ->read([&](storage::Tx& tx) {
                         return tx.find<std::string>("SELECT public_key FROM signing_keys", {});
                       })
                       .value()
                       .value();
  REQUIRE(db->write([&](storage::Tx& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tx.execute("UPDATE signing_keys SET public_key = ?1", {key}));
    return success();
  }));
  audit::Head planted = forged;
  planted.key_id = head.key_id;
  CHECK(!holds(accounts, planted));
  CHECK(holds(accounts, head));
}
