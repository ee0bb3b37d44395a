#pragma once

#include "http/message.hpp"

#include <span>

namespace insightflow::http {

/// What an answer is to a browser.
enum class Surface {
  api,  ///< Read by programs.
  page  ///< Shown.
};

/// Adds the fields that tell a browser to be careful, and those that keep answers out of caches,
/// unless the answer has them already. `secure`: the client came by HTTPS, here or at a trusted
/// proxy; only then is it told to come back that way.
void add_security_headers(Response& response, Surface surface, bool secure);

/// The policy of a page whose style, and script where there is one, carry the nonce.
std::string page_policy(const std::string& nonce, bool script);

}  // namespace insightflow::http
