#pragma once

#include "analysis/coder.hpp"
#include "analysis/diffusion.hpp"
#include "analysis/hierarchy.hpp"
#include "analysis/labels.hpp"
#include "analysis/phrases.hpp"
#include "analysis/pieces.hpp"

#include <insightflow/analysis/themes.hpp>

#include <optional>
#include <string>

/// What is learned from a sample of pieces: how to turn text into vectors, and where themes lie.
namespace insightflow::analysis {

/// Different pieces that are learned from at most.
constexpr std::size_t most_learned = 20'000;

/// Errors: `theme_count_out_of_range`.
Result<void> check_count(const ThemeOptions& options);

class Learner {
 public:
  /// `given` is used for vectors where there is one, else they are learned too.
  Learner(std::span<const std::string_view> texts, const Pieces& pieces,
          const ThemeOptions& options, const Vectoriser* given, const Ctx& ctx);

  Result<void> learn();

  std::size_t count() const { return coder_->centres.count(); }
  const Coder& coder() const { return *coder_; }
  /// For every cluster a theme with label, terms and stability; without a label where no phrase
  /// sets it apart.
  std::vector<Theme> themes() const;
  /// How much of the sample belongs to each.
  std::vector<std::int64_t> weights() const;

 private:
  struct Sample {
    SparseRows rows;
    std::vector<std::uint32_t> weights;
  };

  void read();
  Result<Neighbourhoods> embed(const Sample& from, std::size_t clusters) const;
  Result<std::vector<Placement>> divide(const Neighbourhoods& near, const Sample& places,
                                        const Hierarchy& hierarchy, std::size_t clusters,
                                        int most_rounds, const Hands& hands) const;
  Result<std::size_t> best_count(const Neighbourhoods& near, const Hierarchy& hierarchy,
                                 std::size_t most) const;
  double expected_fit(const Sample& from, const std::vector<Placement>& placements,
                      std::size_t count) const;
  std::vector<double> cohesion() const;
  void settle(std::size_t clusters);
  Result<void> measure_stability(std::size_t clusters);

  std::span<const std::string_view> texts_;
  const Pieces& pieces_;
  const ThemeOptions& options_;
  Hands hands_;
  std::vector<std::uint32_t> chosen_;  // indices into the originals
  Vectoriser vectoriser_;
  bool given_;
  std::size_t read_ = 0;  // pieces, repeated ones as often as they were written
  PhraseTable table_;
  Sample sample_;
  std::vector<Placement> placements_;
  std::optional<Coder> coder_;
  std::vector<Label> labels_;
  std::vector<std::optional<double>> stability_;
};

}  // namespace insightflow::analysis
