#pragma once

#include "insight/open.hpp"
#include "insight/quality.hpp"
#include "insight/segments.hpp"

/// From what was read to findings.
namespace insightflow::insight {

/// What the settings make of the closed answers, before any text is read.
struct Ground {
  std::vector<std::vector<Segment>> segments;  ///< For each of `settings.by`.
  Weighed weighed;
};

/// Errors: those of `build` for settings.
Result<Ground> prepare(const Dataset& dataset, const Settings& settings);

/// An earlier wave; null where there is none.
struct Wave {
  const Dataset* dataset = nullptr;
  const Readings* readings = nullptr;
};

struct Assembly {
  Findings findings;
  std::vector<OpenFindings> read;
  RecordFlags flags;
};

/// Texts of `dataset` are not looked at. The readings fit it: as many questions and records, and no
/// index beyond them. Errors: those of `Ctx::check`, `partial_mismatch`, `codebook_invalid`.
Result<Assembly> assemble(const Dataset& dataset, Readings readings, const Plan& plan,
                          const Settings& settings, Ground ground, const Wave& previous,
                          const Ctx& ctx);

}  // namespace insightflow::insight
