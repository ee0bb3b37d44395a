#include "insight/days.hpp"

#include "insight/fields.hpp"

#include <algorithm>

namespace insightflow::insight {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::int64_t day_of(std::int64_t ms) {
  return (ms >= 0 ? ms : ms - day_ms + 1) / day_ms;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Three numbers with one and the same separator between them, and nothing or a time behind.
struct Written {
  std::array<std::string, 3> parts;
  char separator = 0;

  bool year_first() const { return parts[0].size() == 4; }
  bool year_last() const { return parts[2].size() == 4; }
};

std::optional<Written> written(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  Written out;
  std::size_t at = 0;
  for (std::size_t part = 0; part < 3; ++part) {
    if (part > 0) {
      if (at == text.size() || std::string_view("-/.").find(text[at]) == std::string_view::npos ||
          (part == 2 && text[at] != out.separator))
        return std::nullopt;
      out.separator = text[at++];
    }
    while (at < text.size() && is_digit(text[at]) && out.parts[part].size() < 5)
      out.parts[part] += text[at++];
    const std::size_t digits = out.parts[part].size();
    if (digits == 0 || digits == 3 || digits > 4 || (part == 1 && digits > 2)) return std::nullopt;
  }
  if (at < text.size() && std::string_view(" T,").find(text[at]) == std::string_view::npos)
    return std::nullopt;
  if (out.year_first() == out.year_last()) return std::nullopt;
  return out;
}

std::optional<std::int64_t> day_of(const std::string& year, std::string month, std::string day) {
  for (std::string* part : {&month, &day})
    if (part->size() == 1) part->insert(0, "0");
  const auto at = Instant::parse(year + "-" + month + "-" + day);
  if (!at) return std::nullopt;
  return day_of(at.value().ms);
}

DayOrder order_in(const Dataset& dataset, const std::string& field) {
  bool first_is_day = false, second_is_day = false;
  for (std::size_t record = 0; record < dataset.records.size(); ++record) {
    const auto date = written(field_text(dataset, record, field));
    if (!date || date->year_first() || date->separator == '.') continue;
    first_is_day |= date->parts[0].size() == 2 && date->parts[0] > "12";
    second_is_day |= date->parts[1].size() == 2 && date->parts[1] > "12";
  }
  if (first_is_day == second_is_day) return DayOrder::unknown;
  return first_is_day ? DayOrder::day_first : DayOrder::month_first;
}

}  // namespace

std::optional<std::int64_t> day_in(std::string_view text, DayOrder order) {
  if ((text.size() == 10 || text.size() == 13) && std::all_of(text.begin(), text.end(), is_digit)) {
    const auto time = number_in(text.substr(0, 10));
    return time ? std::optional(day_of(static_cast<std::int64_t>(*time) * 1000)) : std::nullopt;
  }
  const auto date = written(text);
  if (!date) return std::nullopt;
  const auto& [a, b, c] = date->parts;
  if (date->year_first()) return date->separator == '.' ? std::nullopt : day_of(a, b, c);
  if (date->separator == '.' || order == DayOrder::day_first) return day_of(c, b, a);
  return order == DayOrder::month_first ? day_of(c, a, b) : std::nullopt;
}

std::string date_of(std::int64_t day) {
  return Instant{day * day_ms}.str().substr(0, 10);
}

Days days_of(const Dataset& dataset, const Settings& settings) {
  Days out;
  out.of_record.resize(dataset.records.size());
  if (settings.date.empty()) {
    for (std::size_t record = 0; record < out.of_record.size(); ++record)
      if (const auto& at = dataset.records[record].at) out.of_record[record] = day_of(at->ms);
    return out;
  }
  const DayOrder order = order_in(dataset, settings.date);
  std::int64_t unreadable = 0, two_ways = 0;
  for (std::size_t record = 0; record < out.of_record.size(); ++record) {
    const std::string text = field_text(dataset, record, settings.date);
    out.of_record[record] = day_in(text, order);
    if (out.of_record[record]) continue;
    ++unreadable;
    two_ways += day_in(text, DayOrder::day_first) || day_in(text, DayOrder::month_first);
  }
  if (unreadable > 0)
    out.notes.push_back(
        std::to_string(unreadable) + (unreadable == 1 ? " response has" : " responses have") +
        " no day that can be read and " + (unreadable == 1 ? "is" : "are") +
        " left out of the trends. " +
        (two_ways > 0 ? "A day such as 3/4/2026 can be read in two ways; write 2026-04-03."
                      : "Days are written as 2026-01-31 or 31.01.2026."));
  return out;
}

}  // namespace insightflow::insight
