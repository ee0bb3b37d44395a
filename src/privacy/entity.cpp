#include <insightflow/privacy/entity.hpp>

#include <array>

namespace insightflow::privacy {

namespace {

constexpr std::array<std::string_view, entity_types> names{
    "PERSON",       "STREET_ADDRESS", "GPE",           "ORGANIZATION", "EMAIL_ADDRESS",
    "PHONE_NUMBER", "CREDIT_CARD",    "IBAN_CODE",     "US_SSN",       "NATIONAL_ID",
    "PASSPORT",     "DRIVER_LICENSE", "DATE_OF_BIRTH", "IP_ADDRESS",   "MAC_ADDRESS",
    "URL",          "DOMAIN_NAME",    "USERNAME",      "SECRET"};

struct Alias {
  std::string_view name;
  EntityType type;
};
constexpr std::array aliases{Alias{"LOCATION", EntityType::place},
                             Alias{"ADDRESS", EntityType::street_address}};

bool same_letters(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char upper = a[i] >= 'a' && a[i] <= 'z' ? static_cast<char>(a[i] - 32) : a[i];
    if (upper != b[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view type_name(EntityType type) noexcept {
  return names[static_cast<std::size_t>(type)];
}

std::span<const std::string_view> type_names() noexcept {
  return names;
}

std::optional<EntityType> type_of_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (same_letters(name, names[i])) return static_cast<EntityType>(i);
  for (const Alias& alias : aliases)
    if (same_letters(name, alias.name)) return alias.type;
  return std::nullopt;
}

}  // namespace insightflow::privacy
