#pragma once

#include <insightflow/core/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace insightflow {

/// The sixteen bytes of a UUID (RFC 9562).
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

  /// Lower-case 8-4-4-4-12 hexadecimal.
  std::string str() const;
  /// Accepts the 36-character form in either case. Errors: `id_malformed`.
  static Result<Uuid> parse(std::string_view text);
};

/// A strong id: ids of different things do not mix. Nil when default-constructed.
template <class Tag>
struct Id {
  Uuid uuid;

  friend auto operator<=>(const Id&, const Id&) = default;
  explicit operator bool() const noexcept { return *this != Id{}; }
  std::string str() const { return uuid.str(); }
  static Result<Id> parse(std::string_view text) {
    BOOST_OUTCOME_TRY(auto uuid, Uuid::parse(text));
    return Id{uuid};
  }
};

}  // namespace insightflow

template <class Tag>
struct std::hash<insightflow::Id<Tag>> {
  std::size_t operator()(const insightflow::Id<Tag>& id) const noexcept {
    std::uint64_t tail;
    std::memcpy(&tail, id.uuid.bytes.data() + 8, sizeof tail);
    return static_cast<std::size_t>(tail);
  }
};
