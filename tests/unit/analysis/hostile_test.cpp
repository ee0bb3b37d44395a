#include "analysis/sentiment_features.hpp"

#include <insightflow/analysis/gibberish.hpp>
#include <insightflow/analysis/language.hpp>
#include <insightflow/analysis/sentiment.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace insightflow::analysis;

namespace {

/// Counts what the model looks at.
struct Counter {
  std::int64_t steps = 0;

  void add(std::uint64_t, Worth) { ++steps; }
  void expect(std::uint64_t) { ++steps; }
  WordTraits word(std::string_view form, std::uint64_t h, bool negated, bool letters) {
    const auto count = [&](std::uint64_t, Worth) { ++steps; };
    const WordTraits traits = features::traits_of(form);
    features::of_word(form, h, letters, count);
    features::of_negation(h, traits.strength, negated, count);
    return traits;
  }
};

std::int64_t steps_of(const TokenizedText& text) {
  Counter counter;
  features::walk(text, 0, text.tokens.size(), counter);
  return counter.steps + static_cast<std::int64_t>(text.looked_at + text.tokens.size());
}

std::string repeated(std::string_view piece, std::size_t size) {
  std::string out;
  while (out.size() < size) out += piece;
  return out;
}

}  // namespace

TEST_CASE("the work for a text grows with its length, whatever is in it") {
  const struct {
    const char* name;
    std::string_view piece;
  } rows[] = {
      {"one letter", "a"},
      {"words", "not good at all, "},
      {"addresses", "http://www."},
      {"addresses that end in marks", "www.x.). "},
      {"marks in an address", "www.!).]"},
      {"mail", "a@b-c_d."},
      {"handles", "@#@_"},
      {"faces", ":-):'(>:-("},
      {"half faces", ":-:':>:<"},
      {"letters of faces", "xXxD"},
      {"apostrophes", "a'b\xE2\x80\x99"},
      {"numbers", "1.2,3."},
      {"hyphens", "a-b--"},
      {"joined emoji", "👩\xE2\x80\x8D"},
      {"flags", "🇩"},
      {"combining marks", "e\xCC\x81\xCC\xA3"},
      {"full width", "ＡＢ"},
      {"ideographs", "日本。"},
      {"right to left", "\xE2\x80\xAEمرحبا "},
      {"not UTF-8", "\xF0\x9F\xFF"},
      {"controls", std::string_view("\0\x01\x7F", 3)},
      {"line ends", "\r\n"},
      {"sentences", "No. \"Why?\" ... "},
      {"negations", "not never no "},
  };
  constexpr std::size_t small = 20'000, factor = 10;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string text = repeated(row.piece, small);
    const std::string longer = repeated(row.piece, small * factor);
    const TokenizedText tokens = tokenize(text);
    CHECK(tokens.looked_at <= 2 * text.size());
    CHECK(steps_of(tokenize(longer)) <=
          static_cast<std::int64_t>(factor + 1) * steps_of(tokens) + 99);
  }
}

TEST_CASE("an answer of a million characters has a mood, a language or none, and no crash") {
  for (const std::string_view piece :
       {std::string_view("a"), std::string_view("bad service "), std::string_view("http://"),
        std::string_view("👩\xE2\x80\x8D"), std::string_view("\xFF"), std::string_view("\0", 1),
        std::string_view("e\xCC\x81\xCC\xA3"), std::string_view("\xE2\x80\xAEمرحبا ")}) {
    CAPTURE(piece);
    const TokenizedText tokens = tokenize(repeated(piece, 1'000'000));
    const MoodReading reading = read_mood(tokens);
    if (reading.mood) CHECK(reading.mood->score >= 1.0 / 3);
    CHECK((reading.mood.has_value() == reading.reason.empty()));
    (void)find_gibberish(tokens);
  }
}

TEST_CASE("bytes in another encoding are passed over, the rest of the text is read") {
  CHECK(sentiment("The caf\xE9 was terrible and rude").label == Sentiment::negative);
  CHECK(sentiment(std::string("\0\x01 great and lovely", 20)).label == Sentiment::positive);
}

TEST_CASE("a text in another language or script is not rated, and says so") {
  const struct {
    const char* text;
    bool rated;
    const char* language;
  } rows[] = {
      {"The food was good", true, "en"},
      {"Lyft", true, ""},
      {"😍😍", true, ""},
      {"", true, ""},
      {"Der Service war leider sehr langsam", false, "de"},
      {"El servicio fue muy lento y caro", false, "es"},
      {"Очень хорошо", false, "ru"},
      {"الخدمة جيدة جدا", false, "ar"},
      {"服务很好", false, "zh"},
      {"ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", false, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const MoodReading reading = read_mood(tokenize(row.text));
    CHECK(reading.mood.has_value() == row.rated);
    CHECK(reading.language == row.language);
    CHECK(reading.reason == (row.rated ? "" : "language_unsupported"));
  }
}
