#include <insightflow/analysis/crosstab.hpp>

#include <algorithm>

namespace insightflow::analysis {

bool Crosstab::add(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> columns,
                   double weight) {
  const auto beyond = [](std::size_t size) {
    return [size](std::uint32_t index) { return index >= size; };
  };
  if (std::any_of(rows.begin(), rows.end(), beyond(rows_)) ||
      std::any_of(columns.begin(), columns.end(), beyond(columns_)))
    return false;
  if (!at(rows_, columns_).add(weight)) return false;
  one_row_each_ &= rows.size() <= 1;
  one_column_each_ &= columns.size() <= 1;
  for (const std::uint32_t row : rows) {
    at(row, columns_).add(weight);
    for (const std::uint32_t column : columns) at(row, column).add(weight);
  }
  for (const std::uint32_t column : columns) at(rows_, column).add(weight);
  return true;
}

bool Crosstab::merge(const Crosstab& other) {
  if (other.rows_ != rows_ || other.columns_ != columns_) return false;
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += Mass(other.cells_[i]);
  one_row_each_ &= other.one_row_each_;
  one_column_each_ &= other.one_column_each_;
  return true;
}

Test Crosstab::independence() const {
  if (!one_row_each_ || !one_column_each_) return {};
  Mass inside;
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c) inside += cell(r, c);
  const bool whole = inside.weight == inside.count * 1'000'000'000;
  const double scale = whole ? 1 : inside.sum() > 0 ? inside.effective() / inside.sum() : 0;
  Counts counts(rows_, std::vector<double>(columns_));
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c) counts[r][c] = cell(r, c).sum() * scale;
  return analysis::independence(std::move(counts), whole);
}

Difference Crosstab::against_rest(std::size_t row, std::size_t column) const {
  Mass rest_part = this->row(row), rest = total();
  rest_part -= cell(row, column);
  rest -= this->column(column);
  return compare_shares(cell(row, column), this->column(column), rest_part, rest);
}

}  // namespace insightflow::analysis
