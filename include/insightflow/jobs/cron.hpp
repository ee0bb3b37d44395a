#pragma once

#include <insightflow/core/result.hpp>
#include <insightflow/core/time.hpp>

#include <bitset>
#include <optional>
#include <string_view>

namespace insightflow::jobs {

/// When something is due, in the five fields of cron: minute (0-59), hour (0-23), day of the month
/// (1-31), month (1-12 or JAN-DEC), day of the week (0-7 or SUN-SAT; 0 and 7 are Sunday). A field
/// is *, a number, a range a-b, a step /n behind either, or a list of these. Where both days are
/// restricted, either will do (POSIX). Also @hourly, @daily, @weekly, @monthly and @yearly. All
/// times are UTC.
class Cron {
 public:
  /// Errors: `cron_malformed`, which names the field.
  static Result<Cron> parse(std::string_view text);

  /// The first due minute after `after`, or nothing when there is none within eight years, as for
  /// 30 February.
  std::optional<Instant> next(Instant after) const;

 private:
  bool day_due(unsigned day, unsigned weekday) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace insightflow::jobs
