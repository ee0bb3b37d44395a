#include "analysis/check_every.hpp"
#include "analysis/hash.hpp"

#include <insightflow/analysis/duplicates.hpp>
#include <insightflow/analysis/text.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string>
#include <unordered_map>

namespace insightflow::analysis {

namespace {

constexpr std::size_t bands = 10, rows = 3, minima = bands * rows, run_bytes = 4;

/// Multipliers and offsets of the hash functions, all odd and different.
constexpr auto functions = [] {
  std::array<std::array<std::uint32_t, 2>, minima> out{};
  for (std::size_t i = 0; i < minima; ++i)
    out[i] = {static_cast<std::uint32_t>(mix(2 * i + 1)) | 1u,
              static_cast<std::uint32_t>(mix(2 * i + 2))};
  return out;
}();

/// What is compared of a text: its words with one space between, in runs of four bytes.
class RunReader {
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

  void add(std::uint32_t index, RunReader& reader, Duplicates& out) {
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
  RunReader other_;
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
  RunReader reader;
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

namespace {

constexpr std::size_t sketch_groups = 64, group_bits = 6, nibbles = 16, draws = 4;
constexpr std::size_t band_size = 7, band_count = sketch_groups / band_size;

std::size_t nibble(const Sketch& sketch, std::size_t group) {
  const std::int64_t words[] = {sketch.first, sketch.second, sketch.third, sketch.fourth};
  return (static_cast<std::uint64_t>(words[group / nibbles]) >> (4 * (group % nibbles))) & 15;
}

/// Groups that agree.
std::size_t agreement(const Sketch& a, const Sketch& b) {
  std::size_t out = 0;
  for (const auto& [x, y] : {std::pair(a.first, b.first), std::pair(a.second, b.second),
                             std::pair(a.third, b.third), std::pair(a.fourth, b.fourth)}) {
    std::uint64_t differs = static_cast<std::uint64_t>(x) ^ static_cast<std::uint64_t>(y);
    differs |= differs >> 2;
    differs |= differs >> 1;
    out += nibbles - static_cast<std::size_t>(std::popcount(differs & 0x1111111111111111u));
  }
  return out;
}

}  // namespace

Sketch sketch_of(const TokenizedText& text) {
  thread_local std::string words;
  words.clear();
  for (const Token& token : text.tokens) {
    if (token.kind == TokenKind::punctuation) continue;
    words += text.form(token);
    words += ' ';
  }
  std::array<std::uint32_t, sketch_groups> least;
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  least.fill(none);
  // Each run is drawn four times, so that few groups of a short text stay empty.
  for (std::size_t at = 0; at + run_bytes <= words.size(); ++at) {
    std::uint64_t h = little_endian(&words[at], run_bytes);
    for (std::size_t draw = 0; draw < draws; draw += 2) {
      h = mix(h + draw + 1);
      for (const auto part : {static_cast<std::uint32_t>(h), static_cast<std::uint32_t>(h >> 32)}) {
        std::uint32_t& group = least[part >> (32 - group_bits)];
        group = std::min(group, part << group_bits);
      }
    }
  }
  std::array<std::uint64_t, 4> packed{};
  for (std::size_t group = 0; group < sketch_groups; ++group) {
    // An empty group takes the value of the next one that is not.
    std::size_t from = group;
    for (std::size_t step = 0; step < sketch_groups && least[from] == none; ++step)
      from = (from + 1) % sketch_groups;
    const std::uint64_t bits = mix(least[from] + 64 * group) >> 60;
    packed[group / nibbles] |= bits << (4 * (group % nibbles));
  }
  return {std::bit_cast<std::int64_t>(hash(words)), std::bit_cast<std::int64_t>(packed[0]),
          std::bit_cast<std::int64_t>(packed[1]), std::bit_cast<std::int64_t>(packed[2]),
          std::bit_cast<std::int64_t>(packed[3])};
}

double likeness(const Sketch& a, const Sketch& b) {
  if (a.words == b.words) return 1;
  // One group in sixteen agrees by chance.
  const double agree = static_cast<double>(agreement(a, b)) / static_cast<double>(sketch_groups);
  return std::max(0.0, (agree - 1.0 / 16) / (1 - 1.0 / 16));
}

std::vector<char> repeats_among(std::span<const Sketch> sketches, double similarity) {
  std::vector<char> out(sketches.size());
  std::vector<std::uint64_t> keys(sketches.size());  // 32 bits to compare by, then the text
  const auto look = [&](const auto& key_of) {
    for (std::size_t i = 0; i < sketches.size(); ++i) keys[i] = key_of(sketches[i]) << 32 | i;
    std::sort(keys.begin(), keys.end());
    std::size_t first = 0;
    for (std::size_t i = 1; i < keys.size(); ++i) {
      if (keys[i] >> 32 != keys[first] >> 32) {
        first = i;
        continue;
      }
      const auto text = static_cast<std::uint32_t>(keys[i]);
      for (const std::size_t other : {first, i - 1})
        if (!out[text] && likeness(sketches[text],
                                   sketches[static_cast<std::uint32_t>(keys[other])]) >= similarity)
          out[text] = 1;
    }
  };
  look([](const Sketch& one) { return std::bit_cast<std::uint64_t>(one.words) >> 32; });
  for (const std::size_t stride : {std::size_t{1}, band_count})
    for (std::size_t band = 0; band < band_count; ++band)
      look([&](const Sketch& one) {
        const std::size_t from = stride == 1 ? band * band_size : band;
        std::uint64_t key = 0;
        for (std::size_t i = 0; i < band_size; ++i) key = key << 4 | nibble(one, from + i * stride);
        return key;
      });
  return out;
}

}  // namespace insightflow::analysis
