#include "analysis/learner.hpp"

#include "analysis/numeric.hpp"

#include <insightflow/core/rng.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace insightflow::analysis {

namespace {

constexpr int rounds = 12;
/// Landmarks of so many rows each, and not many more for many rows: what is found in half of the
/// rows is to lie as fine as what is found in all.
constexpr std::size_t rows_per_landmark = 4, usual_landmarks = 320, most_landmarks = 1280;
/// As many as there may be themes and as many again.
constexpr std::size_t least_dimensions = 64, most_dimensions = 128;
/// For the number of themes so many rows are looked at, …
constexpr std::size_t most_tried = 6000;
/// … as if themes were made of so much of their weight in all, however many rows there are, …
constexpr double reference = 1000;
/// … twice as many themes must describe pieces 9 % better to be worth it, …
constexpr double price = 0.12;
/// … and fewer are preferred where it makes a difference of half a per cent.
constexpr double as_good = 0.995;
/// Where the engine chooses the number: a theme holds at least this many pieces, …
constexpr std::size_t smallest_theme = 10;
/// … its label is in a fifth of its pieces and five times as common there as elsewhere, …
constexpr Distinctness clear{.recall = 0.2, .lift = 1.6};
/// … and a piece belongs to it when it is at least this near, compared with its typical piece.
constexpr double belongs = 0.3;
/// Features that are kept of a centre.
constexpr std::size_t strongest = 2048;

}  // namespace

Result<void> check_count(const ThemeOptions& options) {
  if (options.count && (*options.count < 1 || *options.count > 1000))
    return fail(Code::invalid, "theme_count_out_of_range",
                "The number of themes must lie between 1 and 1000.", "/count");
  return success();
}

Learner::Learner(std::span<const std::string_view> texts, const Pieces& pieces,
                 const ThemeOptions& options, const Vectoriser* given, const Ctx& ctx)
    : texts_(texts),
      pieces_(pieces),
      options_(options),
      hands_{options.threads, ctx},
      chosen_(sample(pieces, most_learned)),
      vectoriser_(given != nullptr ? *given : Vectoriser(chosen_.size())),
      given_(given != nullptr) {}

Result<void> Learner::learn() {
  read();
  const auto most = static_cast<std::size_t>(options_.count.value_or(options_.most));
  BOOST_OUTCOME_TRY(const Neighbourhoods near, embed(sample_, most));
  const Hierarchy hierarchy(near.landmarks, near.dimensions, near.pull);
  std::size_t count = std::max<std::size_t>(std::min(most, hierarchy.size()), 1);
  if (!options_.count) {
    BOOST_OUTCOME_TRY(count, best_count(near, hierarchy, count));
  }
  BOOST_OUTCOME_TRY(placements_,
                    divide(near, {near.rows, sample_.weights}, hierarchy, count, rounds, hands_));
  settle(count);
  stability_.resize(count);
  if (options_.bootstraps > 0) {
    BOOST_OUTCOME_TRY(measure_stability(count));
  }
  return success();
}

std::vector<Theme> Learner::themes() const {
  std::vector<Theme> out(count());
  const auto& phrases = table_.phrases();
  for (std::size_t c = 0; c < out.size(); ++c) {
    const Label& label = labels_[c];
    if (label.phrase < 0) continue;
    out[c].label = phrases[static_cast<std::size_t>(label.phrase)].spelling();
    for (const std::uint32_t term : label.terms)
      out[c].terms.emplace_back(phrases[term].spelling());
    out[c].stability = stability_[c];
  }
  return out;
}

std::vector<std::int64_t> Learner::weights() const {
  std::vector<std::int64_t> out(count());
  for (std::size_t i = 0; i < placements_.size(); ++i)
    if (placements_[i].cluster >= 0)
      out[static_cast<std::size_t>(placements_[i].cluster)] += sample_.weights[i];
  return out;
}

void Learner::read() {
  TokenizedText tokens;
  for (const std::uint32_t i : chosen_) {
    const std::string_view text = pieces_.text(texts_, pieces_.originals[i]);
    tokenize(text, tokens);
    if (!given_) vectoriser_.count(tokens);
    table_.add(static_cast<std::uint32_t>(sample_.weights.size()), text, tokens, pieces_.times[i]);
    read_ += pieces_.times[i];
    // A wording that is repeated a thousand times pulls like ten.
    sample_.weights.push_back(static_cast<std::uint32_t>(std::bit_width(pieces_.times[i])));
  }
  if (!given_) vectoriser_.fit();
  Vectoriser::Scratch scratch;
  for (const std::uint32_t i : chosen_) {
    tokenize(pieces_.text(texts_, pieces_.originals[i]), tokens);
    vectoriser_.row(tokens, scratch, sample_.rows.weights);
    sample_.rows.ends.push_back(sample_.rows.weights.size());
  }
}

/// The neighbourhoods of the rows, fine enough to tell so many clusters apart.
Result<Neighbourhoods> Learner::embed(const Sample& from, std::size_t clusters) const {
  const std::size_t rows = from.rows.size();
  const std::size_t wanted = options_.count ? clusters * 4 : 0;
  const auto most = static_cast<std::size_t>(options_.count.value_or(options_.most));
  const DiffusionOptions options{
      .landmarks = std::max(std::clamp(rows / rows_per_landmark, std::min<std::size_t>(rows, 64),
                                       std::clamp(wanted, usual_landmarks, most_landmarks)),
                            options_.count ? std::min(rows, clusters * 2) : 0),
      .dimensions = std::clamp(2 * most, least_dimensions, most_dimensions)};
  return diffuse(from.rows, vectoriser_.features(), from.weights, options, hands_);
}

/// So many clusters of neighbourhoods.
Result<std::vector<Placement>> Learner::divide(const Neighbourhoods& near, const Sample& places,
                                               const Hierarchy& hierarchy, std::size_t clusters,
                                               int most_rounds, const Hands& hands) const {
  Centres centres(near.dimensions, clusters);
  centres.move(near.landmarks, near.pull, hierarchy.cut(clusters));
  std::vector<Placement> placements(places.rows.size());
  place_rows(centres, places.rows, placements, hands.threads);
  BOOST_OUTCOME_TRY(refine(centres, places.rows, places.weights, placements, most_rounds, hands));
  return placements;
}

/// How many themes describe pieces best, were these new.
Result<std::size_t> Learner::best_count(const Neighbourhoods& near, const Hierarchy& hierarchy,
                                        std::size_t most) const {
  const std::size_t total = sample_.rows.size();
  const std::size_t stride = (total + most_tried - 1) / most_tried;
  Sample rows{every(sample_.rows, stride), {}};
  for (std::size_t i = 0; i < total; i += stride) rows.weights.push_back(sample_.weights[i]);
  const Sample places{every(near.rows, stride), rows.weights};
  const std::size_t limit =
      std::max<std::size_t>(std::min({most, read_ / smallest_theme, total / 2}), 1);
  std::vector<std::size_t> counts;
  for (std::size_t count = 1; count <= limit; count = std::max(count + 1, count * 9 / 8))
    counts.push_back(count);
  std::vector<double> worth(counts.size());
  BOOST_OUTCOME_TRY(each_alone(
      "themes", counts.size(), hands_, [&](std::size_t i, const Hands& alone) -> Result<void> {
        BOOST_OUTCOME_TRY(const auto placements,
                          divide(near, places, hierarchy, counts[i], 2, alone));
        worth[i] = expected_fit(rows, placements, counts[i]) *
                   numeric::exp(-price * numeric::log(static_cast<double>(counts[i])));
        return success();
      }));
  const double enough = as_good * *std::max_element(worth.begin(), worth.end());
  const auto first =
      std::find_if(worth.begin(), worth.end(), [&](double one) { return one >= enough; });
  return counts[static_cast<std::size_t>(first - worth.begin())];
}

/// How near a new piece would be to the centre of its cluster, summed up over all. In a cluster of
/// weight n whose sum is as long as S, two different pieces have the mean similarity
/// s = (S² - Σw²) / (n² - Σw²), however many they are; a new piece has s / √(s + (1 - s) / m) to a
/// centre of m others. With m taken from `reference` instead of the rows, half of the rows ask for
/// as many themes as all of them.
double Learner::expected_fit(const Sample& from, const std::vector<Placement>& placements,
                             std::size_t count) const {
  std::vector<std::vector<std::size_t>> members(count);
  double total = 0;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    if (placements[i].cluster < 0) continue;
    members[static_cast<std::size_t>(placements[i].cluster)].push_back(i);
    total += from.weights[i];
  }
  std::vector<double> sum(vectoriser_.features());
  std::vector<std::uint32_t> touched;
  double fit = 0;
  for (const auto& cluster : members) {
    double weight = 0, squares = 0, length = 0;  // the length squared: S²
    touched.clear();
    for (const std::size_t i : cluster) {
      const double own = from.weights[i];
      weight += own;
      squares += own * own;
      for (const Weight& w : from.rows[i]) {
        if (sum[w.feature] == 0) touched.push_back(w.feature);
        sum[w.feature] += own * static_cast<double>(w.value);
      }
    }
    for (const std::uint32_t feature : touched) {
      const double part = std::exchange(sum[feature], 0);
      length += part * part;
    }
    const double pairs = weight * weight - squares;
    const double alike = length - squares;
    if (pairs <= 0 || alike <= 0) continue;
    const double mean = alike / pairs;
    const double others = weight / total * std::min(reference, total);
    fit += weight * mean / std::sqrt(mean + (1 - mean) / others);
  }
  return fit;
}

/// Moves the centres of the themes to where their pieces are, places every piece anew, decides who
/// belongs, and names the themes.
void Learner::settle(std::size_t clusters) {
  coder_.emplace(Coder{vectoriser_, Centres(vectoriser_.features(), clusters),
                       std::vector<std::uint32_t>(clusters)});
  coder_->centres.move(sample_.rows, sample_.weights, placements_);
  coder_->centres.trim(strongest);
  place_rows(coder_->centres, sample_.rows, placements_, hands_.threads);
  const auto typical = cohesion();
  if (!options_.count)
    for (std::size_t c = 0; c < clusters; ++c)
      coder_->least[c] = static_cast<std::uint32_t>(belongs * typical[c] * steps_to_one);
  for (Placement& p : placements_)
    if (p.cluster >= 0 && static_cast<double>(p.similarity) * steps_to_one <
                              coder_->least[static_cast<std::size_t>(p.cluster)])
      p = {};
  labels_ = name_clusters(table_, placements_, clusters, options_.count ? Distinctness{} : clear,
                          options_.not_labels);
}

/// Mean similarity of the pieces of every cluster to its centre.
std::vector<double> Learner::cohesion() const {
  std::vector<std::int64_t> sums(coder_->centres.count()), sizes(sums.size());
  for (std::size_t i = 0; i < placements_.size(); ++i) {
    if (placements_[i].cluster < 0) continue;
    const auto c = static_cast<std::size_t>(placements_[i].cluster);
    const std::int64_t weight = sample_.weights[i];
    sizes[c] += weight;
    sums[c] += weight * static_cast<std::int64_t>(static_cast<double>(placements_[i].similarity) *
                                                  steps_to_one);
  }
  std::vector<double> out(sums.size());
  for (std::size_t c = 0; c < out.size(); ++c)
    if (sizes[c] > 0)
      out[c] = static_cast<double>(sums[c]) / steps_to_one / static_cast<double>(sizes[c]);
  return out;
}

/// How well each theme is found again in random halves of the sample: the Jaccard similarity to
/// the cluster that is most like it, averaged (Hennig 2007).
Result<void> Learner::measure_stability(std::size_t clusters) {
  std::vector<double> sums(clusters);
  std::vector<std::size_t> order(placements_.size());
  for (std::int64_t b = 0; b < options_.bootstraps; ++b) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng(static_cast<std::uint64_t>(b) + 1);
    rng.shuffle(std::span(order));
    const std::size_t kept = (order.size() + 1) / 2;
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept));
    Sample half;
    for (std::size_t i = 0; i < kept; ++i) {
      const auto row = sample_.rows[order[i]];
      half.rows.weights.insert(half.rows.weights.end(), row.begin(), row.end());
      half.rows.ends.push_back(half.rows.weights.size());
      half.weights.push_back(sample_.weights[order[i]]);
    }
    BOOST_OUTCOME_TRY(const Neighbourhoods near, embed(half, clusters));
    const Hierarchy hierarchy(near.landmarks, near.dimensions, near.pull);
    const std::size_t count = std::max<std::size_t>(std::min(clusters, hierarchy.size()), 1);
    BOOST_OUTCOME_TRY(auto found,
                      divide(near, {near.rows, half.weights}, hierarchy, count, rounds, hands_));
    Centres centres(vectoriser_.features(), count);
    centres.move(half.rows, half.weights, found);
    place_rows(centres, half.rows, found, hands_.threads);

    std::vector<std::size_t> common(clusters * count), whole(clusters), part(count);
    for (std::size_t i = 0; i < kept; ++i) {
      const Placement& theme = placements_[order[i]];
      if (theme.cluster < 0 || found[i].cluster < 0) continue;
      const auto t = static_cast<std::size_t>(theme.cluster);
      const auto c = static_cast<std::size_t>(found[i].cluster);
      ++common[t * count + c];
      ++whole[t];
      ++part[c];
    }
    for (std::size_t t = 0; t < clusters; ++t) {
      double best = 0;
      for (std::size_t c = 0; c < count; ++c)
        if (const std::size_t both = common[t * count + c]; both > 0)
          best = std::max(
              best, static_cast<double>(both) / static_cast<double>(whole[t] + part[c] - both));
      sums[t] += best;
    }
  }
  for (std::size_t t = 0; t < clusters; ++t)
    stability_[t] = sums[t] / static_cast<double>(options_.bootstraps);
  return success();
}

}  // namespace insightflow::analysis
