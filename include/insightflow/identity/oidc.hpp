#pragma once

#include <insightflow/core/fields.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Login at a provider of OpenID Connect Core 1.0: authorisation code with PKCE (RFC 7636, S256).
namespace insightflow::identity {

struct OidcProvider {
  std::string name;    ///< In our addresses and tables: "google".
  std::string issuer;  ///< "https://accounts.google.com"; plain http only on this machine.
  std::string client_id;
  std::string client_secret;  ///< Empty: a public client.
  std::string redirect_uri;   ///< Of the application; hands state and code to `finish_external`.
  std::string scopes = "openid email profile";
};

/// Where to send the browser, and what to keep in it until it comes back.
struct OidcStart {
  std::string authorization_url;
  std::string binding;
};
BOOST_DESCRIBE_STRUCT(OidcStart, (), (authorization_url, binding))
inline constexpr std::array oidc_start_notes{
    Note{.field = "authorization_url", .doc = "Where to send the browser."},
    Note{.field = "binding",
         .doc = "Keep it in that browser and send it with what comes back: it shows that the one "
                "who began comes back."}};
constexpr std::span<const Note> field_notes(const OidcStart*) {
  return oidc_start_notes;
}

/// What the browser brought back.
struct OidcCallback {
  std::string state;
  std::string code;
  std::string binding;
  std::string client{};
  std::string device{};
};
BOOST_DESCRIBE_STRUCT(OidcCallback, (), (state, code, binding, client, device))
inline constexpr std::array oidc_callback_notes{
    Note{.field = "state", .doc = "From the address.", .required = true, .max = 200},
    Note{.field = "code", .doc = "From the address.", .required = true, .max = 4096},
    Note{.field = "binding", .doc = "From the start.", .required = true, .max = 200},
    Note{.field = "client", .doc = "What the list of sessions calls it.", .max = 200},
    Note{.field = "device", .doc = "From an earlier login to this account.", .max = 300}};
constexpr std::span<const Note> field_notes(const OidcCallback*) {
  return oidc_callback_notes;
}

/// The port to other servers' HTTP. Implementations are safe from several threads.
struct Fetcher {
  virtual ~Fetcher() = default;

  struct Request {
    std::string url;
    std::string form;  ///< Empty: GET; else POST of application/x-www-form-urlencoded.
    std::string user;  ///< With `password`, HTTP Basic.
    std::string password;
  };
  struct Answer {
    int status = 0;
    std::string body;
  };
  /// Follows no redirects; takes 1 MiB and 15 s at most. Errors: `fetch_failed`.
  virtual Result<Answer> fetch(const Request& request) = 0;
};

std::unique_ptr<Fetcher> curl_fetcher();

}  // namespace insightflow::identity
