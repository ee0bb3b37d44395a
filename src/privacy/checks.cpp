#include <insightflow/privacy/checks.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace insightflow::privacy {

namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr int value(char c) {
  return c - '0';
}

bool digits_of(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), is_digit);
}

template <std::size_t N>
int weighted(std::string_view digits, const std::array<int, N>& weights) {
  int sum = 0;
  for (std::size_t i = 0; i < N; ++i) sum += value(digits[i]) * weights[i];
  return sum;
}

int number(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + value(c);
  return out;
}

bool possible_day(int month, int day) {
  static constexpr std::array days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= days[static_cast<std::size_t>(month - 1)];
}

struct IbanLength {
  std::string_view country;
  int length;
};
constexpr std::array iban_lengths{
    IbanLength{"AD", 24}, IbanLength{"AE", 23}, IbanLength{"AL", 28}, IbanLength{"AT", 20},
    IbanLength{"AZ", 28}, IbanLength{"BA", 20}, IbanLength{"BE", 16}, IbanLength{"BG", 22},
    IbanLength{"BH", 22}, IbanLength{"BI", 27}, IbanLength{"BR", 29}, IbanLength{"BY", 28},
    IbanLength{"CH", 21}, IbanLength{"CR", 22}, IbanLength{"CY", 28}, IbanLength{"CZ", 24},
    IbanLength{"DE", 22}, IbanLength{"DJ", 27}, IbanLength{"DK", 18}, IbanLength{"DO", 28},
    IbanLength{"EE", 20}, IbanLength{"EG", 29}, IbanLength{"ES", 24}, IbanLength{"FI", 18},
    IbanLength{"FK", 18}, IbanLength{"FO", 18}, IbanLength{"FR", 27}, IbanLength{"GB", 22},
    IbanLength{"GE", 22}, IbanLength{"GI", 23}, IbanLength{"GL", 18}, IbanLength{"GR", 27},
    IbanLength{"GT", 28}, IbanLength{"HR", 21}, IbanLength{"HU", 28}, IbanLength{"IE", 22},
    IbanLength{"IL", 23}, IbanLength{"IQ", 23}, IbanLength{"IS", 26}, IbanLength{"IT", 27},
    IbanLength{"JO", 30}, IbanLength{"KW", 30}, IbanLength{"KZ", 20}, IbanLength{"LB", 28},
    IbanLength{"LC", 32}, IbanLength{"LI", 21}, IbanLength{"LT", 20}, IbanLength{"LU", 20},
    IbanLength{"LV", 21}, IbanLength{"LY", 25}, IbanLength{"MC", 27}, IbanLength{"MD", 24},
    IbanLength{"ME", 22}, IbanLength{"MK", 19}, IbanLength{"MN", 20}, IbanLength{"MR", 27},
    IbanLength{"MT", 31}, IbanLength{"MU", 30}, IbanLength{"NI", 28}, IbanLength{"NL", 18},
    IbanLength{"NO", 15}, IbanLength{"OM", 23}, IbanLength{"PK", 24}, IbanLength{"PL", 28},
    IbanLength{"PS", 29}, IbanLength{"PT", 25}, IbanLength{"QA", 29}, IbanLength{"RO", 24},
    IbanLength{"RS", 22}, IbanLength{"RU", 33}, IbanLength{"SA", 24}, IbanLength{"SC", 31},
    IbanLength{"SD", 18}, IbanLength{"SE", 24}, IbanLength{"SI", 19}, IbanLength{"SK", 24},
    IbanLength{"SM", 27}, IbanLength{"SO", 23}, IbanLength{"ST", 25}, IbanLength{"SV", 28},
    IbanLength{"TL", 23}, IbanLength{"TN", 24}, IbanLength{"TR", 26}, IbanLength{"UA", 29},
    IbanLength{"VA", 22}, IbanLength{"VG", 24}, IbanLength{"XK", 20}, IbanLength{"YE", 30}};

}  // namespace

bool luhn(std::string_view digits) noexcept {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    if (!is_digit(digits[i])) return false;
    const int d = value(digits[i]) * (twice ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return !digits.empty() && sum % 10 == 0;
}

bool issued_card(std::string_view digits) noexcept {
  if (digits.size() < 12 || digits.size() > 19) return false;
  return (digits[0] >= '2' && digits[0] <= '6') || digits.starts_with("0604") ||
         (digits.size() == 15 && digits.starts_with("1800"));
}

bool valid_card(std::string_view digits) noexcept {
  return issued_card(digits) && luhn(digits);
}

int iban_length(std::string_view country) noexcept {
  const auto found = std::ranges::lower_bound(iban_lengths, country, {}, &IbanLength::country);
  return found != iban_lengths.end() && found->country == country ? found->length : 0;
}

bool valid_iban(std::string_view text) noexcept {
  if (text.size() < 15 || text.size() > 34 ||
      static_cast<int>(text.size()) != iban_length(text.substr(0, 2)))
    return false;
  int rest = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[(i + 4) % text.size()];
    if (is_digit(c))
      rest = (rest * 10 + value(c)) % 97;
    else if (upper(c))
      rest = (rest * 100 + c - 'A' + 10) % 97;
    else
      return false;
  }
  return rest == 1;
}

bool valid_us_ssn(std::string_view digits) noexcept {
  if (!digits_of(digits, 9) || digits[0] == '9') return false;
  const std::string_view area = digits.substr(0, 3);
  return area != "000" && area != "666" && digits.substr(3, 2) != "00" &&
         digits.substr(5) != "0000";
}

bool valid_nhs(std::string_view digits) noexcept {
  if (!digits_of(digits, 10)) return false;
  const int check = 11 - weighted<9>(digits, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return check != 10 && check % 11 == value(digits[9]);
}

bool valid_nino(std::string_view text) noexcept {
  if (text.size() != 9 || !upper(text[0]) || !upper(text[1]) || !digits_of(text.substr(2, 6), 6) ||
      text[8] < 'A' || text[8] > 'D')
    return false;
  static constexpr std::string_view never = "DFIQUV";
  const std::string_view prefix = text.substr(0, 2);
  for (const std::string_view kept : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
    if (prefix == kept) return false;
  return never.find(prefix[0]) == never.npos && never.find(prefix[1]) == never.npos &&
         prefix[1] != 'O';
}

bool valid_pesel(std::string_view digits) noexcept {
  if (!digits_of(digits, 11)) return false;
  // Twenties are added to the month for each century.
  const int month = number(digits.substr(2, 2)) % 20;
  return possible_day(month, number(digits.substr(4, 2))) &&
         weighted<11>(digits, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0;
}

bool valid_nif(std::string_view text) noexcept {
  if (text.size() != 9) return false;
  static constexpr std::string_view letters = "TRWAGMYFPDXBNJZSQVHLCKE";
  int sum = 0;
  std::size_t start = 0;
  if (text[0] >= 'X' && text[0] <= 'Z') {
    sum = text[0] - 'X';
    start = 1;
  }
  if (!digits_of(text.substr(start, 8 - start), 8 - start)) return false;
  for (std::size_t i = start; i < 8; ++i) sum = sum * 10 + value(text[i]);
  return text[8] == letters[static_cast<std::size_t>(sum % 23)];
}

bool valid_codice_fiscale(std::string_view text) noexcept {
  if (text.size() != 16) return false;
  static constexpr std::string_view form = "LLLLLLDDLDDLDDDL";
  static constexpr std::array odd{1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                  20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  // Where two people would share a code, digits give way to letters from the right.
  static constexpr std::string_view digit_letters = "LMNPQRSTUV";
  int sum = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const char c = text[i];
    if (form[i] == 'L' ? !upper(c) : !is_digit(c) && digit_letters.find(c) == digit_letters.npos)
      return false;
    if (i == 15) break;
    const int place = is_digit(c) ? value(c) : c - 'A';
    sum += i % 2 == 0 ? odd[static_cast<std::size_t>(place)] : place;
  }
  return text[15] == 'A' + sum % 26;
}

bool valid_abn(std::string_view digits) noexcept {
  if (!digits_of(digits, 11) || digits[0] == '0') return false;
  return (weighted<11>(digits, {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}) - 10) % 89 == 0;
}

bool valid_tfn(std::string_view digits) noexcept {
  if (digits_of(digits, 9)) return weighted<9>(digits, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
  return digits_of(digits, 8) && weighted<8>(digits, {10, 7, 8, 4, 6, 3, 5, 1}) % 11 == 0;
}

bool valid_sin(std::string_view digits) noexcept {
  return digits_of(digits, 9) && digits[0] != '0' && digits[0] != '8' && luhn(digits);
}

bool valid_nir(std::string_view digits) noexcept {
  if (!digits_of(digits, 15) || (digits[0] != '1' && digits[0] != '2')) return false;
  std::int64_t body = 0;
  for (const char c : digits.substr(0, 13)) body = body * 10 + value(c);
  return 97 - body % 97 == number(digits.substr(13));
}

bool valid_cpf(std::string_view digits) noexcept {
  if (!digits_of(digits, 11) ||
      std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits[0]; }))
    return false;
  const auto check = [](int sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; };
  return check(weighted<9>(digits, {10, 9, 8, 7, 6, 5, 4, 3, 2})) == value(digits[9]) &&
         check(weighted<10>(digits, {11, 10, 9, 8, 7, 6, 5, 4, 3, 2})) == value(digits[10]);
}

bool valid_bsn(std::string_view digits) noexcept {
  return digits_of(digits, 9) && digits != "000000000" &&
         weighted<9>(digits, {9, 8, 7, 6, 5, 4, 3, 2, -1}) % 11 == 0;
}

bool valid_german_tax_id(std::string_view digits) noexcept {
  if (!digits_of(digits, 11) || digits[0] == '0') return false;
  std::array<int, 10> seen{};
  int product = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    ++seen[static_cast<std::size_t>(value(digits[i]))];
    const int sum = (value(digits[i]) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  const auto most = *std::max_element(seen.begin(), seen.end());
  return (most == 2 || most == 3) && (11 - product) % 10 == value(digits[10]);
}

bool valid_aadhaar(std::string_view digits) noexcept {
  if (!digits_of(digits, 12) || digits[0] < '2') return false;
  // Verhoeff's scheme: the dihedral group of ten, a permutation for each place.
  static constexpr std::array<int, 10> turn{1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  const auto times = [](int a, int b) {
    if (a < 5) return b < 5 ? (a + b) % 5 : (a + b - 5) % 5 + 5;
    return b < 5 ? (a - 5 - b + 5) % 5 + 5 : (a - b + 5) % 5;
  };
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int d = value(digits[digits.size() - 1 - i]);
    for (std::size_t k = 0; k < i % 8; ++k) d = turn[static_cast<std::size_t>(d)];
    sum = times(sum, d);
  }
  return sum == 0;
}

bool valid_personnummer(std::string_view digits) noexcept {
  return digits_of(digits, 10) && luhn(digits) &&
         possible_day(number(digits.substr(2, 2)), number(digits.substr(4, 2)));
}

}  // namespace insightflow::privacy
