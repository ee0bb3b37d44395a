#include "analysis/labels.hpp"

#include "analysis/numeric.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace insightflow::analysis {

namespace {

constexpr std::size_t shortlist = 40, terms_kept = 6;
/// How much more a phrase of one, two, three words says.
constexpr std::array<double, 4> label_length_bonus{0, 1, 1.7, 1.9};

struct Scored {
  double score;
  std::uint32_t phrase;
  bool names;  // distinct enough to be the label
  std::int64_t inside;
};

}  // namespace

std::vector<Label> name_clusters(const PhraseTable& table, std::span<const Placement> placements,
                                 std::size_t clusters, Distinctness least,
                                 std::span<const std::string> not_labels) {
  const auto& phrases = table.phrases();
  std::vector<std::int64_t> sizes(clusters);
  for (const Placement& p : placements)
    if (p.cluster >= 0) ++sizes[static_cast<std::size_t>(p.cluster)];
  const auto total = static_cast<double>(table.texts());

  std::vector<std::vector<Scored>> best(clusters);
  std::vector<std::int64_t> inside(clusters);
  for (std::uint32_t i = 0; i < phrases.size(); ++i) {
    const Phrase& phrase = phrases[i];
    if (phrase.spellings.empty() || (phrase.texts < 2 && total > 4)) continue;
    for (const std::uint32_t text : phrase.in)
      if (placements[text].cluster >= 0)
        ++inside[static_cast<std::size_t>(placements[text].cluster)];
    for (const std::uint32_t text : phrase.in) {
      if (placements[text].cluster < 0) continue;
      const auto c = static_cast<std::size_t>(placements[text].cluster);
      if (inside[c] == 0) continue;
      const auto n = static_cast<double>(inside[c]), size = static_cast<double>(sizes[c]);
      inside[c] = 0;
      const double elsewhere = (static_cast<double>(phrase.texts) - n + 0.5) / (total - size + 1);
      const double lift = numeric::log(n / size / elsewhere);
      if (lift <= 0) continue;
      const bool names = n >= least.recall * size && (2 * size > total || lift >= least.lift);
      best[c].push_back(
          {n * lift * label_length_bonus[phrase.words], i, names, static_cast<std::int64_t>(n)});
    }
  }

  std::vector<std::size_t> order(clusters);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<Label> out(clusters);
  std::vector<std::uint32_t> taken;
  const auto free = [&](const std::vector<std::uint32_t>& among, std::uint32_t phrase) {
    return std::none_of(among.begin(), among.end(), [&](std::uint32_t other) {
      return overlaps(phrases[other], phrases[phrase]);
    });
  };
  const auto allowed = [&](std::uint32_t phrase) {
    return std::find(not_labels.begin(), not_labels.end(), phrases[phrase].spelling()) ==
           not_labels.end();
  };
  for (const std::size_t c : order) {
    auto& list = best[c];
    const std::size_t kept = std::min(shortlist, list.size());
    std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(kept), list.end(),
                      [](const Scored& a, const Scored& b) {
                        return a.score != b.score ? a.score > b.score : a.phrase < b.phrase;
                      });
    list.resize(kept);
    auto label = std::find_if(list.begin(), list.end(), [&](const Scored& scored) {
      return scored.names && free(taken, scored.phrase) && allowed(scored.phrase);
    });
    if (label == list.end()) continue;
    // "card" says less than "virtual card" where that is what two in five of them write.
    const auto longer = std::find_if(list.begin(), list.end(), [&](const Scored& scored) {
      return scored.names && scored.inside * 5 >= label->inside * 2 &&
             phrases[scored.phrase].words > phrases[label->phrase].words &&
             overlaps(phrases[scored.phrase], phrases[label->phrase]) &&
             free(taken, scored.phrase) && allowed(scored.phrase);
    });
    if (longer != list.end()) label = longer;
    out[c].phrase = label->phrase;
    taken.push_back(label->phrase);
    std::vector<std::uint32_t> own{label->phrase};
    for (const Scored& scored : list) {
      if (out[c].terms.size() < terms_kept && free(own, scored.phrase)) {
        out[c].terms.push_back(scored.phrase);
        own.push_back(scored.phrase);
      }
    }
  }
  return out;
}

}  // namespace insightflow::analysis
