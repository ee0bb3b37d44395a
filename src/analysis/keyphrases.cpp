#include "analysis/numeric.hpp"
#include "analysis/phrases.hpp"
#include "analysis/pieces.hpp"

#include <insightflow/analysis/keyphrases.hpp>

#include <algorithm>
#include <array>

namespace insightflow::analysis {

namespace {

constexpr std::size_t check_every = 1024;
constexpr std::array<double, 4> length_bonus{0, 1, 2.2, 2.6};
/// Phrases are looked for in at most this many different wordings; all texts are counted.
constexpr std::size_t most_learned = 50'000;

struct Ranked {
  double score;
  std::uint32_t phrase;
};

}  // namespace

Result<std::vector<Keyphrase>> find_keyphrases(std::span<const std::string_view> texts,
                                               const KeyphraseOptions& options, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(const Pieces pieces, cut_pieces(texts, false, 1, ctx));
  PhraseTable table;
  TokenizedText tokens;
  std::size_t done = 0;
  std::uint32_t number = 0, answer_before = 0;
  std::vector<std::uint32_t> learned = sample(pieces, most_learned);
  std::sort(learned.begin(), learned.end());  // the pieces of an answer one after the other
  for (const std::uint32_t i : learned) {
    if (done++ % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
    }
    const std::string_view text = pieces.text(texts, pieces.originals[i]);
    tokenize(text, tokens);
    const std::uint32_t answer_now = pieces.all[pieces.originals[i]].answer;
    if (done > 1 && answer_now != answer_before) ++number;
    answer_before = answer_now;
    table.add(number, text, tokens, pieces.times[i]);
  }
  const auto& phrases = table.phrases();
  const auto total = static_cast<double>(table.texts());
  std::vector<Ranked> ranked;
  for (std::uint32_t i = 0; i < phrases.size(); ++i) {
    const Phrase& phrase = phrases[i];
    if (phrase.repeats < options.min_count || phrase.spellings.empty()) continue;
    const auto n = static_cast<double>(phrase.texts);
    // Repeats of one wording count by the logarithm of their number.
    const double repeats = numeric::log(static_cast<double>(phrase.repeats) / n);
    const double rarity = numeric::log(1 + total / n);
    ranked.push_back({(n + repeats) * rarity * length_bonus[phrase.words], i});
  }
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(options.most, 0));
  const std::size_t kept = std::min(ranked.size(), most * 8);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept),
                    ranked.end(), [](const Ranked& a, const Ranked& b) {
                      return a.score != b.score ? a.score > b.score : a.phrase < b.phrase;
                    });
  ranked.resize(kept);

  std::vector<std::uint32_t> chosen;
  for (const Ranked& entry : ranked) {
    if (chosen.size() == most) break;
    const Phrase& phrase = phrases[entry.phrase];
    const bool fresh = std::none_of(chosen.begin(), chosen.end(), [&](std::uint32_t other) {
      return overlaps(phrases[other], phrase);
    });
    if (fresh) chosen.push_back(entry.phrase);
  }
  std::vector<Keyphrase> out(chosen.size());
  std::unordered_map<std::uint64_t, std::size_t> wanted;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    out[i].text = phrases[chosen[i]].spelling();
    wanted.emplace(phrases[chosen[i]].key, i);
  }

  // One exact count over all texts, which also finds the first example.
  std::vector<Occurrence> occurrences;
  std::vector<std::size_t> seen(out.size());
  for (std::size_t answer = 0; answer < texts.size() && !out.empty(); ++answer) {
    if (answer % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("keyphrases", static_cast<std::int64_t>(answer),
                 static_cast<std::int64_t>(texts.size()));
    }
    tokenize(texts[answer], tokens);
    collect_phrases(tokens, occurrences);
    for (const Occurrence& found : occurrences) {
      const auto at = wanted.find(found.key);
      if (at == wanted.end() || seen[at->second] == answer + 1) continue;
      seen[at->second] = answer + 1;
      Keyphrase& phrase = out[at->second];
      if (phrase.count++ > 0) continue;
      phrase.answer = answer;
      phrase.start = tokens.tokens[found.first].start;
      phrase.end = tokens.tokens[found.last - 1].end;
    }
  }
  std::erase_if(out, [&](const Keyphrase& phrase) { return phrase.count < options.min_count; });
  return out;
}

}  // namespace insightflow::analysis
