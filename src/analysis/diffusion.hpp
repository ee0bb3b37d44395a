#pragma once

#include "analysis/parallel.hpp"
#include "analysis/vectors.hpp"

#include <cstdint>
#include <span>

/// Short texts share few words, so that their vectors alone say little about how close they are.
/// Here every row is described by the neighbourhood it lies in.
namespace insightflow::analysis {

struct DiffusionOptions {
  std::size_t landmarks = 400;
  std::size_t dimensions = 96;
};

/// Dense vectors of length 1, one for every row and every landmark (empty for what shares no
/// feature with any other).
struct Neighbourhoods {
  SparseRows rows;
  SparseRows landmarks;
  std::vector<std::uint32_t> pull;  ///< Of each landmark: how much of the rows is tied to it.
  std::size_t dimensions = 0;
};

/// Rows are tied to their nearest landmarks (centres of a short k-means); walking from row to
/// landmark and back several times makes rows alike that have neighbours in common, also where they
/// share no word. What is kept is the dominant subspace of that walk. Linear in the number of rows.
/// After Chen & Cai 2011 (landmark-based spectral clustering) and Coifman & Lafon 2006 (diffusion
/// maps).
Result<Neighbourhoods> diffuse(const SparseRows& rows, std::size_t features,
                               std::span<const std::uint32_t> weights,
                               const DiffusionOptions& options, const Hands& hands);

}  // namespace insightflow::analysis
