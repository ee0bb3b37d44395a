#pragma once

#include <insightflow/core/result.hpp>
#include <insightflow/core/time.hpp>

#include <memory>
#include <string>
#include <string_view>

/// The port to mail. Plain text only; nothing a person typed reaches a header unchecked.
namespace insightflow::identity {

struct Mail {
  std::string to;  ///< One address.
  std::string subject;
  std::string text;  ///< UTF-8, lines end in "\n".
};

/// Sends mail. Implementations are safe from several threads and may block.
struct Mailer {
  virtual ~Mailer() = default;
  /// Errors: `mail_malformed` (never worth a retry), `mail_unavailable`, `mail_refused`.
  virtual Result<void> send(const Mail& mail) = 0;
};

/// The bytes of a message (RFC 5322), lines ending in CR LF; a subject that is not ASCII is an
/// encoded word (RFC 2047), a text that is not ASCII base64. Errors: `mail_malformed` where an
/// address or the subject holds a line end or another control character.
Result<std::string> format_mail(const Mail& mail, std::string_view from, Instant at,
                                std::string_view message_id);

/// Writes each mail as a file NAME.eml into a folder that it makes: for trying out and for tests.
std::unique_ptr<Mailer> folder_mailer(std::string folder, std::string from,
                                      const Clock& clock = system_clock());

struct SmtpOptions {
  std::string url;  ///< "smtps://mail.example.org", or "smtp://…:587", which then must offer TLS.
  std::string from;
  std::string user;  ///< Empty: no authentication.
  std::string password;
  bool require_tls = true;  ///< False only for a server on this machine.
  long timeout_seconds = 30;
};
std::unique_ptr<Mailer> smtp_mailer(SmtpOptions options, const Clock& clock = system_clock());

}  // namespace insightflow::identity
