#include "analysis/pieces.hpp"

#include "analysis/hash.hpp"
#include "analysis/phrases.hpp"

#include <algorithm>
#include <unordered_map>

namespace insightflow::analysis {

namespace {

constexpr std::size_t least_content = 3;
constexpr std::size_t check_every = 1024;

/// The pieces of one answer, without `original`.
void cut(const TokenizedText& text, std::uint32_t answer, std::vector<Piece>& out) {
  const std::size_t begin = out.size();
  bool open = false;
  std::size_t content = 0;
  for (const Sentence& sentence : text.sentences) {
    std::uint64_t h = open ? out.back().hash : 0;
    std::size_t words = 0;
    for (std::uint32_t i = sentence.first; i < sentence.last; ++i) {
      if (!is_content(text, text.tokens[i])) continue;
      h = combine(h, word_key(text, text.tokens[i]));
      ++words;
    }
    if (words == 0) continue;
    if (open) {
      out.back().end = sentence.end;
      out.back().hash = h;
      content += words;
    } else {
      out.push_back({answer, sentence.start, sentence.end, 0, h});
      content = words;
    }
    open = content < least_content;
  }
  // A short rest belongs to the thought before it.
  if (open && out.size() >= begin + 2) {
    const Piece rest = out.back();
    out.pop_back();
    out.back().end = rest.end;
    out.back().hash = combine(out.back().hash, rest.hash);
  }
}

}  // namespace

Result<Pieces> cut_pieces(std::span<const std::string_view> texts, const Ctx& ctx) {
  Pieces out;
  std::unordered_map<std::uint64_t, std::uint32_t> first;  // hash to index in `originals`
  TokenizedText tokens;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("read", static_cast<std::int64_t>(i), static_cast<std::int64_t>(texts.size()));
    }
    tokenize(texts[i], tokens);
    const std::size_t begin = out.all.size();
    cut(tokens, static_cast<std::uint32_t>(i), out.all);
    bool fresh = false;
    for (std::size_t p = begin; p < out.all.size(); ++p) {
      const auto [at, inserted] =
          first.try_emplace(out.all[p].hash, static_cast<std::uint32_t>(out.originals.size()));
      if (inserted) {
        out.originals.push_back(static_cast<std::uint32_t>(p));
        out.times.push_back(0);
        fresh = true;
      }
      ++out.times[at->second];
      out.all[p].original = out.originals[at->second];
    }
    out.used += begin < out.all.size();
    out.repeated += begin < out.all.size() && !fresh;
  }
  return out;
}

std::vector<std::uint32_t> sample(const Pieces& pieces, std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(pieces.originals.size());
  for (std::uint32_t i = 0; i < order.size(); ++i)
    order[i] = {mix(pieces.all[pieces.originals[i]].hash), i};
  most = std::min(most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end());
  std::vector<std::uint32_t> out(most);
  for (std::size_t i = 0; i < most; ++i) out[i] = order[i].second;
  return out;
}

}  // namespace insightflow::analysis
