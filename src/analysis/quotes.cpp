#include "analysis/quotes.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>

namespace insightflow::analysis {

namespace {

constexpr std::size_t pleasant_from = 25, pleasant_to = 240, longest = 480;
constexpr float too_alike = 0.6f;
constexpr double clear_mood = 0.5;

/// How well a quote of so many bytes reads.
double reads(std::size_t bytes) {
  if (bytes > longest) return 0.05;
  if (bytes > pleasant_to) return 0.6;
  return bytes < pleasant_from ? 0.5 : 1;
}

struct ScoredPiece {
  double score;
  std::uint32_t piece;
};
bool better(const ScoredPiece& a, const ScoredPiece& b) {
  return a.score != b.score ? a.score > b.score : a.piece < b.piece;
}

/// Keeps the best few of many.
class Shortlist {
 public:
  void add(ScoredPiece candidate) {
    if (list_.size() == most_candidates && !better(candidate, list_.front())) return;
    if (list_.size() == most_candidates) {
      std::pop_heap(list_.begin(), list_.end(), better);
      list_.pop_back();
    }
    list_.push_back(candidate);
    std::push_heap(list_.begin(), list_.end(), better);
  }
  std::vector<ScoredPiece> sorted() const {
    auto out = list_;
    std::sort(out.begin(), out.end(), better);
    return out;
  }

 private:
  std::vector<ScoredPiece> list_;  // a heap with the worst in front
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

bool before(const QuoteCandidate& a, const QuoteCandidate& b) {
  return std::tuple(-a.score, a.answer, a.start) < std::tuple(-b.score, b.answer, b.start);
}

void join(std::vector<QuoteCandidate>& into, const std::vector<QuoteCandidate>& other) {
  std::vector<QuoteCandidate> all;
  std::merge(into.begin(), into.end(), other.begin(), other.end(), std::back_inserter(all), before);
  into.clear();
  for (QuoteCandidate& one : all) {
    if (into.size() == most_candidates) break;
    if (std::none_of(into.begin(), into.end(),
                     [&](const QuoteCandidate& known) { return known.hash == one.hash; }))
      into.push_back(std::move(one));
  }
}

}  // namespace

void merge(ThemeQuotes& into, const ThemeQuotes& other) {
  join(into.typical, other.typical);
  join(into.negative, other.negative);
  join(into.positive, other.positive);
}

std::vector<ThemeQuotes> shortlist_quotes(std::span<const std::string_view> texts,
                                          const Pieces& pieces, std::span<const PlacedPiece> placed,
                                          std::span<const std::int32_t> rank, std::size_t themes) {
  std::vector<Lists> lists(themes);
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
  const auto candidates = [&](const Shortlist& list) {
    std::vector<QuoteCandidate> out;
    for (const ScoredPiece& one : list.sorted()) {
      const Piece& piece = pieces.all[one.piece];
      out.push_back({.score = one.score,
                     .hash = std::bit_cast<std::int64_t>(piece.hash),
                     .answer = piece.answer,
                     .start = piece.start,
                     .end = piece.end,
                     .mood = placed[one.piece].mood,
                     .text = std::string(pieces.text(texts, one.piece))});
    }
    return out;
  };
  std::vector<ThemeQuotes> out;
  for (const Lists& list : lists)
    out.push_back({candidates(list.typical), candidates(list.negative), candidates(list.positive)});
  return out;
}

std::vector<ChosenQuote> choose_quotes(const ThemeQuotes& list, const SentimentMix& mix,
                                       const Vectoriser& vectoriser, std::int64_t most) {
  std::vector<ChosenQuote> out;
  TokenizedText tokens;
  Vectoriser::Scratch scratch;
  std::vector<std::vector<Weight>> shown;
  const auto show = [&](const QuoteCandidate& one, bool dissenting) {
    for (const ChosenQuote& quote : out)
      if (quote.candidate->answer == one.answer) return false;
    tokenize(one.text, tokens);
    std::vector<Weight> row;
    vectoriser.row(tokens, scratch, row);
    for (auto& other : shown)
      if (cosine(row, other) > too_alike) return false;
    shown.push_back(std::move(row));
    out.push_back({&one, dissenting});
    return true;
  };
  for (const QuoteCandidate& one : list.typical)
    if (static_cast<std::int64_t>(out.size()) < most) show(one, false);
  if (most <= 0 || mix.negative == mix.positive) return out;
  for (const QuoteCandidate& one : mix.negative > mix.positive ? list.positive : list.negative)
    if (show(one, true)) break;
  return out;
}

void set_quotes(std::span<const ThemeQuotes> lists, const Vectoriser& vectoriser,
                const ThemeOptions& options, std::vector<Theme>& themes) {
  for (std::size_t t = 0; t < themes.size(); ++t)
    for (const auto& [one, dissenting] :
         choose_quotes(lists[t], themes[t].sentiment, vectoriser, options.quotes))
      themes[t].quotes.push_back({static_cast<std::size_t>(one->answer),
                                  static_cast<std::size_t>(one->start),
                                  static_cast<std::size_t>(one->end), one->mood, dissenting});
}

}  // namespace insightflow::analysis
