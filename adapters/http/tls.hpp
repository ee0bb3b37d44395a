#pragma once

#include <insightflow/core/result.hpp>
#include <insightflow/core/time.hpp>

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace insightflow::http {

/// Where a server's certificate is: PEM files, the certificate first and those that vouch for it
/// behind it; the key without a passphrase.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

/// One client's TLS over a socket that never blocks. The handshake is a part of the first reading.
/// A worker may write while the lane reads.
class TlsSession {
 public:
  enum class Outcome {
    done,
    want_read,   ///< Nothing was moved: try again when the socket can be read …
    want_write,  ///< … or written.
    ended,       ///< The client said that this was all.
    broken,
    plain_http  ///< The client speaks HTTP without TLS.
  };
  struct Moved {
    Outcome outcome = Outcome::done;
    std::size_t bytes = 0;
  };

  TlsSession(ssl_ctx_st& context, int handle);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Moved read(char* to, std::size_t size);
  /// Writes from the front of the parts. After `want_write` the same bytes must come again.
  Moved write(std::span<const iovec> parts);
  /// Says that nothing more will be written.
  void finish();
  /// Bytes that were taken from the socket and not read yet.
  std::size_t pending() const;

 private:
  Moved result(int returned);

  mutable std::mutex mutex_;
  ssl_st* ssl_;
  bool broken_ = false;
};

/// A server's certificate and what TLS it speaks: 1.2 with forward secrecy and authenticated
/// ciphers, and 1.3; HTTP/1.1 by ALPN. Thread-safe.
class Tls {
 public:
  /// Errors: `tls_certificate_unreadable`, `tls_certificate_malformed`, `tls_certificate_weak`,
  /// `tls_key_unreadable`, `tls_key_malformed`, `tls_key_mismatch`.
  static Result<std::shared_ptr<Tls>> load(TlsFiles files);

  /// Loads the files again where they have changed since, and tells whether they were. After an
  /// error what was loaded before stays in use, and the same files are not tried again. Errors:
  /// those of `load`.
  Result<bool> refresh();

  std::unique_ptr<TlsSession> accept(int handle) const;

  struct Validity {
    Instant from, until;
  };
  Validity validity() const;

 private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  struct Loaded {
    Context context;
    Validity validity;
  };
  static Result<Loaded> read(const TlsFiles& files);
  static std::string stamp(const TlsFiles& files);

  Tls(TlsFiles files, std::string stamp, Loaded loaded)
      : files_(std::move(files)), stamp_(std::move(stamp)), loaded_(std::move(loaded)) {}

  const TlsFiles files_;
  std::string stamp_;  ///< Of the files as they were read last; guarded by `mutex_`.
  Loaded loaded_;      ///< Guarded by `mutex_`.
  mutable std::mutex mutex_;
};

/// What an operator has to know about the days of a certificate: `tls_certificate_expired`,
/// `tls_certificate_not_yet_valid`, `tls_certificate_expires_soon` (within a week).
std::optional<std::string_view> validity_warning(const Tls::Validity& validity, Instant now);

}  // namespace insightflow::http
