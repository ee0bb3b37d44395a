#include "llm/endpoint.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace insightflow::llm {

namespace {

struct Url {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle{curl_url(), &curl_url_cleanup};

  bool parse(const std::string& text) {
    return handle != nullptr &&
           curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  }
  /// Empty where there is no such part.
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(handle.get(), which, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
  }
};

Error malformed_url(std::string_view provider, std::string_view what, std::string_view pointer) {
  return fail(Code::invalid, "llm_url_malformed",
              "The URL of the provider \"" + std::string(provider) + "\" " + std::string(what),
              std::string(pointer));
}

Error key_missing(const Provider& provider, std::string_view what, std::string_view pointer) {
  return fail(Code::invalid, "llm_key_missing",
              "The key of the provider \"" + provider.name + "\" is missing: " + std::string(what),
              std::string(pointer));
}

/// Keys are long only by mistake, e.g. when another file was named.
constexpr std::size_t longest_key = 16u << 10;

Result<std::string> read_key(const Provider& provider) {
  std::string key;
  std::string_view pointer = "/key_environment";
  if (!provider.key_environment.empty()) {
    const char* value = std::getenv(provider.key_environment.c_str());
    if (value == nullptr)
      return key_missing(provider, "the variable " + provider.key_environment + " is not set.",
                         pointer);
    key = value;
  } else if (!provider.key_file.empty()) {
    pointer = "/key_file";
    std::ifstream in(provider.key_file, std::ios::binary);
    if (!in)
      return key_missing(provider, "the file " + provider.key_file + " cannot be read.", pointer);
    key.resize(longest_key + 1);
    in.read(key.data(), static_cast<std::streamsize>(key.size()));
    key.resize(static_cast<std::size_t>(in.gcount()));
  } else {
    return key;
  }
  const std::size_t last = key.find_last_not_of(" \t\r\n");
  key.erase(last == key.npos ? 0 : last + 1);
  key.erase(0, std::min(key.find_first_not_of(" \t\r\n"), key.size()));
  if (key.empty()) return key_missing(provider, "what should hold it is empty.", pointer);
  const bool sendable =
      key.size() <= longest_key &&
      std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!sendable)
    return key_missing(provider, "what should hold it holds something that is not a key.", pointer);
  return key;
}

}  // namespace

bool is_private_address(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() == 4)
    return byte(0) == 127 || byte(0) == 10 || (byte(0) == 172 && (byte(1) & 0xF0) == 16) ||
           (byte(0) == 192 && byte(1) == 168) || (byte(0) == 169 && byte(1) == 254) ||
           (byte(0) == 100 && (byte(1) & 0xC0) == 64);
  if (bytes.size() != 16) return false;
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
  if (bytes.starts_with(mapped)) return is_private_address(bytes.substr(12));
  constexpr std::string_view loopback("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  return bytes == loopback || (byte(0) & 0xFE) == 0xFC ||
         (byte(0) == 0xFE && (byte(1) & 0xC0) == 0x80);
}

bool is_private_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string text(host.substr(0, host.find('%')));
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return is_private_address({bytes.data(), 4});
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
    return is_private_address({bytes.data(), 16});
  if (host.ends_with('.')) host.remove_suffix(1);
  // Digits alone may be read as an address in one of its older forms.
  if (host.find('.') == host.npos)
    return !host.empty() && (host.front() < '0' || host.front() > '9') &&
           host.find(':') == host.npos;
  return host.ends_with(".localhost") || host.ends_with(".local") || host.ends_with(".internal");
}

Result<Endpoint> endpoint_of(const Provider& provider, std::string_view default_base) {
  Endpoint endpoint;
  endpoint.base = provider.base_url.empty() ? std::string(default_base) : provider.base_url;
  while (endpoint.base.ends_with('/')) endpoint.base.pop_back();
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
  };
  const auto malformed = [&](std::string_view what) {
    return malformed_url(provider.name, what, "/base_url");
  };
  Url url;
  if (!url.parse(endpoint.base))
    return malformed("is not a URL. Write e.g. http://localhost:8000/v1.");
  const std::string scheme = lower(url.part(CURLUPART_SCHEME));
  if (scheme != "https" && scheme != "http")
    return malformed("must begin with https:// or http://.");
  if (!url.part(CURLUPART_USER).empty() || !url.part(CURLUPART_PASSWORD).empty())
    return malformed("must not hold a name or password. Name a variable or a file for the key.");
  if (endpoint.base.find_first_of("?#") != endpoint.base.npos)
    return malformed("must end with a path: no ? and no #.");
  endpoint.encrypted = scheme == "https";
  endpoint.host = lower(url.part(CURLUPART_HOST));
  BOOST_OUTCOME_TRY(endpoint.key, read_key(provider));
  const auto insecure = [&](std::string_view what, std::string_view pointer) {
    return fail(Code::invalid, "llm_insecure",
                "The key of the provider \"" + provider.name + "\" would go unencrypted to " +
                    std::string(what) + " outside your network. Use https://.",
                std::string(pointer));
  };
  if (endpoint.guarded() && !is_private_host(endpoint.host)) return insecure("a host", "/base_url");
  if (!provider.proxy.empty()) {
    Url proxy;
    const std::string text = provider.proxy.find("://") == provider.proxy.npos
                                 ? "http://" + provider.proxy
                                 : provider.proxy;
    if (!proxy.parse(text))
      return malformed_url(provider.name, "is well formed, but that of its proxy is not.",
                           "/proxy");
    if (endpoint.guarded() && !is_private_host(lower(proxy.part(CURLUPART_HOST))))
      return insecure("a proxy", "/proxy");
  }
  return endpoint;
}

}  // namespace insightflow::llm
