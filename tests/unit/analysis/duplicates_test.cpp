#include <insightflow/analysis/duplicates.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace insightflow;
using namespace insightflow::analysis;

namespace {

Duplicates found_in(const std::vector<std::string>& texts, const DuplicateOptions& options = {}) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto found = find_duplicates(views, options);
  REQUIRE(found);
  return std::move(found).value();
}

/// A sentence of its own for every number.
std::string sentence(std::uint32_t number) {
  std::string out;
  for (int word = 0; word < 12; ++word) {
    for (int letter = 0; letter < 5; ++letter) {
      number = number * 1664525 + 1013904223;
      out += static_cast<char>('a' + (number >> 24) % 26);
    }
    out += ' ';
  }
  return out;
}

}  // namespace

TEST_CASE("texts that repeat an earlier one") {
  struct Row {
    const char* name;
    const char* first;
    const char* second;
    bool repeats;
  };
  const char* const long_text =
      "The staff at the front desk were friendly and helped us with every question we had.";
  const Row rows[] = {
      {"the same", long_text, long_text, true},
      {"case, marks and space", "Too slow, and far too dear!", "too slow and  far too DEAR", true},
      {"one word more", long_text,
       "The staff at the front desk were very friendly and helped us with every question we had.",
       true},
      {"a slip of the finger", long_text,
       "The staff at the front desk were freindly and helped us with every question we had.", true},
      {"too short to tell", "very good", "very good", false},
      {"another text", long_text, "The parking lot is too small and there is no light at night.",
       false},
      {"the same subject", "The staff were friendly and quick to help",
       "The staff were rude and slow to answer", false},
      {"nothing", "", "", false},
      {"other scripts", "слишком долго ждать ответа от поддержки",
       "Слишком долго ждать ответа от поддержки!", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Duplicates found = found_in({row.first, row.second});
    REQUIRE(found.found.size() == row.repeats);
    if (!row.repeats) continue;
    CHECK(found.found[0].text == 1);
    CHECK(found.found[0].of == 0);
    CHECK(found.found[0].similarity >= 0.8);
    CHECK(found.found[0].similarity <= 1);
  }
}

TEST_CASE("a repeat of a repeat names the first of them") {
  const std::string text = sentence(1);
  const Duplicates found =
      found_in({sentence(2), text, text + "and more", text + "and more", text});
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> wanted{{2, 1}, {3, 1}, {4, 1}};
  REQUIRE(found.found.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(found.found[i].text == wanted[i].first);
    CHECK(found.found[i].of == wanted[i].second);
  }
}

TEST_CASE("the share of what is alike decides") {
  const std::string text = sentence(5);
  CHECK(found_in({text, text + "and something else"}, {.similarity = 0.5}).found.size() == 1);
  CHECK(found_in({text, text + "and something else"}, {.similarity = 0.95}).found.empty());
  CHECK(found_in({"a b", "a b"}, {.least_words = 2}).found.size() == 1);
  for (const double wrong : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    const auto refused = find_duplicates({}, {.similarity = wrong});
    REQUIRE(!refused);
    CHECK(refused.error().reason == "similarity_invalid");
  }
}

TEST_CASE("who wants to stop is heard") {
  std::stop_source stop;
  stop.request_stop();
  const std::string_view texts[] = {"one"};
  Ctx ctx;
  ctx.stop = stop.get_token();
  const auto stopped = find_duplicates(texts, {}, ctx);
  REQUIRE(!stopped);
  CHECK(stopped.error().code == Code::cancelled);
}

namespace {
std::int64_t bytes_of(const std::vector<std::string>& texts) {
  std::int64_t out = 0;
  for (const std::string& text : texts) out += static_cast<std::int64_t>(text.size());
  return out;
}
}  // namespace

TEST_CASE("the work grows with the texts, not with the pairs of them") {
  const std::vector<std::string> same(100'000, "It is far too slow for what it costs");
  const Duplicates repeated = found_in(same);
  CHECK(repeated.found.size() == same.size() - 1);
  CHECK(repeated.bytes_read == bytes_of(same));

  std::vector<std::string> similar;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    std::string text = sentence(7) + std::to_string(i % 3000) + " ";
    for (std::uint32_t part = 0; part < 4; ++part)
      text += sentence(i * 4 + part).substr(0, 6) + " ";
    similar.push_back(text);
  }
  CHECK(found_in(similar).bytes_read > bytes_of(similar));
  CHECK(found_in(similar).bytes_read <= 12 * bytes_of(similar));

  // One long text, and many short ones of the same runs of letters.
  std::vector<std::string> rounds(1);
  for (int i = 0; i < 300'000; ++i) rounds[0] += "ab ";
  for (int i = 5; i < 1'000; ++i)
    rounds.push_back(rounds[0].substr(0, static_cast<std::size_t>(3 * i)));
  CHECK(found_in(rounds).bytes_read <= 12 * bytes_of(rounds));
}

TEST_CASE("long and broken texts") {
  const std::string million(1'000'000, 'a');
  std::string words;
  while (words.size() < 1'000'000) words += sentence(static_cast<std::uint32_t>(words.size()));
  const Duplicates found =
      found_in({million, words, words + "end", "\xFF\xFE\x80", std::string(5, '\0')});
  REQUIRE(found.found.size() == 1);
  CHECK(found.found[0].of == 1);
}

TEST_CASE("sketches tell how alike texts are, and find repeats among many") {
  const auto sketched = [](std::string_view text) { return sketch_of(tokenize(text)); };
  const Sketch one =
      sketched("The checkout froze twice before my payment went through on the second card.");
  CHECK(one ==
        sketched("the CHECKOUT froze twice, before my payment went through on the second card"));
  CHECK(likeness(one, one) == 1);
  CHECK(likeness(one, sketched("The checkout froze twice before my payment went through on the "
                               "second credit card.")) > 0.6);
  CHECK(likeness(one, sketched("Support answered within minutes and solved everything at once, "
                               "many thanks to the whole team.")) < 0.3);
  // A text of all and a text of none.
  CHECK(likeness(sketched(""), sketched("...")) == 1);

  std::vector<Sketch> many;
  const auto text = [](int i) {
    std::string out;
    for (int word = 0; word < 12; ++word)
      out += "w" + std::to_string((i * 7919 + word * 104729) % 100003) + " ";
    return out;
  };
  for (int i = 0; i < 500; ++i) many.push_back(sketched(text(i)));
  const auto none = repeats_among(many);
  CHECK(std::count(none.begin(), none.end(), 1) == 0);
  for (int i = 0; i < 500; ++i) many.push_back(sketched(text(i) + "end"));
  const auto found = repeats_among(many);
  CHECK(std::count(found.begin(), found.begin() + 500, 1) == 0);
  CHECK(std::count(found.begin() + 500, found.end(), 1) >= 495);
  // One text a hundred thousand times: every one but the first, without comparing all with all.
  const std::vector<Sketch> same(100'000, one);
  const auto repeats = repeats_among(same);
  CHECK(std::count(repeats.begin(), repeats.end(), 1) == 99'999);
  CHECK(repeats.front() == 0);
  CHECK(repeats_among({}).empty());
}
