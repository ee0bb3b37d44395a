#include "account_world.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace insightflow;
using namespace insightflow::identity;
using namespace insightflow::test;

namespace {

/// A mail server that speaks a script: for each command of the client the answer that begins with
/// its word. Serves one connection and keeps what was said.
class ScriptedSmtp {
 public:
  explicit ScriptedSmtp(std::string on_recipient) : on_recipient_(std::move(on_recipient)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedSmtp() { (void)heard(); }

  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  /// All that the client said; waits for the end of the connection.
  std::string heard() {
    if (thread_.joinable()) {
      ::shutdown(listener_, SHUT_RDWR);
      thread_.join();
      ::close(listener_);
    }
    return heard_;
  }

 private:
  void serve() {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const auto say = [&](const std::string& line) {
      (void)!::send(client, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL);
    };
    say("220 mail.example.org");
    bool data = false, credentials = false;
    std::string pending;
    char buffer[4096];
    for (ssize_t got; (got = ::recv(client, buffer, sizeof buffer, 0)) > 0;) {
      pending.append(buffer, static_cast<std::size_t>(got));
      for (std::size_t end; (end = pending.find("\r\n")) != pending.npos;) {
        const std::string line = pending.substr(0, end);
        pending.erase(0, end + 2);
        heard_ += line + "\n";
        if (data) {
          if (line == ".") {
            data = false;
            say("250 taken");
          }
        } else if (line.starts_with("EHLO")) {
          say("250-mail.example.org");
          say("250 AUTH PLAIN");
        } else if (line.starts_with("AUTH")) {
          credentials = true;
          say("334 ");
        } else if (std::exchange(credentials, false)) {
          say("235 known");
        } else if (line.starts_with("RCPT")) {
          say(on_recipient_);
        } else if (line.starts_with("DATA")) {
          data = true;
          say("354 go on");
        } else if (line.starts_with("QUIT")) {
          say("221 bye");
        } else {
          say("250 well");
        }
      }
    }
    ::close(client);
  }

  std::string on_recipient_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string heard_;
  std::thread thread_;
};

const Mail hello{"ana@example.org", "Hello", "First line\n.second begins with a dot\n"};

}  // namespace

TEST_CASE("a mail goes to a server as it is, with a name and a password") {
  ScriptedSmtp server("250 well");
  const auto mailer = smtp_mailer({.url = server.url(),
                                   .from = "survey@example.org",
                                   .user = "survey",
                                   .password = "secret",
                                   .require_tls = false});
  CHECK(reason(mailer->send(hello)) == "ok");
  const std::string heard = server.heard();
  CHECK(heard.find("AUTH PLAIN\nAHN1cnZleQBzZWNyZXQ=\n") != std::string::npos);
  CHECK(heard.find("MAIL FROM:<survey@example.org>") != std::string::npos);
  CHECK(heard.find("RCPT TO:<ana@example.org>") != std::string::npos);
  CHECK(heard.find("Subject: Hello\n") != std::string::npos);
  CHECK(heard.find("\n..second begins with a dot\n") != std::string::npos);
}

TEST_CASE("what a mail server refuses, and that it must offer TLS") {
  struct Row {
    std::string answer;
    bool tls;
    std::string reason;
  };
  const Row rows[] = {{"550 nobody", false, "mail_refused"},
                      {"451 later", false, "mail_unavailable"},
                      {"250 well", true, "mail_unavailable"}};
  for (const Row& row : rows) {
    CAPTURE(row.answer);
    ScriptedSmtp server(row.answer);
    const auto mailer = smtp_mailer({.url = server.url(),
                                     .from = "survey@example.org",
                                     .user = "survey",
                                     .password = "secret-word",
                                     .require_tls = row.tls});
    const auto sent = mailer->send(hello);
    CHECK(reason(sent) == row.reason);
    CHECK(sent.error().detail.find("secret-word") == std::string::npos);
    // Without TLS neither the password nor the mail was said.
    if (row.tls) CHECK(server.heard().find("AUTH PLAIN") == std::string::npos);
  }
  const auto nobody = smtp_mailer({.url = "smtp://127.0.0.1:1", .from = "a@b.example"});
  CHECK(reason(nobody->send(hello)) == "mail_unavailable");
}

TEST_CASE("nothing that a person typed becomes a header") {
  struct Row {
    Mail mail;
    bool ok;
  };
  const Row rows[] = {{hello, true},
                      {{"ana@example.org\r\nBcc: b@example.org", "S", "T"}, false},
                      {{"ana@example.org\nBcc: b@example.org", "S", "T"}, false},
                      {{"ana@example.org", "S\r\nBcc: b@example.org", "T"}, false},
                      {{"ana@example.org", "S\nT", "T"}, false},
                      {{"ana@example.org", std::string("S\0", 2), "T"}, false},
                      {{"ana@example.org>,<b@example.org", "S", "T"}, false},
                      {{"ana@example.org, b@example.org", "S", "T"}, false},
                      {{"", "S", "T"}, false},
                      {{"ana", "S", "T"}, false},
                      {{"ana@example.org", "S", "T\r\n\r\n.\r\nMAIL FROM:<x>"}, true}};
  for (const Row& row : rows) {
    CAPTURE(row.mail.to);
    CAPTURE(row.mail.subject);
    const auto bytes =
        format_mail(row.mail, "survey@example.org", Instant{1'767'225'600'000}, "id");
    CHECK(bytes.has_value() == row.ok);
    if (!row.ok) CHECK(bytes.error().reason == "mail_malformed");
  }
  const std::string plain =
      format_mail(hello, "survey@example.org", Instant{1'767'225'600'000}, "id").value();
  CHECK(plain ==
        "From: <survey@example.org>\r\nTo: <ana@example.org>\r\nSubject: Hello\r\n"
        "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <id@example.org>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Auto-Submitted: auto-generated\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        "First line\r\n.second begins with a dot\r\n");
  const std::string foreign =
      format_mail({"ana@example.org", "Grüße", "Grüße\n"}, "s@example.org", Instant{}, "id")
          .value();
  CHECK(foreign.find("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n") != std::string::npos);
  CHECK(foreign.find("base64\r\n\r\nR3LDvMOfZQ0K\r\n") != std::string::npos);
}

TEST_CASE_FIXTURE(AccountWorld, "without a server mail goes into a folder, readable by its owner") {
  AccountOptions kept = options();
  kept.mailer.reset();
  kept.mail_folder = folder / "mail";
  Accounts by_folder(*db, clock, ids, kept);
  REQUIRE(by_folder.register_user("ana@example.org", good_password, ""));
  CHECK(send_mails(by_folder) == 1);
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kept.mail_folder)) {
    std::ifstream in(file.path());
    std::stringstream text;
    text << in.rdbuf();
    const std::size_t at = text.str().find("token=");
    REQUIRE(at != std::string::npos);
    CHECK(reason(by_folder.verify_email(text.str().substr(at + 6, 56))) == "ok");
    ++files;
  }
  CHECK(files == 1);
  CHECK((std::filesystem::status(kept.mail_folder).permissions() &
         (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
}
