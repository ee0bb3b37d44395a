#include <insightflow/analysis/gibberish.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace insightflow::analysis;

TEST_CASE("what means nothing, and why, beside what only looks so") {
  struct Row {
    const char* text;
    const char* reason;  ///< "" where the text is in order.
  };
  const Row rows[] = {
      {"asdf", "keyboard_run"},
      {"asdfgh", "keyboard_run"},
      {"QWERTY", "keyboard_run"},
      {"hjkl hjkl", "keyboard_run"},
      {"aaaaaaaa", "repeated_letters"},
      {"lkjlkjlkj", "repeated_letters"},
      {"asdfasdf", "repeated_letters"},
      {"jkdshf skdjfh", "unlikely_letters"},
      {"fdgdfgd", "unlikely_letters"},
      {"ok sdkfjhskdjfh", "unlikely_letters"},
      {"", ""},
      {"...", ""},
      {"12345", ""},
      {"n/a", ""},
      {"none", ""},
      {"ok", ""},
      {"soooo gooood", ""},
      {"hahahaha", ""},
      {"blah blah blah", ""},
      {"were", ""},
      {"power tree", ""},
      {"The food was good jkdshf", ""},
      {"@sdkfjh #sdkfjh https://sdkfjh.sdf", ""},
      {"😍😍", ""},
      {"Das Angstschweißgefühl war schrecklich", ""},
      {"čtvrtek vlk prst", ""},
      {"привет", ""},
      {"Kubernetes rhythms", ""},
      {"\xFF\xFE", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto found = find_gibberish(tokenize(row.text));
    CHECK((found ? found->reason : "") == row.reason);
    if (!found) continue;
    CHECK(found->share > 0.5);
    CHECK(found->share <= 1);
  }
}

TEST_CASE("a million letters") {
  CHECK(find_gibberish(tokenize(std::string(1'000'000, 'a'))).has_value());
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "good food ";
  CHECK(!find_gibberish(tokenize(text)));
}
