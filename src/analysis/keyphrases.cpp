#include "analysis/check_every.hpp"
#include "analysis/numeric.hpp"
#include "analysis/phrases.hpp"

#include <insightflow/analysis/partial.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace insightflow::analysis {

namespace {

constexpr std::array<double, 4> keyphrase_length_bonus{0, 1, 2.2, 2.6};

struct RankedPhrase {
  double score;
  std::uint32_t phrase;
};

}  // namespace

Result<std::vector<WantedPhrase>> learn_keyphrases(const ThemeSample& sample,
                                                   const KeyphraseOptions& options,
                                                   const Ctx& ctx) {
  std::vector<const SampledPiece*> pieces;
  for (const SampledPiece& piece : sample.pieces) pieces.push_back(&piece);
  // The pieces of an answer one after the other.
  std::sort(pieces.begin(), pieces.end(), [](const SampledPiece* a, const SampledPiece* b) {
    return std::pair(a->answer, a->start) < std::pair(b->answer, b->start);
  });
  PhraseTable table;
  TokenizedText tokens;
  std::size_t done = 0;
  std::uint32_t number = 0;
  const SampledPiece* before = nullptr;
  for (const SampledPiece* piece : pieces) {
    if (done++ % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
    }
    tokenize(piece->text, tokens);
    // A complete sample also has answers of stop words, which have no phrases.
    if (std::none_of(tokens.tokens.begin(), tokens.tokens.end(),
                     [&](const Token& token) { return is_content(tokens, token); }))
      continue;
    if (before != nullptr && before->answer != piece->answer) ++number;
    before = piece;
    table.add(number, piece->text, tokens, piece->times);
  }
  const auto& phrases = table.phrases();
  const auto total = static_cast<double>(table.texts());
  std::vector<RankedPhrase> ranked;
  for (std::uint32_t i = 0; i < phrases.size(); ++i) {
    const Phrase& phrase = phrases[i];
    if (phrase.repeats < options.min_count || phrase.spellings.empty()) continue;
    const auto n = static_cast<double>(phrase.texts);
    // Repeats of one wording count by the logarithm of their number.
    const double repeats = numeric::log(static_cast<double>(phrase.repeats) / n);
    const double rarity = numeric::log(1 + total / n);
    ranked.push_back({(n + repeats) * rarity * keyphrase_length_bonus[phrase.words], i});
  }
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(options.most, 0));
  const std::size_t kept = std::min(ranked.size(), most * 8);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept),
                    ranked.end(), [](const RankedPhrase& a, const RankedPhrase& b) {
                      return a.score != b.score ? a.score > b.score : a.phrase < b.phrase;
                    });
  ranked.resize(kept);

  std::vector<std::uint32_t> chosen;
  for (const RankedPhrase& entry : ranked) {
    if (chosen.size() == most) break;
    const Phrase& phrase = phrases[entry.phrase];
    const bool fresh = std::none_of(chosen.begin(), chosen.end(), [&](std::uint32_t other) {
      return overlaps(phrases[other], phrase);
    });
    if (fresh) chosen.push_back(entry.phrase);
  }
  std::vector<WantedPhrase> out;
  for (const std::uint32_t i : chosen)
    out.push_back(
        {std::bit_cast<std::int64_t>(phrases[i].key), std::string(phrases[i].spelling())});
  return out;
}

void merge(PhraseCount& into, const PhraseCount& other) {
  const std::int64_t count = into.count + other.count;
  if (other.count > 0 && (into.count == 0 || other.answer < into.answer)) into = other;
  into.count = count;
}

struct PhraseCounter::Room {
  std::unordered_map<std::uint64_t, std::size_t> places;  // asked, never walked through
  std::vector<Occurrence> occurrences;
  std::vector<std::int64_t> last;  // the answer a phrase was last found in
};

PhraseCounter::PhraseCounter(std::span<const WantedPhrase> wanted)
    : counts_(wanted.size()), room_(std::make_unique<Room>()) {
  for (std::size_t i = 0; i < wanted.size(); ++i)
    room_->places.emplace(std::bit_cast<std::uint64_t>(wanted[i].key), i);
  room_->last.assign(wanted.size(), -1);
}

PhraseCounter::~PhraseCounter() = default;

void PhraseCounter::add(std::int64_t answer, std::string_view text, const TokenizedText& tokens) {
  if (counts_.empty()) return;
  collect_phrases(tokens, room_->occurrences);
  for (const Occurrence& found : room_->occurrences) {
    const auto at = room_->places.find(found.key);
    if (at == room_->places.end() || room_->last[at->second] == answer) continue;
    room_->last[at->second] = answer;
    PhraseCount& phrase = counts_[at->second];
    if (phrase.count++ > 0) continue;
    phrase.answer = answer;
    phrase.start = tokens.tokens[found.first].start;
    phrase.end = tokens.tokens[found.last - 1].end;
    phrase.quote = text.substr(static_cast<std::size_t>(phrase.start),
                               static_cast<std::size_t>(phrase.end - phrase.start));
  }
}

Result<std::vector<Keyphrase>> find_keyphrases(std::span<const std::string_view> texts,
                                               const KeyphraseOptions& options, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(const auto sample, sample_answers(texts, 0, false, 1, ctx));
  BOOST_OUTCOME_TRY(const auto wanted, learn_keyphrases(sample, options, ctx));
  // One exact count over all texts, which also finds the first example.
  PhraseCounter counter(wanted);
  TokenizedText tokens;
  for (std::size_t answer = 0; answer < texts.size() && !wanted.empty(); ++answer) {
    if (answer % check_every == 0) {
      BOOST_OUTCOME_TRY(ctx.check());
      ctx.report("keyphrases", static_cast<std::int64_t>(answer),
                 static_cast<std::int64_t>(texts.size()));
    }
    tokenize(texts[answer], tokens);
    counter.add(static_cast<std::int64_t>(answer), texts[answer], tokens);
  }
  std::vector<Keyphrase> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const PhraseCount& found = counter.counts()[i];
    if (found.count < options.min_count) continue;
    out.push_back({.text = wanted[i].text,
                   .count = found.count,
                   .answer = static_cast<std::size_t>(found.answer),
                   .start = static_cast<std::size_t>(found.start),
                   .end = static_cast<std::size_t>(found.end)});
  }
  return out;
}

}  // namespace insightflow::analysis
