#include "names_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <unordered_map>

/// train_names LISTS OUT TEMPLATES TEXT…    learns src/privacy/names.model.
///
/// LISTS is tools/train/names. TEMPLATES holds one sentence a line with {{fields}}. Each TEXT is
/// ordinary text, one to a line, behind a label and a tab where there is one.
namespace insightflow::train {

using namespace privacy;
using privacy::Shape;

namespace {

constexpr std::size_t made_sentences = 60000;
constexpr std::size_t most_ordinary = 90000;
constexpr int rounds = 4;
constexpr int scale = 32;

/// How often a word stands in lower case, and with a capital inside a sentence.
struct Count {
  std::uint32_t lower = 0, capital = 0;
};

class Lexicon {
 public:
  void flag(std::uint32_t hash, std::uint16_t bits) {
    const std::uint32_t key = lexicon_key(hash);
    for (std::size_t at = lexicon_slot(hash);; at = (at + 1) % lexicon_slots) {
      if (table[at] != 0 && (table[at] & ~0x3FFu) != key) continue;
      if (table[at] == 0 && ++used > lexicon_slots * 3 / 4) {
        std::cerr << "train_names: the lexicon is full\n";
        std::exit(1);
      }
      table[at] = key | (table[at] & 0x3FF) | bits;
      return;
    }
  }

  std::vector<std::uint32_t> table = std::vector<std::uint32_t>(lexicon_slots, 0);
  std::size_t used = 0;
};

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::cerr << "train_names: cannot read " << file << '\n';
    std::exit(2);
  }
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    if (const std::size_t tab = line.find('\t'); tab != line.npos) line.erase(0, tab + 1);
    // A column of CSV: the quotes around it and the label behind it.
    if (file.extension() == ".csv") {
      if (const std::size_t comma = line.rfind(','); comma != line.npos) line.erase(comma);
      std::erase(line, '"');
    }
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.size() > 3 && line.size() < 1000) out.push_back(line);
  }
  return out;
}

void flag_words(Lexicon& lexicon, const Words& entries, std::uint16_t bits,
                const std::unordered_map<std::uint32_t, Count>& counts) {
  std::vector<Token> tokens;
  for (const std::string& entry : entries) {
    tokenize(entry, tokens);
    for (const Token& token : tokens) {
      if (token.kind != Kind::word || token.end - token.begin < 2) continue;
      // "The" of "The Gambia" and "and" of "Trinidad and Tobago" are no names.
      const auto found = counts.find(token.hash);
      if (tokens.size() > 1 && found != counts.end() && found->second.lower > 30 &&
          found->second.lower > 3 * found->second.capital)
        continue;
      lexicon.flag(token.hash, bits);
    }
  }
}

/// Whether nothing in an ordinary sentence looks like a name: it may then teach what is none.
bool harmless(const Page& page, const Lexicon& lexicon) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i].kind != Kind::word) continue;
    const std::uint16_t word = look_up(lexicon.table, page[i].hash);
    const int common = word & word_common;
    const bool name = (word & (word_first_name | word_surname | word_city | word_country)) != 0;
    if (name && common < 2) return false;
    const bool first = i == 0 || page[i - 1].kind == Kind::mark || page[i - 1].kind == Kind::line;
    if (page[i].shape == privacy::Shape::lower) continue;
    if (common < 2 && !first) return false;
    if (common < 1) return false;
  }
  return true;
}

class Learner {
 public:
  Learner() : weights_(buckets * tags, 0.0F), squares_(buckets * tags, 1e-6F) {}

  std::array<double, tags> probabilities(const std::array<std::uint32_t, features>& at) const {
    std::array<double, tags> out{};
    for (const std::uint32_t bucket : at)
      for (std::size_t t = 0; t < tags; ++t) out[t] += weights_[bucket * tags + t];
    const double most = *std::max_element(out.begin(), out.end());
    double sum = 0;
    for (double& x : out) sum += x = std::exp(x - most);
    for (double& x : out) x /= sum;
    return out;
  }

  void learn(const std::array<std::uint32_t, features>& at, std::array<double, tags> p, Tag right,
             double rate) {
    p[static_cast<std::size_t>(right)] -= 1;
    for (const std::uint32_t bucket : at)
      for (std::size_t t = 0; t < tags; ++t) {
        const auto slope = static_cast<float>(p[t]);
        float& square = squares_[bucket * tags + t];
        square += slope * slope;
        float& weight = weights_[bucket * tags + t];
        weight -= static_cast<float>(rate) * (slope / std::sqrt(square) + 0.0003F * weight);
      }
  }

  std::vector<std::int8_t> rounded() const {
    std::vector<std::int8_t> out;
    for (const float weight : weights_)
      out.push_back(
          static_cast<std::int8_t>(std::clamp<long>(std::lround(weight * scale), -127, 127)));
    return out;
  }

 private:
  std::vector<float> weights_, squares_;
};

/// One sentence: tags from left to right, learning from each.
void study(const Sentence& sentence, const Lexicon& lexicon, Rng& chance, double rate,
           Learner& learner) {
  std::vector<Token> tokens;
  tokenize(sentence.text, tokens);
  const Page page{sentence.text, tokens};
  std::vector<Found> taken;
  find_identifiers(page, taken);
  std::vector<Seen> seen;
  const Letters letters = see(page, taken, lexicon.table, seen);
  std::vector<Tag> right(page.size(), Tag::none);
  for (const Span& span : sentence.spans)
    for (std::size_t i = 0; i < page.size(); ++i)
      if (page[i].begin >= span.begin && page[i].begin < span.end) right[i] = span.tag;
  // The lists are never complete: what they know of a name is often hidden, so that form and
  // context are learned as well.
  for (std::size_t i = 0; i < page.size(); ++i) {
    Seen& here = seen[i + margin];
    if (right[i] == Tag::none || here.word == 0 ||
        chance.below(100) >= ((here.word & word_country) != 0 ? 15u : 45u))
      continue;
    here.word &= word_common | word_street | word_title;
    if ((here.word & word_common) == 1) here.word &= static_cast<std::uint16_t>(~word_common);
    set_key(page[i], here);
  }
  std::array<std::uint32_t, features> at;
  for (std::size_t i = 0; i < page.size(); ++i) {
    Seen& here = seen[i + margin];
    if (plain(here, seen[i + margin - 1].tag)) continue;
    feature_buckets(page, seen, i + margin, letters, at);
    const auto p = learner.probabilities(at);
    learner.learn(at, p, right[i], rate);
    const auto guess = static_cast<Tag>(std::max_element(p.begin(), p.end()) - p.begin());
    here.tag = chance.below(100) < 70 ? guess : right[i];
    if (here.shape == static_cast<std::uint8_t>(privacy::Shape::taken)) here.tag = Tag::none;
  }
}

}  // namespace

}  // namespace insightflow::train

int main(int count, char** arguments) {
  using namespace insightflow;
  using namespace insightflow::train;
  if (count < 5) {
    std::cerr << "train_names LISTS OUT TEMPLATES TEXT…\n";
    return 2;
  }
  const std::filesystem::path lists = arguments[1];
  Writer writer(lists, {arguments[3], lists / "templates.txt"}, 20240611);
  std::vector<std::string> lines;
  for (int i = 4; i < count; ++i)
    for (std::string& line : read_lines(arguments[i])) lines.push_back(std::move(line));

  std::unordered_map<std::uint32_t, Count> counts;
  std::vector<Token> tokens;
  for (const std::string& line : lines) {
    tokenize(line, tokens);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].kind != Kind::word) continue;
      if (tokens[i].shape == privacy::Shape::lower)
        ++counts[tokens[i].hash].lower;
      else if (i > 0 && tokens[i - 1].kind == Kind::word &&
               tokens[i - 1].shape == privacy::Shape::lower)
        ++counts[tokens[i].hash].capital;
    }
  }

  Lexicon lexicon;
  flag_words(lexicon, writer.list("first_names"), word_first_name, counts);
  flag_words(lexicon, writer.list("surnames"), word_surname, counts);
  flag_words(lexicon, writer.list("cities"), word_city, counts);
  flag_words(lexicon, writer.list("countries"), word_country, counts);
  flag_words(lexicon, writer.list("nationalities"), word_nationality, counts);
  flag_words(lexicon, writer.list("titles"), word_title, counts);
  for (const char* list : {"company_ends", "companies"})
    flag_words(lexicon, writer.list(list), word_company, counts);
  for (const char* list :
       {"streets_en", "streets_before", "streets_end", "streets_after", "secondary"})
    flag_words(lexicon, writer.list(list), word_street, counts);
  for (const std::string& word : writer.list("technical")) lexicon.flag(word_hash(word), 2);
  // In order of the hash, so that the table does not depend on the map.
  std::vector<std::pair<std::uint32_t, Count>> ordered(counts.begin(), counts.end());
  std::sort(ordered.begin(), ordered.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [hash, seen] : ordered) {
    const std::uint16_t known = look_up(lexicon.table, hash);
    const bool name = (known & (word_first_name | word_surname | word_city | word_country)) != 0;
    // A name written small now and then is still a name.
    if (seen.lower < (name ? 3 * seen.capital : seen.capital)) continue;
    const std::uint32_t least = name ? 20 : 2;
    if (seen.lower < least) continue;
    lexicon.flag(hash, seen.lower >= 200 ? 3 : seen.lower >= (name ? 40 : 5) ? 2 : 1);
  }
  std::cerr << "lexicon: " << lexicon.used << " words\n";

  Rng chance(7);
  chance.shuffle(std::span(lines));
  std::vector<Sentence> sentences;
  std::size_t named = 0;
  std::vector<Found> none;
  for (const std::string& line : lines) {
    if (line.find("[RELIGION]") != line.npos) continue;
    if (line.find("[NAME]") != line.npos) {
      sentences.push_back(writer.named(line));
      ++named;
      continue;
    }
    if (sentences.size() >= most_ordinary) continue;
    tokenize(line, tokens);
    if (!harmless(Page{line, tokens}, lexicon)) continue;
    if (chance.below(2) == 0)
      if (Sentence sentence = writer.peopled(line); !sentence.spans.empty()) {
        sentences.push_back(std::move(sentence));
        ++named;
        continue;
      }
    sentences.push_back(chance.below(2) == 0 ? writer.mistyped(line) : Sentence{line, {}});
  }
  std::cerr << sentences.size() << " ordinary sentences, " << named << " of them with names\n";
  for (std::size_t i = 0; i < made_sentences; ++i) sentences.push_back(writer.sentence());

  Learner learner;
  for (int round = 0; round < rounds; ++round) {
    chance.shuffle(std::span(sentences));
    for (const Sentence& sentence : sentences)
      study(sentence, lexicon, chance, 0.1 / (1 + round), learner);
    std::cerr << "round " << round + 1 << '\n';
  }

  NamesHeader header{{'n', 'a', 'm', 'e', 's', '1', 0, 0}, scale, scale / 2};
  const auto weights = learner.rounded();
  std::ofstream out(arguments[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(&header), sizeof header);
  out.write(reinterpret_cast<const char*>(lexicon.table.data()),
            static_cast<std::streamsize>(lexicon.table.size() * sizeof(std::uint32_t)));
  out.write(reinterpret_cast<const char*>(weights.data()),
            static_cast<std::streamsize>(weights.size()));
  return out.good() ? 0 : 1;
}
