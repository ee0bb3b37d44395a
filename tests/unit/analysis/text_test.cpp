#include <insightflow/analysis/text.hpp>

#include <doctest/doctest.h>

using namespace insightflow::analysis;

namespace {

std::string forms(std::string_view text) {
  const TokenizedText tokens = tokenize(text);
  std::string out;
  for (const Token& token : tokens.tokens) {
    if (!out.empty()) out += '|';
    out += tokens.form(token);
  }
  return out;
}

std::string sentences(std::string_view text) {
  std::string out;
  for (const Sentence& s : tokenize(text).sentences) {
    if (!out.empty()) out += '|';
    out += text.substr(s.start, s.end - s.start);
  }
  return out;
}

}  // namespace

TEST_CASE("tokens") {
  struct Row {
    const char* name;
    const char* text;
    const char* forms;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"white space", " \t\n\r ", ""},
      {"words and marks", "Hello, World!", "hello|,|world|!"},
      {"contractions", "Don't, can’t, it's", "don't|,|can't|,|it's"},
      {"quotes are no apostrophes", "'quoted' rock 'n' roll", "'|quoted|'|rock|'|n|'|roll"},
      {"hyphens part", "well-known - really", "well|known|-|really"},
      {"elongation", "soooo gooood", "soo|good"},
      {"numbers", "3.5 or 1,000 or 2nd.", "3.5|or|1,000|or|2nd|."},
      {"addresses", "see https://a.b/c?d=1, www.x.org. ok", "see|://|,|://|.|ok"},
      {"mail", "write to jo.doe@example.com now", "write|to|jo|.|@|now"},
      {"handles and hashtags", "@Ann #Win2 # @", "ann|win2|#|@"},
      {"faces", "fine :-) or :( <3", "fine|:-)|or|:(|<3"},
      {"no face", "time 10:30 and http:/x", "time|10|:|30|and|http|:|/|x"},
      {"emoji with skin tone", "👍🏽 ok", "👍|ok"},
      {"joined emoji", "👩‍💻!", "👩|!"},
      {"flags are pairs", "🇩🇪🇫🇷", "🇩🇪|🇫🇷"},
      {"case folding", "STRASSE Straße ÉCOLE", "strasse|strasse|école"},
      {"composition", "e\xCC\x81t\xC3\xA9", "\xC3\xA9t\xC3\xA9"},
      {"full width", "ＡＢＣ", "abc"},
      {"ideographs stand alone", "日本語", "日|本|語"},
      {"cyrillic, arabic", "Привет مرحبا", "привет|مرحبا"},
      {"controls",
       "a\x01\x7f"
       "b",
       "a|b"},
      {"not UTF-8",
       "ab\xFF\xC0"
       "cd",
       "ab|cd"},
      {"runs of marks", "what?!... ---", "what|?|!|...|---"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(forms(row.text) == row.forms);
  }
}

TEST_CASE("spans point into the text as it was given") {
  const std::string_view text = "  Wooow — ÉTÉ #Fun @me 👍🏽 :-)";
  const TokenizedText tokens = tokenize(text);
  std::vector<std::string_view> spans;
  for (const Token& token : tokens.tokens)
    spans.push_back(text.substr(token.start, token.end - token.start));
  CHECK(spans ==
        std::vector<std::string_view>{"Wooow", "—", "ÉTÉ", "#Fun", "@me", "👍🏽", ":-)"});
  CHECK(tokens.tokens[0].elongated);
  CHECK(tokens.tokens[0].capital);
  CHECK(!tokens.tokens[0].shouted);
  CHECK(tokenize("NO way").tokens[0].shouted);
  CHECK(tokenize("well-known").tokens[1].linked);
  CHECK(!tokenize("well, known").tokens[2].linked);
}

TEST_CASE("sentences") {
  struct Row {
    const char* text;
    const char* sentences;
  };
  const Row rows[] = {
      {"", ""},
      {"one", "one"},
      {"Too loud. too late", "Too loud.|too late"},
      {"Dr. Who met Mr. Smith. They left.", "Dr. Who met Mr. Smith.|They left."},
      {"Busses, trains, etc. are late. Fix it!", "Busses, trains, etc. are late.|Fix it!"},
      {"It costs 3.50 a day. Why?", "It costs 3.50 a day.|Why?"},
      {"He said \"stop.\" Then he left.", "He said \"stop.\"|Then he left."},
      {"Well... maybe. Hmm... Maybe", "Well... maybe.|Hmm...|Maybe"},
      {"first line\nsecond line", "first line|second line"},
      {"- parking\n- noise", "- parking|- noise"},
      {"1. Parking", "1. Parking"},
      {"多い。少ない！", "多い。|少ない！"},
      {"No. Never!", "No.|Never!"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(sentences(row.text) == row.sentences);
  }
}

TEST_CASE("every token and sentence lies inside the text, in order, whatever the bytes") {
  std::string text;
  std::uint32_t state = 1;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(state >> 24);
  }
  text += std::string(300'000, 'a');
  for (int i = 0; i < 50'000; ++i) text += "\xCC\x81\xCC\xA3";  // combining marks out of order
  const TokenizedText tokens = tokenize(text);
  std::uint32_t end = 0;
  bool ordered = true;
  for (const Token& token : tokens.tokens) {
    ordered = ordered && token.start >= end && token.end > token.start;
    end = token.end;
  }
  CHECK(ordered);
  CHECK(end <= text.size());
  std::uint32_t next = 0;
  for (const Sentence& sentence : tokens.sentences) {
    ordered = ordered && sentence.first == next && sentence.last > sentence.first;
    next = sentence.last;
  }
  CHECK(ordered);
  CHECK(next == tokens.tokens.size());
}

TEST_CASE("plurals join their singular") {
  struct Row {
    const char* form;
    const char* singular;
  };
  const Row rows[] = {
      {"taxes", "tax"},   {"houses", "house"}, {"cities", "city"},       {"roads", "road"},
      {"class", "class"}, {"bus", "bus"},      {"analysis", "analysis"}, {"churches", "church"},
      {"city's", "city"}, {"as", "as"},        {"ties", "tie"}};
  std::string scratch;
  for (const Row& row : rows) {
    CAPTURE(row.form);
    CHECK(singular(row.form, scratch) == row.singular);
  }
}

TEST_CASE("stop words carry no subject") {
  for (const char* word : {"the", "don't", "and", "good", "etc"}) CHECK(is_stop_word(word));
  for (const char* word : {"traffic", "tax", "", "housing"}) CHECK(!is_stop_word(word));
}
