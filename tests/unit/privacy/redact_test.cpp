#include <insightflow/privacy/redact.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace insightflow::privacy;

TEST_CASE("Mask and drop") {
  const std::string_view text = "Write to ann@example.org or call +49 30 901820.";
  CHECK(redact(text) == "Write to [EMAIL_ADDRESS] or call [PHONE_NUMBER].");
  CHECK(redact(text, {}, Mode::drop) == "Write to or call .");
  CHECK(redact("nothing here") == "nothing here");
  CHECK(redact("") == "");
}

TEST_CASE("Pseudonyms agree for one value within a scope, and nowhere else") {
  const Pseudonyms names("a secret key", "survey 1");
  const std::string ann = names.name(EntityType::person, "Ann Smith");
  CHECK(ann.starts_with("PERSON_"));
  CHECK(ann.size() == 15);
  CHECK(names.name(EntityType::person, "ann  SMITH") == ann);
  CHECK(names.name(EntityType::person, "Ann Smyth") != ann);
  CHECK(names.name(EntityType::organization, "Ann Smith") != ann);
  CHECK(Pseudonyms("a secret key", "survey 2").name(EntityType::person, "Ann Smith") != ann);
  CHECK(Pseudonyms("another key", "survey 1").name(EntityType::person, "Ann Smith") != ann);
  CHECK(names.name(EntityType::credit_card, "4111 1111 1111 1111") ==
        names.name(EntityType::credit_card, "4111-1111-1111-1111"));
  CHECK(names.name(EntityType::phone_number, "(415) 555-2671") ==
        names.name(EntityType::phone_number, "415.555.2671"));
  CHECK(names.name(EntityType::email_address, "a.b@example.org") !=
        names.name(EntityType::email_address, "ab@example.org"));

  const std::string text =
      redact("ann@example.org wrote, ANN@example.org replied", {}, Mode::pseudonym, &names);
  CHECK(text.find("example") == text.npos);
  const std::size_t end = text.find(']');
  CHECK(text.find(text.substr(0, end + 1), end) != text.npos);
  // Names are stored: they must never change.
  CHECK(names.name(EntityType::person, "Ann Smith") == "PERSON_bch4r8kp");
}

TEST_CASE("Pseudonyms of many values differ") {
  const Pseudonyms names("k", "");
  std::set<std::string> seen;
  for (int i = 0; i < 20000; ++i)
    seen.insert(names.name(EntityType::person, "p" + std::to_string(i)));
  CHECK(seen.size() == 20000);
}

TEST_CASE("Entities that do not belong to the text are skipped") {
  const Entity wrong[]{{EntityType::person, 3, 2, 0, 0, 1},
                       {EntityType::person, 0, 99, 0, 0, 1},
                       {EntityType::person, 2, 3, 0, 0, 1},
                       {EntityType::person, 0, 1, 0, 0, 1}};
  CHECK(replace("abcd", wrong, Mode::mask) == "ab[PERSON]d");
  CHECK(replace("abcd", wrong, Mode::pseudonym) == "ab[PERSON]d");
}

TEST_CASE("Modes by name") {
  CHECK(mode_of_name("mask") == Mode::mask);
  CHECK(mode_of_name("pseudonym") == Mode::pseudonym);
  CHECK(mode_of_name("drop") == Mode::drop);
  CHECK_FALSE(mode_of_name("Mask"));
  CHECK_FALSE(mode_of_name(""));
}
