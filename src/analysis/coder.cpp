#include "analysis/coder.hpp"

#include <insightflow/analysis/sentiment.hpp>

#include <algorithm>

namespace insightflow::analysis {

namespace {

constexpr std::size_t batch = 8192;
/// What a codebook may ask for: one gibibyte.
constexpr std::size_t most_centres = 4096, most_cells = std::size_t{1} << 28;

std::vector<std::int64_t> differences(std::span<const std::uint32_t> ascending) {
  std::vector<std::int64_t> out;
  std::int64_t before = 0;
  for (const std::uint32_t value : ascending) {
    out.push_back(static_cast<std::int64_t>(value) - before);
    before = value;
  }
  return out;
}

struct Held {
  std::uint32_t theme;
  float strength;
  Sentiment mood;
};

/// Themes of the pieces of one answer: its strongest piece speaks for each.
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

}  // namespace

CodingLayer save(const Coder& coder) {
  CodingLayer out{.bits = coder.vectoriser.bits(),
                  .features = differences(coder.vectoriser.buckets()),
                  .rarity = {},
                  .centres = {}};
  for (const std::uint32_t rarity : coder.vectoriser.rarity()) out.rarity.push_back(rarity);
  for (std::size_t c = 0; c < coder.centres.count(); ++c) {
    CodeCentre& centre = out.centres.emplace_back();
    centre.least = coder.least[c];
    std::vector<std::uint32_t> features;
    for (const auto& [feature, steps] : coder.centres.parts(c)) {
      features.push_back(feature);
      centre.weights.push_back(steps);
    }
    centre.features = differences(features);
  }
  return out;
}

Result<Coder> load(const CodingLayer& layer, std::string_view pointer) {
  const auto bad = [&](std::string_view what) {
    return fail(Code::invalid, "codebook_invalid",
                "The codebook was damaged: its " + std::string(what) +
                    " contradict each other. Take an undamaged copy.",
                std::string(pointer));
  };
  if (layer.bits < 8 || layer.bits > 21 || layer.features.size() != layer.rarity.size() ||
      layer.centres.size() > most_centres ||
      layer.features.size() * layer.centres.size() > most_cells)
    return bad("features");
  const std::int64_t room = std::int64_t{1} << layer.bits;
  std::vector<std::uint32_t> buckets, rarity;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < layer.features.size(); ++i) {
    const std::int64_t gap = layer.features[i];
    if (gap < (i > 0) || gap >= room - at || layer.rarity[i] < 0 || layer.rarity[i] > 1 << 20)
      return bad("features");
    at += gap;
    buckets.push_back(static_cast<std::uint32_t>(at));
    rarity.push_back(static_cast<std::uint32_t>(layer.rarity[i]));
  }
  const auto features = static_cast<std::int64_t>(buckets.size());
  Coder out{Vectoriser(static_cast<int>(layer.bits), std::move(buckets), rarity),
            Centres(static_cast<std::size_t>(features), layer.centres.size()),
            {}};
  for (std::size_t c = 0; c < layer.centres.size(); ++c) {
    const CodeCentre& centre = layer.centres[c];
    if (centre.features.size() != centre.weights.size() || centre.least < 0 ||
        centre.least > steps_to_one)
      return bad("centres");
    out.least.push_back(static_cast<std::uint32_t>(centre.least));
    at = 0;
    for (std::size_t i = 0; i < centre.features.size(); ++i) {
      const std::int64_t gap = centre.features[i], weight = centre.weights[i];
      if (gap < (i > 0) || gap >= features - at || weight < 1 || weight > steps_to_one)
        return bad("centres");
      at += gap;
      out.centres.set(c, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(weight));
    }
  }
  return out;
}

Placement Coders::place(const TokenizedText& text, Scratch& scratch) const {
  std::size_t first = 0;
  for (const Coder& coder : coders_) {
    scratch.row.clear();
    coder.vectoriser.row(text, scratch.vectoriser, scratch.row);
    const Placement at = coder.centres.place(scratch.row, scratch.room);
    if (at.cluster >= 0) {
      const auto centre = static_cast<std::size_t>(at.cluster);
      const std::int32_t owner = owners_[first + centre];
      if (owner >= 0 && at.similarity * steps_to_one >= static_cast<float>(coder.least[centre]))
        return {owner, at.similarity};
    }
    first += coder.centres.count();
  }
  return {};
}

Result<PlacedAnswers> place_all(std::span<const std::string_view> texts, const Pieces& pieces,
                                const Coders& coders, const Hands& hands) {
  PlacedAnswers out{std::vector<PlacedPiece>(pieces.all.size()),
                    std::vector<Placement>(texts.size())};
  const auto each = [&](std::size_t total, const char* stage, const auto& work) -> Result<void> {
    for (std::size_t begin = 0; begin < total; begin += batch) {
      BOOST_OUTCOME_TRY(hands.ctx.check());
      hands.ctx.report(stage, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(total));
      in_blocks(std::min(batch, total - begin), hands.threads,
                [&](std::size_t first, std::size_t last) {
                  TokenizedText tokens;
                  Coders::Scratch scratch;
                  for (std::size_t i = begin + first; i < begin + last; ++i)
                    work(i, tokens, scratch);
                });
    }
    return success();
  };
  BOOST_OUTCOME_TRY(
      each(pieces.originals.size(), "assign",
           [&](std::size_t i, TokenizedText& tokens, Coders::Scratch& scratch) {
             const std::size_t piece = pieces.originals[i];
             tokenize(pieces.text(texts, piece), tokens);
             out.pieces[piece] = {coders.place(tokens, scratch), sentiment_odds(tokens).mood()};
           }));
  for (std::size_t i = 0; i < out.pieces.size(); ++i)
    out.pieces[i] = out.pieces[pieces.all[i].original];
  std::vector<std::uint32_t> several;
  for (std::size_t p = 1; p < pieces.all.size(); ++p)
    if (pieces.all[p].answer == pieces.all[p - 1].answer &&
        (several.empty() || several.back() != pieces.all[p].answer))
      several.push_back(pieces.all[p].answer);
  BOOST_OUTCOME_TRY(each(several.size(), "assign",
                         [&](std::size_t i, TokenizedText& tokens, Coders::Scratch& scratch) {
                           tokenize(texts[several[i]], tokens);
                           out.whole[several[i]] = coders.place(tokens, scratch);
                         }));
  return out;
}

void gather(const Pieces& pieces, const PlacedAnswers& placed, bool complete, ThemeModel& model) {
  model.used = pieces.used;
  model.repeated = pieces.repeated;
  model.unthemed = pieces.used;
  model.of_answer.resize(placed.whole.size());
  const std::span<const PlacedPiece> all(placed.pieces);
  for (std::size_t first = 0, last = 0; first < all.size(); first = last) {
    const std::uint32_t answer = pieces.all[first].answer;
    while (last < all.size() && pieces.all[last].answer == answer) ++last;
    auto list = themes_of(all.subspan(first, last - first));
    const Placement& whole = placed.whole[answer];
    const auto leading = std::find_if(list.begin(), list.end(), [&](const Held& held) {
      return static_cast<std::int32_t>(held.theme) == whole.cluster;
    });
    if (leading != list.end())
      std::rotate(list.begin(), leading, leading + 1);
    else if (whole.cluster >= 0 && complete)
      list.insert(list.begin(), {static_cast<std::uint32_t>(whole.cluster), whole.similarity, {}});
    for (const Held& held : list) {
      Theme& theme = model.themes[held.theme];
      if (theme.label.empty()) continue;
      theme.members.push_back({answer, static_cast<double>(held.strength)});
      count_mood(theme.sentiment, held.mood);
      model.of_answer[answer].push_back(held.theme);
    }
    model.unthemed -= !model.of_answer[answer].empty();
  }
}

}  // namespace insightflow::analysis
