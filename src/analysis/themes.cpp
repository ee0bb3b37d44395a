#include "analysis/clusters.hpp"
#include "analysis/labels.hpp"
#include "analysis/phrases.hpp"
#include "analysis/pieces.hpp"
#include "analysis/quotes.hpp"
#include "analysis/seeds.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/analysis/themes.hpp>

#include <algorithm>
#include <bit>
#include <numeric>

namespace insightflow::analysis {

namespace {

constexpr std::size_t most_learned = 20'000;
constexpr int rounds = 12;
constexpr std::size_t batch = 4096;
/// Where the engine chooses the number: centres closer than this are one theme, …
constexpr double same_theme = 0.45;
/// … a theme holds at least this share of the learned pieces, …
constexpr std::size_t smallest_share = 80;
/// … whose similarity to their centre is at least this part of the usual one, …
constexpr double loose = 0.6;
/// … its label is in a fifth of its pieces and ten times as common there as elsewhere, …
constexpr Distinctness clear{.recall = 0.2, .lift = 2.3};
/// … and a piece belongs to it when it is at least this near, compared with its typical piece.
constexpr float belongs = 0.7f;

/// What is learned from the sample: how to turn text into vectors, and where the themes lie.
class Learner {
 public:
  Learner(std::span<const std::string_view> texts, const Pieces& pieces,
          const ThemeOptions& options, const Ctx& ctx)
      : texts_(texts),
        pieces_(pieces),
        options_(options),
        ctx_(ctx),
        chosen_(sample(pieces, most_learned)),
        vectoriser_(chosen_.size()) {}

  Result<void> learn() {
    read();
    const std::size_t wanted = options_.count ? static_cast<std::size_t>(*options_.count)
                                              : static_cast<std::size_t>(options_.most) * 3 / 2;
    const std::int64_t least = std::max<std::int64_t>(
        2, static_cast<std::int64_t>(chosen_.size() /
                                     (options_.count ? wanted * 8 : smallest_share * 2)));
    Seeds seeds = cover(table_, weights_, wanted, least);
    placements_ = std::move(seeds.placements);
    BOOST_OUTCOME_TRY(settle(seeds.count));
    if (!options_.count) {
      BOOST_OUTCOME_TRY(choose());
    }
    label();
    return success();
  }

  const Vectoriser& vectoriser() const { return vectoriser_; }
  const Centres& centres() const { return *centres_; }
  const PhraseTable& table() const { return table_; }
  const std::vector<Label>& labels() const { return labels_; }
  float least_similarity(std::size_t cluster) const { return least_[cluster]; }

 private:
  void read() {
    TokenizedText tokens;
    for (const std::uint32_t i : chosen_) {
      tokenize(pieces_.text(texts_, pieces_.originals[i]), tokens);
      vectoriser_.count(tokens);
      const auto number = static_cast<std::uint32_t>(weights_.size());
      table_.add(number, pieces_.text(texts_, pieces_.originals[i]), tokens, pieces_.times[i]);
      // A wording that is repeated a thousand times pulls like ten.
      weights_.push_back(static_cast<std::uint32_t>(std::bit_width(pieces_.times[i])));
    }
    vectoriser_.fit();
    Vectoriser::Scratch scratch;
    for (const std::uint32_t i : chosen_) {
      tokenize(pieces_.text(texts_, pieces_.originals[i]), tokens);
      vectoriser_.row(tokens, scratch, rows_.weights);
      rows_.ends.push_back(rows_.weights.size());
    }
  }

  Result<void> settle(std::size_t clusters) {
    centres_.emplace(vectoriser_.features(), clusters);
    BOOST_OUTCOME_TRY(
        refine(*centres_, rows_, weights_, placements_, rounds, options_.threads, ctx_));
    return success();
  }

  /// Weight of the pieces in every cluster.
  std::vector<std::int64_t> sizes() const {
    std::vector<std::int64_t> out(centres_->count());
    for (std::size_t i = 0; i < placements_.size(); ++i)
      if (placements_[i].cluster >= 0)
        out[static_cast<std::size_t>(placements_[i].cluster)] += weights_[i];
    return out;
  }

  /// Mean similarity of the pieces of every cluster to its centre.
  std::vector<double> cohesion() const {
    std::vector<std::int64_t> sums(centres_->count());
    for (std::size_t i = 0; i < placements_.size(); ++i)
      if (placements_[i].cluster >= 0)
        sums[static_cast<std::size_t>(placements_[i].cluster)] +=
            weights_[i] *
            static_cast<std::int64_t>(static_cast<double>(placements_[i].similarity) * (1 << 20));
    const auto size = sizes();
    std::vector<double> out(sums.size());
    for (std::size_t c = 0; c < out.size(); ++c)
      if (size[c] > 0)
        out[c] = static_cast<double>(sums[c]) / (1 << 20) / static_cast<double>(size[c]);
    return out;
  }

  /// Joins clusters that say the same, lets go of those that are too small or too loose, and
  /// settles again.
  Result<void> choose() {
    const std::size_t count = centres_->count();
    const auto near = centres_->similarities();
    const auto size = sizes();
    const auto cohesion = this->cohesion();
    auto ranked = cohesion;
    if (count > 0) std::nth_element(ranked.begin(), ranked.begin() + count / 2, ranked.end());
    const double least_cohesion = count > 2 ? loose * ranked[count / 2] : 0;
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
    std::vector<std::int32_t> target(count, -1);
    std::int32_t kept = 0;
    const auto least =
        std::max<std::int64_t>(3, static_cast<std::int64_t>(placements_.size() / smallest_share));
    std::vector<std::size_t> heads;
    for (const std::size_t c : order) {
      const auto head = std::find_if(heads.begin(), heads.end(), [&](std::size_t h) {
        return near[h * count + c] > same_theme;
      });
      if (head != heads.end()) {
        target[c] = target[*head];
      } else if (size[c] >= least && cohesion[c] >= least_cohesion && kept < options_.most) {
        target[c] = kept++;
        heads.push_back(c);
      }
    }
    for (Placement& p : placements_)
      if (p.cluster >= 0) p.cluster = target[static_cast<std::size_t>(p.cluster)];
    if (kept == 0)  // a handful of answers about one thing: they are one theme
      for (Placement& p : placements_) p.cluster = 0;
    return settle(static_cast<std::size_t>(std::max(kept, 1)));
  }

  void label() {
    const std::size_t count = centres_->count();
    const auto cohesion = this->cohesion();
    least_.assign(count, 0);
    if (!options_.count)
      for (std::size_t c = 0; c < count; ++c) least_[c] = belongs * static_cast<float>(cohesion[c]);
    for (Placement& p : placements_)
      if (p.cluster >= 0 && p.similarity < least_[static_cast<std::size_t>(p.cluster)]) p = {};
    labels_ = name_clusters(table_, placements_, count, options_.count ? Distinctness{} : clear);
  }

  std::span<const std::string_view> texts_;
  const Pieces& pieces_;
  const ThemeOptions& options_;
  const Ctx& ctx_;
  std::vector<std::uint32_t> chosen_;  // indices into the originals
  Vectoriser vectoriser_;
  PhraseTable table_;
  std::vector<std::uint32_t> weights_;
  SparseRows rows_;
  std::vector<Placement> placements_;
  std::optional<Centres> centres_;
  std::vector<float> least_;
  std::vector<Label> labels_;
};

/// Places every original piece, and rates it.
Result<std::vector<PlacedPiece>> place_all(std::span<const std::string_view> texts,
                                           const Pieces& pieces, const Learner& learner,
                                           const ThemeOptions& options, const Ctx& ctx) {
  std::vector<PlacedPiece> out(pieces.all.size());
  const auto total = pieces.originals.size();
  for (std::size_t begin = 0; begin < total; begin += batch) {
    BOOST_OUTCOME_TRY(ctx.check());
    ctx.report("assign", static_cast<std::int64_t>(begin), static_cast<std::int64_t>(total));
    in_blocks(
        std::min(batch, total - begin), options.threads, [&](std::size_t first, std::size_t last) {
          TokenizedText tokens;
          Vectoriser::Scratch scratch;
          std::vector<Weight> row;
          std::vector<float> room;
          for (std::size_t i = begin + first; i < begin + last; ++i) {
            const std::size_t piece = pieces.originals[i];
            tokenize(pieces.text(texts, piece), tokens);
            row.clear();
            learner.vectoriser().row(tokens, scratch, row);
            Placement at = learner.centres().place(row, room);
            if (at.cluster >= 0 &&
                at.similarity < learner.least_similarity(static_cast<std::size_t>(at.cluster)))
              at = {};
            out[piece] = {at, sentiment_odds(tokens).mood()};
          }
        });
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = out[pieces.all[i].original];
  return out;
}

struct Held {
  std::uint32_t theme;
  float strength;
  Sentiment mood;
};

/// Themes of the pieces [first, last) of one answer: its strongest piece speaks for each.
std::vector<Held> themes_of(std::span<const PlacedPiece> pieces) {
  std::vector<Held> out;
  for (const PlacedPiece& piece : pieces) {
    if (piece.at.cluster < 0) continue;
    const auto theme = static_cast<std::uint32_t>(piece.at.cluster);
    const auto known =
        std::find_if(out.begin(), out.end(), [&](const Held& held) { return held.theme == theme; });
    const Held held{theme, piece.at.similarity, piece.mood.label};
    if (known == out.end())
      out.push_back(held);
    else if (held.strength > known->strength)
      *known = held;
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Held& a, const Held& b) { return a.strength > b.strength; });
  return out;
}

void count_mood(SentimentMix& mix, Sentiment mood) {
  ++(mood == Sentiment::negative  ? mix.negative
     : mood == Sentiment::neutral ? mix.neutral
                                  : mix.positive);
}

/// Largest first, those without a label or a member left out: old number to new, or -1.
std::vector<std::int32_t> ranking(const std::vector<Theme>& themes) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < themes.size(); ++i)
    if (!themes[i].members.empty() && !themes[i].label.empty()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return themes[a].members.size() > themes[b].members.size();
  });
  std::vector<std::int32_t> out(themes.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i]] = static_cast<std::int32_t>(i);
  return out;
}

}  // namespace

Result<ThemeModel> find_themes(std::span<const std::string_view> texts, const ThemeOptions& options,
                               const Ctx& ctx) {
  if (options.count && (*options.count < 1 || *options.count > 1000))
    return fail(Code::invalid, "theme_count_out_of_range",
                "The number of themes must lie between 1 and 1000.", "/count");
  ThemeModel out;
  out.of_answer.resize(texts.size());
  BOOST_OUTCOME_TRY(const Pieces pieces, cut_pieces(texts, ctx));
  out.used = pieces.used;
  out.repeated = pieces.repeated;
  out.unthemed = pieces.used;
  if (pieces.used < std::max<std::int64_t>(options.min_base, 1)) {
    out.notes.push_back("Only " + std::to_string(pieces.used) +
                        " answers have words to work with; themes need at least " +
                        std::to_string(options.min_base) + ".");
    return out;
  }
  Learner learner(texts, pieces, options, ctx);
  BOOST_OUTCOME_TRY(learner.learn());
  BOOST_OUTCOME_TRY(const auto placed, place_all(texts, pieces, learner, options, ctx));

  std::vector<Theme> themes(learner.centres().count());
  const auto& phrases = learner.table().phrases();
  for (std::size_t c = 0; c < themes.size(); ++c) {
    const Label& label = learner.labels()[c];
    if (label.phrase < 0) continue;
    themes[c].label = phrases[static_cast<std::size_t>(label.phrase)].spelling();
    for (const std::uint32_t term : label.terms)
      themes[c].terms.emplace_back(phrases[term].spelling());
  }
  for (std::size_t first = 0, last = 0; first < placed.size(); first = last) {
    const std::uint32_t answer = pieces.all[first].answer;
    while (last < placed.size() && pieces.all[last].answer == answer) ++last;
    for (const Held& held : themes_of(std::span(placed).subspan(first, last - first))) {
      if (themes[held.theme].label.empty()) continue;
      themes[held.theme].members.push_back({answer, static_cast<double>(held.strength)});
      count_mood(themes[held.theme].sentiment, held.mood);
      out.of_answer[answer].push_back(held.theme);
    }
  }
  const std::vector<std::int32_t> rank = ranking(themes);
  out.themes.resize(static_cast<std::size_t>(
      std::count_if(rank.begin(), rank.end(), [](std::int32_t r) { return r >= 0; })));
  for (std::size_t c = 0; c < themes.size(); ++c)
    if (rank[c] >= 0) out.themes[static_cast<std::size_t>(rank[c])] = std::move(themes[c]);
  for (auto& held : out.of_answer) {
    for (std::uint32_t& theme : held) theme = static_cast<std::uint32_t>(rank[theme]);
    out.unthemed -= !held.empty();
  }
  choose_quotes(texts, pieces, placed, rank, learner.vectoriser(), options, out.themes);
  if (out.themes.empty()) out.notes.emplace_back("The answers share no subject that stands out.");
  return out;
}

}  // namespace insightflow::analysis
