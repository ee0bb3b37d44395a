#pragma once

#include <insightflow/privacy/detect.hpp>

#include <optional>
#include <span>
#include <string>

namespace insightflow::privacy {

/// What stands where the personal data stood.
enum class Mode : std::uint8_t {
  mask,       ///< "[PERSON]"
  pseudonym,  ///< "[PERSON_k3f9x2qa]": the same value has the same name within a scope
  drop        ///< nothing; of the spaces around it one stays
};

/// "mask", "pseudonym" or "drop".
std::optional<Mode> mode_of_name(std::string_view name) noexcept;

/// Names for values under a key: 40 bits of SipHash-2-4 (Aumasson and Bernstein, 2012) over type
/// and value. Letter case and the spaces and marks inside numbers do not matter. Without the key a
/// name says nothing of the value, and names of different scopes cannot be linked. Two of n values
/// share a name with a chance of about n² / 2^41.
class Pseudonyms {
 public:
  /// `key`: a secret of any length, 16 random bytes or more. `scope`: where names are to agree, a
  /// survey's id for example.
  Pseudonyms(std::string_view key, std::string_view scope) noexcept;

  /// "PERSON_k3f9x2qa"
  std::string name(EntityType type, std::string_view value) const;

 private:
  std::uint64_t key_[2];
};

/// The text with each entity replaced. `entities` as `detect` returns them for this very text;
/// offsets outside of it or out of order are skipped. `pseudonyms` is needed for that mode alone;
/// without it the mode masks.
std::string replace(std::string_view text, std::span<const Entity> entities, Mode mode,
                    const Pseudonyms* pseudonyms = nullptr);

/// `detect`, then `replace`.
std::string redact(std::string_view text, const DetectOptions& options = {}, Mode mode = Mode::mask,
                   const Pseudonyms* pseudonyms = nullptr);

}  // namespace insightflow::privacy
