#include "analysis/vectors.hpp"

#include "analysis/hash.hpp"
#include "analysis/numeric.hpp"
#include "analysis/phrases.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace insightflow::analysis {

namespace {

constexpr std::size_t shortest_gram = 3, longest_gram = 5;
constexpr float rarity_step = 4096;
/// The top bit of a bucket tells words from n-grams.
constexpr std::uint64_t word_bit = std::uint64_t{1} << 63;

}  // namespace

Vectoriser::Vectoriser(std::size_t expected_texts) {
  const int bits = std::clamp(static_cast<int>(std::bit_width(expected_texts)) + 8, 14, 21);
  shift_ = 64 - bits;
  frequency_.resize(std::size_t{1} << bits);
  last_text_.resize(frequency_.size());
}

Vectoriser::Vectoriser(int bits, std::vector<std::uint32_t> buckets,
                       std::span<const std::uint32_t> rarity)
    : shift_(64 - bits) {
  index_.assign(std::size_t{1} << bits, 0);
  for (std::size_t i = 0; i < buckets.size(); ++i) add_feature(buckets[i], rarity[i]);
}

void Vectoriser::add_feature(std::uint32_t bucket, std::uint32_t rarity) {
  buckets_.push_back(bucket);
  idf_.push_back(static_cast<float>(rarity) / rarity_step);
  is_word_.push_back(bucket >= index_.size() / 2);
  index_[bucket] = static_cast<std::uint32_t>(idf_.size());
}

std::vector<std::uint32_t> Vectoriser::rarity() const {
  std::vector<std::uint32_t> out;
  for (const float idf : idf_) out.push_back(static_cast<std::uint32_t>(idf * rarity_step));
  return out;
}

void Vectoriser::collect(const TokenizedText& text, std::vector<std::uint64_t>& out) const {
  out.clear();
  std::string padded;
  for (const Token& token : text.tokens) {
    if (token.kind != TokenKind::word && token.kind != TokenKind::hashtag &&
        token.kind != TokenKind::number)
      continue;
    out.push_back(word_key(text, token) | word_bit);
    if (!is_content(text, token)) continue;  // "how", "my": the word is enough
    const std::string_view form = text.form(token);
    padded.assign(1, ' ');
    padded += form;
    padded += ' ';
    for (std::size_t at = 0; at + shortest_gram <= padded.size(); ++at) {
      // The bytes of an n-gram fit into one number, which is all there is to hash.
      std::uint64_t gram = 0;
      const std::size_t most = std::min(longest_gram, padded.size() - at);
      for (std::size_t n = 1; n <= most; ++n) {
        gram = gram << 8 | static_cast<unsigned char>(padded[at + n - 1]);
        if (n >= shortest_gram) out.push_back(mix(gram) & ~word_bit);
      }
    }
  }
}

void Vectoriser::count(const TokenizedText& text) {
  collect(text, hashes_);
  ++texts_;
  for (const std::uint64_t h : hashes_) {
    const std::uint32_t b = bucket(h);
    if (last_text_[b] == texts_) continue;
    last_text_[b] = texts_;
    ++frequency_[b];
  }
}

void Vectoriser::fit() {
  // What hardly any text holds cannot join texts; it would only cost time.
  const std::uint32_t least = texts_ >= 20 ? std::max<std::uint32_t>(2, texts_ / 4000) : 1;
  index_.assign(frequency_.size(), 0);
  for (std::size_t b = 0; b < frequency_.size(); ++b) {
    if (frequency_[b] < least || frequency_[b] * 2ull > texts_ + 2ull) continue;
    const double idf =
        numeric::log((1.0 + static_cast<double>(texts_)) / (1.0 + frequency_[b])) + 1.0;
    add_feature(static_cast<std::uint32_t>(b),
                static_cast<std::uint32_t>(idf * static_cast<double>(rarity_step) + 0.5));
  }
  frequency_ = {};
  last_text_ = {};
}

void Vectoriser::row(const TokenizedText& text, Scratch& scratch, std::vector<Weight>& out) const {
  collect(text, scratch.hashes);
  scratch.counts.resize(idf_.size());
  scratch.touched.clear();
  for (const std::uint64_t h : scratch.hashes) {
    const std::uint32_t feature = index_[bucket(h)];
    if (feature == 0) continue;
    float& n = scratch.counts[feature - 1];
    if (n == 0) scratch.touched.push_back(feature - 1);
    n += 1;
  }
  double squares[2] = {0, 0};
  const std::size_t begin = out.size();
  for (const std::uint32_t feature : scratch.touched) {
    const float n = scratch.counts[feature];
    scratch.counts[feature] = 0;
    const auto value =
        static_cast<float>((n < 2 ? 1 : 1 + numeric::log(n)) * static_cast<double>(idf_[feature]));
    squares[is_word_[feature]] += static_cast<double>(value) * static_cast<double>(value);
    out.push_back({feature, value});
  }
  const double blocks = (squares[0] > 0) + (squares[1] > 0);
  float scale[2];
  for (int i = 0; i < 2; ++i)
    scale[i] = squares[i] > 0 ? static_cast<float>(1 / std::sqrt(squares[i] * blocks)) : 0.0f;
  for (std::size_t i = begin; i < out.size(); ++i) out[i].value *= scale[is_word_[out[i].feature]];
}

}  // namespace insightflow::analysis
