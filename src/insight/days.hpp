#pragma once

#include <insightflow/insight/build.hpp>

/// On which day each response was given.
namespace insightflow::insight {

/// How a column writes days of which only the place of the year is clear, as in 3/4/2026.
enum class DayOrder { unknown, day_first, month_first };

/// Days since 1970-01-01. Reads 2026-01-31 and 2026/1/31, with or without a time behind it,
/// 31.1.2026, and the seconds or milliseconds of a Unix time (10 or 13 digits); 31/1/2026 and
/// 31-1-2026 where `order` is known. Nothing for all else.
std::optional<std::int64_t> day_in(std::string_view text, DayOrder order = DayOrder::unknown);

/// "2026-01-31".
std::string date_of(std::int64_t day);

struct Days {
  std::vector<std::optional<std::int64_t>> of_record;
  std::vector<std::string> notes;  ///< How many could not be read, and why.
};

/// The day of each response: of the field `settings.date`, else of the submission. In a column of
/// days such as 3/4/2026 a number above 12 in some row tells the order for all rows; where no row
/// tells, or rows contradict each other, those days are not read.
Days days_of(const Dataset& dataset, const Settings& settings);

}  // namespace insightflow::insight
