#include "analysis/hash.hpp"
#include "analysis/learner.hpp"
#include "analysis/pieces.hpp"

#include <insightflow/analysis/partial.hpp>

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

namespace insightflow::analysis {

namespace {

/// What keyphrases are learned from; themes take the first of them.
constexpr std::size_t most_sampled = 50'000;

auto order_of(const SampledPiece& piece) {
  const auto hash = std::bit_cast<std::uint64_t>(piece.hash);
  return std::tuple(mix(hash), hash, piece.answer, piece.start);
}

Error mismatch(std::string_view reason, std::string_view detail) {
  return fail(Code::invalid, reason, std::string(detail));
}

}  // namespace

Result<ThemeSample> sample_answers(std::span<const std::string_view> texts,
                                   std::int64_t first_answer, bool complete, std::size_t threads,
                                   const Ctx& ctx) {
  BOOST_OUTCOME_TRY(const Pieces pieces, cut_pieces(texts, complete, {threads, ctx}));
  ThemeSample out{.used = pieces.used, .complete = complete, .pieces = {}};
  for (const std::uint32_t i : sample(pieces, most_sampled)) {
    const Piece& piece = pieces.all[pieces.originals[i]];
    out.pieces.push_back({.hash = std::bit_cast<std::int64_t>(piece.hash),
                          .answer = first_answer + piece.answer,
                          .start = piece.start,
                          .times = pieces.times[i],
                          .text = std::string(pieces.text(texts, pieces.originals[i]))});
  }
  return out;
}

Result<void> merge(ThemeSample& into, const ThemeSample& other) {
  if (into.complete != other.complete)
    return mismatch("sample_mismatch", "One sample counts answers of stop words, the other none.");
  std::vector<SampledPiece> all = into.pieces;
  all.insert(all.end(), other.pieces.begin(), other.pieces.end());
  std::sort(all.begin(), all.end(),
            [](const SampledPiece& a, const SampledPiece& b) { return order_of(a) < order_of(b); });
  into.pieces.clear();
  for (SampledPiece& piece : all) {
    if (!into.pieces.empty() && into.pieces.back().hash == piece.hash)
      into.pieces.back().times += piece.times;
    else if (into.pieces.size() < most_sampled)
      into.pieces.push_back(std::move(piece));
    else
      break;
  }
  into.used += other.used;
  return success();
}

Result<void> check_sample(const ThemeSample& sample) {
  constexpr std::int64_t most_times = std::int64_t{1} << 40;
  bool good = sample.pieces.size() <= most_sampled && sample.used >= 0 && sample.used <= most_times;
  for (std::size_t i = 0; i < sample.pieces.size(); ++i) {
    const SampledPiece& piece = sample.pieces[i];
    good = good && piece.times >= 1 && piece.times <= most_times &&
           (i == 0 || order_of(sample.pieces[i - 1]) < order_of(piece)) &&
           piece.hash == std::bit_cast<std::int64_t>(hash(piece.text));
  }
  if (good) return success();
  return mismatch("sample_damaged", "The sample was damaged. Take it anew.");
}

Result<Codebook> learn_codebook(const ThemeSample& sample, const ThemeOptions& options,
                                const Ctx& ctx) {
  BOOST_OUTCOME_TRY(check_count(options));
  if (options.count.has_value() != sample.complete)
    return mismatch(
        "sample_mismatch",
        "A sample must be complete where the number of themes is given, and only then.");
  Codebook out{.themes = {},
               .forbidden = options.not_labels,
               .base = sample.used,
               .uncoded = sample.used,
               .complete = sample.complete,
               .layers = {}};
  if (sample.used < std::max<std::int64_t>(options.min_base, 1)) return out;
  std::vector<std::string_view> texts;
  Pieces pieces;
  for (const SampledPiece& piece : sample.pieces) {
    const auto i = static_cast<std::uint32_t>(texts.size());
    texts.push_back(piece.text);
    pieces.all.push_back({i, 0, static_cast<std::uint32_t>(piece.text.size()), i,
                          std::bit_cast<std::uint64_t>(piece.hash)});
    pieces.originals.push_back(i);
    pieces.times.push_back(static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(piece.times, 1, std::int64_t{0xFFFFFFFF})));
  }
  Learner learner(texts, pieces, options, nullptr, ctx);
  BOOST_OUTCOME_TRY(learner.learn());
  const auto themes = learner.themes();
  const auto weights = learner.weights();
  std::vector<std::size_t> order(themes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
  for (const std::size_t c : order) {
    if (themes[c].label.empty()) continue;
    out.themes.push_back({.id = "t" + std::to_string(out.next++),
                          .label = themes[c].label,
                          .description = {},
                          .terms = themes[c].terms,
                          .stability = themes[c].stability,
                          .centres = {static_cast<std::int64_t>(c)}});
  }
  out.layers.push_back(save(learner.coder()));
  return out;
}

CodingCounts counts_of(const ThemeModel& model) {
  CodingCounts out{.used = model.used, .uncoded = model.unthemed, .sizes = {}, .sentiment = {}};
  for (const Theme& theme : model.themes) {
    out.sizes.push_back(static_cast<std::int64_t>(theme.members.size()));
    out.sentiment.push_back(theme.sentiment);
  }
  return out;
}

Result<void> merge(CodingCounts& into, const CodingCounts& other) {
  if (into.sizes.size() != other.sizes.size() || into.sentiment.size() != other.sentiment.size())
    return mismatch("counts_mismatch", "The counts are not of the same codebook.");
  into.used += other.used;
  into.uncoded += other.uncoded;
  for (std::size_t t = 0; t < into.sizes.size(); ++t) into.sizes[t] += other.sizes[t];
  for (std::size_t t = 0; t < into.sentiment.size(); ++t) {
    into.sentiment[t].negative += other.sentiment[t].negative;
    into.sentiment[t].neutral += other.sentiment[t].neutral;
    into.sentiment[t].positive += other.sentiment[t].positive;
  }
  return success();
}

Result<void> set_sizes(Codebook& codebook, const CodingCounts& counts) {
  if (counts.sizes.size() != codebook.themes.size())
    return mismatch("counts_mismatch", "The counts are not of this codebook.");
  codebook.base = counts.used;
  codebook.uncoded = counts.uncoded;
  for (std::size_t t = 0; t < counts.sizes.size(); ++t) codebook.themes[t].size = counts.sizes[t];
  return success();
}

Result<std::vector<std::int32_t>> settle(Codebook& codebook, const CodingCounts& counts) {
  BOOST_OUTCOME_TRY(set_sizes(codebook, counts));
  auto& themes = codebook.themes;
  std::vector<std::size_t> order;
  for (std::size_t t = 0; t < themes.size(); ++t)
    if (themes[t].size > 0) order.push_back(t);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(-themes[a].size, themes[a].centres) <
           std::tuple(-themes[b].size, themes[b].centres);
  });
  std::vector<std::int32_t> out(themes.size(), -1);
  std::vector<CodebookTheme> kept;
  codebook.next = 1;
  for (const std::size_t t : order) {
    out[t] = static_cast<std::int32_t>(kept.size());
    kept.push_back(std::move(themes[t]));
    kept.back().id = "t" + std::to_string(codebook.next++);
  }
  themes = std::move(kept);
  return out;
}

}  // namespace insightflow::analysis

namespace insightflow {
template const Type& type_of<analysis::ThemeSample>();
template const Type& type_of<analysis::CodingCounts>();
}  // namespace insightflow
