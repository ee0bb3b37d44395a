#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What personal data is called and where it stands: plain data, free of the detector.
namespace insightflow::privacy {

enum class EntityType : std::uint8_t {
  person,
  street_address,
  place,
  organization,
  email_address,
  phone_number,
  credit_card,
  iban,
  us_ssn,
  national_id,
  passport,
  driver_license,
  date_of_birth,
  ip_address,
  mac_address,
  url,
  domain_name,
  username,
  secret
};

inline constexpr std::size_t entity_types = 19;

/// The name in files and reports, that of Presidio where it has one: PERSON, STREET_ADDRESS, GPE,
/// ORGANIZATION, EMAIL_ADDRESS, PHONE_NUMBER, CREDIT_CARD, IBAN_CODE, US_SSN, NATIONAL_ID,
/// PASSPORT, DRIVER_LICENSE, DATE_OF_BIRTH, IP_ADDRESS, MAC_ADDRESS, URL, DOMAIN_NAME, USERNAME,
/// SECRET.
std::string_view type_name(EntityType type) noexcept;

/// The type of a name, letter case aside; LOCATION and ADDRESS are understood as well.
std::optional<EntityType> type_of_name(std::string_view name) noexcept;

/// All names in order of declaration.
std::span<const std::string_view> type_names() noexcept;

/// One stretch of text that is personal data. Offsets are half open.
struct Entity {
  EntityType type{};
  std::size_t begin = 0;            ///< Bytes.
  std::size_t end = 0;              ///< Bytes.
  std::size_t begin_character = 0;  ///< Code points.
  std::size_t end_character = 0;    ///< Code points.
  /// 0 to 1. A check digit or an unmistakable form gives 0.9 and more, form with context 0.6 to
  /// 0.9. For names and addresses it is the model's probability that the stretch is not ordinary
  /// text.
  double score = 0;

  friend bool operator==(const Entity&, const Entity&) = default;
};

}  // namespace insightflow::privacy
