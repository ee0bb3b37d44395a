#pragma once

#include <insightflow/analysis/significance.hpp>

#include <cstddef>

/// Cross-tabs: what is answered (rows) by who answers (columns).
namespace insightflow::analysis {

/// Counts and weights of rows by columns. One respondent may stand in several rows (choices of a
/// multiple choice, themes) and in several columns. Add in any order, merge parts in any order: the
/// result is the same.
class Crosstab {
 public:
  Crosstab(std::size_t rows, std::size_t columns)
      : rows_(rows), cells_((rows + 1) * (columns + 1)), columns_(columns) {}

  /// One respondent with the rows and columns he stands in; both without repeats. One without a
  /// column counts among the rest only. False, and nothing added, for an index beyond the table or
  /// a weight that is none.
  bool add(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> columns,
           double weight = 1);

  /// Adds a table of the same shape; false, and nothing added, for another shape.
  bool merge(const Crosstab& other);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  const Mass& cell(std::size_t row, std::size_t column) const { return at(row, column); }
  const Mass& row(std::size_t row) const { return at(row, columns_); }
  /// Respondents of a column, whether or not they stand in a row.
  const Mass& column(std::size_t column) const { return at(rows_, column); }
  const Mass& total() const { return at(rows_, columns_); }

  /// The whole table: whether the answers depend on the columns. Only where nobody stands in two
  /// rows or two columns, else method `none`. Weighted counts are scaled to the effective base (the
  /// first-order correction of Rao & Scott 1984).
  Test independence() const;

  /// The share of a row in one column less that among all others.
  Difference against_rest(std::size_t row, std::size_t column) const;

  friend bool operator==(const Crosstab&, const Crosstab&) = default;

 private:
  const Mass& at(std::size_t row, std::size_t column) const {
    return cells_[row * (columns_ + 1) + column];
  }
  Mass& at(std::size_t row, std::size_t column) { return cells_[row * (columns_ + 1) + column]; }

  std::size_t rows_;
  std::vector<Mass> cells_;  // With a last row and a last column for the totals.
  std::size_t columns_;
  bool one_row_each_ = true, one_column_each_ = true;
};

}  // namespace insightflow::analysis
