#pragma once

#include "support/child.hpp"
#include "support/raw_client.hpp"
#include "support/temporary.hpp"

#include <insightflow/core/time.hpp>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <csignal>
#include <list>
#include <memory>
#include <string>
#include <thread>

namespace insightflow::test {

/// A certificate for 127.0.0.1 that vouches for itself, made on the spot, in two files.
class Certificate {
 public:
  struct Wish {
    long from_s = -3600;         ///< Seconds from now.
    long until_s = 30 * 86'400;  ///< Likewise.
    int rsa_bits = 0;            ///< 0: an elliptic curve, P-256.
    std::string passphrase{};
    std::string name = "insightflow test";
  };

  explicit Certificate(const TemporaryFolder& folder, const std::string& stem = "tls")
      : Certificate(folder, stem, Wish{}) {}
  Certificate(const TemporaryFolder& folder, const std::string& stem, const Wish& wish)
      : certificate(folder / (stem + ".pem")), key(folder / (stem + ".key")) {
    make(wish);
  }

  /// Writes both files anew.
  void make(const Wish& wish) const {
    EVP_PKEY* pair =
        wish.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)) : EVP_EC_gen("P-256");
    X509* x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial());
    X509_gmtime_adj(X509_getm_notBefore(x), wish.from_s);
    X509_gmtime_adj(X509_getm_notAfter(x), wish.until_s);
    X509_set_pubkey(x, pair);
    X509_NAME* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(x, name);
    for (const auto& [nid, value] : {std::pair(NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost"),
                                     std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
      X509_add_ext(x, extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(x, pair, EVP_sha256());
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, x);
    put(out, certificate);
    const bool closed = !wish.passphrase.empty();
    PEM_write_bio_PKCS8PrivateKey(out, pair, closed ? EVP_aes_256_cbc() : nullptr,
                                  closed ? wish.passphrase.data() : nullptr,
                                  static_cast<int>(wish.passphrase.size()), nullptr, nullptr);
    put(out, key);
    BIO_free(out);
    X509_free(x);
    EVP_PKEY_free(pair);
  }

  const std::string certificate, key;

 private:
  static long serial() {
    static std::atomic<long> last{1};
    return ++last;
  }
  static void put(BIO* from, const std::string& path) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(from, &text);
    put_file(path, std::string_view(text, static_cast<std::size_t>(size)));
    BIO_reset(from);
  }
};

/// The client's end of a TLS connection that blocks.
class TlsPeer {
 public:
  struct Wish {
    std::string trusted{};  ///< A file with the certificate to believe; empty: any.
    int lowest = TLS1_2_VERSION, highest = TLS1_3_VERSION;
    const char* ciphers = nullptr;  ///< Of TLS 1.2.
    const char* protocol = nullptr;
  };

  explicit TlsPeer(std::uint16_t port) : TlsPeer(port, Wish{}) {}
  TlsPeer(std::uint16_t port, const Wish& wish)
      : context_(SSL_CTX_new(TLS_client_method())), handle_(connect_to(port)) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, wish.lowest);
    SSL_CTX_set_max_proto_version(context_, wish.highest);
    if (wish.ciphers) SSL_CTX_set_cipher_list(context_, wish.ciphers);
    if (!wish.trusted.empty()) {
      SSL_CTX_load_verify_locations(context_, wish.trusted.c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    }
    ssl_ = SSL_new(context_);
    if (!wish.trusted.empty()) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), "127.0.0.1");
    if (wish.protocol) {
      const std::string list =
          static_cast<char>(std::string_view(wish.protocol).size()) + std::string(wish.protocol);
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
    }
    SSL_set_fd(ssl_, handle_);
    const NoSignal guard;
    ready = SSL_connect(ssl_) == 1;
  }
  ~TlsPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(handle_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  std::string version() const { return SSL_get_version(ssl_); }
  std::string cipher() const { return SSL_get_cipher_name(ssl_); }
  std::string protocol() const {
    const unsigned char* at = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &at, &size);
    return {reinterpret_cast<const char*>(at), size};
  }
  /// Who the server says it is.
  std::string name() const {
    X509* x = SSL_get1_peer_certificate(ssl_);
    char text[200] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, text, sizeof text);
    X509_free(x);
    return text;
  }
  void send(std::string_view text) {
    const NoSignal guard;
    SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
  }
  /// Until the text holds `mark`, or the end.
  std::string receive_until(std::string_view mark) {
    std::string out;
    char buffer[4096];
    while (mark.empty() || out.find(mark) == out.npos) {
      const int count = SSL_read(ssl_, buffer, sizeof buffer);
      if (count <= 0) {
        said_end = SSL_get_error(ssl_, count) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      out.append(buffer, static_cast<std::size_t>(count));
    }
    return out;
  }

  void finish() {
    const NoSignal guard;
    SSL_shutdown(ssl_);
  }

  SSL* ssl() { return ssl_; }
  int handle() const { return handle_; }

  bool ready = false;
  bool said_end = false;  ///< The server ended TLS, not only the connection.

 private:
  /// OpenSSL writes to a connection that is gone as if it wanted to be killed for it. Only this
  /// thread is spared: the server under test must not need it.
  class NoSignal {
   public:
    NoSignal() {
      sigemptyset(&pipe_);
      sigaddset(&pipe_, SIGPIPE);
      ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoSignal() {
      const timespec now{};
      ::sigtimedwait(&pipe_, nullptr, &now);
      ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

   private:
    sigset_t pipe_{}, before_{};
  };

  static int connect_to(std::uint16_t port) {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return handle;
  }

  SSL_CTX* context_;
  int handle_;
  SSL* ssl_ = nullptr;
};

/// A port of plain text in front of a server with TLS, so that whatever speaks with a server can be
/// made to speak with that one. Ends of sending are passed on both ways.
class TlsTunnel {
 public:
  explicit TlsTunnel(std::uint16_t to) : to_(to) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    (void)::listen(listener_, 64);
    (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    accepting_ = std::thread([this] {
      for (int one; (one = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
        pumps_.emplace_back([this, one] { pump(one); });
    });
  }
  ~TlsTunnel() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    for (auto& pump : pumps_) pump.join();
    ::close(listener_);
  }

  std::uint16_t port = 0;

 private:
  void pump(int plain) {
    TlsPeer tls(to_);
    // A session ticket alone must not make the tunnel wait for an answer.
    SSL_clear_mode(tls.ssl(), SSL_MODE_AUTO_RETRY);
    char buffer[16 << 10];
    bool client_speaks = true;
    while (tls.ready && !ending_) {
      if (SSL_pending(tls.ssl()) == 0) {
        pollfd waiting[2] = {{client_speaks ? plain : -1, POLLIN, 0}, {tls.handle(), POLLIN, 0}};
        if (::poll(waiting, 2, 50) <= 0) continue;
        if (waiting[0].revents != 0) {
          const ssize_t count = ::recv(plain, buffer, sizeof buffer, 0);
          client_speaks = count > 0;
          if (count > 0)
            tls.send(std::string_view(buffer, static_cast<std::size_t>(count)));
          else
            tls.finish();
        }
        if (waiting[1].revents == 0) continue;
      }
      const int count = SSL_read(tls.ssl(), buffer, sizeof buffer);
      if (count <= 0 && SSL_get_error(tls.ssl(), count) == SSL_ERROR_WANT_READ) continue;
      if (count <= 0) break;
      if (::send(plain, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) < 0) break;
    }
    ::close(plain);
  }

  std::uint16_t to_;
  int listener_ = -1;
  std::atomic<bool> ending_{false};
  std::thread accepting_;
  std::list<std::thread> pumps_;
};

}  // namespace insightflow::test
