#pragma once

#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Summaries made of sentences that people wrote.
namespace insightflow::analysis {

struct SummaryOptions {
  std::int64_t sentences = 2;
};

/// A verbatim sentence: bytes [start, end) of the text at index `answer`.
struct SummarySentence {
  std::size_t answer = 0;
  std::size_t start = 0;
  std::size_t end = 0;
  friend bool operator==(const SummarySentence&, const SummarySentence&) = default;
};

/// The sentences that say most of what the texts say, most telling first; fewer where the texts
/// hold fewer different ones of three words. A sentence is worth the share of sentences that use
/// each of its words and word pairs, over its length; what a chosen one said counts a tenth from
/// then on (after SumBasic, Nenkova & Vanderwende 2005). Near linear in the length of the texts;
/// no I/O, safe from several threads.
/// Errors: those of `Ctx::check`; `sentences_out_of_range` below 1 or above 1,000.
Result<std::vector<SummarySentence>> summarise(std::span<const std::string_view> texts,
                                               const SummaryOptions& options = {},
                                               const Ctx& ctx = {});

}  // namespace insightflow::analysis
