#include "analysis/clusters.hpp"
#include "analysis/diffusion.hpp"
#include "analysis/hash.hpp"
#include "analysis/hierarchy.hpp"
#include "analysis/labels.hpp"
#include "analysis/numeric.hpp"
#include "analysis/phrases.hpp"
#include "analysis/pieces.hpp"
#include "analysis/quotes.hpp"
#include "analysis/vectors.hpp"

#include <insightflow/analysis/sentiment.hpp>
#include <insightflow/analysis/themes.hpp>

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

namespace insightflow::analysis {

namespace {

constexpr std::size_t most_learned = 20'000;
constexpr int rounds = 12;
constexpr std::size_t usual_landmarks = 480, most_landmarks = 1280;
constexpr std::size_t dimensions = 128;
/// For the number of themes so many rows are looked at, …
constexpr std::size_t most_tried = 6000;
/// … twice as many themes must describe pieces 7 % better to be worth it, …
constexpr double price = 0.1;
/// … and fewer are preferred where it makes a difference of one per cent.
constexpr double as_good = 0.99;
constexpr std::size_t batch = 4096;
/// Where the engine chooses the number: a theme holds at least this many learned pieces, …
constexpr std::size_t smallest = 8;
/// … its label is in a fifth of its pieces and ten times as common there as elsewhere, …
constexpr Distinctness clear{.recall = 0.2, .lift = 2.3};
/// … and a piece belongs to it when it is at least this near, compared with its typical piece.
constexpr float belongs = 0.5f;

/// Where the number of themes is given every answer with words shall have one: those that consist
/// of stop words alone become pieces too.
void add_plain_answers(std::span<const std::string_view> texts, Pieces& pieces) {
  std::vector<Piece> all;
  std::vector<std::uint32_t> moved(pieces.all.size());
  std::vector<std::uint32_t> plain;
  TokenizedText tokens;
  std::size_t next = 0;
  for (std::uint32_t answer = 0; answer < texts.size(); ++answer) {
    if (next < pieces.all.size() && pieces.all[next].answer == answer) {
      for (; next < pieces.all.size() && pieces.all[next].answer == answer; ++next) {
        moved[next] = static_cast<std::uint32_t>(all.size());
        all.push_back(pieces.all[next]);
      }
      continue;
    }
    tokenize(texts[answer], tokens);
    std::uint64_t h = 1;
    std::size_t words = 0;
    for (const Token& token : tokens.tokens) {
      if (token.kind != TokenKind::word) continue;
      h = combine(h, word_key(tokens, token));
      ++words;
    }
    if (words < 2) continue;
    plain.push_back(static_cast<std::uint32_t>(all.size()));
    all.push_back({answer, tokens.sentences.front().start, tokens.sentences.back().end, 0, h});
  }
  if (plain.empty()) return;
  for (Piece& piece : all) piece.original = moved[piece.original];
  std::vector<std::pair<std::uint32_t, std::uint32_t>> originals;  // with times
  for (std::size_t i = 0; i < pieces.originals.size(); ++i)
    originals.emplace_back(moved[pieces.originals[i]], pieces.times[i]);
  std::unordered_map<std::uint64_t, std::size_t> first;
  for (const std::uint32_t i : plain) {
    const auto [at, fresh] = first.try_emplace(all[i].hash, originals.size());
    if (fresh) originals.emplace_back(i, 0);
    ++originals[at->second].second;
    all[i].original = originals[at->second].first;
    ++pieces.used;
    pieces.repeated += !fresh;
  }
  std::sort(originals.begin(), originals.end());
  pieces.all = std::move(all);
  pieces.originals.clear();
  pieces.times.clear();
  for (const auto& [original, times] : originals) {
    pieces.originals.push_back(original);
    pieces.times.push_back(times);
  }
}

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
    const auto most = static_cast<std::size_t>(options_.count.value_or(options_.most));
    BOOST_OUTCOME_TRY(const Neighbourhoods near, embed(most));
    const Hierarchy hierarchy(near.landmarks, near.dimensions, near.pull);
    std::size_t count = std::max<std::size_t>(std::min(most, hierarchy.size()), 1);
    if (!options_.count) {
      BOOST_OUTCOME_TRY(count, best_count(near, hierarchy, count));
    }
    BOOST_OUTCOME_TRY(placements_, divide(near, near.rows, weights_, hierarchy, count, rounds));
    BOOST_OUTCOME_TRY(settle(count));
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

  /// The neighbourhoods of the rows, fine enough to tell so many clusters apart.
  Result<Neighbourhoods> embed(std::size_t clusters) {
    const std::size_t rows = rows_.size();
    const std::size_t wanted = options_.count ? clusters * 4 : 0;
    const DiffusionOptions options{
        .landmarks = std::max(std::clamp(rows / 7, std::min<std::size_t>(rows, 64),
                                         std::clamp(wanted, usual_landmarks, most_landmarks)),
                              options_.count ? std::min(rows, clusters * 2) : 0),
        .dimensions = dimensions,
        .threads = options_.threads};
    return diffuse(rows_, vectoriser_.features(), weights_, options, ctx_);
  }

  /// So many clusters of the neighbourhoods in `rows`.
  Result<std::vector<Placement>> divide(const Neighbourhoods& near, const SparseRows& rows,
                                        std::span<const std::uint32_t> weights,
                                        const Hierarchy& hierarchy, std::size_t clusters,
                                        int most_rounds) {
    Centres centres(near.dimensions, clusters);
    centres.move(near.landmarks, near.pull, hierarchy.cut(clusters));
    std::vector<Placement> placements(rows.size());
    place_rows(centres, rows, placements, options_.threads);
    BOOST_OUTCOME_TRY(
        refine(centres, rows, weights, placements, most_rounds, options_.threads, ctx_));
    return placements;
  }

  /// How many themes describe pieces best that they were not learned from: one half of every
  /// cluster makes its centre, the other half tells how near it is.
  Result<std::size_t> best_count(const Neighbourhoods& near, const Hierarchy& hierarchy,
                                 std::size_t most) {
    const std::size_t step = (rows_.size() + most_tried - 1) / most_tried;
    const SparseRows places = every(near.rows, step), rows = every(rows_, step);
    std::vector<std::uint32_t> weights;
    for (std::size_t i = 0; i < weights_.size(); i += step) weights.push_back(weights_[i]);
    const std::size_t limit = std::max<std::size_t>(std::min(most, rows_.size() / smallest), 1);
    std::vector<std::pair<std::size_t, double>> fits;
    double highest = 0;
    for (std::size_t count = 1; count <= limit; count = std::max(count + 1, count * 9 / 8)) {
      BOOST_OUTCOME_TRY(const auto placements, divide(near, places, weights, hierarchy, count, 2));
      const double worth = predicted(rows, weights, placements, count) *
                           numeric::exp(-price * numeric::log(static_cast<double>(count)));
      highest = std::max(highest, worth);
      fits.emplace_back(count, worth);
    }
    return std::find_if(fits.begin(), fits.end(),
                        [&](const auto& fit) { return fit.second >= as_good * highest; })
        ->first;
  }

  /// Similarity of the pieces to a centre made of the other half of its cluster, summed up.
  double predicted(const SparseRows& rows, std::span<const std::uint32_t> weights,
                   const std::vector<Placement>& placements, std::size_t count) {
    double sum = 0;
    for (const std::size_t half : {0u, 1u}) {
      auto made = placements;
      for (std::size_t i = half; i < made.size(); i += 2) made[i] = {};
      Centres centres(vectoriser_.features(), count);
      centres.move(rows, weights, made);
      std::vector<Placement> near(placements.size());
      in_blocks(rows.size(), options_.threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
          if (i % 2 == half && placements[i].cluster >= 0)
            near[i] = {
                placements[i].cluster,
                centres.similarity(rows[i], static_cast<std::size_t>(placements[i].cluster))};
      });
      sum += fit_of(near, weights);
    }
    return sum;
  }

  /// Moves the centres of the themes to where their pieces are, and places every piece anew.
  Result<void> settle(std::size_t clusters) {
    centres_.emplace(vectoriser_.features(), clusters);
    BOOST_OUTCOME_TRY(refine(*centres_, rows_, weights_, placements_, 1, options_.threads, ctx_));
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

/// The theme of an answer as a whole, for those of several pieces; pieces that are there once each.
std::vector<Placement> lead_themes(std::span<const std::string_view> texts, const Pieces& pieces,
                                   const Learner& learner, std::size_t threads) {
  std::vector<std::uint32_t> several;
  for (std::size_t p = 1; p < pieces.all.size(); ++p)
    if (pieces.all[p].answer == pieces.all[p - 1].answer &&
        (several.empty() || several.back() != pieces.all[p].answer))
      several.push_back(pieces.all[p].answer);
  std::vector<Placement> out(texts.size());
  in_blocks(several.size(), threads, [&](std::size_t first, std::size_t last) {
    TokenizedText tokens;
    Vectoriser::Scratch scratch;
    std::vector<Weight> row;
    std::vector<float> room;
    for (std::size_t i = first; i < last; ++i) {
      tokenize(texts[several[i]], tokens);
      row.clear();
      learner.vectoriser().row(tokens, scratch, row);
      out[several[i]] = learner.centres().place(row, room);
    }
  });
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
  BOOST_OUTCOME_TRY(Pieces pieces, cut_pieces(texts, ctx));
  if (options.count && pieces.used > 0) add_plain_answers(texts, pieces);
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

  const auto lead = lead_themes(texts, pieces, learner, options.threads);
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
    auto list = themes_of(std::span(placed).subspan(first, last - first));
    const auto leading = std::find_if(list.begin(), list.end(), [&](const Held& held) {
      return static_cast<std::int32_t>(held.theme) == lead[answer].cluster;
    });
    if (leading != list.end())
      std::rotate(list.begin(), leading, leading + 1);
    else if (lead[answer].cluster >= 0 && options.count)
      list.insert(list.begin(),
                  {static_cast<std::uint32_t>(lead[answer].cluster), lead[answer].similarity, {}});
    for (const Held& held : list) {
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
