// Makes the table of letter pairs: train_letters DIRECTORY OUTPUT
//
// DIRECTORY holds the files of the sentiment model. Every word that occurs three times or more
// counts once, and so does every frequent word of the language profiles, so that the table is not
// that of a few common words. The same files give the same bytes on every machine.

#include "analysis/language_words.hpp"
#include "analysis/letter_cost.hpp"
#include "analysis/numeric.hpp"

#include <insightflow/analysis/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

using namespace insightflow::analysis;

namespace {

constexpr const char* files[] = {"goemotions.tsv",    "tweet_sentiment_extraction.tsv",
                                 "xed_subtitles.tsv", "vader_movie.tsv",
                                 "vader_tweets.tsv",  "vader_amazon.tsv",
                                 "uci_sentences.tsv"};
constexpr int least_count = 3;

using Counts = std::array<std::array<double, letter_places>, letter_places>;

void count(std::string_view word, Counts& counts) {
  if (word.size() < 2 || !std::all_of(word.begin(), word.end(), is_plain_letter)) return;
  std::size_t before = 0;
  for (const char c : word) {
    ++counts[before][place_of(c)];
    before = place_of(c);
  }
  ++counts[before][0];
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fprintf(stderr, "usage: train_letters DIRECTORY OUTPUT\n");
    return 2;
  }
  std::map<std::string, int> words;
  for (const char* file : files) {
    std::ifstream in(std::string(arguments[1]) + "/" + file, std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", file);
      return 2;
    }
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      const TokenizedText text = tokenize(std::string_view(line).substr(line.find('\t') + 1));
      for (const Token& token : text.tokens)
        if (token.kind == TokenKind::word && !token.elongated)
          ++words[std::string(text.form(token))];
    }
  }
  for (const LanguageProfile& profile : language_profiles) {
    std::string_view rest = profile.words;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      words[std::string(rest.substr(0, end))] += least_count;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  Counts counts{};
  for (const auto& [word, times] : words)
    if (times >= least_count) count(word, counts);

  std::string out =
      "#pragma once\n\n#include \"analysis/letter_cost.hpp\"\n\n"
      "// Made by tools/train/letters.cpp; do not edit.\n"
      "namespace insightflow::analysis {\n\n"
      "/// Row: a letter, the edge of the word first. Column: the one behind it. \"A\" is no "
      "surprise,\n"
      "/// each letter further half a bit.\n"
      "// clang-format off\n"
      "inline constexpr const char* letter_costs[letter_places] = {\n";
  for (const auto& row : counts) {
    constexpr double smoothing = 0.5;
    double all = smoothing * letter_places;
    for (const double n : row) all += n;
    out += "    \"";
    for (const double n : row) {
      const double bits = numeric::log(all / (n + smoothing)) / numeric::log(2);
      out += static_cast<char>('A' + std::min(25, static_cast<int>(std::floor(2 * bits + 0.5))));
    }
    out += "\",\n";
  }
  out += "};\n// clang-format on\n\n}  // namespace insightflow::analysis\n";
  std::ofstream file(arguments[2], std::ios::binary);
  file << out;
  return file.flush() ? 0 : 2;
}
