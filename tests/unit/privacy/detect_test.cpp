#include <insightflow/core/utf8.hpp>
#include <insightflow/privacy/detect.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>

using namespace insightflow;
using namespace insightflow::privacy;

namespace {

/// "TYPE:text" of each entity, with bars between them.
std::string found(std::string_view text, const DetectOptions& options = {}) {
  std::string out;
  for (const Entity& entity : detect(text, options)) {
    if (!out.empty()) out += '|';
    out += type_name(entity.type);
    out += ':';
    out += text.substr(entity.begin, entity.end - entity.begin);
  }
  return out;
}

struct Row {
  std::string_view text, found;
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(found(row.text) == row.found);
  }
}

}  // namespace

TEST_CASE("Identifiers by form, check digits and context") {
  const Row rows[]{
      {"write to jo.doe+x@mail.example.co.uk.", "EMAIL_ADDRESS:jo.doe+x@mail.example.co.uk"},
      {"my card is 4111 1111 1111 1111, ok?", "CREDIT_CARD:4111 1111 1111 1111"},
      {"card 4111-1111-1111-1111.", "CREDIT_CARD:4111-1111-1111-1111"},
      {"IBAN: GB82 WEST 1234 5698 7654 32", "IBAN_CODE:GB82 WEST 1234 5698 7654 32"},
      {"pay to de89370400440532013000 please", "IBAN_CODE:de89370400440532013000"},
      {"my ssn is 536-90-4399", "US_SSN:536-90-4399"},
      {"it came from 192.168.10.254.", "IP_ADDRESS:192.168.10.254"},
      {"and from 2001:db8::ff00:42:8329 too", "IP_ADDRESS:2001:db8::ff00:42:8329"},
      {"the adapter is 00:1B:44:11:3A:B7", "MAC_ADDRESS:00:1B:44:11:3A:B7"},
      {"see https://user:pw@example.org/a?token=1.", "URL:https://user:pw@example.org/a?token=1"},
      {"look at www.example.com, it is down", "DOMAIN_NAME:www.example.com"},
      {"call me at +49 30 901820", "PHONE_NUMBER:+49 30 901820"},
      {"call (415) 555-2671 x12 now", "PHONE_NUMBER:(415) 555-2671 x12"},
      {"my mobile is 0479 50 54 03", "PHONE_NUMBER:0479 50 54 03"},
      {"phone 785 8949", "PHONE_NUMBER:785 8949"},
      {"my nhs number is 943 476 5919", "NATIONAL_ID:943 476 5919"},
      {"my nif is 12345678Z", "NATIONAL_ID:12345678Z"},
      {"her CPF is 529.982.247-25", "NATIONAL_ID:529.982.247-25"},
      {"born on 12 March 1985 and", "DATE_OF_BIRTH:12 March 1985"},
      {"date of birth: 03/12/1985", "DATE_OF_BIRTH:03/12/1985"},
      {"my driver's license number is D1234567", "DRIVER_LICENSE:D1234567"},
      {"thanks @jane_doe99!", "USERNAME:@jane_doe99"},
      {"username: jane.doe", "USERNAME:jane.doe"},
      {"key AKIAIOSFODNN7EXAMPLE leaked", "SECRET:AKIAIOSFODNN7EXAMPLE"},
      {"password: hunter2!x", "SECRET:hunter2!x"},
      {"Authorization: Bearer abcdefghijklmnop1234", "SECRET:abcdefghijklmnop1234"}};
  check(rows);
}

TEST_CASE("What only looks like an identifier stays") {
  const Row rows[]{{"the guid is 3f2504e0-4f89-11d3-9a0c-0305e82c3301", ""},
                   {"order 20231-55512 came late", ""},
                   {"between 2019 and 2021 we grew 15.5 %", ""},
                   {"on 2021-03-04 at 12:30:45", ""},
                   {"version 10.0.19.41 is broken", ""},
                   {"it costs 1,234,567.89", ""},
                   {"done.it was fine", ""},
                   {"see report.md and main.rs", ""},
                   {"a public licence for everyone", ""},
                   {"4111 1111 1111 1112 is a sum", ""},
                   {"256.1.1.1", ""},
                   {"write me @ noon", ""},
                   {"1 2 3 4 5 6 7 8 9 10 11 12", ""},
                   {"my password is bad", ""},
                   {"the house is 99081. Please call again", ""},
                   {"C++ and C# :: fine", ""}};
  check(rows);
}

TEST_CASE("Names, organisations, places and addresses") {
  const Row rows[]{
      {"My name is Thandiwe Okonkwo-Lindqvist", "PERSON:Thandiwe Okonkwo-Lindqvist"},
      {"i spoke to maria gonzález yesterday", "PERSON:maria gonzález"},
      {"She moved here from Portugal.", "GPE:Portugal"},
      {"the princess royal arrived at bielefeld", "GPE:bielefeld"},
      {"I work for Brightwater Logistics Ltd", "ORGANIZATION:Brightwater Logistics Ltd"},
      {"Please send it to 12 Lindenstraße, 10969 Berlin",
       "STREET_ADDRESS:12 Lindenstraße, 10969 Berlin"}};
  check(rows);
}

TEST_CASE("Ordinary answers stay untouched") {
  for (const std::string_view text :
       {"The checkout was slow and the page froze twice.", "Nothing, really.", "good",
        "I would like more vegetarian options in the canteen",
        "The new manager listens, but training is missing.", "N/A", "???", "10/10",
        "It works on my phone but not on the laptop, which is a pity."}) {
    CAPTURE(text);
    CHECK(found(text).empty());
  }
}

TEST_CASE("Offsets count bytes and code points") {
  const std::string text = "Grüße 🙂 an jö@example.org und +49 30 901820";
  const auto entities =
      detect(text, {.types = {EntityType::email_address, EntityType::phone_number}});
  REQUIRE(entities.size() == 2);
  for (const Entity& entity : entities) {
    CHECK(utf8::length(std::string_view(text).substr(0, entity.begin)) == entity.begin_character);
    CHECK(utf8::length(std::string_view(text).substr(0, entity.end)) == entity.end_character);
  }
  CHECK(entities[0].begin_character == 11);
  CHECK(entities[0].end_character == 25);
}

TEST_CASE("Only the wanted types, only the wanted certainty") {
  const std::string_view text = "Ann Smith, ann@example.org, +49 30 901820";
  CHECK(found(text, {.types = {EntityType::email_address}}) == "EMAIL_ADDRESS:ann@example.org");
  CHECK(found(text, {.types = {EntityType::phone_number}, .least_score = 0.96}).empty());
  for (const Entity& entity : detect(text)) CHECK(entity.score >= 0.5);
}

TEST_CASE("A long text gives what its parts give") {
  const std::string part = "Please write to ann@example.org, says Maria González. It is fine.\n\n";
  std::string text;
  for (int i = 0; i < 1000; ++i) text += part;
  const auto one = detect(part), all = detect(text);
  REQUIRE(all.size() == 1000 * one.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Entity& same = one[i % one.size()];
    CHECK(all[i].begin == i / one.size() * part.size() + same.begin);
    CHECK(all[i].type == same.type);
  }
}

TEST_CASE("Hostile input ends, in order, and cuts no character") {
  const std::string_view seeds[]{"1 ",      "1-",   "1.",          "a.",        "a@",
                                 "@",       "://",  "http://",     "+(",        "(1)",
                                 ":",       "aa:",  "-----BEGIN ", "password:", "sk-",
                                 "Bearer ", "eyJ.", "A1",          "\xC3",      "\xF0\x9F\x99\x82",
                                 "\n",      "O'",   "Van ",        "St. ",      "IBAN GB82 "};
  for (const std::string_view seed : seeds) {
    CAPTURE(seed);
    std::string text;
    while (text.size() < 200000) text += seed;
    std::size_t at = 0;
    for (const Entity& entity : detect(text)) {
      CHECK(entity.begin >= at);
      CHECK(entity.begin < entity.end);
      at = entity.end;
    }
    CHECK(at <= text.size());
  }
  CHECK(detect("").empty());
  CHECK(detect(std::string_view("\0\0\xFF", 3)).empty());
}

TEST_CASE("Names of types there and back") {
  for (std::size_t i = 0; i < entity_types; ++i) {
    const auto type = static_cast<EntityType>(i);
    CHECK(type_of_name(type_name(type)) == type);
    CHECK(type_names()[i] == type_name(type));
  }
  CHECK(type_of_name("person") == EntityType::person);
  CHECK(type_of_name("Location") == EntityType::place);
  CHECK_FALSE(type_of_name("NOBODY"));
  CHECK_FALSE(type_of_name(""));
}
