#include "analysis/seeds.hpp"

#include "analysis/numeric.hpp"

#include <queue>

namespace insightflow::analysis {

namespace {

struct Candidate {
  double gain = 0;
  std::uint32_t phrase = 0;
  std::size_t round = 0;  // in which the gain was computed

  /// Of equal gains the phrase that appeared first wins.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.gain != b.gain ? a.gain < b.gain : a.phrase > b.phrase;
  }
};

}  // namespace

Seeds cover(const PhraseTable& table, std::span<const std::uint32_t> weights, std::size_t most,
            std::int64_t least) {
  const auto& phrases = table.phrases();
  const auto texts = static_cast<double>(table.texts());
  Seeds out;
  out.placements.resize(table.texts());
  const auto gain_of = [&](const Phrase& phrase) {
    std::int64_t weight = 0;
    for (const std::uint32_t text : phrase.in)
      if (out.placements[text].cluster < 0) weight += weights[text];
    if (weight < least) return 0.0;
    return static_cast<double>(weight) *
           numeric::log(texts / static_cast<double>(phrase.texts) + 1);
  };
  std::priority_queue<Candidate> queue;
  for (std::uint32_t i = 0; i < phrases.size(); ++i)
    if (phrases[i].texts >= 2 || phrases[i].repeats >= least)
      queue.push({gain_of(phrases[i]), i, 0});
  // A gain can only shrink, so the top of the queue is the best as soon as it is up to date.
  while (!queue.empty() && out.count < most) {
    Candidate top = queue.top();
    queue.pop();
    if (top.gain <= 0) break;
    if (top.round != out.count) {
      top.gain = gain_of(phrases[top.phrase]);
      top.round = out.count;
      queue.push(top);
      continue;
    }
    for (const std::uint32_t text : phrases[top.phrase].in)
      if (out.placements[text].cluster < 0)
        out.placements[text] = {static_cast<std::int32_t>(out.count), 1};
    ++out.count;
  }
  return out;
}

}  // namespace insightflow::analysis
