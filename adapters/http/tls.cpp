#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fstream>
#include <limits>

/// The one file that includes OpenSSL.
namespace insightflow::http {
namespace {

/// RFC 9325, 4.2: forward secrecy and authenticated encryption; 1.3 has nothing else.
constexpr const char* ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// At least 112 bits: RSA keys from 2,048 bits, no SHA-1 (SSL_CTX_set_security_level(3)).
constexpr int security_level = 2;
constexpr std::size_t record = 16 << 10;
constexpr std::size_t most_file = 1 << 20;
constexpr std::int64_t soon_ms = std::int64_t{7} * 24 * 3600 * 1000;

template <auto F>
struct Free {
  template <class T>
  void operator()(T* it) const {
    F(it);
  }
};
using Bio = std::unique_ptr<BIO, Free<&BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<&X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;

int handle_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

/// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and a client that leaves would end the
/// process.
template <class F>
int moved_by(BIO* bio, int retry, const F& move) {
  BIO_clear_retry_flags(bio);
  for (;;) {
    const ssize_t count = move();
    if (count >= 0) return static_cast<int>(count);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
    return -1;
  }
}
int write_socket(BIO* bio, const char* from, int size) {
  return moved_by(bio, BIO_FLAGS_WRITE, [&] {
    return ::send(handle_of(bio), from, static_cast<std::size_t>(size),
                  MSG_DONTWAIT | MSG_NOSIGNAL);
  });
}
int read_socket(BIO* bio, char* to, int size) {
  return moved_by(bio, BIO_FLAGS_READ, [&] {
    return ::recv(handle_of(bio), to, static_cast<std::size_t>(size), MSG_DONTWAIT);
  });
}
long control_socket(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(out, &write_socket);
    BIO_meth_set_read(out, &read_socket);
    BIO_meth_set_ctrl(out, &control_socket);
    return out;
  }();
  return method;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* length,
                    const unsigned char* offered, unsigned int size, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, ours, sizeof ours, offered, size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// A server never asks anybody for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

Result<std::string> contents(const std::string& path, std::string_view reason,
                             std::string_view what) {
  std::ifstream in(path, std::ios::binary);
  std::string text(most_file, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.bad() && !text.empty()) return text;
  return fail(
      Code::invalid, reason,
      "The file of the " + std::string(what) + ", '" + path + "', cannot be read or is empty.");
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

Result<PrivateKey> read_key(const std::string& path) {
  BOOST_OUTCOME_TRY(const std::string pem, contents(path, "tls_key_unreadable", "TLS key"));
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
  if (key) return key;
  return fail(Code::invalid, "tls_key_malformed",
              "'" + path + "' holds no private key in PEM, or one that needs a passphrase.");
}

/// The certificates of a file in their order; at least one.
Result<std::vector<Certificate>> read_chain(const std::string& path) {
  BOOST_OUTCOME_TRY(const std::string pem,
                    contents(path, "tls_certificate_unreadable", "TLS certificate"));
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> out;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, &no_passphrase, nullptr))
    out.emplace_back(one);
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!out.empty() && ended) return out;
  return fail(Code::invalid, "tls_certificate_malformed",
              "'" + path + "' does not hold certificates in PEM, or one of them is damaged.");
}

}  // namespace

TlsSession::TlsSession(ssl_ctx_st& context, int handle) : ssl_(SSL_new(&context)) {
  BIO* bio = ssl_ == nullptr ? nullptr : BIO_new(socket_method());
  broken_ = bio == nullptr;
  if (broken_) return;
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(handle)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

TlsSession::Moved TlsSession::result(int returned) {
  if (returned > 0) return {Outcome::done, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return {Outcome::want_read};
    case SSL_ERROR_WANT_WRITE: return {Outcome::want_write};
    case SSL_ERROR_ZERO_RETURN: return {Outcome::ended};
    default: break;
  }
  broken_ = true;
  const bool plain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  return {plain ? Outcome::plain_http : Outcome::broken};
}

TlsSession::Moved TlsSession::read(char* to, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (broken_) return {Outcome::broken};
  ERR_clear_error();
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return result(SSL_read(ssl_, to, static_cast<int>(std::min(size, most))));
}

TlsSession::Moved TlsSession::write(std::span<const iovec> parts) {
  const std::lock_guard lock(mutex_);
  // Before the handshake is over there is nobody to write to.
  if (broken_ || SSL_is_init_finished(ssl_) != 1) return {Outcome::broken};
  // What fits into one record leaves as one.
  std::array<char, record> joined;
  const char* from = joined.data();
  std::size_t size = 0;
  if (parts.size() == 1) {
    from = static_cast<const char*>(parts[0].iov_base);
    size = std::min(parts[0].iov_len, record);
  } else {
    for (const iovec& part : parts) {
      const std::size_t count = std::min(part.iov_len, record - size);
      if (count > 0) std::memcpy(joined.data() + size, part.iov_base, count);
      size += count;
    }
  }
  if (size == 0) return {};
  ERR_clear_error();
  const Moved moved = result(SSL_write(ssl_, from, static_cast<int>(size)));
  // Without renegotiation writing waits for nothing that a client says.
  return moved.outcome == Outcome::want_read ? Moved{Outcome::broken} : moved;
}

void TlsSession::finish() {
  const std::lock_guard lock(mutex_);
  if (broken_ || SSL_is_init_finished(ssl_) != 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

std::size_t TlsSession::pending() const {
  const std::lock_guard lock(mutex_);
  return broken_ ? 0 : static_cast<std::size_t>(SSL_pending(ssl_));
}

Result<Tls::Loaded> Tls::read(const TlsFiles& files) {
  ERR_clear_error();
  BOOST_OUTCOME_TRY(auto chain, read_chain(files.certificate));
  BOOST_OUTCOME_TRY(const PrivateKey key, read_key(files.key));
  const Context context(SSL_CTX_new(TLS_server_method()), Free<&SSL_CTX_free>());
  if (!context) return fail(Code::internal, "tls_unavailable", "OpenSSL could not be set up.");
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_security_level(ctx, security_level);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // A connection that waits gives its buffers of 16 KiB back.
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ctx, 1);
  SSL_CTX_set_cipher_list(ctx, ciphers_of_1_2);
  SSL_CTX_set_alpn_select_cb(ctx, &choose_protocol, nullptr);
  bool taken = SSL_CTX_use_certificate(ctx, chain[0].get()) == 1;
  for (std::size_t i = 1; taken && i < chain.size(); ++i)
    taken = SSL_CTX_add1_chain_cert(ctx, chain[i].get()) == 1;
  if (!taken) {
    ERR_clear_error();
    return fail(Code::invalid, "tls_certificate_weak",
                "The certificate in '" + files.certificate +
                    "' cannot be used: it needs RSA with 2,048 bits or an elliptic curve, and "
                    "SHA-256.");
  }
  if (X509_check_private_key(chain[0].get(), key.get()) != 1 ||
      SSL_CTX_use_PrivateKey(ctx, key.get()) != 1) {
    ERR_clear_error();
    return fail(Code::invalid, "tls_key_mismatch",
                "The key in '" + files.key + "' does not belong to the first certificate in '" +
                    files.certificate + "'.");
  }
  return Loaded{context,
                {instant_of(X509_get0_notBefore(chain[0].get())),
                 instant_of(X509_get0_notAfter(chain[0].get()))}};
}

std::string Tls::stamp(const TlsFiles& files) {
  std::string out;
  for (const std::string& path : {files.certificate, files.key}) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) facts = {};
    for (const auto number :
         {static_cast<std::int64_t>(facts.st_ino), static_cast<std::int64_t>(facts.st_size),
          static_cast<std::int64_t>(facts.st_mtim.tv_sec),
          static_cast<std::int64_t>(facts.st_mtim.tv_nsec)})
      out += std::to_string(number) + ' ';
  }
  return out;
}

Result<std::shared_ptr<Tls>> Tls::load(TlsFiles files) {
  std::string as_read = stamp(files);
  BOOST_OUTCOME_TRY(Loaded loaded, read(files));
  return std::shared_ptr<Tls>(new Tls(std::move(files), std::move(as_read), std::move(loaded)));
}

Result<bool> Tls::refresh() {
  std::string now = stamp(files_);
  {
    const std::lock_guard lock(mutex_);
    if (now == stamp_) return false;
    stamp_ = std::move(now);
  }
  BOOST_OUTCOME_TRY(Loaded loaded, read(files_));
  const std::lock_guard lock(mutex_);
  loaded_ = std::move(loaded);
  return true;
}

std::unique_ptr<TlsSession> Tls::accept(int handle) const {
  const std::lock_guard lock(mutex_);
  return std::make_unique<TlsSession>(*loaded_.context, handle);
}

Tls::Validity Tls::validity() const {
  const std::lock_guard lock(mutex_);
  return loaded_.validity;
}

std::optional<std::string_view> validity_warning(const Tls::Validity& validity, Instant now) {
  if (now > validity.until) return "tls_certificate_expired";
  if (now < validity.from) return "tls_certificate_not_yet_valid";
  if (now + soon_ms > validity.until) return "tls_certificate_expires_soon";
  return std::nullopt;
}

}  // namespace insightflow::http
