#include "analysis/pieces.hpp"

#include "analysis/hash.hpp"
#include "analysis/phrases.hpp"

#include <algorithm>
#include <unordered_map>

namespace insightflow::analysis {

namespace {

constexpr std::size_t least_content = 3;
constexpr std::size_t cut_at_once = 32'768;

/// The pieces of one answer, without `original` and `hash`.
void cut(const TokenizedText& text, std::uint32_t answer, std::vector<Piece>& out) {
  const std::size_t begin = out.size();
  bool open = false;
  std::size_t content = 0;
  for (const Sentence& sentence : text.sentences) {
    std::size_t words = 0;
    for (std::uint32_t i = sentence.first; i < sentence.last; ++i)
      words += is_content(text, text.tokens[i]);
    if (words == 0) continue;
    if (open) {
      out.back().end = sentence.end;
      content += words;
    } else {
      out.push_back({answer, sentence.start, sentence.end, 0, 0});
      content = words;
    }
    open = content < least_content;
  }
  // A short rest belongs to the thought before it.
  if (open && out.size() >= begin + 2) {
    out[out.size() - 2].end = out.back().end;
    out.pop_back();
  }
}

/// An answer of stop words alone.
void cut_plain(const TokenizedText& text, std::uint32_t answer, std::vector<Piece>& out) {
  const auto words = std::count_if(text.tokens.begin(), text.tokens.end(), [](const Token& token) {
    return token.kind == TokenKind::word;
  });
  if (words >= 2)
    out.push_back({answer, text.sentences.front().start, text.sentences.back().end, 0, 0});
}

}  // namespace

void join_repeats(Pieces& pieces) {
  pieces.originals.clear();
  pieces.times.clear();
  pieces.used = pieces.repeated = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> first;  // hash to index in `originals`
  auto& all = pieces.all;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    bool fresh = false;
    for (; end < all.size() && all[end].answer == all[begin].answer; ++end) {
      const auto [at, inserted] =
          first.try_emplace(all[end].hash, static_cast<std::uint32_t>(pieces.originals.size()));
      if (inserted) {
        pieces.originals.push_back(static_cast<std::uint32_t>(end));
        pieces.times.push_back(0);
        fresh = true;
      }
      ++pieces.times[at->second];
      all[end].original = pieces.originals[at->second];
    }
    ++pieces.used;
    pieces.repeated += !fresh;
  }
}

Result<Pieces> cut_pieces(std::span<const std::string_view> texts, bool plain, const Hands& hands) {
  Pieces out;
  for (std::size_t begin = 0; begin < texts.size(); begin += cut_at_once) {
    BOOST_OUTCOME_TRY(hands.ctx.check());
    hands.ctx.report("read", static_cast<std::int64_t>(begin),
                     static_cast<std::int64_t>(texts.size()));
    const std::size_t size = std::min(cut_at_once, texts.size() - begin);
    std::vector<std::vector<Piece>> parts(size);  // each share of the work fills its first
    in_blocks(size, hands.threads, [&](std::size_t first, std::size_t last) {
      TokenizedText tokens;
      for (std::size_t i = first; i < last; ++i) {
        tokenize(texts[begin + i], tokens);
        const auto answer = static_cast<std::uint32_t>(begin + i);
        const std::size_t before = parts[first].size();
        cut(tokens, answer, parts[first]);
        if (plain && parts[first].size() == before) cut_plain(tokens, answer, parts[first]);
        // A repeat is the same to the byte: what is found out about one holds for the other.
        for (std::size_t p = before; p < parts[first].size(); ++p) {
          Piece& piece = parts[first][p];
          piece.hash = hash(texts[begin + i].substr(piece.start, piece.end - piece.start));
        }
      }
    });
    for (const auto& part : parts) out.all.insert(out.all.end(), part.begin(), part.end());
  }
  join_repeats(out);
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
