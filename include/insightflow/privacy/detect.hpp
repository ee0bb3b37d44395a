#pragma once

#include <insightflow/privacy/entity.hpp>

#include <string_view>
#include <vector>

namespace insightflow::privacy {

struct DetectOptions {
  /// The types to look for; empty means all.
  std::vector<EntityType> types;
  /// Entities below this score are left out. 0.5 is what the figures in docs/privacy.md were
  /// measured with; lower finds more and is wrong more often.
  double least_score = 0.5;
};

/// Finds personal data in a text: in order, never overlapping.
///
/// Identifiers are found by form, check digits and the words around them; names, organisations,
/// places and addresses by a linear model over the words (docs/privacy.md). Words count whole: a
/// "lic" in "public" is no licence. Names are read in English text; identifiers in any.
///
/// Any bytes are accepted; for text that is not UTF-8 the character offsets count the bytes that
/// do not continue a sequence. Pure and safe from several threads. Time grows linearly with the
/// text whatever it holds; memory does not grow with it beyond the result. An entity never spans
/// two of the stretches of about 8 KiB, cut at line ends, in which a long text is read.
std::vector<Entity> detect(std::string_view text, const DetectOptions& options = {});

}  // namespace insightflow::privacy
