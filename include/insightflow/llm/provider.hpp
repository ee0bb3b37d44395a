#pragma once

#include <insightflow/llm/client.hpp>

#include <chrono>
#include <memory>

namespace insightflow::llm {

/// The formats in which providers are spoken to.
enum class Wire { openai, anthropic, gemini, ollama };
BOOST_DESCRIBE_ENUM(Wire, openai, anthropic, gemini, ollama)

/// One place where models answer. The key itself is never part of it.
struct Provider {
  std::string name;  ///< Ours, e.g. "house-vllm".
  Wire wire = Wire::openai;
  std::string base_url;         ///< Up to, not including, the paths of the wire format.
  std::string key_environment;  ///< The variable that holds the key; empty: see `key_file`.
  std::string key_file;         ///< A file that holds the key alone; both empty: no key is sent.
  std::string proxy;            ///< Empty: as the environment says.
  std::string ca_file;          ///< PEM; empty: the system's.
  std::int64_t connect_timeout_ms = 5'000;
  std::int64_t first_byte_timeout_ms = 60'000;
  std::int64_t idle_timeout_ms = 30'000;  ///< Between two pieces of an answer.
  std::int64_t total_timeout_ms = 300'000;
};
BOOST_DESCRIBE_STRUCT(Provider, (),
                      (name, wire, base_url, key_environment, key_file, proxy, ca_file,
                       connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms,
                       total_timeout_ms))
inline constexpr std::array provider_notes{
    Note{.field = "name",
         .doc = "Yours, e.g. \"house-vllm\".",
         .required = true,
         .min = 1,
         .max = 64},
    Note{.field = "wire", .doc = "The format it speaks.", .required = true},
    Note{.field = "base_url", .doc = "E.g. https://api.openai.com/v1.", .max = 2'000},
    Note{.field = "key_environment", .doc = "The variable that holds the key.", .max = 200},
    Note{.field = "key_file", .doc = "A file that holds the key alone.", .max = 4'000},
    Note{.field = "proxy", .doc = "Empty: as the environment says.", .max = 2'000},
    Note{.field = "ca_file", .doc = "PEM; empty: the system's.", .max = 4'000},
    Note{.field = "connect_timeout_ms", .doc = "To connect.", .min = 1, .max = 600'000},
    Note{.field = "first_byte_timeout_ms",
         .doc = "To the answer's start.",
         .min = 1,
         .max = 3'600'000},
    Note{.field = "idle_timeout_ms", .doc = "Between two pieces.", .min = 1, .max = 3'600'000},
    Note{.field = "total_timeout_ms", .doc = "For the whole.", .min = 1, .max = 3'600'000}};
constexpr std::span<const Note> field_notes(const Provider*) {
  return provider_notes;
}

/// A client for one provider, over HTTP. Reads the key once. An empty base URL is the provider's own.
/// Errors: `llm_key_missing` (the named variable or file is absent, empty or holds no key),
/// `llm_url_malformed`, `llm_insecure` (a key over plain HTTP to a host or proxy outside the machine
/// and its private network).
Result<std::unique_ptr<Client>> open_client(const Provider& provider);

/// The same for embeddings. Errors: as `open_client`, and `llm_no_embeddings` for Anthropic.
Result<std::unique_ptr<Embedder>> open_embedder(const Provider& provider);

}  // namespace insightflow::llm
