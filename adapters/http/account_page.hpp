#pragma once

#include "http/message.hpp"

#include <insightflow/engine.hpp>

namespace insightflow::http {

/// The pages that the links in mails lead to, for servers whose application has none of its own
/// (`identity::AccountOptions::link_base`): /verify proves an address, /reset sets a password, or
/// asks for the mail that lets one. A link alone changes nothing: mail programs open them, too.
/// Thread-safe; the engine must outlive it.
class AccountPage {
 public:
  explicit AccountPage(Engine& engine) : engine_(engine) {}

  /// Whether the path's one segment is one of them.
  static bool serves(std::string_view segment);

  /// GET, HEAD or POST.
  Response answer(const Request& request) const;

 private:
  Engine& engine_;
};

}  // namespace insightflow::http
