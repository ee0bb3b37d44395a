#pragma once

#include "insight/reading.hpp"

#include <cstdint>

/// Signs that answers were given without care.
namespace insightflow::insight {

/// For each record a bit for every kind of flag; empty where there are none at all.
using RecordFlags = std::vector<std::uint8_t>;
/// What they are called.
std::vector<std::string> names_of(RecordFlags::value_type flags);

struct ResponseQuality {
  std::vector<QualityFlag> flags;  ///< Only kinds that could be looked at and were found.
  RecordFlags of_record;           ///< Empty when nothing was found.
  std::vector<std::string> notes;
};

/// Looks for speeders (faster than the mean by two standard deviations on a logarithmic scale, from
/// 100 known durations on), straight-liners (one and the same answer in every row of a matrix of at
/// least five answered rows), duplicates (an open answer of eight words or sixty bytes that is
/// nearly the same as one of an earlier response, see `analysis::repeats_among`, or all of at least
/// eight answers alike), gibberish, and
/// contradictions: scores at opposite fifths of their scales although they go together in at least
/// 100 responses (correlation of 0.5 or more), or words of the opposite mood. Linear in the length
/// of the answers. Errors: those of `Ctx::check`.
Result<ResponseQuality> look_at_quality(const Dataset& dataset, const Readings& readings,
                                        const Settings& settings, const Ctx& ctx);

}  // namespace insightflow::insight
