#pragma once

#include "support/world.hpp"

#include <insightflow/identity/accounts.hpp>
#include <insightflow/jobs/worker.hpp>

#include <mutex>

namespace insightflow::test {

/// Keeps mails instead of sending them.
struct KeptMail final : identity::Mailer {
  Result<void> send(const identity::Mail& mail) override {
    const std::lock_guard lock(mutex);
    if (failing) return fail(Code::unavailable, "mail_unavailable", "Down.");
    mails.push_back(mail);
    return success();
  }
  /// The token in the newest mail; empty where it has none.
  std::string token() const {
    if (mails.empty()) return {};
    const std::string& text = mails.back().text;
    const std::size_t at = text.find("token=");
    return at == text.npos ? "" : text.substr(at + 6, text.find('\n', at) - at - 6);
  }
  std::mutex mutex;
  std::vector<identity::Mail> mails;
  bool failing = false;
};

inline constexpr const char* good_password = "correct horse battery staple";
inline constexpr const char* other_password = "four lamps under nine bridges";

struct AccountWorld : World {
  std::shared_ptr<KeptMail> mail = std::make_shared<KeptMail>();

  identity::AccountOptions options() {
    identity::AccountOptions out;
    out.master_keys = "file:" + (folder / "master.key");
    out.mailer = mail;
    out.passwords.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
    return out;
  }
  identity::Accounts accounts{*db, clock, ids, options()};

  int send_mails(identity::Accounts& by) {
    jobs::Queue queue(*db, clock, ids);
    jobs::Worker worker(queue, {{std::string(identity::account_mail_job), by.mail_handler()}});
    int sent = 0;
    while (worker.run_one().value()) ++sent;
    return sent;
  }
  int send_mails() { return send_mails(accounts); }

  /// An account whose address is proved.
  void person(std::string_view email, std::string_view password = good_password) {
    (void)accounts.add_user(email, password, "").value();
  }
  identity::Tokens signed_in(std::string_view email, std::string_view password = good_password) {
    return accounts.login(email, password, {.client = "test"}).value().tokens.value();
  }
  identity::SignedIn who(const identity::Tokens& tokens) {
    return {tokens.user_id, tokens.session_id};
  }
};

template <class T>
std::string reason(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason);
}

}  // namespace insightflow::test
