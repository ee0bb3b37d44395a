#include "analysis/hash.hpp"

#include <insightflow/analysis/duplicates.hpp>
#include <insightflow/analysis/text.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <unordered_map>

namespace insightflow::analysis {

namespace {

constexpr std::size_t bands = 10, rows = 3, minima = bands * rows, run_bytes = 4;
constexpr std::size_t check_every = 1024;

/// Multipliers and offsets of the hash functions, all odd and different.
constexpr auto functions = [] {
  std::array<std::array<std::uint32_t, 2>, minima> out{};
  for (std::size_t i = 0; i < minima; ++i)
    out[i] = {static_cast<std::uint32_t>(mix(2 * i + 1)) | 1u,
              static_cast<std::uint32_t>(mix(2 * i + 2))};
  return out;
}();

/// What is compared of a text: its words with one space between, in runs of four bytes.
class Reader {
 public:
  /// Reads the text; the number of its words.
  std::int64_t read(std::string_view text) {
    tokenize(text, tokens_);
    words.clear();
    std::int64_t count = 0;
    for (const Token& token : tokens_.tokens) {
      if (token.kind == TokenKind::punctuation) continue;
      words += tokens_.form(token);
      words += ' ';
      ++count;
    }
    return count;
  }

  /// The hashes of its runs, each once, in order.
  const std::vector<std::uint32_t>& runs() {
    runs_.clear();
    for (std::size_t at = 0; at + run_bytes <= words.size(); ++at)
      runs_.push_back(static_cast<std::uint32_t>(mix(little_endian(&words[at], run_bytes))));
    std::sort(runs_.begin(), runs_.end());
    runs_.erase(std::unique(runs_.begin(), runs_.end()), runs_.end());
    return runs_;
  }

  std::string words;

 private:
  TokenizedText tokens_;
  std::vector<std::uint32_t> runs_;
};

std::array<std::uint32_t, minima> smallest(const std::vector<std::uint32_t>& runs) {
  std::array<std::uint32_t, minima> out;
  out.fill(std::numeric_limits<std::uint32_t>::max());
  for (const std::uint32_t run : runs)
    for (std::size_t i = 0; i < minima; ++i)
      out[i] = std::min(out[i], run * functions[i][0] + functions[i][1]);
  return out;
}

double jaccard(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::size_t both = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    both += *i == *j;
    const bool step_a = *i <= *j, step_b = *j <= *i;
    i += step_a;
    j += step_b;
  }
  return static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

class Search {
 public:
  Search(std::span<const std::string_view> texts, double similarity)
      : texts_(texts), similarity_(similarity) {}

  void add(std::uint32_t index, Reader& reader, Duplicates& out) {
    const auto [same, is_new] = wholes_.try_emplace(hash(reader.words), index);
    if (!is_new) {
      // The first of these words may itself repeat another text.
      const auto known = repeated_.find(same->second);
      out.found.push_back(known == repeated_.end()
                              ? Duplicate{index, same->second, 1}
                              : Duplicate{index, known->second.of, known->second.similarity});
      return;
    }
    const std::vector<std::uint32_t>& runs = reader.runs();
    if (runs.empty()) return;
    const auto least = smallest(runs);
    std::array<std::uint64_t, bands> keys;
    std::array<std::uint32_t, bands> candidates;
    std::size_t count = 0;
    for (std::size_t band = 0; band < bands; ++band) {
      keys[band] = band;
      for (std::size_t row = 0; row < rows; ++row)
        keys[band] = combine(keys[band], least[band * rows + row]);
      const auto first = firsts_.find(keys[band]);
      if (first != firsts_.end()) candidates[count++] = first->second;
    }
    std::sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count));
    const auto* end =
        std::unique(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count));
    for (const auto* candidate = candidates.begin(); candidate != end; ++candidate) {
      const Size size = sizes_.at(*candidate);
      if (!comparable(size.runs, runs.size()) || !comparable(size.bytes, reader.words.size()))
        continue;
      out.bytes_read += static_cast<std::int64_t>(texts_[*candidate].size());
      other_.read(texts_[*candidate]);
      const double alike = jaccard(runs, other_.runs());
      if (alike < similarity_) continue;
      out.found.push_back({index, *candidate, alike});
      repeated_.emplace(index, out.found.back());
      return;
    }
    sizes_.emplace(index, Size{runs.size(), reader.words.size()});
    for (const std::uint64_t key : keys) firsts_.try_emplace(key, index);
  }

 private:
  struct Size {
    std::size_t runs = 0, bytes = 0;
  };

  /// Sets of very different sizes cannot be alike, and a long text is not read for every short one.
  bool comparable(std::size_t a, std::size_t b) const {
    return static_cast<double>(std::min(a, b)) >= similarity_ * static_cast<double>(std::max(a, b));
  }

  std::span<const std::string_view> texts_;
  double similarity_;
  Reader other_;
  // Asked, never walked through.
  std::unordered_map<std::uint64_t, std::uint32_t> wholes_, firsts_;
  std::unordered_map<std::uint32_t, Size> sizes_;
  std::unordered_map<std::uint32_t, Duplicate> repeated_;
};

}  // namespace

Result<Duplicates> find_duplicates(std::span<const std::string_view> texts,
                                   const DuplicateOptions& options, const Ctx& ctx) {
  if (!(options.similarity > 0 && options.similarity <= 1))
    return fail(Code::invalid, "similarity_invalid",
                "The similarity must be above 0 and at most 1.", "/similarity");
  Duplicates out;
  Search search(texts, options.similarity);
  Reader reader;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("duplicates", static_cast<std::int64_t>(i),
                 static_cast<std::int64_t>(texts.size()));
    }
    out.bytes_read += static_cast<std::int64_t>(texts[i].size());
    if (reader.read(texts[i]) >= options.least_words)
      search.add(static_cast<std::uint32_t>(i), reader, out);
  }
  return out;
}

}  // namespace insightflow::analysis
