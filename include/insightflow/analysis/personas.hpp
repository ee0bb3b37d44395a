#pragma once

#include <insightflow/analysis/figures.hpp>
#include <insightflow/core/ctx.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Groups of respondents who answer alike.
namespace insightflow::analysis {

enum class FeatureKind {
  number,    ///< A point on a scale.
  category,  ///< One of several values.
  presence   ///< 1 or 0: a choice or theme that is there. That it is missing twice says nothing.
};

/// Something known of each respondent. A value that is not a number is unknown.
struct Feature {
  std::string id;
  std::string label;
  FeatureKind kind = FeatureKind::number;
  std::vector<double> values;      ///< For a category its index in `names`.
  std::vector<std::string> names;  ///< Of the categories.
  double importance = 1;           ///< In the distance: 1 / options for one choice of many.
};

/// A number that deals respondents out at random: the sample are those with the smallest.
std::uint64_t lot(std::int64_t respondent, std::uint64_t seed = 0);

struct PersonaOptions {
  std::int64_t least_base = 100;  ///< Below this nothing is said.
  std::int64_t most = 6;          ///< Groups.
  std::int64_t sample = 400;      ///< Respondents that the groups are learnt from.
  std::int64_t traits = 4;        ///< Told of each group.
  std::uint64_t seed = 0;
};

/// What sets a group apart: a value or, for a number, the mean; and the same of everybody else.
struct Trait {
  std::string id;  ///< Of the feature.
  std::string label;
  std::string value;  ///< Name of the category; empty for a number or a presence.
  bool number = false;
  double here = 0;  ///< Share in [0, 1], or mean.
  double elsewhere = 0;
  friend bool operator==(const Trait&, const Trait&) = default;
};
BOOST_DESCRIBE_STRUCT(Trait, (), (id, label, value, number, here, elsewhere))

struct Persona {
  std::int64_t size = 0;
  double share = 0;
  Interval interval;          ///< Wilson.
  std::size_t typical = 0;    ///< The respondent in the middle of the group.
  std::vector<Trait> traits;  ///< Most telling first, one for each feature.
};

struct PersonaModel {
  std::int64_t base = 0;          ///< Respondents of whom enough is known.
  double silhouette = 0;          ///< How well apart the groups are, in [-1, 1].
  std::vector<Persona> personas;  ///< Largest first; empty when nothing can be said.
  /// For every respondent the index of the persona, -1 for none.
  std::vector<std::int32_t> of_respondent;
  std::string abstained;  ///< Why nothing is said, as a sentence.
};

/// k-medoids (Kaufman & Rousseeuw 1990: BUILD, then alternating assignment and update, Park & Jun
/// 2009) on Gower's distance (1971) over a random sample, those that are dealt the smallest numbers
/// by `lot`; the others join the nearest medoid. The number of groups is the one with the largest
/// mean silhouette, fewer groups unless more of them bring 0.05; below 0.25 there is "no
/// substantial structure" (Kaufman & Rousseeuw, table 4) and nothing is said. Nor is anything said
/// when groups are hardly better apart than where the answers to each question were dealt out at
/// random (nine deals; 0.05 more than the best). Where such groups are the values of one closed
/// question over again, it is tried without it. A respondent with fewer than half of the features
/// known belongs to none. The groups are made from these very answers, so their differences are a
/// description, never a test. Linear in the number of respondents; the same result on every
/// machine. Errors: those of `Ctx::check`; `persona_sample_mismatch` for features of different
/// lengths.
Result<PersonaModel> find_personas(std::span<const Feature> features,
                                   const PersonaOptions& options = {}, const Ctx& ctx = {});

}  // namespace insightflow::analysis
