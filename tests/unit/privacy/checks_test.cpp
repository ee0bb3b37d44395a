#include <insightflow/privacy/checks.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace insightflow::privacy;

namespace {

struct Row {
  const char* name;
  bool (*check)(std::string_view) noexcept;
  std::string_view good;  ///< Published or computed examples, with valid check digits.
};

const Row rows[]{{"card", valid_card, "4111111111111111"},
                 {"card of 15", valid_card, "378282246310005"},
                 {"card of 13", valid_card, "4222222222222"},
                 {"card of 12 with 0604", valid_card, "060412345674"},
                 {"card of 15 with 1800", valid_card, "180012345678905"},
                 {"IBAN GB", valid_iban, "GB82WEST12345698765432"},
                 {"IBAN DE", valid_iban, "DE89370400440532013000"},
                 {"IBAN NO", valid_iban, "NO9386011117947"},
                 {"SSN", valid_us_ssn, "536904399"},
                 {"NHS", valid_nhs, "9434765919"},
                 {"NINO", valid_nino, "AB123456C"},
                 {"PESEL", valid_pesel, "44051401359"},
                 {"NIF", valid_nif, "12345678Z"},
                 {"NIE", valid_nif, "X1234567L"},
                 {"codice fiscale", valid_codice_fiscale, "RSSMRA85T10A562S"},
                 {"ABN", valid_abn, "51824753556"},
                 {"TFN", valid_tfn, "123456782"},
                 {"SIN", valid_sin, "130692544"},
                 {"NIR", valid_nir, "255081416802538"},
                 {"CPF", valid_cpf, "52998224725"},
                 {"BSN", valid_bsn, "111222333"},
                 {"German tax id", valid_german_tax_id, "86095742719"},
                 {"Aadhaar", valid_aadhaar, "234123412346"},
                 {"personnummer", valid_personnummer, "8112189876"}};

}  // namespace

TEST_CASE("A valid number passes; one wrong character, a missing or a spare one do not") {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(row.check(row.good));
    CHECK_FALSE(row.check(row.good.substr(1)));
    CHECK_FALSE(row.check(std::string(row.good) + "11111111111111111111111"));
    CHECK_FALSE(row.check(""));
    CHECK_FALSE(row.check(std::string(row.good.size(), '\xFF')));
    CHECK_FALSE(row.check(std::string(row.good.size(), ' ')));
  }
}

TEST_CASE("Check digits notice every wrong last digit") {
  for (const Row& row : rows) {
    if (row.check == valid_us_ssn || row.check == valid_nino) continue;  // have none
    CAPTURE(row.name);
    std::string text(row.good);
    const char right = text.back();
    const bool letter = right > '9';
    for (char c = letter ? 'A' : '0'; c <= (letter ? 'Z' : '9'); ++c) {
      text.back() = c;
      CHECK(row.check(text) == (c == right));
    }
  }
}

TEST_CASE("Numbers that were never issued") {
  struct {
    bool (*check)(std::string_view) noexcept;
    std::string_view text;
  } const never[]{{valid_us_ssn, "000123456"},
                  {valid_us_ssn, "666123456"},
                  {valid_us_ssn, "900123456"},
                  {valid_us_ssn, "123004567"},
                  {valid_us_ssn, "123450000"},
                  {valid_card, "0000000000000000"},
                  {valid_cpf, "11111111111"},
                  {valid_bsn, "000000000"},
                  {valid_nino, "GB123456C"},
                  {valid_nino, "AB123456E"},
                  {valid_iban, "ZZ82WEST12345698765432"}};
  for (const auto& row : never) {
    CAPTURE(row.text);
    CHECK_FALSE(row.check(row.text));
  }
  CHECK(iban_length("NO") == 15);
  CHECK(iban_length("XX") == 0);
  CHECK(iban_length("") == 0);
}
