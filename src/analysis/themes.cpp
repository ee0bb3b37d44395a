#include "analysis/coder.hpp"
#include "analysis/learner.hpp"
#include "analysis/pieces.hpp"
#include "analysis/quotes.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/themes.hpp>

#include <algorithm>
#include <numeric>

namespace insightflow::analysis {

namespace {

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

void reorder(const std::vector<std::int32_t>& rank, ThemeModel& model) {
  std::vector<Theme> themes(static_cast<std::size_t>(
      std::count_if(rank.begin(), rank.end(), [](std::int32_t r) { return r >= 0; })));
  for (std::size_t c = 0; c < rank.size(); ++c)
    if (rank[c] >= 0) themes[static_cast<std::size_t>(rank[c])] = std::move(model.themes[c]);
  model.themes = std::move(themes);
  for (auto& held : model.of_answer)
    for (std::uint32_t& theme : held) theme = static_cast<std::uint32_t>(rank[theme]);
}

}  // namespace

Result<LearnedThemes> learn_codebook(std::span<const std::string_view> texts,
                                     const ThemeOptions& options, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(check_count(options));
  LearnedThemes out;
  const bool complete = options.count.has_value();
  BOOST_OUTCOME_TRY(const Pieces pieces, cut_pieces(texts, complete, {options.threads, ctx}));
  out.codebook.complete = complete;
  out.codebook.base = out.codebook.uncoded = pieces.used;
  if (pieces.used < std::max<std::int64_t>(options.min_base, 1)) {
    gather(pieces, {{}, std::vector<Placement>(texts.size())}, complete, out.model);
    out.model.notes.push_back("Only " + std::to_string(pieces.used) +
                              " answers have words to work with; themes need at least " +
                              std::to_string(options.min_base) + ".");
    return out;
  }
  Learner learner(texts, pieces, options, nullptr, ctx);
  BOOST_OUTCOME_TRY(learner.learn());
  std::vector<std::int32_t> owners(learner.count());
  std::iota(owners.begin(), owners.end(), 0);
  const Coders coders({&learner.coder(), 1}, owners);
  BOOST_OUTCOME_TRY(const auto placed, place_all(texts, pieces, coders, {options.threads, ctx}));

  ThemeModel& model = out.model;
  model.themes = learner.themes();
  gather(pieces, placed, complete, model);
  const std::vector<std::int32_t> rank = ranking(model.themes);
  reorder(rank, model);
  set_quotes(shortlist_quotes(texts, pieces, placed.pieces, rank, model.themes.size()),
             coders.vectoriser(), options, model.themes);
  if (model.themes.empty())
    model.notes.emplace_back("The answers share no subject that stands out.");

  Codebook& codebook = out.codebook;
  codebook.uncoded = model.unthemed;
  codebook.layers.push_back(save(learner.coder()));
  codebook.forbidden = options.not_labels;
  for (const Theme& theme : model.themes)
    codebook.themes.push_back({.id = "t" + std::to_string(codebook.next++),
                               .label = theme.label,
                               .description = {},
                               .terms = theme.terms,
                               .size = static_cast<std::int64_t>(theme.members.size()),
                               .stability = theme.stability,
                               .centres = {}});
  for (std::size_t c = 0; c < rank.size(); ++c)
    if (rank[c] >= 0)
      codebook.themes[static_cast<std::size_t>(rank[c])].centres.push_back(
          static_cast<std::int64_t>(c));
  return out;
}

Result<ThemeModel> find_themes(std::span<const std::string_view> texts, const ThemeOptions& options,
                               const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto learned, learn_codebook(texts, options, ctx));
  return std::move(learned.model);
}

}  // namespace insightflow::analysis
