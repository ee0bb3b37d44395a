#pragma once

#include <string_view>

/// Check digits of identifiers. Each function takes the bare characters, digits and upper-case
/// letters without separators, and answers whether length, ranges and check digits agree. Anything
/// else in the text is a no. Pure; time is linear in a text that is refused beyond 34 characters.
namespace insightflow::privacy {

/// Length and first digits of payment cards: 12 to 19 digits that begin with 2 to 6, with 0604
/// (Maestro), or 15 with 1800 (JCB).
bool issued_card(std::string_view digits) noexcept;

/// ISO/IEC 7812: an issued card with Luhn's sum.
bool valid_card(std::string_view digits) noexcept;

/// ISO 13616: the length of the country, mod 97.
bool valid_iban(std::string_view text) noexcept;

/// The length an IBAN of this country has; 0 for a country without.
int iban_length(std::string_view country) noexcept;

/// US social security: no area 000, 666 or 9xx, no group 00, no serial 0000.
bool valid_us_ssn(std::string_view digits) noexcept;

/// Luhn's sum over digits of any number.
bool luhn(std::string_view digits) noexcept;

/// United Kingdom: NHS number (10 digits, mod 11) and national insurance number (AB123456C).
bool valid_nhs(std::string_view digits) noexcept;
bool valid_nino(std::string_view text) noexcept;

/// Poland: 11 digits with a date of birth, mod 10.
bool valid_pesel(std::string_view digits) noexcept;

/// Spain: NIF (12345678Z) and NIE (X1234567L), mod 23.
bool valid_nif(std::string_view text) noexcept;

/// Italy: 16 characters with a check letter.
bool valid_codice_fiscale(std::string_view text) noexcept;

/// Australia: business number (11 digits, mod 89) and tax file number (8 or 9 digits, mod 11).
bool valid_abn(std::string_view digits) noexcept;
bool valid_tfn(std::string_view digits) noexcept;

/// Canada: 9 digits, Luhn, no leading 0 or 8.
bool valid_sin(std::string_view digits) noexcept;

/// France: 15 digits, key 97.
bool valid_nir(std::string_view digits) noexcept;

/// Brazil: 11 digits, two check digits mod 11, not all alike.
bool valid_cpf(std::string_view digits) noexcept;

/// Netherlands: 9 digits, weighted mod 11.
bool valid_bsn(std::string_view digits) noexcept;

/// Germany: tax id, 11 digits, ISO 7064 mod 11,10, one digit that repeats.
bool valid_german_tax_id(std::string_view digits) noexcept;

/// India: Aadhaar, 12 digits, Verhoeff.
bool valid_aadhaar(std::string_view digits) noexcept;

/// Sweden: 10 digits YYMMDDNNNC, Luhn, a possible day.
bool valid_personnummer(std::string_view digits) noexcept;

}  // namespace insightflow::privacy
