#include "analysis/quotes.hpp"

#include <algorithm>

namespace insightflow::analysis {

namespace {

constexpr std::size_t shortlist = 32;
constexpr std::size_t pleasant_from = 25, pleasant_to = 240, longest = 480;
constexpr float too_alike = 0.6f;
constexpr double clear_mood = 0.5;

/// How well a quote of so many bytes reads.
double reads(std::size_t bytes) {
  if (bytes > longest) return 0.05;
  if (bytes > pleasant_to) return 0.6;
  return bytes < pleasant_from ? 0.5 : 1;
}

struct Candidate {
  double score;
  std::uint32_t piece;
};
bool better(const Candidate& a, const Candidate& b) {
  return a.score != b.score ? a.score > b.score : a.piece < b.piece;
}

/// Keeps the best few of many.
class Shortlist {
 public:
  void add(Candidate candidate) {
    if (list_.size() == shortlist && !better(candidate, list_.front())) return;
    if (list_.size() == shortlist) {
      std::pop_heap(list_.begin(), list_.end(), better);
      list_.pop_back();
    }
    list_.push_back(candidate);
    std::push_heap(list_.begin(), list_.end(), better);
  }
  std::vector<Candidate> sorted() const {
    auto out = list_;
    std::sort(out.begin(), out.end(), better);
    return out;
  }

 private:
  std::vector<Candidate> list_;  // a heap with the worst in front
};

float cosine(std::vector<Weight>& a, std::vector<Weight>& b) {
  const auto by_feature = [](const Weight& x, const Weight& y) { return x.feature < y.feature; };
  std::sort(a.begin(), a.end(), by_feature);
  std::sort(b.begin(), b.end(), by_feature);
  float out = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].feature == b[j].feature)
      out += a[i++].value * b[j++].value;
    else
      ++(a[i].feature < b[j].feature ? i : j);
  }
  return out;
}

struct Lists {
  Shortlist typical, negative, positive;
};

}  // namespace

void choose_quotes(std::span<const std::string_view> texts, const Pieces& pieces,
                   std::span<const PlacedPiece> placed, std::span<const std::int32_t> rank,
                   const Vectoriser& vectoriser, const ThemeOptions& options,
                   std::vector<Theme>& themes) {
  std::vector<Lists> lists(themes.size());
  for (const std::uint32_t i : pieces.originals) {
    const PlacedPiece& piece = placed[i];
    if (piece.at.cluster < 0 || rank[static_cast<std::size_t>(piece.at.cluster)] < 0) continue;
    Lists& list = lists[static_cast<std::size_t>(rank[static_cast<std::size_t>(piece.at.cluster)])];
    const double score =
        static_cast<double>(piece.at.similarity) * reads(pieces.all[i].end - pieces.all[i].start);
    list.typical.add({score, i});
    if (piece.mood.score < clear_mood) continue;
    if (piece.mood.label == Sentiment::negative)
      list.negative.add({score * piece.mood.score, i});
    else if (piece.mood.label == Sentiment::positive)
      list.positive.add({score * piece.mood.score, i});
  }

  TokenizedText tokens;
  Vectoriser::Scratch scratch;
  for (std::size_t t = 0; t < themes.size(); ++t) {
    std::vector<std::vector<Weight>> shown;
    const auto show = [&](std::uint32_t i, bool dissenting) {
      const Piece& piece = pieces.all[i];
      for (const Quote& quote : themes[t].quotes)
        if (quote.answer == piece.answer) return false;
      tokenize(pieces.text(texts, i), tokens);
      std::vector<Weight> row;
      vectoriser.row(tokens, scratch, row);
      for (auto& other : shown)
        if (cosine(row, other) > too_alike) return false;
      shown.push_back(std::move(row));
      themes[t].quotes.push_back(
          {piece.answer, piece.start, piece.end, placed[i].mood, dissenting});
      return true;
    };
    std::int64_t wanted = options.quotes;
    for (const Candidate& candidate : lists[t].typical.sorted()) {
      if (wanted <= 0) break;
      wanted -= show(candidate.piece, false);
    }
    const SentimentMix& mix = themes[t].sentiment;
    if (options.quotes <= 0 || mix.negative == mix.positive) continue;
    const Shortlist& other = mix.negative > mix.positive ? lists[t].positive : lists[t].negative;
    for (const Candidate& candidate : other.sorted())
      if (show(candidate.piece, true)) break;
  }
}

}  // namespace insightflow::analysis
