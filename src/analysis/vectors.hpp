#pragma once

#include <insightflow/analysis/text.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// TF-IDF vectors of words and character 3–5-grams.
namespace insightflow::analysis {

struct Weight {
  std::uint32_t feature = 0;
  float value = 0;
};

/// Sparse vectors of length 1 (or empty), one behind the other.
struct SparseRows {
  std::vector<Weight> weights;
  std::vector<std::size_t> ends;

  std::size_t size() const { return ends.size(); }
  std::span<const Weight> operator[](std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : ends[row - 1];
    return {weights.data() + begin, ends[row] - begin};
  }
};

/// Every so many-th row.
inline SparseRows every(const SparseRows& rows, std::size_t step) {
  SparseRows out;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    const auto row = rows[i];
    out.weights.insert(out.weights.end(), row.begin(), row.end());
    out.ends.push_back(out.weights.size());
  }
  return out;
}

/// Learns document frequencies from some texts, then turns any text into a vector. Words and
/// character n-grams weigh the same, each block normalised by itself. Vectorising is safe from
/// several threads as long as each has its own `Scratch`.
class Vectoriser {
 public:
  struct Scratch {
    std::vector<std::uint64_t> hashes;
    std::vector<float> counts;
    std::vector<std::uint32_t> touched;
  };

  /// First all `count`s, then `fit`, then `row`.
  explicit Vectoriser(std::size_t expected_texts);
  /// One that was fitted before: what `bits`, `buckets` and `rarity` gave. Every bucket is below
  /// 2^bits and larger than the one before.
  Vectoriser(int bits, std::vector<std::uint32_t> buckets, std::span<const std::uint32_t> rarity);
  void count(const TokenizedText& text);
  void fit();

  /// Appends the vector of a text.
  void row(const TokenizedText& text, Scratch& scratch, std::vector<Weight>& out) const;
  std::size_t features() const { return idf_.size(); }

  int bits() const { return 64 - shift_; }
  /// For every feature the bucket its hash falls into, and its inverse document frequency in
  /// steps of 1/4096.
  const std::vector<std::uint32_t>& buckets() const { return buckets_; }
  std::vector<std::uint32_t> rarity() const;

 private:
  void add_feature(std::uint32_t bucket, std::uint32_t rarity);
  void collect(const TokenizedText& text, std::vector<std::uint64_t>& out) const;
  std::uint32_t bucket(std::uint64_t h) const { return static_cast<std::uint32_t>(h >> shift_); }

  int shift_;
  std::uint32_t texts_ = 0;
  std::vector<std::uint32_t> frequency_;  // by bucket
  std::vector<std::uint32_t> last_text_;  // by bucket: the last text that was counted there
  std::vector<std::uint32_t> index_;      // bucket to feature + 1
  std::vector<std::uint32_t> buckets_;    // of every feature
  std::vector<float> idf_;
  std::vector<bool> is_word_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace insightflow::analysis
