#include "analysis/coder.hpp"
#include "analysis/learner.hpp"

#include <insightflow/analysis/codebook.hpp>
#include <insightflow/analysis/partial.hpp>
#include <insightflow/core/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace insightflow::analysis {

namespace {

constexpr std::size_t most_layers = 32;

std::int64_t centres_of(const Codebook& codebook) {
  std::int64_t out = 0;
  for (const CodingLayer& layer : codebook.layers)
    out += static_cast<std::int64_t>(layer.centres.size());
  return out;
}

Result<std::vector<Coder>> coders_of(const Codebook& codebook) {
  if (codebook.layers.size() > most_layers)
    return fail(Code::invalid, "codebook_invalid",
                "The codebook has more than " + std::to_string(most_layers) + " layers.",
                "/layers");
  std::vector<Coder> out;
  for (std::size_t i = 0; i < codebook.layers.size(); ++i) {
    BOOST_OUTCOME_TRY(auto coder, load(codebook.layers[i], "/layers/" + std::to_string(i)));
    out.push_back(std::move(coder));
  }
  return out;
}

/// For every centre the index of its theme, or -1. Errors: `codebook_invalid`.
Result<std::vector<std::int32_t>> owners_of(const Codebook& codebook) {
  std::vector<std::int32_t> out(static_cast<std::size_t>(centres_of(codebook)), -1);
  for (std::size_t t = 0; t < codebook.themes.size(); ++t)
    for (const std::int64_t centre : codebook.themes[t].centres) {
      if (centre < 0 || centre >= static_cast<std::int64_t>(out.size()) ||
          out[static_cast<std::size_t>(centre)] >= 0)
        return fail(Code::invalid, "codebook_invalid",
                    "Theme '" + codebook.themes[t].id +
                        "' names a centre that is not there or belongs to another theme.",
                    "/themes/" + std::to_string(t) + "/centres");
      out[static_cast<std::size_t>(centre)] = static_cast<std::int32_t>(t);
    }
  return out;
}

Result<CodebookTheme*> find(Codebook& codebook, std::string_view id) {
  const auto at = std::find_if(codebook.themes.begin(), codebook.themes.end(),
                               [&](const CodebookTheme& theme) { return theme.id == id; });
  if (at == codebook.themes.end())
    return fail(Code::not_found, "theme_unknown",
                "The codebook has no theme '" + std::string(id) + "'.", "/id");
  return &*at;
}

Result<void> check_label(const Codebook& codebook, std::string_view label,
                         std::span<const std::string_view> own) {
  if (label.find_first_not_of(" \t\r\n") == label.npos)
    return fail(Code::invalid, "label_empty", "A theme needs a label.", "/label");
  for (const CodebookTheme& theme : codebook.themes)
    if (theme.label == label && std::find(own.begin(), own.end(), theme.id) == own.end())
      return fail(Code::conflict, "label_taken",
                  "Theme '" + theme.id + "' is called '" + std::string(label) + "' already.",
                  "/label");
  return success();
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

Drift drifted(const Codebook& codebook, const CodingCounts& counts) {
  std::int64_t then = 0, now = 0;
  for (std::size_t t = 0; t < codebook.themes.size(); ++t) {
    then += codebook.themes[t].size;
    now += counts.sizes[t];
  }
  Drift out{.distance = 0,
            .uncoded_then = share(codebook.uncoded, codebook.base),
            .uncoded_now = share(counts.uncoded, counts.used)};
  if (then == 0 || now == 0) return out;
  for (std::size_t t = 0; t < codebook.themes.size(); ++t)
    out.distance +=
        std::abs(share(codebook.themes[t].size, then) - share(counts.sizes[t], now)) / 2;
  return out;
}

/// Answers as a codebook sees them.
struct Coded {
  std::vector<Coder> coders;
  Pieces pieces;
  PlacedAnswers placed;
  ThemeModel model;
  std::vector<ThemeQuotes> quotes;
};

Result<Coded> code(const Codebook& codebook, std::span<const std::string_view> texts,
                   std::size_t threads, const Ctx& ctx) {
  Coded out;
  BOOST_OUTCOME_TRY(out.coders, coders_of(codebook));
  BOOST_OUTCOME_TRY(auto owners, owners_of(codebook));
  BOOST_OUTCOME_TRY(out.pieces, cut_pieces(texts, codebook.complete, {threads, ctx}));
  for (const CodebookTheme& theme : codebook.themes)
    out.model.themes.push_back({.label = theme.label,
                                .terms = theme.terms,
                                .members = {},
                                .sentiment = {},
                                .quotes = {},
                                .stability = theme.stability});
  BOOST_OUTCOME_TRY(out.placed, place_all(texts, out.pieces, Coders(out.coders, std::move(owners)),
                                          {threads, ctx}));
  gather(out.pieces, out.placed, codebook.complete, out.model);
  std::vector<std::int32_t> rank(codebook.themes.size());
  std::iota(rank.begin(), rank.end(), 0);
  out.quotes = shortlist_quotes(texts, out.pieces, out.placed.pieces, rank, rank.size());
  return out;
}

/// Takes away layers that no theme has a centre in.
void drop_unused_layers(Codebook& codebook) {
  std::int64_t end = centres_of(codebook);
  for (std::size_t layer = codebook.layers.size(); layer-- > 0;) {
    const auto size = static_cast<std::int64_t>(codebook.layers[layer].centres.size());
    const std::int64_t first = end - size;
    bool used = false;
    for (const CodebookTheme& theme : codebook.themes)
      for (const std::int64_t centre : theme.centres) used |= centre >= first && centre < end;
    if (!used) {
      codebook.layers.erase(codebook.layers.begin() + static_cast<std::ptrdiff_t>(layer));
      for (CodebookTheme& theme : codebook.themes)
        for (std::int64_t& centre : theme.centres)
          if (centre >= end) centre -= size;
    }
    end = first;
  }
}

/// Pieces of `from` for which `keep` holds.
template <class Keep>
Pieces select(const Pieces& from, const Keep& keep) {
  Pieces out;
  for (std::size_t p = 0; p < from.all.size(); ++p)
    if (keep(p)) out.all.push_back(from.all[p]);
  join_repeats(out);
  return out;
}

}  // namespace

Result<void> check_codebook(const Codebook& codebook) {
  if (codebook.format != 1)
    return fail(Code::invalid, "codebook_invalid",
                "The codebook has format " + std::to_string(codebook.format) +
                    "; this version reads format 1.",
                "/format");
  BOOST_OUTCOME_TRY(coders_of(codebook));
  BOOST_OUTCOME_TRY(owners_of(codebook));
  std::set<std::string_view> ids;
  for (std::size_t t = 0; t < codebook.themes.size(); ++t)
    if (!ids.insert(codebook.themes[t].id).second)
      return fail(Code::invalid, "codebook_invalid",
                  "Two themes have the id '" + codebook.themes[t].id + "'.",
                  "/themes/" + std::to_string(t) + "/id");
  return success();
}

Result<Codebook> read_codebook(std::string_view json) {
  BOOST_OUTCOME_TRY(auto out, from_json_text<Codebook>(json, Audience::api,
                                                       {.max_bytes = std::size_t{256} << 20}));
  BOOST_OUTCOME_TRY(check_codebook(out));
  return out;
}

Result<Coding> code_answers(const Codebook& codebook, std::span<const std::string_view> texts,
                            const ThemeOptions& options, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto coded, code(codebook, texts, options.threads, ctx));
  Coding out;
  out.model = std::move(coded.model);
  if (!coded.coders.empty())
    set_quotes(coded.quotes, coded.coders.front().vectoriser, options, out.model.themes);
  out.drift = drifted(codebook, counts_of(out.model));
  return out;
}

Result<CodedPart> code_part(const Codebook& codebook, std::span<const std::string_view> texts,
                            std::size_t threads, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto coded, code(codebook, texts, threads, ctx));
  CodedPart out{.counts = counts_of(coded.model),
                .quotes = std::move(coded.quotes),
                .of_answer = std::move(coded.model.of_answer),
                .used = std::vector<char>(texts.size())};
  for (const Piece& piece : coded.pieces.all) out.used[piece.answer] = 1;
  return out;
}

Result<std::vector<std::vector<QuoteCandidate>>> choose_quotes(const Codebook& codebook,
                                                               std::span<const ThemeQuotes> quotes,
                                                               const CodingCounts& counts,
                                                               std::int64_t most) {
  if (quotes.size() != codebook.themes.size() || counts.sentiment.size() != quotes.size())
    return fail(Code::invalid, "counts_mismatch", "The quotes are not of this codebook.");
  std::vector<std::vector<QuoteCandidate>> out(quotes.size());
  if (codebook.layers.empty()) return out;
  BOOST_OUTCOME_TRY(const auto coder, load(codebook.layers.front(), "/layers/0"));
  for (std::size_t t = 0; t < quotes.size(); ++t)
    for (const ChosenQuote& one :
         choose_quotes(quotes[t], counts.sentiment[t], coder.vectoriser, most))
      out[t].push_back(*one.candidate);
  return out;
}

Result<Drift> drift_of(const Codebook& codebook, const CodingCounts& counts) {
  if (counts.sizes.size() != codebook.themes.size())
    return fail(Code::invalid, "counts_mismatch", "The counts are not of this codebook.");
  return drifted(codebook, counts);
}

Result<LearnedThemes> relearn(const Codebook& codebook, std::span<const std::string_view> texts,
                              const ThemeOptions& options, const Ctx& ctx) {
  LearnedThemes out;
  Codebook& next = out.codebook = codebook;
  std::erase_if(next.themes, [](const CodebookTheme& theme) { return !theme.pinned; });
  drop_unused_layers(next);
  BOOST_OUTCOME_TRY(const auto coders, coders_of(next));
  BOOST_OUTCOME_TRY(auto owners, owners_of(next));
  BOOST_OUTCOME_TRY(const Pieces pieces, cut_pieces(texts, next.complete, {options.threads, ctx}));
  BOOST_OUTCOME_TRY(const auto placed, place_all(texts, pieces, Coders(coders, std::move(owners)),
                                                 {options.threads, ctx}));
  const Pieces rest =
      select(pieces, [&](std::size_t piece) { return placed.pieces[piece].at.cluster < 0; });
  if (rest.used >= std::max<std::int64_t>(options.min_base, 1)) {
    ThemeOptions own = options;
    own.not_labels.insert(own.not_labels.end(), next.forbidden.begin(), next.forbidden.end());
    for (const CodebookTheme& theme : next.themes) own.not_labels.push_back(theme.label);
    Learner learner(texts, rest, own, nullptr, ctx);
    BOOST_OUTCOME_TRY(learner.learn());
    const std::int64_t before = centres_of(next);
    const auto themes = learner.themes();
    for (std::size_t c = 0; c < themes.size(); ++c) {
      if (themes[c].label.empty()) continue;
      next.themes.push_back({.id = "t" + std::to_string(next.next++),
                             .label = themes[c].label,
                             .description = {},
                             .terms = themes[c].terms,
                             .size = 0,
                             .stability = themes[c].stability,
                             .centres = {before + static_cast<std::int64_t>(c)}});
    }
    next.layers.push_back(save(learner.coder()));
  }
  BOOST_OUTCOME_TRY(auto coding, code_answers(next, texts, options, ctx));
  next.base = coding.model.used;
  next.uncoded = coding.model.unthemed;
  for (std::size_t t = 0; t < next.themes.size(); ++t)
    next.themes[t].size = static_cast<std::int64_t>(coding.model.themes[t].members.size());
  out.model = std::move(coding.model);
  return out;
}

Result<void> rename(Codebook& codebook, std::string_view id, std::string_view label) {
  BOOST_OUTCOME_TRY(auto* const theme, find(codebook, id));
  BOOST_OUTCOME_TRY(check_label(codebook, label, {&id, 1}));
  theme->label = label;
  return success();
}

Result<void> pin(Codebook& codebook, std::string_view id, bool pinned) {
  BOOST_OUTCOME_TRY(auto* const theme, find(codebook, id));
  theme->pinned = pinned;
  return success();
}

Result<void> merge(Codebook& codebook, std::span<const std::string_view> ids,
                   std::string_view label) {
  std::vector<std::string_view> different(ids.begin(), ids.end());
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  if (different.size() < 2)
    return fail(Code::invalid, "merge_needs_two", "Name at least two different themes.", "/ids");
  for (const std::string_view id : different) {
    BOOST_OUTCOME_TRY(find(codebook, id));
  }
  BOOST_OUTCOME_TRY(check_label(codebook, label, different));
  BOOST_OUTCOME_TRY(auto* const kept, find(codebook, ids.front()));
  for (const CodebookTheme& theme : codebook.themes) {
    if (theme.id == kept->id ||
        std::find(different.begin(), different.end(), theme.id) == different.end())
      continue;
    kept->centres.insert(kept->centres.end(), theme.centres.begin(), theme.centres.end());
    kept->terms.push_back(theme.label);
    kept->terms.insert(kept->terms.end(), theme.terms.begin(), theme.terms.end());
    kept->size += theme.size;  // until answers are coded again
    kept->pinned = kept->pinned || theme.pinned;
  }
  kept->label = label;
  kept->stability.reset();
  std::erase_if(codebook.themes, [&, id = kept->id](const CodebookTheme& theme) {
    return theme.id != id &&
           std::find(different.begin(), different.end(), theme.id) != different.end();
  });
  return success();
}

Result<void> forbid(Codebook& codebook, std::string_view id) {
  BOOST_OUTCOME_TRY(auto* const theme, find(codebook, id));
  codebook.forbidden.push_back(theme->label);
  codebook.uncoded = std::min(codebook.base, codebook.uncoded + theme->size);
  codebook.themes.erase(codebook.themes.begin() + (theme - codebook.themes.data()));
  return success();
}

Result<void> split(Codebook& codebook, std::string_view id, std::int64_t parts,
                   std::span<const std::string_view> texts, const ThemeOptions& options,
                   const Ctx& ctx) {
  BOOST_OUTCOME_TRY(auto* const theme, find(codebook, id));
  if (parts < 2 || parts > 1000)
    return fail(Code::invalid, "theme_count_out_of_range",
                "A theme can be split into 2 to 1000 parts.", "/parts");
  BOOST_OUTCOME_TRY(const auto coders, coders_of(codebook));
  BOOST_OUTCOME_TRY(auto owners, owners_of(codebook));
  BOOST_OUTCOME_TRY(const Pieces pieces,
                    cut_pieces(texts, codebook.complete, {options.threads, ctx}));
  BOOST_OUTCOME_TRY(const auto placed,
                    place_all(texts, pieces, Coders(coders, owners), {options.threads, ctx}));
  const auto number = static_cast<std::int32_t>(theme - codebook.themes.data());
  const Pieces own =
      select(pieces, [&](std::size_t piece) { return placed.pieces[piece].at.cluster == number; });
  const auto impossible = [&] {
    return fail(Code::invalid, "split_impossible",
                "The answers of theme '" + std::string(id) + "' do not part into " +
                    std::to_string(parts) + " with a label each.",
                "/parts");
  };
  if (own.originals.size() < 2 * static_cast<std::size_t>(parts)) return impossible();
  // The parts lie in the space of the layer that the theme's first centre is in.
  std::size_t layer = 0;
  std::int64_t first = 0;
  const std::int64_t own_centre = theme->centres.front();
  while (own_centre - first >= static_cast<std::int64_t>(codebook.layers[layer].centres.size()))
    first += static_cast<std::int64_t>(codebook.layers[layer++].centres.size());

  ThemeOptions narrow = options;
  narrow.count = parts;
  narrow.not_labels.insert(narrow.not_labels.end(), codebook.forbidden.begin(),
                           codebook.forbidden.end());
  for (const CodebookTheme& other : codebook.themes)
    if (other.id != id) narrow.not_labels.push_back(other.label);
  Learner learner(texts, own, narrow, &coders[layer].vectoriser, ctx);
  BOOST_OUTCOME_TRY(learner.learn());
  const auto found = learner.themes();
  if (found.size() < static_cast<std::size_t>(parts) ||
      std::any_of(found.begin(), found.end(), [](const Theme& t) { return t.label.empty(); }))
    return impossible();

  Codebook next = codebook;
  const CodebookTheme old = *theme;
  next.themes.erase(next.themes.begin() + number);
  const auto& old_layer = codebook.layers[layer];
  const std::int64_t end = first + static_cast<std::int64_t>(old_layer.centres.size());
  std::int64_t least = codebook.complete ? 0 : steps_to_one;
  for (const std::int64_t centre : old.centres) {
    if (centre < first || centre >= end) continue;
    auto& dead = next.layers[layer].centres[static_cast<std::size_t>(centre - first)];
    least = std::min(least, dead.least);
    dead = {};  // nothing is near it any more
  }
  // Centres are counted through all layers: those behind move up.
  for (CodebookTheme& other : next.themes)
    for (std::int64_t& centre : other.centres)
      if (centre >= end) centre += parts;
  const CodingLayer added = save(learner.coder());
  for (std::size_t c = 0; c < found.size(); ++c) {
    CodeCentre centre = added.centres[c];
    centre.least = least;
    next.layers[layer].centres.push_back(std::move(centre));
    next.themes.insert(next.themes.begin() + number + static_cast<std::ptrdiff_t>(c),
                       CodebookTheme{.id = "t" + std::to_string(next.next++),
                                     .label = found[c].label,
                                     .description = {},
                                     .terms = found[c].terms,
                                     .pinned = old.pinned,
                                     .size = old.size / parts,
                                     .stability = {},
                                     .centres = {end + static_cast<std::int64_t>(c)}});
  }
  BOOST_OUTCOME_TRY(const auto coding, code_answers(next, texts, options, ctx));
  for (std::size_t t = 0; t < next.themes.size(); ++t)
    next.themes[t].size = static_cast<std::int64_t>(coding.model.themes[t].members.size());
  next.base = coding.model.used;
  next.uncoded = coding.model.unthemed;
  codebook = std::move(next);
  return success();
}

}  // namespace insightflow::analysis

namespace insightflow {
template const Type& type_of<analysis::Codebook>();
template const Type& type_of<analysis::Drift>();
}  // namespace insightflow
